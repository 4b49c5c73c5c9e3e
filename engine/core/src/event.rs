//! Events: the append-only record of a task, numbered from 1. Everything that happened, in order.
//!
//! As JSON an event is one flat object: `{"seq":1,"task":"…","at":1764000000000,"event":"submitted",…}`. The kinds and
//! their fields are fixed in `docs/reference.md`; readers must accept fields and kinds that they do not know.

use crate::approval::{ApprovalKind, Saying};
use crate::id::{ApprovalId, BlobId, ConversationId, ProjectId, RunId, SessionId, TaskId, ToolUseId};
use crate::money::{MicroUsd, Usage};
use crate::task::{Attachment, Failure, TaskState};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One entry of a task's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its number within the task, from 1, without gaps.
    pub seq: u64,
    /// The task.
    pub task: TaskId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The gate's answer to one tool call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateAnswer {
    /// It runs.
    Allow,
    /// It does not; Claude is told why.
    Deny,
    /// People are asked later: the CLI ends and the call comes again.
    Defer,
}

/// Who or what gave the gate's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "source", content = "name")]
pub enum DecidedBy {
    /// A rule of the policy, by its name.
    Policy(String),
    /// A grant, by its description.
    Grant(String),
    /// People, by an approval.
    Approval(ApprovalId),
    /// The engine itself: a fault, or a call that cannot be asked now.
    Engine(String),
}

/// A long text, whole or with the rest in a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Excerpt {
    /// The text, or its beginning.
    pub text: String,
    /// How long the whole is, in bytes.
    pub bytes: u64,
    /// Where the whole lies, if `text` is only its beginning.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub blob: Option<BlobId>,
}

/// One file that a task changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileChange {
    /// Its path; one that has control characters, quotes or backslashes in it or is not UTF-8 as git quotes it.
    pub path: String,
    /// `added`, `modified`, `deleted` or `renamed`.
    pub change: String,
    /// Lines added; none for a binary file.
    pub insertions: Option<u64>,
    /// Lines removed; none for a binary file.
    pub deletions: Option<u64>,
}

/// What a task changed, computed in the hub's own mirror.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiffStat {
    /// The files.
    pub files: Vec<FileChange>,
    /// Lines added in all.
    pub insertions: u64,
    /// Lines removed in all.
    pub deletions: u64,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum EventKind {
    /// The task was stored and queued.
    Submitted {
        /// Its project.
        project: ProjectId,
        /// Its conversation.
        conversation: ConversationId,
        /// Who asked, as others are shown them.
        by: String,
        /// The prompt, or its beginning.
        prompt: Excerpt,
    },
    /// A worker took it.
    RunStarted {
        /// The run.
        run: RunId,
        /// Which run of the task it is, from 1.
        number: u32,
    },
    /// The sandbox stands and the CLI has answered.
    SandboxReady {
        /// The run.
        run: RunId,
        /// Made ahead of need.
        warm: bool,
        /// The commit the workspace stands on.
        base: Option<String>,
    },
    /// The CLI named its session.
    SessionStarted {
        /// The session.
        session: SessionId,
        /// The model in use.
        model: String,
        /// The CLI's version.
        cli_version: String,
    },
    /// Claude said something.
    Text {
        /// What it said.
        text: Excerpt,
        /// The subagent that said it, if one did.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        agent: Option<String>,
    },
    /// Claude wants to call a tool.
    ToolCalled {
        /// The call.
        call: ToolUseId,
        /// The tool.
        tool: String,
        /// Its input, shortened.
        input: Excerpt,
        /// The subagent that calls, if one does.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        agent: Option<String>,
    },
    /// The gate answered a tool call.
    GateAnswered {
        /// The call.
        call: ToolUseId,
        /// The tool.
        tool: String,
        /// The answer.
        answer: GateAnswer,
        /// Who or what gave it.
        by: DecidedBy,
        /// Why, in words.
        reason: String,
    },
    /// People are asked.
    ApprovalOpened {
        /// The approval.
        approval: ApprovalId,
        /// What is asked.
        kind: ApprovalKind,
        /// The tool.
        tool: String,
        /// Its input, shortened.
        input: Excerpt,
        /// Why policy asks.
        reason: String,
    },
    /// People have decided.
    ApprovalDecided {
        /// The approval.
        approval: ApprovalId,
        /// Who, as others are shown them.
        by: String,
        /// What they said.
        saying: Saying,
    },
    /// An approval lost its meaning.
    ApprovalVoided {
        /// The approval.
        approval: ApprovalId,
        /// Why.
        reason: String,
    },
    /// A tool ran, or was refused, and Claude has its result.
    ToolFinished {
        /// The call.
        call: ToolUseId,
        /// Whether the result is an error.
        is_error: bool,
        /// The result, shortened.
        output: Excerpt,
    },
    /// The task waits for people with no process at all.
    Parked {
        /// The approval it waits for.
        approval: ApprovalId,
    },
    /// The run ended without an outcome and another will follow.
    RunFailed {
        /// The run.
        run: RunId,
        /// Why.
        failure: Failure,
        /// When the next one may start.
        retry_at: Timestamp,
    },
    /// The hub came back and took the running sandbox up again.
    Reattached {
        /// The run.
        run: RunId,
    },
    /// Something people should know that does not end the task.
    Warning {
        /// What.
        message: String,
    },
    /// A person asked to stop it.
    StopRequested {
        /// Who, as others are shown them.
        by: String,
    },
    /// A person asked for another try.
    RetryRequested {
        /// Who, as others are shown them.
        by: String,
    },
    /// The work came out of the sandbox as a sound commit.
    Collected {
        /// The commit.
        commit: String,
        /// What it stands on.
        base: Option<String>,
        /// Its branch.
        branch: String,
        /// What changed.
        stat: DiffStat,
    },
    /// Claude handed files over with its answer.
    HandedOver {
        /// The files.
        files: Vec<Attachment>,
        /// What was left out, in a sentence.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        left_out: Option<String>,
    },
    /// The branch was pushed to the project's repository.
    Pushed {
        /// The branch.
        branch: String,
        /// The commit.
        commit: String,
    },
    /// A person threw the work away.
    Discarded {
        /// Who, as others are shown them.
        by: String,
    },
    /// The last entry of a try: the outcome.
    Finished {
        /// `succeeded`, `failed` or `stopped`.
        state: TaskState,
        /// Claude's answer, whole.
        result: Option<String>,
        /// Why it failed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        failure: Option<Failure>,
        /// The branch, if anything changed.
        branch: Option<String>,
        /// The commit, if anything changed.
        commit: Option<String>,
        /// What changed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        stat: Option<DiffStat>,
        /// What the task cost, in US dollars.
        cost_usd: f64,
        /// The tokens it used.
        usage: Usage,
        /// How long it took from submission, in milliseconds.
        elapsed_ms: u64,
    },
}

