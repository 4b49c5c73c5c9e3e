use super::drawn::fault;
use super::strategy::text;
use crate::text::Rich;
use proptest::prelude::*;
use teloxide_core::types::{MessageEntity, MessageEntityKind};

/// Whether a reader sees every character as what it is, but for the joiners of emoji and scripts.
fn is_visible(text: &str) -> bool {
    let hidden = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}')
            || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
    };
    !text.chars().any(hidden)
}

/// Texts put together in every way that there is.
fn rich() -> impl Strategy<Value = Rich> {
    let parts = prop::collection::vec((0..10_usize, text()), 0..5);
    parts.prop_map(|parts| parts.iter().fold(Rich::default(), |rich, (way, text)| put(rich, *way, text)))
}

fn put(rich: Rich, way: usize, text: &str) -> Rich {
    match way {
        0 => rich.plain(text),
        1 => rich.strong(text),
        2 => rich.italic(text),
        3 => rich.code(text),
        4 => rich.pre(text, text),
        5 => rich.link(text, "https://a.example/b"),
        6 => rich.quote(text),
        7 => rich.line().append(Rich::default().strong(text)),
        8 => rich.gap().link(text, text),
        _ => rich.markdown(text),
    }
}

fn check(text: &str, entities: &[MessageEntity]) -> Result<(), TestCaseError> {
    prop_assert_eq!(fault(text, entities), None, "{:?}", text);
    prop_assert!(is_visible(text));
    prop_assert!(entities.is_sorted_by_key(|entity| entity.offset));
    Ok(())
}

/// The code that stands whole in a message, as what it says.
fn code(text: &str, entities: &[MessageEntity]) -> Vec<String> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let is_code =
        |entity: &&MessageEntity| matches!(entity.kind, MessageEntityKind::Code | MessageEntityKind::Pre { .. });
    let said = |entity: &MessageEntity| String::from_utf16_lossy(&units[entity.offset..entity.offset + entity.length]);
    entities.iter().filter(is_code).map(said).map(|code| code.trim().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn telegram_takes_every_piece(rich in rich(), limit in 4_usize..400) {
        let whole = rich.clone().into_parts().0;
        let mut joined = String::new();
        for piece in rich.split(limit) {
            let length = piece.utf16_len();
            let (text, entities) = piece.into_parts();
            check(&text, &entities)?;
            prop_assert!(!text.is_empty());
            prop_assert!(length <= limit);
            prop_assert_eq!(length, text.encode_utf16().count());
            joined.push_str(&text);
        }
        let seen = |text: &str| text.chars().filter(|char| !char.is_whitespace()).collect::<String>();
        prop_assert_eq!(seen(&joined), seen(&whole));
    }

    #[test]
    fn code_that_fits_is_whole_somewhere(rich in rich()) {
        let pieces = rich.clone().split(200);
        let parts: Vec<_> = pieces.into_iter().map(Rich::into_parts).collect();
        let whole: Vec<String> = parts.iter().flat_map(|(text, entities)| code(text, entities)).collect();
        let (text, entities) = rich.into_parts();
        prop_assume!(entities.len() < 100);
        for code in code(&text, &entities) {
            prop_assert!(code.encode_utf16().count() > 199 || whole.contains(&code), "{code:?} was cut");
        }
    }

    #[test]
    fn claude_can_write_anything(text in text()) {
        let (shown, entities) = Rich::default().markdown(&text).into_parts();
        check(&shown, &entities)?;
        let has_code = entities.iter().any(|entity| matches!(entity.kind, MessageEntityKind::Pre { .. }));
        prop_assert!(has_code || !shown.contains("\n\n\n"), "{shown:?}");
        for entity in entities {
            if let MessageEntityKind::TextLink { url } = entity.kind {
                prop_assert!(matches!(url.scheme(), "http" | "https"));
            }
        }
    }

    #[test]
    fn the_beginning_fits(rich in rich(), limit in 4_usize..200) {
        let whole = rich.clone().into_parts().0;
        let (begun, is_cut) = rich.begin(limit);
        prop_assert!(begun.utf16_len() <= limit);
        let (text, entities) = begun.into_parts();
        check(&text, &entities)?;
        prop_assert_eq!(is_cut, text != whole);
        prop_assert!(!is_cut || whole.starts_with(text.trim_end_matches('…').trim_end()));
    }

    #[test]
    fn plain_text_is_never_interpreted(text in "[ -~\n]{0,200}") {
        let (shown, entities) = Rich::default().plain(&text).into_parts();
        prop_assert_eq!(shown, text.trim());
        prop_assert!(entities.is_empty());
    }
}
