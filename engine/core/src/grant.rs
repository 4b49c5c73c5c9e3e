//! A remembered yes: what it covers, for whom and until when.
//!
//! A pattern is made from the call that people saw, and never covers more than its description says: a shell command
//! exactly as parsed, with its directory; a file tool in the workspace outside protected paths; one host; else exactly
//! this call. What cannot be put into such words can be allowed once only.

use crate::id::{ConversationId, GrantId, ProjectId, TaskId, UserId};
use crate::policy::paths::Guard;
use crate::policy::rule::host_of;
use crate::policy::shell::{Script, reveal};
use crate::policy::{self, WORKSPACE, parse_span, write_span};
use crate::time::Timestamp;
use crate::tool::{CallHash, ToolCall};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A remembered yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Where it holds. Whoever asks for a decision passes the grants whose scope fits.
    pub scope: GrantScope,
    /// What it covers.
    pub pattern: GrantPattern,
    /// From when on it no longer holds.
    pub until: Timestamp,
    /// Who gave it.
    pub given_by: UserId,
    /// When.
    pub given_at: Timestamp,
}

impl Grant {
    /// Whether the call is covered, apart from scope and time.
    pub fn matches(&self, call: &ToolCall) -> bool {
        self.pattern.matches(call)
    }
}

/// Where a grant holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scope", content = "id")]
pub enum GrantScope {
    /// In one task.
    Task(TaskId),
    /// In one conversation.
    Conversation(ConversationId),
    /// In the whole project.
    Project(ProjectId),
}

/// What a grant covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "covers")]
pub enum GrantPattern {
    /// A shell command: its parts in one spelling, in this directory.
    Command {
        /// Every simple command with the structure around it.
        parts: Vec<String>,
        /// Where it runs.
        cwd: String,
    },
    /// A file tool on any ordinary path of the workspace.
    WorkspaceFiles {
        /// The tool.
        tool: String,
    },
    /// Fetching from one host.
    Host {
        /// The tool.
        tool: String,
        /// The host, in lower case.
        host: String,
    },
    /// Exactly this call.
    Exact {
        /// The tool.
        tool: String,
        /// Its tool, input and directory.
        hash: CallHash,
    },
}

impl GrantPattern {
    /// What a yes to this call would cover when it is remembered; none where it can be allowed once only.
    pub fn from_call(call: &ToolCall) -> Option<Self> {
        let tool = call.tool.clone();
        match tool.as_str() {
            "AskUserQuestion" | "ExitPlanMode" => None,
            "Bash" => command_of(call).map(|parts| Self::Command { parts, cwd: call.cwd.clone() }),
            "WebFetch" => address_of(call).map(|host| Self::Host { tool, host }),
            _ if in_open_workspace(call) => Some(Self::WorkspaceFiles { tool }),
            _ => Some(Self::Exact { tool, hash: call.hash() }),
        }
    }

    /// Whether a call is covered.
    pub fn matches(&self, call: &ToolCall) -> bool {
        match self {
            Self::Command { parts, cwd } => *cwd == call.cwd && command_of(call).as_ref() == Some(parts),
            Self::WorkspaceFiles { tool } => *tool == call.tool && in_open_workspace(call),
            Self::Host { tool, host } => *tool == call.tool && address_of(call).as_ref() == Some(host),
            Self::Exact { tool, hash } => *tool == call.tool && *hash == call.hash(),
        }
    }

    /// What is granted, in words.
    pub fn describe(&self) -> String {
        match self {
            Self::Command { parts, cwd } if cwd == WORKSPACE => format!("run `{}`", reveal(&parts.join(" "))),
            Self::Command { parts, cwd } => format!("run `{}` in {}", reveal(&parts.join(" ")), reveal(cwd)),
            Self::WorkspaceFiles { tool } => match tool.as_str() {
                "Glob" | "Grep" | "LS" => format!("{tool} anywhere in the workspace"),
                _ => format!("{tool} any file in the workspace"),
            },
            Self::Host { tool, host } => format!("{tool} from {host}"),
            Self::Exact { tool, .. } => format!("exactly this call of {}", reveal(tool)),
        }
    }

    /// Whether it covers one call alone, so that nobody can be surprised by what else it opens.
    pub(crate) fn is_exact(&self) -> bool {
        matches!(self, Self::Command { .. } | Self::Exact { .. })
    }
}

/// The command in one spelling, where it is understood and called plainly.
fn command_of(call: &ToolCall) -> Option<Vec<String>> {
    if policy::odd_command_input(call).is_some() {
        return None;
    }
    let script = Script::read(call.command()?, &call.cwd);
    script.is_clear().then(|| script.canonical())
}

fn address_of(call: &ToolCall) -> Option<String> {
    host_of(call.input.get("url")?.as_str()?)
}

fn in_open_workspace(call: &ToolCall) -> bool {
    let guard = Guard::built_in();
    policy::paths_of(call).is_some_and(|paths| paths.iter().all(|path| guard.may_write(&call.cwd, path).is_ok()))
}

/// For how long a yes is remembered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum GrantSpan {
    /// Not at all: this call only.
    #[default]
    Once,
    /// For a while, in this conversation.
    For(Duration),
    /// As long as the conversation lasts.
    Conversation,
    /// In the whole project, until it is taken back.
    Always,
}

/// Why a text is not a span for a grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadGrantSpan {
    /// It is neither a word nor a span.
    #[error("`{0}` is not how long a yes can last; write `once`, `15m` (or another span), `conversation` or `always`")]
    Unknown(String),
    /// It is longer than a yes for a while may last.
    #[error("`{0}` is too long for a yes; the longest is 30d, else write `conversation` or `always`")]
    TooLong(String),
}

/// The longest yes for a while.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

impl FromStr for GrantSpan {
    type Err = BadGrantSpan;

    fn from_str(text: &str) -> Result<Self, BadGrantSpan> {
        let word = text.trim().to_lowercase();
        let shown = || word.chars().take(64).collect();
        match word.as_str() {
            "once" => Ok(Self::Once),
            "conversation" => Ok(Self::Conversation),
            "always" => Ok(Self::Always),
            span => match parse_span(span) {
                Ok(span) if span > LONGEST => Err(BadGrantSpan::TooLong(shown())),
                Ok(span) => Ok(Self::For(span)),
                Err(_) => Err(BadGrantSpan::Unknown(shown())),
            },
        }
    }
}

impl TryFrom<String> for GrantSpan {
    type Error = BadGrantSpan;

    fn try_from(text: String) -> Result<Self, BadGrantSpan> {
        text.parse()
    }
}

impl From<GrantSpan> for String {
    fn from(span: GrantSpan) -> Self {
        span.to_string()
    }
}

impl fmt::Display for GrantSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once => f.write_str("once"),
            Self::For(span) => f.write_str(&write_span(*span)),
            Self::Conversation => f.write_str("conversation"),
            Self::Always => f.write_str("always"),
        }
    }
}
