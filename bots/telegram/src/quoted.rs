//! What a message says in its sender's own words. A quotation at its beginning is somebody else's, and code at its beginning
//! is shown, not said: neither calls us.

use crate::wire::Entity;

/// The text without the quotations that it begins with. Code at the beginning goes too where it would be a command or
/// call us by name (`called` begins with `@`); other code there is part of what is asked.
pub(crate) fn own_words<'t>(text: &'t str, entities: &[Entity], called: &str) -> &'t str {
    let mut rest = text.trim_start();
    while let Some(entity) = entities.iter().find(|entity| starts(text, entity) == Some(text.len() - rest.len())) {
        let Some(end) = byte_at(text, entity.offset + entity.length) else { break };
        let start = text.len() - rest.len();
        if end <= start || !is_shown(&text[start..end], &entity.kind, called) {
            break;
        }
        rest = text[end..].trim_start();
    }
    // Where all of it is a quotation, the quotation is what they want to say; as long as it is no command.
    let all_quoted = rest.is_empty() && !commands(text.trim_start(), called);
    let untouched = rest.len() == text.trim_start().len();
    if all_quoted || untouched { text } else { rest }
}

/// Where in the text an entity's own text starts: Telegram may count the blanks before it in.
fn starts(text: &str, entity: &Entity) -> Option<usize> {
    let shown = matches!(entity.kind.as_str(), "blockquote" | "expandable_blockquote" | "pre" | "code");
    let at = byte_at(text, entity.offset).filter(|_| shown)?;
    Some(text.len() - text[at..].trim_start().len())
}

fn is_shown(inside: &str, kind: &str, called: &str) -> bool {
    matches!(kind, "blockquote" | "expandable_blockquote") || commands(inside, called)
}

fn commands(text: &str, called: &str) -> bool {
    let begins = text.get(..called.len()).is_some_and(|start| start.eq_ignore_ascii_case(called));
    text.starts_with('/') || begins
}

/// The byte at which a UTF-16 offset lies; none where it is beyond the text or within a character.
fn byte_at(text: &str, offset: usize) -> Option<usize> {
    let mut units = 0;
    for (at, char) in text.char_indices() {
        if units >= offset {
            return (units == offset).then_some(at);
        }
        units += char.len_utf16();
    }
    (units == offset).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn entity(kind: &str, offset: usize, length: usize) -> Entity {
        Entity { kind: kind.to_owned(), offset, length }
    }

    #[rstest]
    #[case::no_entities("fix it", &[], "fix it")]
    #[case::quotation("they said so\n/stop", &[("blockquote", 0, 12)], "/stop")]
    #[case::folded("🎉 so\n@bot fix", &[("expandable_blockquote", 0, 5)], "@bot fix")]
    #[case::two("a\nb\n/stop", &[("blockquote", 0, 1), ("blockquote", 2, 1)], "/stop")]
    #[case::only_a_quotation("do this", &[("blockquote", 0, 7)], "do this")]
    #[case::only_a_quoted_command("/stop", &[("blockquote", 0, 5)], "")]
    #[case::a_shown_command("/stop\ndoes nothing", &[("pre", 0, 5)], "does nothing")]
    #[case::a_shown_name("@Bot x\nis how", &[("code", 0, 6)], "is how")]
    #[case::code_in_the_request("cargo test fails", &[("code", 0, 10)], "cargo test fails")]
    #[case::a_quotation_later("fix\n/stop", &[("blockquote", 4, 5)], "fix\n/stop")]
    #[case::beyond_the_text("fix", &[("blockquote", 0, 99)], "fix")]
    #[case::within_a_character("🎉x", &[("blockquote", 0, 1)], "🎉x")]
    fn what_is_quoted_at_the_beginning_is_not_said(
        #[case] text: &str,
        #[case] entities: &[(&str, usize, usize)],
        #[case] own: &str,
    ) {
        let entities: Vec<_> = entities.iter().map(|(kind, at, length)| entity(kind, *at, *length)).collect();
        assert_eq!(own_words(text, &entities, "@bot"), own);
    }
}
