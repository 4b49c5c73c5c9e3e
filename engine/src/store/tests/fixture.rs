//! The usual cast: a person, a project, and tasks that go through their lives.

use super::super::*;
use serde_json::json;
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Context, Saying};
use signalbox_core::card::{Card, TaskCard};
use signalbox_core::delivery::Delivery;
use signalbox_core::event::{Event, EventKind, Excerpt};
use signalbox_core::id::{ApprovalId, NodeId, ProjectId, TaskId, ToolUseId, UserId};
use signalbox_core::money::MicroUsd;
use signalbox_core::place::Place;
use signalbox_core::port::{Asking, Project};
use signalbox_core::task::{Limits, Task, TaskState, TaskStep};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::ToolCall;
use std::sync::atomic::{AtomicU64, Ordering};

static ENTROPY: AtomicU64 = AtomicU64::new(1);

fn entropy() -> u128 {
    // Spread over the whole id, so that beginnings differ.
    u128::from(ENTROPY.fetch_add(1, Ordering::Relaxed)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834)
}

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(super) fn place(text: &str) -> Place {
    text.parse().expect("a place")
}

/// The people and projects of a story.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    pub(super) store: Store,
    pub(super) ann: UserId,
    pub(super) project: ProjectId,
}

impl Cast {
    pub(super) async fn on(store: &Store) -> Self {
        let ann = store.add_user(new_user("ann")).await.expect("ann");
        let project = add_project(store, "alpha", &ann).await;
        Self { store: store.clone(), ann, project }
    }

    /// A task in a conversation of its own.
    pub(super) fn task(&self) -> NewTask {
        self.task_in(&self.project)
    }

    pub(super) fn task_in(&self, project: &ProjectId) -> NewTask {
        let origin = place("terminal:1");
        let conversation = Conversation::new(project.clone(), origin.clone(), at(1_000));
        let task = Task {
            id: TaskId::from_entropy(entropy()),
            project: project.clone(),
            conversation: conversation.id.clone(),
            requester: self.ann.clone(),
            origin: origin.clone(),
            prompt: "Mend the fence.".to_owned(),
            attachments: Vec::new(),
            model: None,
            priority: 0,
            limits: Limits::default(),
            state: TaskState::Queued,
            stop_requested: false,
            faults: 0,
            result: None,
            failure: None,
            base: None,
            commit: None,
            cost: MicroUsd::default(),
            usage: Default::default(),
            created_at: at(1_000),
            not_before: at(1_000),
            started_at: None,
            finished_at: None,
        };
        let submitted = EventKind::Submitted {
            project: project.clone(),
            conversation: conversation.id.clone(),
            by: "Ann".to_owned(),
            prompt: Excerpt::beginning(&task.prompt),
        };
        NewTask {
            receipt: Some(owed(origin, task_card(&task.id, TaskState::Queued), at(1_000))),
            key: task.id.to_string(),
            task,
            asking: Asking::Ask,
            message: None,
            goes_on: false,
            followers: Vec::new(),
            source: "test".to_owned(),
            new_conversation: Some(conversation),
            submitted,
        }
    }

    /// A later task in the conversation of an earlier one.
    pub(super) fn next_in_conversation(&self, earlier: &NewTask) -> NewTask {
        let mut next = self.task();
        next.task.conversation = earlier.task.conversation.clone();
        next.new_conversation = None;
        next.task.created_at = earlier.task.created_at + std::time::Duration::from_millis(1);
        next
    }

    pub(super) async fn queued(&self) -> TaskId {
        self.store.submit(self.task()).await.expect("submitted").task
    }

    /// A task that node `one` runs.
    pub(super) async fn running(&self) -> Lease {
        let task = self.queued().await;
        self.store.lease(&task, &claim("one", 2_000, 12_000)).await.expect("leased").expect("to be had")
    }

    /// An open approval of a running task, with a card in two places.
    pub(super) async fn asked(&self, lease: &Lease, votes_needed: u32) -> Approval {
        let approval = self.approval(lease, votes_needed);
        let opened = self.store.open_approval(lease, asking(&approval, &["terminal:1", "telegram:7"])).await;
        opened.expect("opened").applied().expect("not stale");
        approval
    }

