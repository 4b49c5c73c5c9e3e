//! Texts that nobody thought of.

use proptest::prelude::*;

/// Pieces that Markdown, Discord's markup and hostile texts are made of.
const PIECES: &[&str] = &[
    "*",
    "**",
    "_",
    "__",
    "~~",
    "||",
    "`",
    "``",
    "```",
    "```rust\n",
    "\n",
    "\n\n",
    "\n\n\n",
    "# ",
    "#### ",
    "-# ",
    "> ",
    ">>> ",
    "- ",
    "  - ",
    "1. ",
    "- [ ] ",
    "- [x] ",
    "|a|b|\n|-|:-:|\n|c|",
    "---\n",
    "[",
    "](",
    ")",
    "![",
    "<",
    ">",
    "<b>",
    "https://a.example/x_y",
    "(https://b.example/(z))",
    "<@123>",
    "@everyone",
    "<#5>",
    "\\",
    "&nbsp;",
    "&#x202e;",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\r",
    "\u{1b}[2J",
    "\t",
    "    ",
    " ",
    "word",
    "a longer run of words ",
    "世界",
    "👩\u{200d}💻",
    "🇩🇪",
    "e\u{301}",
    "\u{e0041}",
    ":smile:",
    "<!-- x -->",
    "javascript:alert(1)",
];

/// Texts of such pieces, and of anything at all.
pub(super) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(PIECES).prop_map(str::to_owned),
        2 => "[a-z]{1,9} ",
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// The letters and digits of a text, in order, but for what stands behind a fence.
pub(super) fn letters(text: &str) -> String {
    let said = text.lines().filter(|line| !line.starts_with("```"));
    said.flat_map(str::chars).filter(|char| char.is_alphanumeric()).collect()
}
