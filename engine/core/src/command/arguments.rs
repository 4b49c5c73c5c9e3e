//! From what follows a command's word, or from the fields of a form, to the command.

use super::manner::Manner;
use super::misunderstood::{Fault, Misunderstood};
use super::reference::Reference;
use super::values::{self, bare, is_blank, shown};
use super::verb::{Argument, ArgumentKind, Verb};
use super::{Command, MAX_MESSAGE_BYTES, MAX_REASON_CHARS};
use crate::grant::GrantSpan;
use crate::id::TaskId;
use std::str::FromStr;

impl Command {
    /// Makes a command of a form's fields, by the names of the catalogue's arguments: Discord's slash commands come so.
    /// Empty fields count as left out.
    ///
    /// # Errors
    /// [`Misunderstood`] as for typed text.
    pub fn from_fields(verb: Verb, fields: &[(&str, &str)], manner: &Manner) -> Result<Self, Misunderstood> {
        let known = |name: &str| verb.entry().arguments.iter().find(|argument| argument.name == name);
        let given = fields.iter().filter(|(_, value)| !value.chars().all(is_blank));
        let given: Result<Vec<_>, Fault> = given
            .map(|(name, value)| known(name).map(|of| (of, *value)).ok_or_else(|| Fault::UnknownField(shown(name))))
            .collect();
        let command = given.and_then(|values| build(&Given { verb, values }));
        command.map_err(|fault| Misunderstood::of(verb, fault, manner))
    }
}

/// Reads what follows a command's word, up to the end of the line, or of the message where the command takes text.
pub(super) fn read(verb: Verb, rest: &str) -> Result<Command, Fault> {
    build(&split(verb, rest)?)
}

/// The text that follows a word: from the next line, exactly, where the word stands alone, else from the same line.
pub(super) fn text_after(rest: &str) -> &str {
    let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
    let text = if line.chars().all(is_blank) { below } else { rest.trim_start() };
    if text.chars().all(is_blank) { "" } else { text }
}

/// The next word of the line and what follows it.
pub(super) fn next_word(rest: &str) -> Option<(&str, &str)> {
    let line = rest.split('\n').next()?;
    let start = line.find(|c: char| !is_blank(c))?;
    let end = line[start..].find(char::is_whitespace).map_or(line.len(), |length| start + length);
    Some((&rest[start..end], &rest[end..]))
}

/// The values given for a command's arguments, none of them blank.
struct Given<'t> {
    verb: Verb,
    values: Vec<(&'static Argument, &'t str)>,
}

fn split(verb: Verb, mut rest: &str) -> Result<Given<'_>, Fault> {
    let arguments = verb.entry().arguments;
    let takes_text = arguments.last().is_some_and(|last| last.kind.is_text());
    let mut values = Vec::new();
    for argument in arguments {
        if argument.kind.is_text() {
            let text = text_after(rest);
            values.extend((!text.is_empty()).then_some((argument, text)));
            continue;
        }
        let Some((word, after)) = next_word(rest) else { continue };
        let (word, after) = match argument.kind {
            ArgumentKind::Span if word.eq_ignore_ascii_case("for") => {
                next_word(after).ok_or(Fault::Missing(argument.written))?
            }
            _ => (word, after),
        };
        if argument.required || !takes_text || Reference::<TaskId>::is_unmistakable(word) {
            values.push((argument, word));
            rest = after;
        }
    }
    match next_word(rest) {
        Some((word, _)) if !takes_text => Err(Fault::TooMuch(shown(word))),
        _ => Ok(Given { verb, values }),
    }
}

impl Given<'_> {
    fn find(&self, kind: ArgumentKind) -> Option<&str> {
        self.values.iter().find(|(argument, _)| argument.kind == kind).map(|(_, value)| *value)
    }

    /// A value that must be there.
    fn need<T, E: Into<Fault>>(&self, kind: ArgumentKind, read: fn(&str) -> Result<T, E>) -> Result<T, Fault> {
        let argument = self.verb.entry().arguments.iter().find(|argument| argument.kind == kind);
        self.seek(kind, read)?.ok_or(Fault::Missing(argument.map_or("an argument", |argument| argument.written)))
    }

    /// A value that may be left out.
    fn seek<T, E: Into<Fault>>(&self, kind: ArgumentKind, read: fn(&str) -> Result<T, E>) -> Result<Option<T>, Fault> {
        self.find(kind).map(read).transpose().map_err(Into::into)
    }
}

fn build(given: &Given<'_>) -> Result<Command, Fault> {
    use ArgumentKind as K;
    let task = || given.seek(K::Task, Reference::from_str);
    Ok(match given.verb {
        Verb::Task => Command::SubmitTask { prompt: given.need(K::Prompt, prompt)? },
        Verb::Project => Command::ChooseProject { project: given.seek(K::Project, values::project)? },
        Verb::Projects => Command::ListProjects,
        Verb::New => Command::StartConversation { prompt: given.seek(K::Prompt, prompt)? },
        Verb::Continue => Command::ContinueConversation { task: task()?, prompt: given.seek(K::Prompt, prompt)? },
        Verb::Stop => Command::StopTask { task: task()? },
        Verb::Status => Command::ShowStatus { task: task()? },
        Verb::Pending => Command::ListApprovals,
        Verb::Queue => Command::ShowQueue,
        Verb::Diff => Command::ShowDiff { task: task()? },
        Verb::Retry => Command::RetryTask { task: task()? },
        Verb::Push => Command::PushTask { task: task()? },
        Verb::Discard => Command::DiscardTask { task: given.need(K::Task, FromStr::from_str)? },
        Verb::Mode => Command::ChooseMode { mode: given.seek(K::Mode, FromStr::from_str)? },
        Verb::Model => Command::ChooseModel { model: given.seek(K::Model, FromStr::from_str)? },
        Verb::Usage => Command::ShowUsage,
        Verb::Whoami => Command::ShowIdentity,
        Verb::Link => Command::LinkAccount { code: given.need(K::Code, FromStr::from_str)? },
        Verb::Help => Command::ShowHelp { verb: given.seek(K::Verb, named)? },
        Verb::Approve => Command::Approve {
            approval: given.need(K::Approval, Reference::from_str)?,
            span: given.seek(K::Span, span)?.unwrap_or_default(),
        },
        Verb::Deny => Command::Deny {
            approval: given.need(K::Approval, Reference::from_str)?,
            reason: given.seek(K::Reason, reason)?,
        },
        Verb::Answer => Command::Answer {
            approval: given.need(K::Approval, Reference::from_str)?,
            words: given.need(K::Reason, reason)?,
        },
    })
}

fn prompt(text: &str) -> Result<String, Fault> {
    if text.len() > MAX_MESSAGE_BYTES { Err(Fault::MessageTooLong) } else { Ok(text.to_owned()) }
}

fn reason(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.chars().count() > MAX_REASON_CHARS { Err(Fault::ReasonTooLong) } else { Ok(text.to_owned()) }
}

fn span(text: &str) -> Result<GrantSpan, Fault> {
    Ok(bare(text).replace('`', "'").parse()?)
}

fn named(text: &str) -> Result<Verb, Fault> {
    bare(text).parse().map_err(|_| Fault::UnknownCommand(shown(text)))
}
