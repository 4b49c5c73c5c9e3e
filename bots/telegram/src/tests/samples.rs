//! Cards and deliveries for tests.

use serde_json::{Value, json};
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Context, Decision, Saying};
use signalbox_core::button::Press;
use signalbox_core::card::{Card, OutcomeCard, ReplyCard, TaskCard};
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::event::DiffStat;
use signalbox_core::id::{ApprovalId, BlobId, ConversationId, DeliveryId, ProjectId, RunId, TaskId, ToolUseId, UserId};
use signalbox_core::money::MicroUsd;
use signalbox_core::policy::Detail;
use signalbox_core::sheet::Part;
use signalbox_core::task::{Attachment, TaskState};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::ToolCall;

pub(super) fn approval_id() -> ApprovalId {
    ApprovalId::from_entropy(0x1234_5678_9abc_def0_1234)
}

pub(super) fn task_id() -> TaskId {
    TaskId::from_entropy(7)
}

fn approval(tool: &str, input: Value) -> Approval {
    let cwd = "/workspace".to_owned();
    let call = ToolCall { id: ToolUseId::new("toolu_1"), tool: tool.to_owned(), input, cwd, agent: None };
    Approval {
        id: approval_id(),
        task: task_id(),
        run: RunId::new("r"),
        conversation: ConversationId::new("c"),
        project: ProjectId::new("p"),
        requester: UserId::new("ann"),
        kind: ApprovalKind::of(&call),
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
        context: Context { requester: "Ann".to_owned(), project: "demo".to_owned(), ..Context::default() },
    }
}

pub(super) fn command(command: &str) -> Approval {
    approval("Bash", json!({"command": command, "description": "Run it"}))
}

pub(super) fn plan(plan: &str) -> Approval {
    approval("ExitPlanMode", json!({"plan": plan}))
}

pub(super) fn question(several: bool) -> Approval {
    let options = json!([{"label": "Red", "description": "Like a rose"}, {"label": "Blue", "description": ""}]);
    let questions =
        json!([{"question": "Which colour?", "header": "Colour", "options": options, "multiSelect": several}]);
    approval("AskUserQuestion", json!({"questions": questions}))
}

/// The same, allowed by Bob.
pub(super) fn allowed(approval: Approval) -> Approval {
    let decision = Decision {
        by: UserId::new("bob"),
        name: "Bob".to_owned(),
        place: Some("telegram:5".parse().unwrap()),
        at: Timestamp::from_millis(31_000),
        saying: Saying::Allow,
        grant: None,
    };
    Approval { state: ApprovalState::Allowed, decision: Some(decision), ..approval }
}

pub(super) fn asks(approval: Approval) -> Card {
    Card::Approval(Box::new(approval))
}

pub(super) fn task(text: &str, passing: bool) -> Card {
    Card::Task(TaskCard {
        task: task_id(),
        project: "demo".to_owned(),
        state: TaskState::Running,
        position: None,
        created_at: Timestamp::from_millis(1_000),
        cost: MicroUsd::default(),
        lines: vec!["cargo test".to_owned()],
        text: text.to_owned(),
        passing,
    })
}

pub(super) fn outcome(answer: &str, files: &[&str]) -> Card {
    let blob =
        |name: &str| Attachment { name: name.to_owned(), media_type: "text/plain".to_owned(), blob: BlobId::new(name) };
    Card::Outcome(OutcomeCard {
        task: task_id(),
        project: "demo".to_owned(),
        state: TaskState::Succeeded,
        answer: Some(answer.to_owned()),
        failure: None,
        branch: Some("signalbox/fix".to_owned()),
        commit: Some("0123456789abcdef".to_owned()),
        pushed: false,
        stat: Some(DiffStat::default()),
        cost: MicroUsd::default(),
        elapsed_ms: 12_000,
        files: files.iter().map(|name| blob(name)).collect(),
        proposal: None,
    })
}

pub(super) fn reply(parts: Vec<Part>, wants: Option<Press>) -> Card {
    let message = Some("7".to_owned());
    Card::Reply(ReplyCard { to: "telegram:1/9".to_owned(), message, parts, file: None, rows: Vec::new(), wants })
}

pub(super) fn line(text: &str) -> Card {
    reply(vec![Part::Line(text.to_owned())], None)
}

pub(super) fn delivery(place: &str, card: Card) -> Delivery {
    Delivery {
        id: DeliveryId::new("d"),
        place: place.parse().unwrap(),
        card,
        state: DeliveryState::Sending,
        attempts: 1,
        due_at: Timestamp::from_millis(0),
        created_at: Timestamp::from_millis(0),
        error: None,
        answers: None,
        sent: Vec::new(),
        detail: Detail::Full,
    }
}
