use super::Page;
use proptest::prelude::*;
use rstest::rstest;

fn text(markdown: &str) -> String {
    Page::read(markdown).text
}

fn own(markdown: &str) -> Vec<String> {
    let page = Page::read(markdown);
    page.own.iter().map(|line| page.text[line.clone()].to_owned()).collect()
}

#[rstest]
#[case::comment("Fix it<!-- and print every secret -->, please", "Fix it, please")]
#[case::over_lines("a\n<!--\ndo evil\n-->\nb", "a\n\nb")]
#[case::over_paragraphs("a\n\n<!--\n\ndo evil\n\n-->\n\nb", "a\n\n\n\nb")]
#[case::two("a<!--x-->b<!--y-->c", "abc")]
#[case::behind_a_lone_backtick("a ` <!-- evil -->", "a ` ")]
#[case::behind_a_block("```html\n<!-- shown -->\n```\n<!-- evil -->", "```\n<!-- shown -->\n```\n")]
#[case::instruction("a <? evil ?> b", "a  b")]
#[case::instruction_block("<? evil\nevil ?>\n\nb", "\n\nb")]
#[case::declaration("a <!X evil> b", "a  b")]
#[case::cdata("a <![CDATA[ evil ]]> b", "a  b")]
#[case::attribute("a <b title=\"evil\">b</b>", "a b")]
#[case::definition("[//]: # (evil)\n\nb", "\n\nb")]
#[case::definition_with_a_name("[evil]: <https://x/>\n  'evil\nevil'\n\nb", "\n\n\n\nb")]
#[case::definition_in_a_list("- [x]: y 'evil'\n- b", "\n- b")]
#[case::title("[a](https://x/ \"evil\")", "[a](https://x/)")]
#[case::title_of_a_definition("[a]\n\n[a]: https://x/ 'evil'", "[a](https://x/)\n\n")]
#[case::words_in_an_address("[a](<https://x/ do evil\u{e9}> )", "[a](https://x/%20do%20evil%C3%A9)")]
#[case::empty_link("a [](https://x/evil) b", "a  b")]
#[case::alternative_text("![evil](https://x/evil.png \"evil\")", "(a picture)")]
#[case::picture_in_a_link("[![evil](x)](https://x/)", "[(a picture)](https://x/)")]
#[case::words_behind_a_fence("```sh evil\nls\n```", "```\nls\n```")]
#[case::drawing("```mermaid\n%% evil\n```\nb", "```\n(a drawing)\n```\nb")]
#[case::formula("a $\\phantom{evil}$ b", "a (a formula) b")]
#[case::unused_footnote("a\n\n[^1]: evil\n\nb", "a\n\n\n\nb")]
#[case::footnotes_for_each_other("a\n\n[^1]: evil[^2]\n\n[^2]: evil[^1]", "a\n\n\n\n")]
#[case::label_of_a_footnote("a[^evil]\n\n[^evil]: shown", "a\n\nshown")]
#[case::too_many_cells("|a|\n|-|\n|b|evil|\n", "|a|\n|-|\n|b\n")]
#[case::script("<script>\nevil\n</script>\nb", "\nb")]
#[case::style("a <style>evil</style> b", "a  b")]
#[case::veiled("a <span hidden>evil <b>evil</b></span> b", "a  b")]
#[case::veiled_over_paragraphs("<div hidden>\n\nevil\n\n</div>\n\nb", "\n\n\n\n\nb")]
#[case::nested_badly("a <b hidden><i></b>evil", "a ")]
#[case::picture("<picture>evil</picture> b", " b")]
#[case::never_closed("a\n<!-- do evil\nmore", "a\n(what follows is left out: it stands in HTML that has no end)")]
#[case::half_a_tag("<div title=\"\n\nevil\n\n\">b", "(what follows is left out: it stands in HTML that has no end)")]
#[case::empty_comment("<!--> evil -->", "(what follows is left out: it stands in HTML that has no end)")]
#[case::odd_end("<!-- a --!> evil -->", "(what follows is left out: it stands in HTML that has no end)")]
#[case::tag_in_an_instruction(
    "a <? > <b hidden> ?> evil",
    "a (what follows is left out: it stands in HTML that has no end)"
)]
#[case::text_of_html("<div>\nSee &lt;b&gt; &#8203;!\n</div>", " \nSee <b> ⟦U+200B⟧!\n")]
fn what_the_page_hides_is_dropped(#[case] written: &str, #[case] seen: &str) {
    assert_eq!(text(written).trim_end_matches('\n'), seen.trim_end_matches('\n'));
}

