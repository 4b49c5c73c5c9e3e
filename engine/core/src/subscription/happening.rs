//! What subscribers are told of an entry of a task's record: who, what and where it stands. It never holds what was asked,
//! what a tool was called with, or what Claude said: whoever may read that reads it here.

use super::Topic;
use crate::approval::{ApprovalKind, ApprovalState, Saying};
use crate::event::{DiffStat, Event, EventKind};
use crate::id::{ApprovalId, ConversationId, TaskId};
use crate::money::MicroUsd;
use crate::task::{FailureKind, TaskState};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that happened, as subscribers are told it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// What kind of thing.
    pub topic: Topic,
    /// When.
    pub at: Timestamp,
    /// The project's name.
    pub project: String,
    /// The task; none where somebody tries the subscription.
    pub task: Option<TaskFacts>,
    /// Who did it, as others are shown them, where a person did.
    pub by: Option<String>,
    /// Which run of the task it is, from 1, where one begins.
    pub run: Option<u32>,
    /// The question, where one is asked or ends.
    pub approval: Option<ApprovalFacts>,
    /// Why it failed, where it did.
    pub failure: Option<FailureKind>,
    /// What came of the task, once it is over.
    pub outcome: Option<OutcomeFacts>,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskFacts {
    /// Its id.
    pub id: TaskId,
    /// The number, in its record, of what happened.
    pub event: u64,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The name of who asked.
    pub requester: String,
    /// Where it stands.
    pub state: TaskState,
    /// What it cost so far.
    pub cost: MicroUsd,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// Where a question stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalFacts {
    /// Its id.
    pub id: ApprovalId,
    /// Where it stands.
    pub state: ApprovalState,
    /// What is asked, when it is.
    pub kind: Option<ApprovalKind>,
    /// The tool that it is about, when it is asked.
    pub tool: Option<String>,
}

/// What came of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeFacts {
    /// The branch, if anything changed.
    pub branch: Option<String>,
    /// The commit, if anything changed.
    pub commit: Option<String>,
    /// How many files changed.
    pub files: u64,
    /// Lines added.
    pub insertions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// How long it took from submission, in milliseconds.
    pub elapsed_ms: u64,
}

impl Happening {
    /// What subscribers are told of an entry of a task's record; none where they are told nothing.
    pub fn of(event: &Event, project: &str, task: TaskFacts) -> Option<Self> {
        let topic = Topic::of(&event.kind)?;
        let mut told = Self { task: Some(task), ..Self::bare(topic, event.at, project) };
        match &event.kind {
            EventKind::Submitted { by, .. } | EventKind::RetryRequested { by } => told.by = Some(by.clone()),
            EventKind::RunStarted { number, .. } => told.run = Some(*number),
            EventKind::RunFailed { failure, .. } => told.failure = Some(failure.kind),
            EventKind::ApprovalOpened { approval, kind, tool, .. } => {
                let (kind, tool) = (Some(*kind), Some(tool.clone()));
                told.approval = Some(ApprovalFacts { kind, tool, ..asked(approval, ApprovalState::Open) });
            }
            EventKind::ApprovalDecided { approval, by, saying } => {
                told.by = Some(by.clone());
                told.approval = Some(asked(approval, decided(saying)));
            }
            EventKind::Parked { approval } => told.approval = Some(asked(approval, ApprovalState::Open)),
            EventKind::ApprovalVoided { approval, .. } => told.approval = Some(asked(approval, ApprovalState::Void)),
            EventKind::Finished { failure, branch, commit, stat, elapsed_ms, .. } => {
                told.failure = failure.as_ref().map(|failure| failure.kind);
                let (branch, commit, elapsed_ms) = (branch.clone(), commit.clone(), *elapsed_ms);
                told.outcome = Some(OutcomeFacts { branch, commit, elapsed_ms, ..sums(stat.as_ref()) });
            }
            _ => {}
        }
        Some(told)
    }

    /// What is sent where somebody tries a subscription.
    pub fn test(at: Timestamp, project: &str) -> Self {
        Self::bare(Topic::Test, at, project)
    }

    fn bare(topic: Topic, at: Timestamp, project: &str) -> Self {
        let project = project.to_owned();
        Self { topic, at, project, task: None, by: None, run: None, approval: None, failure: None, outcome: None }
    }

    /// What tells it from everything else that is told.
    pub fn key(&self) -> String {
        match &self.task {
            Some(task) => format!("event:{}:{}", task.id, task.event),
            None => format!("event:{}:{}", self.topic, self.at.millis()),
        }
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.task {
            Some(task) => write!(f, "{}: task {} of {}", self.topic, task.id, self.project),
            None => write!(f, "{}: {}", self.topic, self.project),
        }
    }
}

