//! Cards: what is owed to a place. A card says what it is about; how it looks is the channel's business.
//!
//! A card has a key. Two cards with one key in one place are the same card at two times: the later one replaces the
//! earlier, so a channel edits the message it sent before, and an edit that was never sent is dropped for the newer one.

use crate::approval::Approval;
use crate::button::Press;
use crate::event::DiffStat;
use crate::id::TaskId;
use crate::money::MicroUsd;
use crate::sheet::{Button, Part};
use crate::subscription::Happening;
use crate::task::{Attachment, Failure, TaskState};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A message owed to a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "card")]
pub enum Card {
    /// The state of a task, edited in place; the first one is the receipt.
    Task(TaskCard),
    /// A question to people, and later what they decided.
    Approval(Box<Approval>),
    /// The last message of a task.
    Outcome(OutcomeCard),
    /// The answer to a command.
    Reply(ReplyCard),
    /// What a subscriber is told.
    Event(Box<Happening>),
}

/// The state of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskCard {
    /// The task.
    pub task: TaskId,
    /// The project's name.
    pub project: String,
    /// Where it stands.
    pub state: TaskState,
    /// How many tasks go before it, while it is queued.
    pub position: Option<u64>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// What it cost so far.
    pub cost: MicroUsd,
    /// The last lines of what its tools did.
    pub lines: Vec<String>,
    /// Claude's text as it grows, or its end.
    pub text: String,
    /// Shown while the run goes on: nothing is lost when a newer one takes its place, and nothing waits for it.
    #[serde(default)]
    pub passing: bool,
}

/// The outcome of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeCard {
    /// The task.
    pub task: TaskId,
    /// The project's name.
    pub project: String,
    /// `succeeded`, `failed` or `stopped`.
    pub state: TaskState,
    /// Claude's answer, in Markdown.
    pub answer: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The branch, if anything changed.
    pub branch: Option<String>,
    /// The commit, if anything changed.
    pub commit: Option<String>,
    /// Whether the branch was pushed.
    pub pushed: bool,
    /// What changed.
    pub stat: Option<DiffStat>,
    /// What it cost.
    pub cost: MicroUsd,
    /// How long it took from submission, in milliseconds.
    pub elapsed_ms: u64,
    /// Files that Claude hands over.
    #[serde(default)]
    pub files: Vec<Attachment>,
    /// How pushed work is put forward, where the place keeps repositories.
    #[serde(default)]
    pub proposal: Option<Proposal>,
}

/// How pushed work is put forward for others to take over: as a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Whether it is not ready for review yet.
    pub draft: bool,
    /// Whether what asked for the work is done with once it is taken over.
    pub closes: bool,
    /// Who asked for it, by their name at the hub.
    pub by: String,
}

/// The answer to a command, or what the hub asks back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplyCard {
    /// Tells it from other replies in its place: the update that it answers.
    pub to: String,
    /// The message that it answers, where the platform has an id of it.
    pub message: Option<String>,
    /// What is said.
    pub parts: Vec<Part>,
    /// What is too long to be said: it comes as a file.
    pub file: Option<TextFile>,
    /// What can be done next.
    pub rows: Vec<Vec<Button>>,
    /// Words are wanted in return: an answer to this message is taken for what this button asked for.
    pub wants: Option<Press>,
}

/// A text that is shown as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFile {
    /// Its name, with the ending that says what it is.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Card {
    /// What makes two cards the same card at two times.
    pub fn key(&self) -> String {
        match self {
            Self::Task(card) => format!("task:{}", card.task),
            Self::Approval(approval) => format!("approval:{}", approval.id),
            Self::Outcome(card) => format!("outcome:{}", card.task),
            Self::Reply(card) => match &card.wants {
                Some(press) => format!("wants:{press}"),
                None => format!("reply:{}", card.to),
            },
            Self::Event(happening) => happening.key(),
        }
    }

    /// Whether an older card of the same key may be dropped unsent once this one is there. An outcome never replaces
    /// an outcome: each try of a task has its own.
    pub fn replaces_unsent(&self) -> bool {
        match self {
            Self::Task(_) | Self::Approval(_) => true,
            Self::Outcome(_) | Self::Reply(_) | Self::Event(_) => false,
        }
    }

    /// Whether it may be late, and nothing waits for it: a newer one will say the same and more.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Task(card) => card.passing,
            Self::Approval(_) | Self::Outcome(_) | Self::Reply(_) | Self::Event(_) => false,
        }
    }
}
