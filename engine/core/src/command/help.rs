//! The help, made from the catalogue.

use super::Command;
use super::manner::{Manner, Plain};
use super::verb::{Entry, Verb};

/// Explains all commands, or one with its arguments, the way they are typed in this place. Markdown's backticks mark
/// what is typed.
pub fn help(verb: Option<Verb>, manner: &Manner) -> String {
    match verb {
        Some(verb) => explain(verb.entry(), manner),
        None => overview(manner),
    }
}

fn overview(manner: &Manner) -> String {
    let begin = match (manner.plain, manner.mentions.first()) {
        (Plain::IsTask, _) => "Write what you want done, or one of these:".to_owned(),
        (Plain::IsIgnored, Some(name)) => format!("Write `{name}` and what you want done, or one of these:"),
        (Plain::IsIgnored, None) => "Write one of these:".to_owned(),
    };
    let lines = Command::catalogue().iter().map(|entry| headline(entry, manner));
    std::iter::once(begin).chain(lines).collect::<Vec<_>>().join("\n")
}

fn explain(entry: &Entry, manner: &Manner) -> String {
    let arguments = entry.arguments.iter().map(|argument| format!("`{}` {}", argument.written, argument.help));
    std::iter::once(headline(entry, manner)).chain(arguments).collect::<Vec<_>>().join("\n")
}

fn headline(entry: &Entry, manner: &Manner) -> String {
    format!("`{}` {}", manner.typed(&entry.usage()), entry.help)
}
