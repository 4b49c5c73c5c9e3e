use crate::text::split;

#[test]
fn a_short_text_is_one_message() {
    assert_eq!(split("a\n\nb", 40), ["a\n\nb"]);
    assert_eq!(split(" \n\n ", 40), [""; 0]);
}

#[test]
fn paragraphs_are_parted_before_lines_and_words() {
    let text = "one two three four five six\n\nseven eight nine ten eleven twelve\nthirteen fourteen";
    assert_eq!(
        split(text, 60),
        ["one two three four five six", "seven eight nine ten eleven twelve\nthirteen fourteen"]
    );
}

#[test]
fn words_stay_whole() {
    let text = "one two three four five six seven eight nine ten";
    assert_eq!(split(text, 40), ["one two three four five six seven eight", "nine ten"]);
}

#[test]
fn a_fence_that_fits_is_not_cut() {
    let text = format!("{}\n```rust\nfn main() {{\n    run();\n}}\n```\nend", "words ".repeat(8));
    let pieces = split(&text, 64);
    assert_eq!(pieces[1], "```rust\nfn main() {\n    run();\n}\n```\nend");
}

#[test]
fn a_long_fence_is_closed_and_opened_again() {
    let text = format!("```rust\n{}```", "let a = 1;\n".repeat(8));
    let pieces = split(&text, 60);
    assert!(pieces.len() > 1);
    for piece in pieces {
        assert!(piece.starts_with("```rust\nlet a = 1;\n") && piece.ends_with("\nlet a = 1;\n```"), "{piece}");
    }
}

#[test]
fn a_style_is_closed_and_opened_again() {
    let text = format!("> **{}**", "word ".repeat(20).trim());
    let pieces = split(&text, 44);
    assert!(pieces.len() > 2);
    for piece in pieces {
        assert!(piece.starts_with("> **word") && piece.ends_with("word**"), "{piece}");
    }
}

#[test]
fn code_and_links_are_not_cut_if_they_fit() {
    let text = "some words here `code with words in it` and more words [label here](<https://a.example>) and so on";
    let pieces = split(text, 44);
    assert!(pieces.iter().any(|piece| piece.contains("`code with words in it`")), "{pieces:?}");
    assert!(pieces.iter().any(|piece| piece.contains("[label here](<https://a.example>)")), "{pieces:?}");
}

#[test]
fn code_that_is_too_long_stays_code() {
    let text = format!("`{}`", "<@1> ".repeat(20).trim());
    for piece in split(&text, 40) {
        assert!(piece.starts_with("`<@1>") && piece.ends_with("<@1>`"), "{piece}");
    }
}

#[test]
fn nothing_escaped_loses_its_backslash() {
    let text = r"\@".repeat(50);
    for piece in split(&text, 41) {
        assert_eq!(piece.len() % 2, 0);
    }
}

#[test]
fn emoji_stay_whole() {
    let text = "👩\u{200d}💻".repeat(40);
    assert!(split(&text, 41).iter().all(|piece| piece.starts_with('👩') && piece.ends_with('💻')));
}
