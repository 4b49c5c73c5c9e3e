use crate::text::markdown;
use rstest::rstest;

#[rstest]
#[case::headings("# A\n\n### B\n\n#### C **d**", "# A\n\n### B\n\n**C d**")]
#[case::styles("*a* **b** ~~c~~ `d`", "*a* **b** ~~c~~ `d`")]
#[case::strong_in_slanted("***a***", "***a***")]
#[case::slanted_after_strong("**a***b*", "**a**_b_")]
#[case::list("1. a\n   - b\n   - [x] c\n2. d", "1. a\n   - b\n   - ☑ c\n2. d")]
#[case::quote("> a\n>\n> b\n\nc", "> a\n>\n> b\n\nc")]
#[case::quote_in_quote("> a\n> > b", "> a\n>\n> \\> b")]
#[case::gaps("a\n\n\n\n&nbsp;\n\nb", "a\n\nb")]
#[case::rule("a\n\n---\n\nb", "a\n\n———\n\nb")]
#[case::html("a <b>x</b> <!-- y -->", r"a \<b>x\</b> \<!-- y -->")]
#[case::underscores("snake_case_name and 2 * 3", r"snake\_case\_name and 2 \* 3")]
#[case::mentions("@everyone <@1> <@&2> <#3> `<@4>`", r"\@everyone \<\@1> \<\@&2> \<#3> `<@4>`")]
#[case::spoiler("||secret|| __under__ -# small", r"\|\|secret\|\| **under** -# small")]
#[case::subtext("-# small", r"\-# small")]
#[case::entities("a&#x202e;b&ZeroWidthSpace;", "a⟦U+202E⟧b⟦U+200B⟧")]
#[case::nothing("  \n\n&nbsp;\n", "")]
fn markdown_is_written_anew(#[case] text: &str, #[case] shown: &str) {
    assert_eq!(markdown(text), shown);
}

#[rstest]
#[case::link("[docs](https://docs.rs/x)", "[docs](<https://docs.rs/x>)")]
#[case::bare("see https://docs.rs/a_b_c.", "see <https://docs.rs/a_b_c>.")]
#[case::in_brackets("<https://docs.rs/x>", "<https://docs.rs/x>")]
#[case::itself("[https://docs.rs/x](https://docs.rs/x)", "<https://docs.rs/x>")]
#[case::code("[`x`](https://docs.rs/x)", "[`x`](<https://docs.rs/x>)")]
#[case::image("![plot](https://a.example/p.png)", "[plot](<https://a.example/p.png>)")]
#[case::badge("[![ok](https://a.example/b.svg)](https://a.example/ci)", "[ok](<https://a.example/ci>)")]
#[case::file("[main](src/main.rs#L3)", r"main \(src/main.rs#L3\)")]
#[case::script("[x](javascript:alert(1))", r"x \(javascript\:alert\(1\)\)")]
#[case::mask("[bank.example](https://evil.example)", "bank.example (<https://evil.example/>)")]
#[case::mask_with_scheme(
    "[https://bank.example](https://evil.example)",
    r"https\://bank.example (<https://evil.example/>)"
)]
#[case::brackets(r"[a\[1\]](https://a.example)", r"a\[1\] (<https://a.example/>)")]
#[case::markup_in_address("[x](https://a.example/||@everyone**)", "[x](<https://a.example/%7C%7C%40everyone%2A%2A>)")]
fn links_hide_nothing(#[case] text: &str, #[case] shown: &str) {
    assert_eq!(markdown(text), shown);
}

#[test]
fn a_fence_within_a_fence_does_not_break_out() {
    let text = "````md\n# a\n```sh\n@everyone\n```\n````";
    assert_eq!(markdown(text), "`# a`\n\\`\\`\\`sh\n`@everyone`\n\\`\\`\\`");
}

#[test]
fn a_table_stands_in_columns() {
    let text = "| Name | Größe |\n|:--|--:|\n| 世界 | 1 |\n| [a](https://a.example/b) | **22** |";
    insta::assert_snapshot!(markdown(text), @r##"
    ```
    Name                    | Größe
    ------------------------+------
    世界                    |     1
    a (https://a.example/b) |    22
    ```
    "##);
}
