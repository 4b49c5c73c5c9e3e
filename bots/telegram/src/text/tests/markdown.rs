use super::drawn::drawn;
use crate::text::Rich;
use rstest::rstest;

#[rstest]
#[case::headings("# A\n\n#### B **c**", "{bold|A}\n\n{bold|B c}")]
#[case::styles("*a* **b** ~~c~~ `d`", "{italic|a} {bold|b} {strikethrough|c} {code|d}")]
#[case::both("***a***", "{bold|{italic|a}}")]
#[case::code_in_bold("**a `b` c**", "{bold|a} {code|b} {bold|c}")]
#[case::fence("a\n```rust\nfn b() {}\n\n\nc\n```\nd", "a\n\n{pre rust|fn b() {}\n\n\nc}\n\nd")]
#[case::fence_with_more("```rust,ignore\nx\n```", "{pre rust|x}")]
#[case::empty_fence("a\n\n```\n\n```\n\nb", "a\n\nb")]
#[case::list("- a\n- b\n  c\n\n  d\n    1. e\n    2. f", "• a\n• b\n   c\n   d\n   1. e\n   2. f")]
#[case::tasks("- [ ] a\n- [x] b\n\n3. [x] c", "☐ a\n☑ b\n\n3. ☑ c")]
#[case::list_with_code("1. a\n   ```\n   b\n   ```\n2. c", "1. a\n{pre|b}\n2. c")]
#[case::quote("a\n> b `c`\n>\n> d\n\ne", "a\n\n{blockquote|b {code|c}\n\nd}\n\ne")]
#[case::quote_in_quote("> a\n> > b", "{blockquote|a\n\n> b}")]
#[case::code_in_quote("> a\n> ```\n> b\n> ```\n> c", "{blockquote|a}\n\n{pre|b}\n\n{blockquote|c}")]
#[case::gaps("a\n\n\n\n&nbsp;\n\n\n\nb", "a\n\nb")]
#[case::rule("a\n\n---\n\nb", "a\n\n———\n\nb")]
#[case::html("<div>\na\n</div>\n\nb <br> <!-- c -->", "<div>\na\n</div>\n\nb <br> <!-- c -->")]
#[case::plain_marks("snake_case_name 2 * 3 [x] ||y||", "snake_case_name 2 * 3 [x] ||y||")]
#[case::entities("a&#x202e;b&ZeroWidthSpace;c", "a⟦U+202E⟧b⟦U+200B⟧c")]
#[case::emoji("👩\u{200d}💻 **⚠\u{fe0f}**", "👩\u{200d}💻 {bold|⚠\u{fe0f}}")]
#[case::nothing(" \n\n&nbsp;\n\n#\n", "")]
fn markdown_becomes_entities(#[case] text: &str, #[case] shown: &str) {
    assert_eq!(drawn(Rich::default().markdown(text)), shown);
}

#[rstest]
#[case::link("[**a** b](https://c.example/)", "{to https://c.example/|{bold|a} b}")]
#[case::code("[`a`](https://c.example/)", "{to https://c.example/|a}")]
#[case::itself("<https://c.example/>", "{to https://c.example/|https://c.example/}")]
#[case::image("![a](https://c.example/)", "{to https://c.example/|a}")]
#[case::badge("[![a](https://b.example/)](https://c.example/)", "{to https://c.example/|a}")]
#[case::empty("[](https://c.example/)", "{to https://c.example/|https://c.example/}")]
#[case::file("[a.rs](src/a.rs#L3)", "a.rs (src/a.rs#L3)")]
#[case::script("[a](javascript:b)", "a (javascript:b)")]
#[case::mention("[a](tg://user?id=1)", "a (tg://user?id=1)")]
#[case::mask("[bank.example](https://c.example/)", "bank.example (https://c.example/)")]
fn links_hide_nothing(#[case] text: &str, #[case] shown: &str) {
    assert_eq!(drawn(Rich::default().markdown(text)), shown);
}

#[test]
fn nothing_written_is_nothing_said() {
    assert_eq!(Rich::default().markdown(" \n"), Rich::default());
}

#[test]
fn a_table_stands_in_columns() {
    let text = "| Name | Größe |\n|:--|--:|\n| 世界 | 1 |\n| [a](https://a.example/b) | **22** |";
    insta::assert_snapshot!(drawn(Rich::default().markdown(text)), @r##"
    {pre|Name                    | Größe
    ------------------------+------
    世界                    |     1
    a (https://a.example/b) |    22}
    "##);
}