fn asked(id: &ApprovalId, state: ApprovalState) -> ApprovalFacts {
    ApprovalFacts { id: id.clone(), state, kind: None, tool: None }
}

fn decided(saying: &Saying) -> ApprovalState {
    match saying {
        Saying::Allow | Saying::Answer { .. } => ApprovalState::Allowed,
        Saying::Deny { .. } => ApprovalState::Denied,
    }
}

fn sums(stat: Option<&DiffStat>) -> OutcomeFacts {
    let Some(stat) = stat else { return OutcomeFacts::default() };
    let (files, insertions, deletions) = (stat.files.len() as u64, stat.insertions, stat.deletions);
    OutcomeFacts { files, insertions, deletions, ..OutcomeFacts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Excerpt;
    use crate::id::{ProjectId, RunId};
    use crate::money::Usage;
    use crate::task::Failure;

    const SECRET: &str = "what nobody outside may read";

    fn facts(state: TaskState) -> TaskFacts {
        TaskFacts {
            id: TaskId::from_entropy(1),
            event: 4,
            conversation: ConversationId::new("c"),
            requester: "ann".to_owned(),
            state,
            cost: MicroUsd(1_500_000),
            created_at: Timestamp::from_millis(1000),
        }
    }

    fn told(kind: EventKind) -> Option<Happening> {
        let event = Event { seq: 4, task: TaskId::from_entropy(1), at: Timestamp::from_millis(2000), kind };
        Happening::of(&event, "site", facts(TaskState::Running))
    }

    fn excerpt() -> Excerpt {
        Excerpt { text: SECRET.to_owned(), bytes: 1, blob: None }
    }

    #[test]
    fn what_was_asked_called_or_said_is_never_told() {
        let id = || ApprovalId::from_entropy(7);
        let failure = Failure { kind: FailureKind::TimeLimit, message: SECRET.to_owned() };
        let kinds = [
            EventKind::Submitted {
                project: ProjectId::new("p"),
                conversation: ConversationId::new("c"),
                by: "ann".to_owned(),
                prompt: excerpt(),
            },
            EventKind::ApprovalOpened {
                approval: id(),
                kind: ApprovalKind::Tool,
                tool: "Bash".to_owned(),
                input: excerpt(),
                reason: SECRET.to_owned(),
            },
            EventKind::ApprovalDecided {
                approval: id(),
                by: "ben".to_owned(),
                saying: Saying::Deny { reason: Some(SECRET.to_owned()) },
            },
            EventKind::ApprovalVoided { approval: id(), reason: SECRET.to_owned() },
            EventKind::RunFailed { run: RunId::new("r"), failure: failure.clone(), retry_at: Timestamp::NEVER },
            EventKind::Finished {
                state: TaskState::Failed,
                result: Some(SECRET.to_owned()),
                failure: Some(failure),
                branch: Some("signalbox/x".to_owned()),
                commit: Some("abc".to_owned()),
                stat: Some(DiffStat { files: Vec::new(), insertions: 3, deletions: 1 }),
                cost_usd: 1.5,
                usage: Usage::default(),
                elapsed_ms: 9,
            },
        ];
        for kind in kinds {
            let told = told(kind).expect("it is told");
            let text = serde_json::to_string(&told).unwrap();
            assert!(!text.contains(SECRET), "{text}");
            assert_eq!(serde_json::from_str::<Happening>(&text).unwrap(), told);
        }
        assert_eq!(told(EventKind::Text { text: excerpt(), agent: None }), None);
    }

    #[test]
    fn who_what_and_where_it_stands_is_told() {
        let by = "ben".to_owned();
        let denied = EventKind::ApprovalDecided {
            approval: ApprovalId::from_entropy(7),
            by: by.clone(),
            saying: Saying::Deny { reason: None },
        };
        let denied = told(denied).unwrap();
        assert_eq!((denied.topic, denied.by.clone()), (Topic::ApprovalDecided, Some(by)));
        assert_eq!(denied.approval.as_ref().map(|approval| approval.state), Some(ApprovalState::Denied));
        assert_eq!(denied.key(), format!("event:{}:4", TaskId::from_entropy(1)));
        let again = told(EventKind::RetryRequested { by: "ann".to_owned() }).unwrap();
        assert_eq!((again.topic, again.by.as_deref()), (Topic::TaskQueued, Some("ann")));
        let begun = told(EventKind::RunStarted { run: RunId::new("r"), number: 2 }).unwrap();
        assert_eq!((begun.topic, begun.run), (Topic::TaskStarted, Some(2)));
    }
}
