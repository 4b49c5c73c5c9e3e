//! What a button stands for, and the opaque text that it carries.
//!
//! The text names an approval or a task and says nothing else: who may press it, and whether it still means anything, is
//! judged when it is pressed. It fits everywhere: 64 bytes of Telegram, 100 characters of Discord, 20 of a check run's
//! action on GitHub (for all that such an action offers).

use crate::grant::GrantSpan;
use crate::id::{ApprovalId, TaskId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A yes for a while, as the button offers it.
pub const A_WHILE: Duration = Duration::from_secs(15 * 60);

/// What pressing a button asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Press {
    /// Yes, for as long as this.
    Allow(ApprovalId, Lasting),
    /// No.
    Deny(ApprovalId),
    /// No, and the reason follows.
    DenyBecause(ApprovalId),
    /// Choose this option of this question of Claude's, both counted from 0; or take the choice back.
    Choose(ApprovalId, u8, u8),
    /// Answer this question of Claude's in one's own words, which follow.
    Other(ApprovalId, u8),
    /// Send the answers that were chosen.
    Answer(ApprovalId),
    /// Show the approval's card here.
    Show(ApprovalId),
    /// Stop a task.
    Stop(TaskId),
    /// Say more about a task.
    Details(TaskId),
    /// Show what a task changed.
    Diff(TaskId),
    /// Push a task's branch.
    Push(TaskId),
    /// Take up a task's conversation here.
    Continue(TaskId),
    /// Leave a task's result and its conversation.
    Discard(TaskId),
    /// Try a task again.
    Retry(TaskId),
}

/// How long a yes lasts, as buttons offer it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lasting {
    /// This call only.
    Once,
    /// [`A_WHILE`].
    AWhile,
    /// As long as the conversation.
    Conversation,
    /// In the whole project.
    Always,
}

impl Lasting {
    /// Every one, in the order of the buttons.
    pub const ALL: [Self; 4] = [Self::Once, Self::AWhile, Self::Conversation, Self::Always];

    /// As a span.
    pub fn span(self) -> GrantSpan {
        match self {
            Self::Once => GrantSpan::Once,
            Self::AWhile => GrantSpan::For(A_WHILE),
            Self::Conversation => GrantSpan::Conversation,
            Self::Always => GrantSpan::Always,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Once => 'o',
            Self::AWhile => 'f',
            Self::Conversation => 'c',
            Self::Always => 'a',
        }
    }
}

/// A text that no button of ours carries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no button of this hub")]
pub struct NoButton;

impl Press {
    /// The approval that it is about, if it is about one.
    pub fn approval(&self) -> Option<&ApprovalId> {
        match self {
            Self::Allow(id, _)
            | Self::Deny(id)
            | Self::DenyBecause(id)
            | Self::Choose(id, ..)
            | Self::Other(id, _)
            | Self::Answer(id)
            | Self::Show(id) => Some(id),
            Self::Stop(_)
            | Self::Details(_)
            | Self::Diff(_)
            | Self::Push(_)
            | Self::Continue(_)
            | Self::Discard(_)
            | Self::Retry(_) => None,
        }
    }

    /// The task that it is about, if it is about one.
    pub fn task(&self) -> Option<&TaskId> {
        match self {
            Self::Stop(id)
            | Self::Details(id)
            | Self::Diff(id)
            | Self::Push(id)
            | Self::Continue(id)
            | Self::Discard(id)
            | Self::Retry(id) => Some(id),
            Self::Allow(..)
            | Self::Deny(_)
            | Self::DenyBecause(_)
            | Self::Choose(..)
            | Self::Other(..)
            | Self::Answer(_)
            | Self::Show(_) => None,
        }
    }

    /// Whether words of the person's own must follow: a place that has forms opens one, others ask for a reply.
    pub fn wants_words(&self) -> bool {
        matches!(self, Self::DenyBecause(_) | Self::Other(..))
    }
}

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allow(id, lasting) => write!(f, "{}:{id}", lasting.letter()),
            Self::Deny(id) => write!(f, "n:{id}"),
            Self::DenyBecause(id) => write!(f, "r:{id}"),
            Self::Choose(id, question, option) => write!(f, "q:{id}:{question}:{option}"),
            Self::Other(id, question) => write!(f, "w:{id}:{question}"),
            Self::Answer(id) => write!(f, "y:{id}"),
            Self::Show(id) => write!(f, "v:{id}"),
            Self::Stop(id) => write!(f, "S:{id}"),
            Self::Details(id) => write!(f, "I:{id}"),
            Self::Diff(id) => write!(f, "D:{id}"),
            Self::Push(id) => write!(f, "P:{id}"),
            Self::Continue(id) => write!(f, "C:{id}"),
            Self::Discard(id) => write!(f, "X:{id}"),
            Self::Retry(id) => write!(f, "R:{id}"),
        }
    }
}

