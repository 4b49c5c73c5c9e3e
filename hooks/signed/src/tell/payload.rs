//! What subscribers are sent: version 1 of the body that `docs/webhooks.md` describes. Fields and types may be added to it;
//! none changes its meaning or goes.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use signalbox_core::subscription::{ApprovalFacts, Happening, OutcomeFacts, TaskFacts, Topic};
use signalbox_core::time::Timestamp;

/// The version of the body.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    topic: Topic,
    timestamp: String,
    version: u32,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    project: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<Task<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<Approval<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome<'a>>,
}

#[derive(Serialize)]
struct Task<'a> {
    id: &'a str,
    event: u64,
    conversation: &'a str,
    requester: &'a str,
    state: &'static str,
    cost_usd: f64,
    created_at: String,
}

#[derive(Serialize)]
struct Approval<'a> {
    id: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<&'a str>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    branch: Option<&'a str>,
    commit: Option<&'a str>,
    files: u64,
    insertions: u64,
    deletions: u64,
    elapsed_ms: u64,
}

/// The body of a request.
///
/// # Errors
/// When it cannot be written as JSON.
pub(super) fn body(told: &Happening) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Payload {
        topic: told.topic,
        timestamp: time(told.at),
        version: VERSION,
        data: Data {
            project: &told.project,
            task: told.task.as_ref().map(task),
            by: told.by.as_deref(),
            run: told.run,
            approval: told.approval.as_ref().map(approval),
            failure: told.failure.map(|failure| failure.as_str()),
            outcome: told.outcome.as_ref().map(outcome),
        },
    })
}

fn task(facts: &TaskFacts) -> Task<'_> {
    Task {
        id: facts.id.as_str(),
        event: facts.event,
        conversation: facts.conversation.as_str(),
        requester: &facts.requester,
        state: facts.state.as_str(),
        cost_usd: facts.cost.dollars(),
        created_at: time(facts.created_at),
    }
}

fn approval(facts: &ApprovalFacts) -> Approval<'_> {
    Approval {
        id: facts.id.as_str(),
        state: facts.state.as_str(),
        kind: facts.kind.map(|kind| kind.as_str()),
        tool: facts.tool.as_deref(),
    }
}

fn outcome(facts: &OutcomeFacts) -> Outcome<'_> {
    Outcome {
        branch: facts.branch.as_deref(),
        commit: facts.commit.as_deref(),
        files: facts.files,
        insertions: facts.insertions,
        deletions: facts.deletions,
        elapsed_ms: facts.elapsed_ms,
    }
}

/// A moment as RFC 3339 writes it.
fn time(at: Timestamp) -> String {
    let at = DateTime::<Utc>::from_timestamp_millis(at.millis()).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use signalbox_core::id::{ApprovalId, ConversationId, TaskId};
    use signalbox_core::money::MicroUsd;
    use signalbox_core::task::{FailureKind, TaskState};

    fn read(told: &Happening) -> serde_json::Value {
        serde_json::from_slice(&body(told).unwrap()).unwrap()
    }

    #[test]
    fn it_is_written_as_the_page_says() {
        let at = Timestamp::from_millis(1_764_115_200_123);
        let id = TaskId::from_entropy(1);
        let task = TaskFacts {
            id: id.clone(),
            event: 4,
            conversation: ConversationId::new("c1"),
            requester: "ann".to_owned(),
            state: TaskState::Failed,
            cost: MicroUsd(125_000),
            created_at: Timestamp::from_millis(1_764_115_100_000),
        };
        let told = Happening {
            topic: Topic::TaskFailed,
            task: Some(task),
            failure: Some(FailureKind::TimeLimit),
            outcome: Some(OutcomeFacts { elapsed_ms: 100_123, ..OutcomeFacts::default() }),
            ..Happening::test(at, "site")
        };
        let expected = json!({
            "type": "task.failed", "timestamp": "2025-11-26T00:00:00.123Z", "version": 1,
            "data": {
                "project": "site",
                "task": {
                    "id": id.as_str(), "event": 4, "conversation": "c1", "requester": "ann", "state": "failed",
                    "cost_usd": 0.125, "created_at": "2025-11-25T23:58:20.000Z",
                },
                "failure": "time_limit",
                "outcome": {
                    "branch": null, "commit": null, "files": 0, "insertions": 0, "deletions": 0, "elapsed_ms": 100_123,
                },
            },
        });
        assert_eq!(read(&told), expected);
        let test = json!({
            "type": "subscription.test", "timestamp": "2025-11-26T00:00:00.123Z", "version": 1,
            "data": { "project": "site" },
        });
        assert_eq!(read(&Happening::test(at, "site")), test);
    }

    #[test]
    fn what_is_asked_is_named_and_no_more() {
        let id = ApprovalId::from_entropy(3);
        let asked = ApprovalFacts {
            id: id.clone(),
            state: signalbox_core::approval::ApprovalState::Open,
            kind: Some(signalbox_core::approval::ApprovalKind::Tool),
            tool: Some("Bash".to_owned()),
        };
        let told = Happening { approval: Some(asked), ..Happening::test(Timestamp::from_millis(0), "site") };
        let expected = json!({ "id": id.as_str(), "state": "open", "kind": "tool", "tool": "Bash" });
        assert_eq!(read(&told)["data"]["approval"], expected);
    }
}