    pub(super) fn approval(&self, lease: &Lease, votes_needed: u32) -> Approval {
        let call = ToolCall {
            id: ToolUseId::new("toolu_1"),
            tool: "Bash".to_owned(),
            input: json!({"command": "make"}),
            cwd: "/workspace".to_owned(),
            agent: None,
        };
        Approval {
            id: ApprovalId::from_entropy(entropy()),
            task: lease.task.clone(),
            run: lease.run.clone(),
            conversation: lease.conversation.clone(),
            project: self.project.clone(),
            requester: self.ann.clone(),
            kind: ApprovalKind::Tool,
            hash: call.hash(),
            call,
            request: "req_1".to_owned(),
            reason: "the policy asks".to_owned(),
            dangerous: false,
            may_have_run: false,
            votes_needed,
            state: ApprovalState::Open,
            parked: false,
            decision: None,
            opened_at: at(3_000),
            expires_at: at(900_000),
            context: Context { requester: "ann".to_owned(), project: "alpha".to_owned(), ..Context::default() },
        }
    }

    pub(super) async fn state(&self, task: &TaskId) -> TaskState {
        self.store.task(task).await.expect("read").expect("there").state
    }

    pub(super) async fn record_of(&self, task: &TaskId) -> Vec<Event> {
        let events = self.store.events(task, 0, 1_000).await.expect("events");
        let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>(), "events are numbered without gaps");
        events
    }

    pub(super) async fn kinds_of(&self, task: &TaskId) -> Vec<String> {
        self.record_of(task).await.iter().map(|event| event.kind.name()).collect()
    }
}

pub(super) fn new_user(name: &str) -> NewUser {
    NewUser {
        name: name.to_owned(),
        email: Some(format!("{name}@example.org")),
        admin: false,
        identities: Vec::new(),
        roles: Vec::new(),
        at: at(1),
    }
}

pub(super) async fn add_project(store: &Store, name: &str, owner: &UserId) -> ProjectId {
    let id = ProjectId::new(format!("id-of-{name}"));
    let project = Project {
        id: id.clone(),
        name: name.to_owned(),
        git: format!("https://git.example.org/{name}.git"),
        policy: None,
        owner: owner.clone(),
        created_at: at(1),
    };
    store.add_project(project).await.expect("the project is added");
    id
}

/// The node that takes deliveries where it does not matter which.
pub(super) fn sender() -> &'static NodeId {
    static SENDER: std::sync::LazyLock<NodeId> = std::sync::LazyLock::new(|| node("sender"));
    &SENDER
}

pub(super) fn node(name: &str) -> NodeId {
    NodeId::new(name)
}

pub(super) fn claim(node: &str, now: i64, until: i64) -> Claim {
    Claim { node: NodeId::new(node), until: at(until), now: at(now) }
}

pub(super) fn task_card(task: &TaskId, state: TaskState) -> Card {
    Card::Task(TaskCard {
        task: task.clone(),
        project: "alpha".to_owned(),
        state,
        position: None,
        created_at: at(1_000),
        cost: MicroUsd::default(),
        lines: Vec::new(),
        text: String::new(),
        passing: false,
    })
}

pub(super) fn asking(approval: &Approval, places: &[&str]) -> OpenApproval {
    let card = |text: &&str| owed(place(text), Card::Approval(Box::new(approval.clone())), at(3_000));
    let deliveries: Vec<Delivery> = places.iter().map(card).collect();
    let opened = EventKind::ApprovalOpened {
        approval: approval.id.clone(),
        kind: approval.kind,
        tool: approval.call.tool.clone(),
        input: Excerpt::beginning("make"),
        reason: approval.reason.clone(),
    };
    OpenApproval { approval: approval.clone(), events: vec![opened], deliveries }
}

pub(super) fn vote(by: &str, saying: Saying) -> Vote {
    Vote { by: UserId::new(by), name: by.to_owned(), place: None, saying, grant: None, at: at(5_000) }
}

pub(super) fn no() -> Saying {
    Saying::Deny { reason: None }
}

pub(super) fn warning(message: &str) -> EventKind {
    EventKind::Warning { message: message.to_owned() }
}

pub(super) fn finish(step: TaskStep) -> Finish {
    Finish {
        step,
        at: at(9_000),
        result: None,
        failure: None,
        commit: None,
        stat: None,
        events: Vec::new(),
        deliveries: Vec::new(),
    }
}