impl TryFrom<String> for Press {
    type Error = NoButton;
    fn try_from(text: String) -> Result<Self, NoButton> {
        text.parse()
    }
}

impl From<Press> for String {
    fn from(press: Press) -> Self {
        press.to_string()
    }
}

impl FromStr for Press {
    type Err = NoButton;

    /// Reads the text exactly as it was written: what differs in anything was not written by us.
    fn from_str(text: &str) -> Result<Self, NoButton> {
        let mut parts = text.split(':');
        let (word, id) = (parts.next().ok_or(NoButton)?, parts.next().ok_or(NoButton)?);
        let approval = || id.parse::<ApprovalId>().map_err(|_| NoButton);
        let task = || id.parse::<TaskId>().map_err(|_| NoButton);
        let mut number = || parts.next().ok_or(NoButton)?.parse::<u8>().map_err(|_| NoButton);
        let press = match word {
            "n" => Self::Deny(approval()?),
            "r" => Self::DenyBecause(approval()?),
            "q" => Self::Choose(approval()?, number()?, number()?),
            "w" => Self::Other(approval()?, number()?),
            "y" => Self::Answer(approval()?),
            "v" => Self::Show(approval()?),
            "S" => Self::Stop(task()?),
            "I" => Self::Details(task()?),
            "D" => Self::Diff(task()?),
            "P" => Self::Push(task()?),
            "C" => Self::Continue(task()?),
            "X" => Self::Discard(task()?),
            "R" => Self::Retry(task()?),
            _ => {
                let lasting = Lasting::ALL.into_iter().find(|lasting| lasting.letter().to_string() == word);
                Self::Allow(approval()?, lasting.ok_or(NoButton)?)
            }
        };
        if press.to_string() == text { Ok(press) } else { Err(NoButton) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn every(entropy: u128) -> Vec<Press> {
        let (approval, task) = (ApprovalId::from_entropy(entropy), TaskId::from_entropy(entropy));
        let mut all: Vec<_> = Lasting::ALL.into_iter().map(|l| Press::Allow(approval.clone(), l)).collect();
        all.extend([
            Press::Deny(approval.clone()),
            Press::DenyBecause(approval.clone()),
            Press::Choose(approval.clone(), 255, 255),
            Press::Other(approval.clone(), 255),
            Press::Answer(approval.clone()),
            Press::Show(approval),
            Press::Stop(task.clone()),
            Press::Details(task.clone()),
            Press::Diff(task.clone()),
            Press::Push(task.clone()),
            Press::Continue(task.clone()),
            Press::Discard(task.clone()),
            Press::Retry(task),
        ]);
        all
    }

    proptest! {
        #[test]
        fn every_button_is_read_as_it_was_written_and_fits_everywhere(entropy: u128) {
            for press in every(entropy) {
                let text = press.to_string();
                prop_assert_eq!(text.parse::<Press>(), Ok(press));
                prop_assert!(text.len() <= 26);
            }
        }

        #[test]
        fn what_was_not_written_so_is_no_button(entropy: u128, at in 0_usize..26, other: char) {
            for press in every(entropy) {
                let mut text: Vec<char> = press.to_string().chars().collect();
                let at = at % text.len();
                text[at] = other;
                let text: String = text.into_iter().collect();
                if let Ok(read) = text.parse::<Press>() {
                    prop_assert_eq!(read.to_string(), text);
                }
            }
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        let id = ApprovalId::from_entropy(7).to_string();
        for text in [
            String::new(),
            id.clone(),
            format!("o:{}", id.to_uppercase().replace('0', "O")),
            format!("o:{id}:"),
            format!("o:{id}:0"),
            format!(" o:{id}"),
            format!("oo:{id}"),
            format!("q:{id}:01:2"),
            format!("q:{id}:1"),
            format!("q:{id}:256:1"),
            format!("S:{id}"),
        ] {
            assert_eq!(text.parse::<Press>(), Err(NoButton), "{text:?}");
        }
    }
}