/// What followers of a task are sent: entries of the record, and between them what is too fleeting to be recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Live {
    /// An entry of the record.
    Event(Event),
    /// A passing sign of life.
    Passing(Passing),
}

/// A sign of life that is not recorded; it may be lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Passing {
    /// The task.
    pub task: TaskId,
    /// What passes.
    #[serde(flatten)]
    pub kind: PassingKind,
}

/// What passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum PassingKind {
    /// A piece of text as the model writes it.
    TextDelta {
        /// The piece.
        text: String,
    },
    /// What the task cost so far.
    Spent {
        /// The sum.
        cost: MicroUsd,
    },
    /// Something went wrong outside and is being tried again.
    Delayed {
        /// What.
        message: String,
    },
}

impl EventKind {
    /// Its name in JSON and in the database.
    pub fn name(&self) -> String {
        let tagged = serde_json::to_value(self).ok();
        tagged.as_ref().and_then(|v| v.get("event")?.as_str()).map_or_else(String::new, str::to_owned)
    }
}

impl Excerpt {
    /// How much of a long text an event itself carries, in bytes.
    pub const LIMIT: usize = 4096;

    /// The whole of a short text, or the beginning of a long one, cut at a character.
    pub fn beginning(text: &str) -> Self {
        let mut end = text.len().min(Self::LIMIT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self { text: text[..end].to_owned(), bytes: text.len() as u64, blob: None }
    }

    /// Whether `text` is only the beginning.
    pub fn is_cut(&self) -> bool {
        (self.text.len() as u64) < self.bytes
    }
}

/// A call's input as people can read it in one line: the command, the file, or the JSON.
pub fn input_line(tool: &str, input: &Value) -> String {
    let field = match tool {
        "Bash" => "command",
        "WebFetch" => "url",
        "Grep" | "Glob" => "pattern",
        _ => "file_path",
    };
    input.get(field).and_then(Value::as_str).map_or_else(|| input.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_one_flat_object() {
        let event = Event {
            seq: 3,
            task: TaskId::from_entropy(7),
            at: Timestamp::from_millis(5),
            kind: EventKind::Warning { message: "slow".to_owned() },
        };
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(json, json!({"seq": 3, "task": "700000000000", "at": 5, "event": "warning", "message": "slow"}));
        assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
        assert_eq!(event.kind.name(), "warning");
    }

    #[test]
    fn excerpts_are_cut_at_a_character() {
        let excerpt = Excerpt::beginning(&"ä".repeat(4000));
        assert_eq!((excerpt.text.len(), excerpt.bytes, excerpt.is_cut()), (4096, 8000, true));
        let odd = Excerpt::beginning(&format!("x{}", "ä".repeat(4000)));
        assert_eq!(odd.text.len(), 4095);
    }

    #[test]
    fn live_tells_the_record_from_what_passes() {
        let passing = Live::Passing(Passing {
            task: TaskId::from_entropy(7),
            kind: PassingKind::TextDelta { text: "a".to_owned() },
        });
        let back: Live = serde_json::from_value(serde_json::to_value(&passing).unwrap()).unwrap();
        assert_eq!(back, passing);
    }
}
