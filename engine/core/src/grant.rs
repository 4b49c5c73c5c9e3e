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
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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

impl PartialSchema for GrantSpan {
    fn schema() -> RefOr<Schema> {
        let description = "How long a yes is remembered: `once`, a span such as `15m` or `1h30m` (30 days at most), \
                           `conversation` or `always`.";
        crate::schema::text(description, "^(once|conversation|always|([0-9]+[dhms])+)$", "15m")
    }
}

impl ToSchema for GrantSpan {}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ToolUseId;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn call(tool: &str, input: Value) -> ToolCall {
        ToolCall { id: ToolUseId::new("t"), tool: tool.to_owned(), input, cwd: WORKSPACE.to_owned(), agent: None }
    }

    fn bash(command: &str) -> ToolCall {
        call("Bash", json!({ "command": command }))
    }

    #[rstest]
    #[case(bash("cargo  test 2>&1 | 'tail'"), "run `cargo test 2>&1 | tail`")]
    #[case(call("Edit", json!({"file_path": "src/x"})), "Edit any file in the workspace")]
    #[case(call("Grep", json!({"pattern": "x"})), "Grep anywhere in the workspace")]
    #[case(call("WebFetch", json!({"url": "https://Docs.rs/x"})), "WebFetch from docs.rs")]
    #[case(call("Edit", json!({"file_path": "/etc/x"})), "exactly this call of Edit")]
    #[case(call("mcp__a__b", json!({"x": 1})), "exactly this call of mcp__a__b")]
    fn a_grant_says_what_it_covers_and_survives_storage(#[case] call: ToolCall, #[case] words: &str) {
        let pattern = GrantPattern::from_call(&call).unwrap();
        assert_eq!(pattern.describe(), words);
        assert!(pattern.matches(&call));
        let stored = serde_json::to_string(&pattern).unwrap();
        assert_eq!(serde_json::from_str::<GrantPattern>(&stored).unwrap(), pattern);
    }

    #[rstest]
    #[case("make a", "make b")]
    #[case("make a", "make a b")]
    #[case("make a", "make a; make a")]
    #[case("a && b", "a || b")]
    #[case("a && b", "a; b")]
    #[case("a | b", "a && b")]
    #[case("(a); b", "(a; b)")]
    #[case("a", "X=1 a")]
    #[case("'X=1' a", "X=1 a")]
    #[case("a", "a &")]
    #[case("a", "a > x")]
    #[case("a > x", "a > y")]
    #[case("a > x", "a >> x")]
    #[case("a 2> x", "a > x")]
    #[case("a", "a < x")]
    #[case("a <<'E'\nx\nE", "a <<'E'\ny\nE")]
    #[case("a 'b c'", "a b c")]
    #[case("a 'b*'", "a b*")]
    #[case("! a", "a")]
    #[case("if a; then b; fi", "while a; do b; done")]
    #[case("while a; do b; done", "while a; 'do' b; done")]
    #[case("a", "./a")]
    fn another_command_is_not_covered(#[case] granted: &str, #[case] other: &str) {
        let pattern = GrantPattern::from_call(&bash(granted)).unwrap();
        assert!(!pattern.matches(&bash(other)), "{pattern:?}");
    }

    #[test]
    fn a_command_is_bound_to_its_directory_and_to_a_plain_run() {
        let pattern = GrantPattern::from_call(&bash("make")).unwrap();
        assert!(!pattern.matches(&ToolCall { cwd: "/workspace/sub".to_owned(), ..bash("make") }));
        assert!(!pattern.matches(&call("Bash", json!({"command": "make", "run_in_background": true}))));
        assert!(pattern.matches(&call("Bash", json!({"command": "make", "description": "builds", "timeout": 9}))));
    }

    #[test]
    fn files_are_covered_in_the_open_workspace_only() {
        let edit = |path: &str| call("Edit", json!({ "file_path": path }));
        let pattern = GrantPattern::from_call(&edit("src/x")).unwrap();
        assert!(pattern.matches(&edit("/workspace/y")));
        for path in ["/etc/x", "../x", ".git/config", ".env", ".claude/settings.json"] {
            assert!(!pattern.matches(&edit(path)), "{path}");
        }
        assert!(!pattern.matches(&call("Write", json!({"file_path": "src/x"}))));
        assert!(!pattern.matches(&call("Edit", json!({"file_path": 5}))));
    }

    #[rstest]
    #[case(bash("eval x"), true)]
    #[case(bash("echo $X"), false)]
    #[case(bash("f() { x; }; f"), false)]
    #[case(bash("ls ("), false)]
    #[case(call("Bash", json!({"command": "x", "run_in_background": true})), false)]
    #[case(call("WebFetch", json!({"url": "https://a@b/"})), false)]
    #[case(call("AskUserQuestion", json!({})), false)]
    #[case(call("ExitPlanMode", json!({})), false)]
    fn what_is_not_understood_can_be_allowed_once_only(#[case] call: ToolCall, #[case] grantable: bool) {
        assert_eq!(GrantPattern::from_call(&call).is_some(), grantable);
    }

    #[rstest]
    #[case("once", GrantSpan::Once, "once")]
    #[case("15m", GrantSpan::For(Duration::from_secs(900)), "15m")]
    #[case(" Conversation ", GrantSpan::Conversation, "conversation")]
    #[case("ALWAYS", GrantSpan::Always, "always")]
    fn spans_are_read_as_people_type_them(#[case] text: &str, #[case] span: GrantSpan, #[case] word: &str) {
        assert_eq!(text.parse::<GrantSpan>().unwrap(), span);
        assert_eq!(serde_json::to_value(span).unwrap(), json!(word));
    }

    #[test]
    fn a_wrong_span_is_explained() {
        let said = |text: &str| text.parse::<GrantSpan>().unwrap_err().to_string();
        assert!(said("forever").contains("write `once`, `15m`"), "{}", said("forever"));
        assert!(said("90d").contains("longest is 30d"), "{}", said("90d"));
        assert!(serde_json::from_str::<GrantSpan>("\"soon\"").is_err());
    }
}
