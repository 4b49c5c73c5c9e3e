//! What GitHub is given to read, read again by the rules of Markdown.

use super::{fence, inline_code, markdown, plain};
use insta::assert_snapshot;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use rstest::rstest;

fn read(text: &str) -> Vec<Event<'_>> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS).collect()
}

/// The pieces of text that a reader of the page sees outside of code, as GitHub looks for names in them.
fn shown(text: &str) -> Vec<String> {
    let mut code = false;
    let mut pieces = vec![String::new()];
    for event in read(text) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => code = false,
            Event::Text(text) if !code => pieces.last_mut().unwrap().push_str(&text),
            _ => pieces.push(String::new()),
        }
    }
    pieces
}

fn calls_somebody(text: &str) -> bool {
    shown(text).iter().any(|piece| {
        let chars: Vec<char> = piece.chars().collect();
        (0..chars.len()).any(|at| {
            let next = chars.get(at + 1).is_some_and(char::is_ascii_alphanumeric);
            let before = at.checked_sub(1).and_then(|at| chars.get(at));
            let within = before.is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_');
            next && ((chars[at] == '@' && !within) || (chars[at] == '#' && chars[at + 1].is_ascii_digit()))
        })
    })
}

/// HTML that does something; the empty comments that break names are ours.
fn holds_html(text: &str) -> bool {
    read(text).iter().any(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => html.trim() != "<!-- -->",
        _ => false,
    })
}

#[rstest]
#[case::mention("Thanks @octocat!")]
#[case::team("cc @acme/admins")]
#[case::escaped(r"\@octocat")]
#[case::entity("&commat;octocat &#64;octocat &#x40;octocat")]
#[case::in_bold("**@octocat** _@octocat_ ~~@octocat~~")]
#[case::in_link("[@octocat](https://example.org)")]
#[case::in_table("| a |\n|---|\n| @octocat |")]
#[case::in_heading("# @octocat")]
#[case::behind_slash("x/@octocat")]
#[case::behind_unicode("é@octocat")]
#[case::html("<b>@octocat</b>")]
#[case::html_block("<div>\n@octocat\n</div>")]
#[case::broken_code("`@octocat")]
#[case::unclosed_fence_twice("```\ncode\n```\n@octocat #1")]
#[case::issue("fixes #3, closes acme/site#4")]
#[case::issue_entity("fixes &num;3 &#35;3")]
#[case::url_with_at("https://example.org/@octocat")]
#[case::reference("[x]: https://e.org '@octocat'\n\nsee [x] @octocat")]
#[case::image("![@octocat](https://evil.org/x.png)")]
fn nobody_is_called_and_nothing_is_closed(#[case] text: &str) {
    let written = markdown(text);
    assert!(!calls_somebody(&written), "{written}");
    assert!(!holds_html(&written), "{written}");
}

#[rstest]
#[case("GH-12 and gh-3", "GH<!-- -->-12 and gh<!-- -->-3")]
#[case("See https://github.com/acme/site/issues/3.", "See `https://github.com/acme/site/issues/3`.")]
#[case("See https://example.org/a_b#c!", "See https://example.org/a_b#c!")]
#[case("[text](https://github.com/acme/site/pull/3)", "text (`https://github.com/acme/site/pull/3`)")]
#[case("[text](https://example.org/a_(b))", "[text](https://example.org/a%5F%28b%29)")]
#[case("[text](javascript:alert(1))", "text (`javascript:alert(1)`)")]
#[case("[bank.example](https://evil.example/)", "bank.example (`https://evil.example/`)")]
#[case("[*go* to `bank.example`](https://evil.example/)", "*go* to `bank.example` (`https://evil.example/`)")]
#[case("[a](https://bank.example@evil.example/)", "a (`https://bank.example@evil.example/`)")]
#[case("[example.org](https://example.org/a)", "[example.org](https://example.org/a)")]
#[case("![alt](https://evil.org/p.png)", "🖼 [alt](https://evil.org/p.png)")]
#[case("<img src=x>", "&lt;img src=x&gt;")]
#[case("a <!-- hidden --> b", "a &lt;!-- hidden --&gt; b")]
#[case("- [ ] task", "- \\[ \\] task")]
#[case("1\\. no list", "1\\. no list")]
#[case("x\u{200b}y", "x⟦U+200B⟧y")]
#[case("[//]: # (hidden)\nseen", "seen")]
#[case("$a_b$", "\\$a\\_b\\$")]
#[case("me@example.org", "me@example.org")]
fn each_thing_looks_as_it_is(#[case] text: &str, #[case] written: &str) {
    assert_eq!(markdown(text), written);
}

#[test]
fn markup_survives() {
    let text = "# Done\n\nI *fixed* **it** in `a|b.rs`:\nnext line\n\n1. one\n   - inner\n2. two\n\n   more\n\n> said\n> before\n\n\
                ```rust\nlet a = \"```\";\n```\n\n| a | b |\n|:--|--:|\n| 1 | `x\\|y` |\n\n---\nend";
    assert_snapshot!(markdown(text), @r#"
    #### Done

    I *fixed* **it** in `a|b.rs`:
    next line

    1. one

       - inner
    2. two

       more

    > said
    > before

    ````rust
    let a = "```";
    ````

    | a | b |
    | :-- | --: |
    | 1 | `x\|y` |

    ---

    end
    "#);
}

#[rstest]
#[case("", "")]
#[case("a", "`a`")]
#[case("a`b", "``a`b``")]
#[case("`", "`` ` ``")]
#[case("a\nb\u{202e}", "`a b⟦U+202E⟧`")]
fn code_stays_within_its_marks(#[case] text: &str, #[case] code: &str) {
    assert_eq!(inline_code(text), code);
}

#[test]
fn a_fence_holds_whatever_stands_in_it() {
    assert_eq!(fence("sh", "echo hi\n"), "```sh\necho hi\n```");
    assert_eq!(fence("sh\n@x", "a\n````\nb"), "`````shx\na\n````\nb\n`````");
}

#[test]
fn plain_text_is_no_markup() {
    assert_eq!(
        plain("# *a* [b](c) <i> @ann #1\nnext"),
        "\\# \\*a\\* \\[b\\](c) &lt;i&gt; @<!-- -->ann #<!-- -->1 next"
    );
}

proptest! {
    #[test]
    fn whatever_is_written_calls_nobody_and_holds_no_html(text in r"([@#<>&*_`~\[\]()!|\\ \n:/.-]|[a-z0-9]|&num;|&#64;|https://|<!--|```|GH){0,60}") {
        let written = markdown(&text);
        prop_assert!(!calls_somebody(&written), "{text:?} became {written:?}");
        prop_assert!(!holds_html(&written), "{text:?} became {written:?}");
        let written = plain(&text);
        prop_assert!(!calls_somebody(&written), "{text:?} became {written:?}");
        prop_assert!(!holds_html(&written), "{text:?} became {written:?}");
    }

    #[test]
    fn a_fence_is_one_block(text in r"([`~ \n]|[a-z]){0,60}") {
        let written = format!("{}\n\nafter", fence("", &text));
        let blocks = read(&written).iter().filter(|event| matches!(event, Event::Start(Tag::CodeBlock(_)))).count();
        prop_assert_eq!(blocks, 1);
        prop_assert!(shown(&written).concat().ends_with("after"));
    }
}
