//! The answer to a command.

use super::Sheet;
use crate::card::ReplyCard;

pub(super) fn sheet(card: &ReplyCard) -> Sheet {
    Sheet {
        parts: card.parts.clone(),
        rows: card.rows.clone(),
        file: card.file.clone(),
        wants_words: card.wants.is_some(),
        ..Sheet::default()
    }
}
