//! The one command grammar of all places: what a person typed becomes a [`Command`], by a pure function.
//!
//! One message gives at most one command. Where plain text is ignored (groups, pull requests), it may begin any line
//! of a Markdown place, and the lines around it are talk; where plain text is a task, and in places whose markup is not
//! in the text, it must begin the message. Two commands in one message are refused, so that none is lost unseen; but a
//! prompt runs to the end of its message, whatever it contains. Quoted lines, code and hidden HTML hold no commands.
//!
//! The grammar judges no rights and knows no state: whether a task exists, or may be stopped, is the hub's to say.

mod arguments;
mod canonical;
mod hear;
mod help;
mod lines;
mod manner;
mod misunderstood;
mod parse;
mod reference;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_markdown;
#[cfg(test)]
mod tests_properties;
mod values;
mod verb;

pub use help::help;
pub use manner::{Manner, Markup, Plain, Slash};
pub use misunderstood::{Fault, Misunderstood};
pub use parse::parse;
pub use reference::{BadReference, Coded, Reference};
pub use values::{BadValue, LinkCode, Mode, ModelChoice};
pub use verb::{Argument, ArgumentKind, Entry, UnknownVerb, Verb};

use crate::grant::GrantSpan;
use crate::id::{ApprovalId, TaskId};

/// The most bytes of a message that are looked at; a longer one is refused. The hub's own limit for prompts is tighter.
pub const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// The most characters of a reason; every place can show so many.
pub const MAX_REASON_CHARS: usize = 1000;

/// What a person asks for. Where the task is left out, the latest one of the place's conversation is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Do this, in the place's conversation.
    SubmitTask {
        /// What is asked, exactly as written.
        prompt: String,
    },
    /// Say which project this place is on, or put it on another.
    ChooseProject {
        /// The project, by name or id; none asks.
        project: Option<String>,
    },
    /// Name the projects that the person may see.
    ListProjects,
    /// Leave the place's conversation and begin another.
    StartConversation {
        /// Its first task.
        prompt: Option<String>,
    },
    /// Take up the conversation of a task.
    ContinueConversation {
        /// The task.
        task: Option<Reference<TaskId>>,
        /// What to do next.
        prompt: Option<String>,
    },
    /// Stop a task.
    StopTask {
        /// The task.
        task: Option<Reference<TaskId>>,
    },
    /// Say where a task stands.
    ShowStatus {
        /// The task.
        task: Option<Reference<TaskId>>,
    },
    /// Name the approvals that wait for the person.
    ListApprovals,
    /// Name the tasks that wait or run.
    ShowQueue,
    /// Show what a task changed.
    ShowDiff {
        /// The task.
        task: Option<Reference<TaskId>>,
    },
    /// Queue a failed or stopped task again.
    RetryTask {
        /// The task.
        task: Option<Reference<TaskId>>,
    },
    /// Push what a task changed.
    PushTask {
        /// The task.
        task: Option<Reference<TaskId>>,
    },
    /// Throw away what a task changed.
    DiscardTask {
        /// The task.
        task: Reference<TaskId>,
    },
    /// Say or set how the place's conversation is worked on.
    ChooseMode {
        /// The mode; none asks.
        mode: Option<Mode>,
    },
    /// Say or set the model of the place's conversation.
    ChooseModel {
        /// The model; none asks.
        model: Option<ModelChoice>,
    },
    /// Say what was used and what is left.
    ShowUsage,
    /// Say who the person is to the hub.
    ShowIdentity,
    /// Link the person's account here to their account at the hub.
    LinkAccount {
        /// The one-time code.
        code: LinkCode,
    },
    /// Explain the commands, or one of them.
    ShowHelp {
        /// The command.
        verb: Option<Verb>,
    },
    /// Say yes to an approval.
    Approve {
        /// The approval.
        approval: Reference<ApprovalId>,
        /// For how long the yes is remembered for calls like it.
        span: GrantSpan,
    },
    /// Say no to an approval.
    Deny {
        /// The approval.
        approval: Reference<ApprovalId>,
        /// Why; Claude is told.
        reason: Option<String>,
    },
    /// Answer a question of Claude's.
    Answer {
        /// The approval that the question is.
        approval: Reference<ApprovalId>,
        /// The answer; Claude is told.
        words: String,
    },
}

impl Command {
    /// Every command with its arguments and help, in the order in which they are offered.
    pub fn catalogue() -> &'static [Entry] {
        verb::ENTRIES
    }

    /// Which command it is. Without an entry in the catalogue there is nothing to return here: a new variant does not
    /// compile before it has its help.
    pub fn verb(&self) -> Verb {
        match self {
            Self::SubmitTask { .. } => Verb::Task,
            Self::ChooseProject { .. } => Verb::Project,
            Self::ListProjects => Verb::Projects,
            Self::StartConversation { .. } => Verb::New,
            Self::ContinueConversation { .. } => Verb::Continue,
            Self::StopTask { .. } => Verb::Stop,
            Self::ShowStatus { .. } => Verb::Status,
            Self::ListApprovals => Verb::Pending,
            Self::ShowQueue => Verb::Queue,
            Self::ShowDiff { .. } => Verb::Diff,
            Self::RetryTask { .. } => Verb::Retry,
            Self::PushTask { .. } => Verb::Push,
            Self::DiscardTask { .. } => Verb::Discard,
            Self::ChooseMode { .. } => Verb::Mode,
            Self::ChooseModel { .. } => Verb::Model,
            Self::ShowUsage => Verb::Usage,
            Self::ShowIdentity => Verb::Whoami,
            Self::LinkAccount { .. } => Verb::Link,
            Self::ShowHelp { .. } => Verb::Help,
            Self::Approve { .. } => Verb::Approve,
            Self::Deny { .. } => Verb::Deny,
            Self::Answer { .. } => Verb::Answer,
        }
    }
}
