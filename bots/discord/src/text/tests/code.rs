use crate::text::{fence, inline_code};
use rstest::rstest;

#[rstest]
#[case("ls -la", "`ls -la`")]
#[case("echo `date`", "`` echo `date` ``")]
#[case("a``b", r"a\`\`b")]
#[case("# ```", r"\# \`\`\`")]
#[case("a\nb", "`a⏎b`")]
#[case("ls\u{a0}-l", "`ls⟦U+00A0⟧-l`")]
#[case("", "")]
fn code_in_a_line(#[case] text: &str, #[case] shown: &str) {
    assert_eq!(inline_code(text), shown);
}

#[test]
fn a_fence_around_code() {
    assert_eq!(fence("rust", "fn a() {}\n").unwrap(), "```rust\nfn a() {}\n```");
    assert_eq!(fence("not a language!", "x").unwrap(), "```not\nx\n```");
    assert_eq!(fence("<@1>", "x").unwrap(), "```\nx\n```");
    assert_eq!(fence("", "").unwrap(), "```\n \n```");
    assert_eq!(fence("sh", "rm\u{200b} -rf\r\n").unwrap(), "```sh\nrm⟦U+200B⟧ -rf⟦U+000D⟧\n```");
}

#[test]
fn what_would_break_out_of_a_fence_is_not_put_in_one() {
    assert_eq!(fence("md", "a\n```\n@everyone\n"), None);
}
