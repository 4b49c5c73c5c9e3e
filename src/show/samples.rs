//! Approvals for tests.

use serde_json::{Value, json};
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Context};
use signalbox_core::id::{ApprovalId, ConversationId, ProjectId, RunId, TaskId, ToolUseId, UserId};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::ToolCall;

/// A call in the workspace.
pub(crate) fn tool(name: &str, input: Value) -> ToolCall {
    ToolCall { id: ToolUseId::new("toolu_1"), tool: name.to_owned(), input, cwd: "/workspace".to_owned(), agent: None }
}

/// An open approval.
pub(crate) fn approval(kind: ApprovalKind, call: ToolCall) -> Approval {
    Approval {
        id: ApprovalId::from_entropy(0x1234_5678_9abc_def0_1234),
        task: TaskId::from_entropy(7),
        run: RunId::new("r"),
        conversation: ConversationId::new("c"),
        project: ProjectId::new("p"),
        requester: UserId::new("operator"),
        kind,
        hash: call.hash(),
        call,
        request: "q".to_owned(),
        reason: "it runs the project's own code".to_owned(),
        dangerous: false,
        may_have_run: false,
        votes_needed: 1,
        state: ApprovalState::Open,
        parked: false,
        decision: None,
        opened_at: Timestamp::from_millis(1_000),
        expires_at: Timestamp::from_millis(3_601_000),
        context: Context::default(),
    }
}

/// An open approval of a command.
pub(crate) fn command(command: &str) -> Approval {
    approval(ApprovalKind::Tool, tool("Bash", json!({"command": command, "description": "Run it"})))
}
