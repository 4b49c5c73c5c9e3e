//! The form in which Telegram takes a text: characters, and entities counted in UTF-16.

use super::rich::{Rich, Span, Style};
use teloxide_core::types::{MessageEntity, MessageEntityKind};

/// Telegram takes so many entities with a message and drops the others.
pub(super) const MOST_ENTITIES: usize = 100;

impl Rich {
    /// The text and its entities in order. Where they are too many, bold and the like give way before code does.
    pub(crate) fn into_parts(self) -> (String, Vec<MessageEntity>) {
        let Self { text, spans } = self.tidy();
        let entities = within_number(spans).into_iter().map(|span| entity(&text, span)).collect();
        (text, entities)
    }
}

fn within_number(mut spans: Vec<Span>) -> Vec<Span> {
    let is_block = |span: &Span| matches!(span.style, Style::Pre { .. });
    let mut room = MOST_ENTITIES.saturating_sub(spans.iter().filter(|span| is_block(span)).count());
    spans.retain(|span| {
        let stays = is_block(span) || room > 0;
        room -= usize::from(stays && !is_block(span));
        stays
    });
    spans
}

fn entity(text: &str, span: Span) -> MessageEntity {
    let length = |part: &str| part.encode_utf16().count();
    MessageEntity::new(kind(span.style), length(&text[..span.range.start]), length(&text[span.range]))
}

fn kind(style: Style) -> MessageEntityKind {
    match style {
        Style::Strong => MessageEntityKind::Bold,
        Style::Italic => MessageEntityKind::Italic,
        Style::Struck => MessageEntityKind::Strikethrough,
        Style::Code => MessageEntityKind::Code,
        Style::Pre { language } => MessageEntityKind::Pre { language: (!language.is_empty()).then_some(language) },
        Style::Link(url) => MessageEntityKind::TextLink { url },
        Style::Quote { folded: false } => MessageEntityKind::Blockquote,
        Style::Quote { folded: true } => MessageEntityKind::ExpandableBlockquote,
    }
}