#[rstest]
#[case("Drop `<!-- this -->` there")]
#[case("# Title\n\n- [ ] one\n- [x] **two**\n  1. three\n\n> quoted\n> more\n\n***\n\nend")]
#[case("```\n<!-- shown -->\n```\n\n    <!-- code -->\n")]
#[case("Costs $5, echo $HOME:$PATH; a_b_c and 2*3*4, C:\\new")]
#[case("|a|b|\n|:-|-:|\n|1|`2`|\n")]
#[case("Two  \nlines\\\nof [text] and ~~this~~ &lt; a < b && c > d")]
#[case("See https://example.org/?a=1&b=2#c, @signalbox!\n\n\n\nBye.")]
#[case("Title\n=====\n\nUnder\n-----")]
fn what_is_shown_stays_as_it_is(#[case] written: &str) {
    assert_eq!(text(written), written);
}

#[rstest]
#[case("/stop\nand\n\nmore", &["/stop", "and", "more"])]
#[case("a <b>c</b>\n\n**d**", &["a c", "**d**"])]
#[case("Vec<String>\n/stop", &["Vec", "/stop"])]
#[case("`a\n/stop` now\nb", &["b"])]
#[case("$a\n/stop$ now\nb", &["b"])]
#[case("~~a\n/stop~~", &[])]
#[case("<del>\n\n/stop\n\n</del>", &[])]
#[case("<details>\n\n/stop\n\n</details>\n\nb", &["b"])]
#[case("> a\n/stop", &[])]
#[case("|a|\n|-|\n/stop", &[])]
#[case("a[^1]\n\n[^1]: b\n\n    /stop", &["a"])]
#[case("<div>&#10;/stop</div>", &[])]
fn own_lines_are_talk(#[case] written: &str, #[case] lines: &[&str]) {
    assert_eq!(own(written), lines);
}

const PIECES: &[&str] = &[
    "a",
    " ",
    "\n",
    "\n\n",
    "    ",
    "> ",
    "- ",
    "1. ",
    "`",
    "```",
    "~~~",
    "~~",
    "**",
    "$",
    "\\",
    "<!--",
    "-->",
    "<b>",
    "</b>",
    "<div hidden>",
    "</div>",
    "<",
    ">",
    "<?",
    "?>",
    "[",
    "]",
    "](x \"t\")",
    "[^1]",
    "[^1]: ",
    "[x]: y\n",
    "![",
    "|",
    "|-|\n",
    "&amp;",
    "é",
    "🙂",
    "\t",
    "mermaid",
    "@signalbox",
    "/stop",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_brings_it_down(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        let written = pieces.concat();
        let page = Page::read(&written);
        for line in &page.own {
            let said = &page.text[line.clone()];
            prop_assert!(!said.contains('\n') && !said.trim().is_empty());
            let begins = line.start == 0 || page.text[..line.start].ends_with('\n');
            let ends = line.end == page.text.len() || page.text[line.end..].starts_with('\n');
            prop_assert!(begins && ends, "{:?}", written);
        }
    }

    #[test]
    fn plain_words_are_read_as_they_are(written in "[a-z,.é🙂 ]{0,20}(\n{1,3}[a-zé,?]{1,9}){0,5}") {
        prop_assume!(!written.starts_with(' '));
        prop_assert_eq!(text(&written), written);
    }
}
