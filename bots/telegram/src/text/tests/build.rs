use super::drawn::drawn;
use crate::text::Rich;
use teloxide_core::types::MessageEntity;

#[test]
fn offsets_are_counted_as_telegram_counts() {
    let (text, entities) = Rich::default().plain("👩 ").strong("ü世").plain(" ").code("👍x").into_parts();
    assert_eq!(text, "👩 ü世 👍x");
    assert_eq!(entities, [MessageEntity::bold(3, 2), MessageEntity::code(6, 3)]);
}

#[test]
fn blanks_at_the_ends_are_not_counted() {
    let (text, entities) = Rich::default().plain("\n ").strong(" a ").plain(" \n").into_parts();
    assert_eq!((text.as_str(), entities), ("a", vec![MessageEntity::bold(0, 1)]));
}

#[test]
fn lines_do_not_double() {
    let rich = Rich::default().line().plain("a").line().line().gap().gap().plain("b").line();
    assert_eq!(drawn(rich), "a\n\nb");
}

#[test]
fn blocks_stand_on_lines_of_their_own() {
    let rich = Rich::default().plain("a").pre("rust,ignore", "b\n\n").plain("c").quote("d").plain("e");
    assert_eq!(drawn(rich), "a\n{pre rust|b}\nc\n{blockquote|d}\ne");
}

#[test]
fn a_long_quotation_is_folded() {
    assert!(drawn(Rich::default().quote(&"a\n".repeat(9))).starts_with("{expandableblockquote|a"));
}

#[test]
fn nothing_is_interpreted() {
    let text = "**a** <b>c</b> [d](https://e.example)";
    assert_eq!(drawn(Rich::default().plain(text)), text);
}

#[test]
fn the_unseen_is_shown() {
    let rich = Rich::default().plain("a\u{202e}b ").code("ls\u{a0}-l").pre("", "rm\u{200b}\r\n-rf");
    assert_eq!(drawn(rich), "a⟦U+202E⟧b {code|ls⟦U+00A0⟧-l}\n{pre|rm⟦U+200B⟧⟦U+000D⟧\n-rf}");
}

#[test]
fn links_of_ours_lead_to_the_web_or_into_telegram() {
    let rich = Rich::default().link("a", "tg://user?id=1").plain(" ").link("b", "https://c.example/").plain(" ");
    assert_eq!(
        drawn(rich.link("d", "javascript:e")),
        "{to tg://user?id=1|a} {to https://c.example/|b} d (javascript:e)"
    );
}

#[test]
fn what_is_too_much_gives_way_but_code_does_not() {
    let many = (0..150).fold(Rich::default(), |rich, _| rich.strong("a").plain(" "));
    let (_, entities) = many.pre("rust", "b").into_parts();
    assert_eq!(entities.len(), 100);
    assert_eq!(entities[99].offset, 301);
}
