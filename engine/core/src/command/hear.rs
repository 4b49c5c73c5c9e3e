//! Whom a line calls: us by a slash, us by name, somebody else, or nobody.

use super::lines::Line;
use super::manner::{Manner, Slash};
use super::values::{bare, is_blank};

/// What a line is to us. `rest` runs from behind what was heard to the end of the message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard<'t> {
    /// Nothing.
    Nothing,
    /// A command for another bot.
    ForSomebodyElse,
    /// A word with a slash before it, in lower case.
    Slash {
        /// The word.
        word: String,
        /// Whether our name was said along with it.
        by_name: bool,
        /// What follows.
        rest: &'t str,
    },
    /// Our name.
    Called {
        /// What follows.
        rest: &'t str,
    },
}

/// The longest command word that any platform offers.
const MAX_WORD: usize = 32;

/// Listens to one own line of a message.
pub(super) fn hear<'t>(text: &'t str, line: Line, manner: &Manner) -> Heard<'t> {
    let before = text[line.start..line.end].chars().take_while(|c| is_blank(*c));
    let from = &text[line.start + before.map(char::len_utf8).sum::<usize>()..];
    if let Some(length) = mention_at(from, manner) {
        let rest = from[length..].trim_start_matches(|c: char| is_blank(c) && c != '\n');
        let rest = rest.strip_prefix([',', ':']).unwrap_or(rest);
        let command = rest.trim_start_matches(|c: char| is_blank(c) && c != '\n');
        return match slash_word(command, manner) {
            Some((word, None, rest)) => Heard::Slash { word, by_name: true, rest },
            Some((_, Some(_), _)) | None => Heard::Called { rest },
        };
    }
    match (&manner.slash, slash_word(from, manner)) {
        (Slash::Ignored, _) | (_, None) | (Slash::Command, Some((_, Some(_), _))) => Heard::Nothing,
        (Slash::Command | Slash::CommandFor(_), Some((word, None, rest))) => {
            Heard::Slash { word, by_name: false, rest }
        }
        (Slash::CommandFor(us), Some((word, Some(name), rest))) => match name.eq_ignore_ascii_case(us) {
            true => Heard::Slash { word, by_name: true, rest },
            false => Heard::ForSomebodyElse,
        },
    }
}

/// Whether our name is said anywhere in an own line, outside of inline code.
pub(super) fn names_us(line: &str, manner: &Manner) -> bool {
    let mut before = ' ';
    let mut ticks = 0;
    for (at, char) in line.char_indices() {
        let begins = !before.is_alphanumeric() && !"_-./@".contains(before);
        if begins && ticks % 2 == 0 && mention_at(&line[at..], manner).is_some() {
            return true;
        }
        ticks += usize::from(char == '`');
        before = char;
    }
    false
}

/// How long the mention is that a text begins with.
fn mention_at(text: &str, manner: &Manner) -> Option<usize> {
    let is_here = |mention: &&String| {
        let here = text.get(..mention.len()).is_some_and(|start| start.eq_ignore_ascii_case(mention));
        here && !mention.is_empty() && (mention.ends_with('>') || ends_name(&text[mention.len()..]))
    };
    manner.mentions.iter().filter(is_here).map(String::len).max()
}

/// Whether a name is over where this text begins: `@signalbox-dev`, `@signalbox/team` and `@signalbox.org` are others.
fn ends_name(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some('.') => !chars.next().is_some_and(char::is_alphanumeric),
        Some(c) => !c.is_alphanumeric() && !"_-/[".contains(c),
        None => true,
    }
}

/// `/word` or `/word@name` at the beginning of a text: the word, the name and what follows. A path is none.
fn slash_word<'t>(text: &'t str, manner: &Manner) -> Option<(String, Option<String>, &'t str)> {
    let token = text.strip_prefix('/')?.split(char::is_whitespace).next()?;
    let rest = &text[1 + token.len()..];
    let written = bare(token);
    let written = written.trim_end_matches(['.', ',', ':', ';', '!', '?']);
    let (word, name) = match (written.split_once('@'), &manner.slash) {
        (Some((word, name)), Slash::CommandFor(_)) => (word, Some(name.to_owned())),
        (_, _) => (written, None),
    };
    let sound = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (sound && (1..=MAX_WORD).contains(&word.len())).then(|| (word.to_ascii_lowercase(), name, rest))
}
