//! Keeps `docs/reference.md` in step with the code: every word that others depend on must be in it.

use crate::config::DEFAULT;
use crate::exit::Exit;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use signalbox_core::approval::{ApprovalKind, ApprovalState, Saying};
use signalbox_core::delivery::DeliveryState;
use signalbox_core::event::{DecidedBy, DiffStat, EventKind, Excerpt, FileChange, GateAnswer, PassingKind};
use signalbox_core::id::{ApprovalId, ConversationId, ProjectId, RunId, SessionId, TaskId, ToolUseId};
use signalbox_core::money::{MicroUsd, Usage};
use signalbox_core::policy::Policy;
use signalbox_core::port::{Asking, Refusal};
use signalbox_core::task::{Failure, FailureKind, TaskState};
use signalbox_core::time::Timestamp;

const PAGE: &str = include_str!("../docs/reference.md");

/// The part of the page under a heading of the second level.
fn section(heading: &str) -> &'static str {
    let begin = PAGE.find(&format!("## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    let rest = &PAGE[begin + 3..];
    &rest[..rest.find("\n## ").unwrap_or(rest.len())]
}

/// The row of a table whose first cell holds the word.
fn row(section: &'static str, word: &str) -> &'static str {
    let begins = format!("| `{word}` |");
    section.lines().find(|line| line.starts_with(&begins)).unwrap_or_else(|| panic!("`{word}` has no row"))
}

/// The words that a tagged type knows, as its own reader names them when it meets another.
fn words<T: DeserializeOwned>(unknown: Value) -> Vec<String> {
    let Err(error) = serde_json::from_value::<T>(unknown) else { panic!("an unknown word was read") };
    let text = error.to_string();
    let known = text.split_once("expected one of ").map(|(_, known)| known).unwrap_or_else(|| panic!("{text}"));
    known.split(", ").map(|word| word.trim_matches('`').to_owned()).collect()
}

#[test]
fn every_state_is_there() {
    let states = section("States");
    let tasks = TaskState::ALL.map(TaskState::as_str);
    let others =
        ApprovalState::ALL.map(ApprovalState::as_str).into_iter().chain(DeliveryState::ALL.map(DeliveryState::as_str));
    for state in tasks.into_iter().chain(others).chain(words::<ApprovalKind>(json!("?")).iter().map(String::as_str)) {
        assert!(states.contains(&format!("`{state}`")), "{state}");
    }
    tasks.into_iter().for_each(|state| assert!(!row(states, state).is_empty()));
    words::<FailureKind>(json!("?")).iter().for_each(|kind| assert!(!row(states, kind).is_empty()));
}

#[test]
fn every_exit_status_is_there() {
    let statuses = section("Exit statuses");
    for exit in Exit::ALL {
        assert!(statuses.contains(&format!("\n| {} | ", exit.status())), "{exit:?}");
    }
}

#[test]
fn every_refusal_and_way_of_asking_is_there() {
    let api = section("The local API");
    words::<Refusal>(json!({"refusal": "?"})).iter().for_each(|kind| assert!(!row(api, kind).is_empty()));
    for word in words::<Asking>(json!("?")) {
        assert!(api.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn every_event_is_there_with_every_field() {
    let events = section("Events");
    let known = words::<EventKind>(json!({"event": "?"}));
    let samples: Vec<Value> = samples().into_iter().map(|kind| serde_json::to_value(kind).unwrap()).collect();
    let mut sampled: Vec<&str> = samples.iter().filter_map(|sample| sample["event"].as_str()).collect();
    sampled.dedup();
    assert_eq!(sampled, known, "each kind has a sample here");
    let passing = [
        PassingKind::TextDelta { text: String::new() },
        PassingKind::Spent { cost: MicroUsd(0) },
        PassingKind::Delayed { message: String::new() },
    ];
    assert_eq!(passing.len(), words::<PassingKind>(json!({"event": "?"})).len());
    let passing = passing.iter().map(|kind| serde_json::to_value(kind).unwrap());
    for sample in samples.into_iter().chain(passing) {
        let name = sample["event"].as_str().unwrap();
        let row = row(events, name);
        for field in sample.as_object().unwrap().keys().filter(|field| *field != "event") {
            assert!(row.contains(&format!("`{field}`")), "{name}.{field}");
        }
    }
    for word in words::<GateAnswer>(json!("?")).iter().chain(&words::<Saying>(json!({"say": "?"}))) {
        assert!(events.contains(word.as_str()), "{word}");
    }
}

/// One of each kind, with every field that can be there.
fn samples() -> Vec<EventKind> {
    let text = || Excerpt::beginning("x");
    let (run, call, approval) = (RunId::new("r"), ToolUseId::new("c"), ApprovalId::from_entropy(1));
    let word = || "x".to_owned();
    let failure = || Failure::new(FailureKind::Internal, "x");
    let change = FileChange { path: word(), change: "modified".to_owned(), insertions: Some(1), deletions: None };
    let stat = DiffStat { files: vec![change], insertions: 1, deletions: 0 };
    vec![
        EventKind::Submitted {
            project: ProjectId::new("p"),
            conversation: ConversationId::new("c"),
            by: word(),
            prompt: text(),
        },
        EventKind::RunStarted { run: run.clone(), number: 1 },
        EventKind::SandboxReady { run: run.clone(), warm: false, base: None },
        EventKind::SessionStarted { session: SessionId::new("s"), model: word(), cli_version: word() },
        EventKind::Text { text: text(), agent: Some(word()) },
        EventKind::ToolCalled { call: call.clone(), tool: word(), input: text(), agent: Some(word()) },
        EventKind::GateAnswered {
            call: call.clone(),
            tool: word(),
            answer: GateAnswer::Allow,
            by: DecidedBy::Policy(word()),
            reason: word(),
        },
        EventKind::ApprovalOpened {
            approval: approval.clone(),
            kind: ApprovalKind::Tool,
            tool: word(),
            input: text(),
            reason: word(),
        },
        EventKind::ApprovalDecided { approval: approval.clone(), by: word(), saying: Saying::Allow },
        EventKind::ApprovalVoided { approval: approval.clone(), reason: word() },
        EventKind::ToolFinished { call, is_error: false, output: text() },
        EventKind::Parked { approval },
        EventKind::RunFailed { run: run.clone(), failure: failure(), retry_at: Timestamp::from_millis(0) },
        EventKind::Reattached { run },
        EventKind::Warning { message: word() },
        EventKind::StopRequested { by: word() },
        EventKind::RetryRequested { by: word() },
        EventKind::Collected { commit: word(), base: None, branch: word(), stat: stat.clone() },
        EventKind::HandedOver { files: Vec::new(), left_out: Some(word()) },
        EventKind::Pushed { branch: word(), commit: word() },
        EventKind::Discarded { by: word() },
        EventKind::Finished {
            state: TaskState::Failed,
            result: None,
            failure: Some(failure()),
            branch: None,
            commit: None,
            stat: Some(stat),
            cost_usd: 0.0,
            usage: Usage::default(),
            elapsed_ms: 0,
        },
    ]
}

#[test]
fn ids_are_as_long_as_it_says() {
    assert!(PAGE.contains(&format!(
        "A task's id has {} characters, an approval's {}",
        TaskId::LENGTH,
        ApprovalId::LENGTH
    )));
}

#[test]
fn every_key_of_a_policy_is_there() {
    let policies = section("Policy files");
    for table in ["approval", "limits", "sandbox", "push", "cards", "paths", "shell"] {
        let Err(faults) = Policy::parse(&format!("version = 1\n[{table}]\nzzzzzzzz = 1\n")) else { panic!("{table}") };
        let text = faults.to_string();
        let known = text.split_once("known here: ").map(|(_, known)| known).unwrap_or_else(|| panic!("{text}"));
        for key in known.split(", ").map(str::trim) {
            assert!(policies.contains(&format!("`{table}.{key}`")), "{table}.{key}");
        }
    }
    for (table, start) in [
        ("rules", "tools = \"X\"\ndecision = \"ask\""),
        ("commands", "program = \"x\""),
        ("dangerous", "program = \"x\""),
    ] {
        let Err(faults) = Policy::parse(&format!("version = 1\n[[{table}]]\n{start}\nzzzzzzzz = 1\n")) else {
            panic!("{table}")
        };
        let text = faults.to_string();
        let known = text.split_once("known here: ").map(|(_, known)| known).unwrap_or_else(|| panic!("{text}"));
        for key in known.split(", ").map(str::trim) {
            assert!(policies.contains(&format!("`{key}`")), "{table}: {key}");
        }
    }
}

#[test]
fn every_secret_can_come_from_a_file_as_it_says() {
    for key in ["MODEL_API_KEY", "MODEL_OAUTH_TOKEN", "DATABASE_URL", "REDIS_URL"] {
        assert!(section("Configuration").contains(&format!("`SIGNALBOX_{key}_FILE`")), "{key}");
    }
    assert!(DEFAULT.contains("[redis]"));
}
