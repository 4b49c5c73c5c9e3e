use crate::text::escape;
use rstest::rstest;

#[rstest]
#[case::everyone("@everyone @here", r"\@everyone \@here")]
#[case::person("<@123> <@&4> <#5>", r"\<\@123> \<\@&4> \<#5>")]
#[case::timestamp("<t:1> </run:2> <:x:3>", r"\<t\:1> \</run\:2> \<\:x\:3>")]
#[case::styles("*a* __b__ ~~c~~ ||d|| `e`", r"\*a\* \_\_b\_\_ \~\~c\~\~ \|\|d\|\| \`e\`")]
#[case::masked("[bank](https://evil.example)", r"\[bank\]\(https\://evil.example\)")]
#[case::lines("# a\n  > b\n- c\n-# d\n1. e\n2) f", "\\# a\n  \\> b\n\\- c\n\\-# d\n1\\. e\n2\\) f")]
#[case::in_the_line("a # b > c - d 1. e", "a # b > c - d 1. e")]
#[case::backslash(r"C:\temp\*", r"C:\\temp\\\*")]
#[case::emoji(":smile: at 12:30: fine", r"\:smile: at 12\:30: fine")]
#[case::shrug(r"¯\_(ツ)_/¯", r"¯\\\_\(ツ\)\_/¯")]
#[case::hidden("a\u{202e}b\u{200b}", "a⟦U+202E⟧b⟦U+200B⟧")]
#[case::emoji_of_several("👩\u{200d}💻 ⚠\u{fe0f}", "👩\u{200d}💻 ⚠\u{fe0f}")]
fn plain_text_looks_as_written(#[case] text: &str, #[case] shown: &str) {
    assert_eq!(escape(text), shown);
}
