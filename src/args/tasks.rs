//! Commands about tasks and approvals.

use clap::{Args, ValueEnum};
use signalbox_core::grant::GrantSpan;
use signalbox_core::port::Asking;
use signalbox_core::task::TaskState;
use std::path::PathBuf;

/// `signalbox run`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox run 'Fix the failing test'
  signalbox run --repo ~/src/site --approve none 'What does this project do?'
  git diff | signalbox run --json -
  signalbox run --continue 0199f3… 'Now add a test for it'

Exit status: 0 the task came to its outcome, 1 it failed, 2 wrong usage, 3 something around must be mended first, 4 stopped.")]
pub(crate) struct RunArgs {
    /// The repository; without it the one that the current folder is in. The result's branch is pushed into it
    #[arg(long, value_name = "PATH", conflicts_with_all = ["project", "continue_"])]
    pub(crate) repo: Option<PathBuf>,
    /// A project of the hub, instead of a repository here
    #[arg(long, value_name = "NAME", conflicts_with = "continue_")]
    pub(crate) project: Option<String>,
    /// Go on with this conversation
    #[arg(id = "continue_", long = "continue", value_name = "CONVERSATION")]
    pub(crate) conversation: Option<String>,
    /// What is done with what policy would ask about
    #[arg(
        long,
        value_name = "ask|all|none",
        default_value = "ask",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) approve: Approve,
    /// The model; without it the project's or the hub's
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// A file that comes with the prompt; a picture is shown to Claude. Can be given several times
    #[arg(long = "file", value_name = "PATH")]
    pub(crate) files: Vec<PathBuf>,
    /// Print every event as a line of JSON; the last is `finished`
    #[arg(long)]
    pub(crate) json: bool,
    /// What Claude should do; `-` reads it from standard input
    pub(crate) prompt: String,
}

/// What is done with what policy would ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Approve {
    /// Ask here.
    Ask,
    /// Say yes to everything, as far as policy lets you decide alone.
    All,
    /// Say no to everything.
    None,
}

impl From<Approve> for Asking {
    fn from(approve: Approve) -> Self {
        match approve {
            Approve::Ask => Self::Ask,
            Approve::All => Self::AllowAll,
            Approve::None => Self::DenyAll,
        }
    }
}

/// `signalbox tasks`
#[derive(Debug, Args)]
pub(crate) struct TasksArgs {
    /// Those that are over as well
    #[arg(long)]
    pub(crate) all: bool,
    /// Of this project only
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    /// Only those that are queued, running, parked, succeeded, failed or stopped
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<TaskState>,
    /// Only what this person asked for; `me` is who asks
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Only those in whose prompt or answer these words are found
    #[arg(long, value_name = "WORDS")]
    pub(crate) search: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u32,
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signalbox show`
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The task's id, or its beginning
    pub(crate) task: String,
    /// What it changed
    #[arg(long)]
    pub(crate) diff: bool,
    /// Its record; of a task that still runs, until its outcome
    #[arg(long)]
    pub(crate) events: bool,
    /// Print as JSON; events one a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signalbox stop`, `signalbox retry`, `signalbox push` and `signalbox discard`
#[derive(Debug, Args)]
pub(crate) struct TaskArgs {
    /// The task's id, or its beginning
    pub(crate) task: String,
}

/// `signalbox approvals`
#[derive(Debug, Args)]
pub(crate) struct ApprovalsArgs {
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signalbox approve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox approve 7d3k                       this once
  signalbox approve 7d3k --for 15m             and what is like it for 15 minutes in this conversation
  signalbox approve 7d3k --answer 2            the second option of Claude's question
  signalbox approve 7d3k --answer 'Which colour?=blue' --answer 'How many?=3'")]
pub(crate) struct ApproveArgs {
    /// The approval's code, or its beginning; `signalbox approvals` lists them
    pub(crate) approval: String,
    /// Remember the yes: a span such as 15m, `conversation`, or `always`
    #[arg(long = "for", value_name = "15m|conversation|always", default_value = "once", hide_default_value = true)]
    pub(crate) span: GrantSpan,
    /// The answer to Claude's question: an option's number or name, or your own words
    #[arg(long, value_name = "[QUESTION=]TEXT", conflicts_with = "span")]
    pub(crate) answer: Vec<String>,
}

/// `signalbox deny`
#[derive(Debug, Args)]
pub(crate) struct DenyArgs {
    /// The approval's code, or its beginning; `signalbox approvals` lists them
    pub(crate) approval: String,
    /// Why; Claude is told
    #[arg(long, value_name = "TEXT")]
    pub(crate) because: Option<String>,
}
