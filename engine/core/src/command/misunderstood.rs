//! What to answer when a command cannot be understood: what is wrong, what was probably meant, and how it is written.

use super::manner::Manner;
use super::reference::BadReference;
use super::values::BadValue;
use super::verb::Verb;
use crate::grant::BadGrantSpan;
use std::fmt;

/// A message that is for us, but cannot be understood. Nothing is done.
///
/// As text it reads well as it stands; the pieces are there for places that render them in their own markup. What the
/// person wrote is repeated short, on one line, with hidden characters made visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misunderstood {
    /// What is wrong.
    pub fault: Fault,
    /// The command that was probably meant, as it is typed in this place.
    pub suggestion: Option<String>,
    /// How the command is written in this place.
    pub usage: Option<String>,
}

/// What is wrong with a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no such command.
    #[error("there is no command `{0}`")]
    UnknownCommand(String),
    /// An argument is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// There is more than the command takes.
    #[error("`{0}` does not belong there")]
    TooMuch(String),
    /// There is no field of this name; a form was registered by another version.
    #[error("there is no field `{0}`")]
    UnknownField(String),
    /// It names no task or approval.
    #[error(transparent)]
    Reference(#[from] BadReference),
    /// It is not what the argument takes.
    #[error(transparent)]
    Value(#[from] BadValue),
    /// A yes cannot last so long.
    #[error(transparent)]
    Span(#[from] BadGrantSpan),
    /// The reason is too long.
    #[error("the reason is longer than {} characters", super::MAX_REASON_CHARS)]
    ReasonTooLong,
    /// The message is too long to be looked at.
    #[error("the message is longer than {} bytes", super::MAX_MESSAGE_BYTES)]
    MessageTooLong,
    /// There is a second command in the message.
    #[error("there are several commands in the message, and none was carried out; write each in a message of its own")]
    SeveralCommands,
}

impl Misunderstood {
    /// A command with something wrong about it.
    pub(super) fn of(verb: Verb, fault: Fault, manner: &Manner) -> Self {
        let nearest = match &fault {
            Fault::UnknownCommand(word) => super::verb::nearest(word),
            _ => None,
        };
        let suggestion = nearest.map(|nearest| manner.typed(&format!("{verb} {nearest}")));
        let usage = (fault != Fault::SeveralCommands).then(|| manner.typed(&verb.entry().usage()));
        Self { fault, suggestion, usage }
    }

    /// A word that is no command, and perhaps what was meant.
    pub(super) fn unknown(word: &str, meant: Option<Verb>, manner: &Manner) -> Self {
        let suggestion = meant.map(|verb| manner.typed(verb.name()));
        let usage = meant.unwrap_or(Verb::Help).entry().usage();
        let fault = Fault::UnknownCommand(super::values::shown(word));
        Self { fault, suggestion, usage: Some(manner.typed(&usage)) }
    }

    /// A message longer than is looked at.
    pub(super) fn too_long() -> Self {
        Self { fault: Fault::MessageTooLong, suggestion: None, usage: None }
    }
}

impl fmt::Display for Misunderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = self.fault.to_string();
        let mut letters = fault.chars();
        let first = letters.next().map(char::to_uppercase).into_iter().flatten();
        write!(f, "{}{}.", first.collect::<String>(), letters.as_str())?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, " Did you mean `{suggestion}`?")?;
        }
        match &self.usage {
            Some(usage) => write!(f, " Usage: `{usage}`"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Misunderstood {}
