//! The entities that Telegram itself finds in what people write: commands, mentions, addresses.

use super::entity::{Entity, units};

/// Finds them, in the order of the text.
pub(crate) fn detect(text: &str) -> Vec<Entity> {
    let mut entities = Vec::new();
    let mut from = 0;
    while let Some((kind, start, length)) = next(text, from) {
        let part = &text[start..start + length];
        entities.push(Entity::plain(kind, units(&text[..start]), units(part)));
        from = start + length;
    }
    entities
}

/// The next one: its kind, where it starts and how long it is, in bytes.
fn next(text: &str, from: usize) -> Option<(&'static str, usize, usize)> {
    text[from..].char_indices().find_map(|(index, character)| {
        let start = from + index;
        let before = text[..start].chars().next_back();
        if before.is_some_and(|before| before.is_alphanumeric() || "_/@".contains(before)) {
            return None;
        }
        let rest = &text[start..];
        let found = match character {
            '/' => command(rest).map(|length| ("bot_command", length)),
            '@' => name(&rest[1..], 4, 32).map(|length| ("mention", length + 1)),
            'h' => address(rest).map(|length| ("url", length)),
            _ => None,
        };
        found.map(|(kind, length)| (kind, start, length))
    })
}

/// `/name`, or `/name@bot`.
fn command(rest: &str) -> Option<usize> {
    let length = 1 + name(&rest[1..], 1, 64)?;
    let bot = rest[length..].strip_prefix('@').and_then(|rest| name(rest, 3, 32)).map(|length| length + 1);
    let length = length + bot.unwrap_or(0);
    // A path is no command.
    (!rest[length..].starts_with('/')).then_some(length)
}

fn name(rest: &str, least: usize, most: usize) -> Option<usize> {
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    (least..=most).contains(&length).then_some(length)
}

fn address(rest: &str) -> Option<usize> {
    let scheme = ["http://", "https://"].into_iter().find(|scheme| rest.starts_with(scheme))?;
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let length = rest[..end].trim_end_matches(['.', ',', ')', ';', ':', '!', '?']).len();
    (length > scheme.len()).then_some(length)
}
