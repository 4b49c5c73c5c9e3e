//! From a message to its command.

use super::arguments::{next_word, read, text_after};
use super::hear::{Heard, hear, names_us};
use super::lines::{Line, own_lines};
use super::manner::{Manner, Plain};
use super::misunderstood::{Fault, Misunderstood};
use super::reference::Reference;
use super::values::{bare, is_blank};
use super::verb::{ArgumentKind, Verb, near, nearest};
use super::{Command, MAX_MESSAGE_BYTES};
use crate::id::{ApprovalId, TaskId};

/// Understands a message by the manner of its place; nothing where it is not for us.
///
/// A command is `/word` or our name followed by `/word`. Our name followed by a word alone is that command if what
/// follows fits it and cannot be the beginning of a sentence; else it is a task, and so is a message that says our name
/// somewhere in the author's own words.
///
/// # Errors
/// [`Misunderstood`] when the message is for us and is no sound command. Nothing of it may be carried out then.
pub fn parse(text: &str, manner: &Manner) -> Result<Option<Command>, Misunderstood> {
    let is_task = manner.plain == Plain::IsTask;
    if text.len() > MAX_MESSAGE_BYTES {
        return if is_task { Err(Misunderstood::too_long()) } else { Ok(None) };
    }
    let (text, lines) = own_lines(text, manner.markup);
    let message = Message { text: &text, lines, manner };
    let heard = if manner.wants_the_beginning() { 1 } else { message.lines.len() };
    for (number, line) in message.lines.iter().enumerate().take(heard) {
        match message.understand(*line)? {
            Understood::Nothing => {}
            Understood::ForSomebodyElse => return Ok(None),
            Understood::Command(command) => return message.alone(command, number).map(Some),
        }
    }
    let called = message.lines.iter().any(|line| names_us(&text[line.start..line.end], manner));
    let something = !text.chars().all(is_blank);
    Ok((something && (called || is_task)).then(|| Command::SubmitTask { prompt: text.into_owned() }))
}

struct Message<'t> {
    text: &'t str,
    lines: Vec<Line>,
    manner: &'t Manner,
}

enum Understood {
    Nothing,
    ForSomebodyElse,
    Command(Command),
}

impl Message<'_> {
    fn understand(&self, line: Line) -> Result<Understood, Misunderstood> {
        let command = match hear(self.text, line, self.manner) {
            Heard::Nothing => None,
            Heard::ForSomebodyElse => return Ok(Understood::ForSomebodyElse),
            Heard::Slash { word, by_name, rest } => self.slashed(&word, by_name, rest)?,
            Heard::Called { rest } => Some(self.called(rest)?),
        };
        Ok(command.map_or(Understood::Nothing, Understood::Command))
    }

    fn slashed(&self, word: &str, by_name: bool, rest: &str) -> Result<Option<Command>, Misunderstood> {
        let for_us = by_name || self.manner.plain == Plain::IsTask;
        match word.parse() {
            Ok(verb) => self.read(verb, rest).map(Some),
            // Telegram sends it when a person opens the chat, with a code when they came by a link.
            Err(_) if for_us && word == "start" => match next_word(rest) {
                Some(_) => self.read(Verb::Link, rest).map(Some),
                None => Ok(Some(Command::ShowHelp { verb: None })),
            },
            Err(_) if for_us => Err(Misunderstood::unknown(word, nearest(word), self.manner)),
            Err(_) => match near(word, 1).and_then(|_| nearest(word)) {
                Some(meant) => Err(Misunderstood::unknown(word, Some(meant), self.manner)),
                None => Ok(None),
            },
        }
    }

    fn called(&self, rest: &str) -> Result<Command, Misunderstood> {
        let prompt = text_after(rest);
        if let Some(command) = self.without_slash(rest)? {
            return Ok(command);
        }
        // A name alone calls attention to the rest of the message.
        Ok(match (prompt.is_empty(), self.lines.len()) {
            (true, ..=1) => Command::ShowHelp { verb: None },
            (true, _) => Command::SubmitTask { prompt: self.text.to_owned() },
            (false, _) => Command::SubmitTask { prompt: prompt.to_owned() },
        })
    }

    /// A command after our name without a slash, unless it reads like the beginning of a sentence.
    fn without_slash(&self, rest: &str) -> Result<Option<Command>, Misunderstood> {
        let Some((word, after)) = next_word(rest) else { return Ok(None) };
        let second = next_word(after).map(|(word, _)| word);
        let alone = text_after(after).is_empty();
        let Ok(verb) = bare(word).parse::<Verb>() else {
            let meant = near(&bare(word), 1).filter(|_| alone);
            return meant.map_or(Ok(None), |meant| Err(Misunderstood::unknown(word, Some(meant), self.manner)));
        };
        let arguments = verb.entry().arguments;
        let fits = match (arguments.first().map(|argument| argument.kind), second) {
            (_, None) => alone || !arguments.iter().any(|argument| argument.kind == ArgumentKind::Prompt),
            (Some(ArgumentKind::Prompt), Some(_)) | (None, Some(_)) => false,
            (Some(ArgumentKind::Task), Some(word)) if verb == Verb::Continue => {
                Reference::<TaskId>::is_unmistakable(word)
            }
            (Some(ArgumentKind::Task), Some(word)) => Reference::<TaskId>::is_likely(word),
            (Some(ArgumentKind::Approval), Some(word)) => Reference::<ApprovalId>::is_likely(word),
            (Some(_), Some(_)) => true,
        };
        match fits.then(|| self.read(verb, after)) {
            None => Ok(None),
            Some(Ok(command)) => Ok(Some(command)),
            // Half a decision must not become a task.
            Some(Err(wrong)) if alone || matches!(verb, Verb::Approve | Verb::Deny | Verb::Answer) => Err(wrong),
            Some(Err(_)) => Ok(None),
        }
    }

    fn read(&self, verb: Verb, rest: &str) -> Result<Command, Misunderstood> {
        read(verb, rest).map_err(|fault| Misunderstood::of(verb, fault, self.manner))
    }

    /// Refuses a command that another one follows, unless that one belongs to its prompt.
    fn alone(&self, command: Command, number: usize) -> Result<Command, Misunderstood> {
        let verb = command.verb();
        let takes_all = verb.entry().arguments.iter().any(|argument| argument.kind == ArgumentKind::Prompt);
        let is_command = |line: &Line| match hear(self.text, *line, self.manner) {
            Heard::Nothing | Heard::ForSomebodyElse => false,
            Heard::Slash { word, .. } => word.parse::<Verb>().is_ok(),
            Heard::Called { rest } => !matches!(self.without_slash(rest), Ok(None)),
        };
        match !takes_all && self.lines.iter().skip(number + 1).any(is_command) {
            true => Err(Misunderstood::of(verb, Fault::SeveralCommands, self.manner)),
            false => Ok(command),
        }
    }
}
