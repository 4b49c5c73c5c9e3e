//! Texts with entities as a test can read them: `{bold|words}`.

use crate::text::Rich;
use teloxide_core::types::{MessageEntity, MessageEntityKind, MessageEntityRef};

pub(super) fn drawn(rich: Rich) -> String {
    let (text, entities) = rich.into_parts();
    let placed = MessageEntityRef::parse(&text, &entities);
    let mut shown = String::new();
    for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
        let ends = placed.iter().filter(|entity| entity.end() == at).count();
        shown.push_str(&"}".repeat(ends));
        for entity in placed.iter().filter(|entity| entity.start() == at) {
            shown.push_str(&format!("{{{}|", name(entity.kind())));
        }
        shown.extend(text[at..].chars().next());
    }
    shown
}

fn name(kind: &MessageEntityKind) -> String {
    match kind {
        MessageEntityKind::Pre { language: Some(language) } => format!("pre {language}"),
        MessageEntityKind::TextLink { url } => format!("to {url}"),
        other => format!("{other:?}").split(' ').next().unwrap_or_default().to_lowercase(),
    }
}

/// What Telegram would refuse of a text, or give back other than it was meant.
pub(super) fn fault(text: &str, entities: &[MessageEntity]) -> Option<String> {
    if text.trim() != text {
        return Some("blanks around it".to_owned());
    }
    if entities.len() > 100 {
        return Some(format!("{} entities", entities.len()));
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    entities.iter().enumerate().find_map(|(number, entity)| {
        let part = units.get(entity.offset..entity.offset + entity.length).map(String::from_utf16);
        let others = entities.iter().enumerate().filter(|(other, _)| *other != number);
        match part {
            None => Some(format!("{entity:?} is outside")),
            Some(Err(_)) => Some(format!("{entity:?} parts a character")),
            Some(Ok(part)) if part.trim().is_empty() => Some(format!("{entity:?} is blank")),
            Some(Ok(_)) => others.map(|(_, other)| other).find_map(|other| clash(entity, other)),
        }
    })
}

fn clash(one: &MessageEntity, other: &MessageEntity) -> Option<String> {
    let (start, end) = (one.offset.max(other.offset), (one.offset + one.length).min(other.offset + other.length));
    let is_nested = |inner: &MessageEntity| inner.offset == start && inner.offset + inner.length == end;
    let is_code =
        |entity: &MessageEntity| matches!(entity.kind, MessageEntityKind::Code | MessageEntityKind::Pre { .. });
    let is_quote = |entity: &MessageEntity| {
        matches!(entity.kind, MessageEntityKind::Blockquote | MessageEntityKind::ExpandableBlockquote)
    };
    let is_quoted_code = |quote: &MessageEntity, code: &MessageEntity| {
        is_quote(quote) && code.kind == MessageEntityKind::Code && is_nested(code)
    };
    let refused = start < end
        && ((!is_nested(one) && !is_nested(other))
            || std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind)
            || ((is_code(one) || is_code(other)) && !is_quoted_code(one, other) && !is_quoted_code(other, one)));
    refused.then(|| format!("{one:?} clashes with {other:?}"))
}
