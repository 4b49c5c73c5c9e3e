//! A task: one request in a conversation, from prompt to outcome. The unit of the queue.
//!
//! [`TaskState::step`] is the whole life of it; the store repeats every step as a compare-and-set update.

use crate::id::{BlobId, ConversationId, ProjectId, TaskId, UserId};
use crate::money::{MicroUsd, Usage};
use crate::place::Place;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It waits for a worker.
    Queued,
    /// A worker holds its lease; a sandbox is alive or being made.
    Running,
    /// It waits for people, with no process at all.
    Parked,
    /// Claude came to an answer.
    Succeeded,
    /// It could not be done; the failure says why.
    Failed,
    /// A person stopped it.
    Stopped,
}

impl TaskState {
    /// Every state, in the order of a task's life.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Parked, Self::Succeeded, Self::Failed, Self::Stopped];

    /// The word in the database, in JSON and on screens.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Parked => "parked",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// Whether nothing more happens to it by itself.
    pub fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::Parked => false,
            Self::Succeeded | Self::Failed | Self::Stopped => true,
        }
    }

    /// Takes one step.
    ///
    /// # Errors
    /// [`IllegalStep`] when the step does not exist in this state; the task stays as it is.
    pub fn step(self, step: TaskStep) -> Result<(Self, &'static [Effect]), IllegalStep> {
        use TaskState::{Failed, Parked, Queued, Running, Stopped, Succeeded};
        use TaskStep as S;
        match (self, step) {
            (Queued, S::Leased) => Ok((Running, &[])),
            (Queued | Parked, S::StopRequested) => Ok((Stopped, &[Effect::VoidApprovals, Effect::Announce])),
            (Running, S::StopRequested) => Ok((Running, &[Effect::InterruptRun])),
            (Running, S::AnswerDeferred) => Ok((Parked, &[])),
            (Running, S::InfrastructureFailed) => Ok((Queued, &[Effect::WakeWorkers])),
            (Running, S::Answered) => Ok((Succeeded, &[Effect::VoidApprovals, Effect::Announce])),
            (Queued | Running | Parked, S::GaveUp) => Ok((Failed, &[Effect::VoidApprovals, Effect::Announce])),
            (Running, S::Interrupted) => Ok((Stopped, &[Effect::VoidApprovals, Effect::Announce])),
            (Parked, S::DecisionMade) => Ok((Queued, &[Effect::WakeWorkers])),
            (Failed | Stopped, S::RetryRequested) => Ok((Queued, &[Effect::WakeWorkers])),
            (
                Queued | Parked,
                S::AnswerDeferred | S::InfrastructureFailed | S::Answered | S::Interrupted | S::RetryRequested,
            )
            | (Queued, S::DecisionMade)
            | (Parked | Running, S::Leased)
            | (Running, S::DecisionMade | S::RetryRequested)
            | (
                Succeeded | Failed | Stopped,
                S::Leased
                | S::StopRequested
                | S::AnswerDeferred
                | S::InfrastructureFailed
                | S::Answered
                | S::GaveUp
                | S::Interrupted
                | S::DecisionMade,
            )
            | (Succeeded, S::RetryRequested) => Err(IllegalStep { state: self, step }),
        }
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TaskState {
    type Err = UnknownWord;
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// A word that names no state: the row is from another version, or damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no state")]
pub struct UnknownWord(pub String);

/// What can happen to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskStep {
    /// A worker took it.
    Leased,
    /// A person asked to stop it.
    StopRequested,
    /// An approval outlived its hold: the CLI was told `defer` and has gone.
    AnswerDeferred,
    /// The parked approval was decided, or became void.
    DecisionMade,
    /// The sandbox, the engine or a network failed, and another run may do better.
    InfrastructureFailed,
    /// Claude came to an answer.
    Answered,
    /// It failed for good.
    GaveUp,
    /// The running turn has ended because a person stopped it.
    Interrupted,
    /// A person wants another try.
    RetryRequested,
}

impl TaskStep {
    /// Every step.
    pub const ALL: [Self; 9] = [
        Self::Leased,
        Self::StopRequested,
        Self::AnswerDeferred,
        Self::DecisionMade,
        Self::InfrastructureFailed,
        Self::Answered,
        Self::GaveUp,
        Self::Interrupted,
        Self::RetryRequested,
    ];
}

/// What a step asks of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Ring the doorbell of the workers.
    WakeWorkers,
    /// Tell the worker that holds the lease to end the turn.
    InterruptRun,
    /// No open approval of this task can be answered any more.
    VoidApprovals,
    /// Owe the outcome to every place that must hear of it.
    Announce,
}

/// A step that does not exist in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {state} task cannot take the step {step:?}")]
pub struct IllegalStep {
    /// Where the task stands.
    pub state: TaskState,
    /// What was tried.
    pub step: TaskStep,
}

/// Why a task failed, as a kind that programs can tell apart; `docs/reference.md` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The model's side refused the key (401 or 403).
    KeyRefused,
    /// The model's side could not be reached or kept failing.
    ModelUnavailable,
    /// The model's side refused the request as such (400).
    RequestRefused,
    /// The budget was used up.
    BudgetReached,
    /// The limit of turns was reached.
    TurnLimit,
    /// The time limit passed.
    TimeLimit,
    /// The repository could not be fetched or cloned.
    RepositoryUnreachable,
    /// The repository's address, credential or state is not usable as it is: trying again changes nothing.
    RepositoryRefused,
    /// The sandbox could not be made, or died again and again.
    SandboxFailed,
    /// The CLI broke the protocol, or was silent for too long.
    ProtocolBroken,
    /// A tool ran that nobody had allowed: the sandbox was killed.
    Breach,
    /// What came out of the sandbox was not a sound commit.
    ResultRefused,
    /// The engine itself failed.
    Internal,
}

impl FailureKind {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeyRefused => "key_refused",
            Self::ModelUnavailable => "model_unavailable",
            Self::RequestRefused => "request_refused",
            Self::BudgetReached => "budget_reached",
            Self::TurnLimit => "turn_limit",
            Self::TimeLimit => "time_limit",
            Self::RepositoryUnreachable => "repository_unreachable",
            Self::RepositoryRefused => "repository_refused",
            Self::SandboxFailed => "sandbox_failed",
            Self::ProtocolBroken => "protocol_broken",
            Self::Breach => "breach",
            Self::ResultRefused => "result_refused",
            Self::Internal => "internal",
        }
    }

    /// Whether another run may do better, without anybody changing anything.
    pub fn is_infrastructure(self) -> bool {
        match self {
            Self::ModelUnavailable | Self::RepositoryUnreachable | Self::SandboxFailed | Self::ProtocolBroken => true,
            Self::KeyRefused
            | Self::RepositoryRefused
            | Self::RequestRefused
            | Self::BudgetReached
            | Self::TurnLimit
            | Self::TimeLimit
            | Self::Breach
            | Self::ResultRefused
            | Self::Internal => false,
        }
    }
}

/// Why a task failed: a kind for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// What happened and how to mend it; free of secrets.
    pub message: String,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// A file that came with a prompt. Pictures are shown to Claude as well; everything lands in the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// The file's own name, without directories.
    pub name: String,
    /// Its media type, e.g. `image/png`.
    pub media_type: String,
    /// Where its bytes lie.
    pub blob: BlobId,
}

/// What one task may use. A missing value means no limit of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Limits {
    /// The most it may cost.
    pub budget: Option<MicroUsd>,
    /// The longest all its runs together may take, in seconds; time parked does not count.
    pub seconds: Option<u64>,
    /// The most turns of the model.
    pub turns: Option<u32>,
}

/// A task as the engine and the places see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The project it works on.
    pub project: ProjectId,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// Who asked.
    pub requester: UserId,
    /// Where it was asked, and where the outcome goes.
    pub origin: Place,
    /// What was asked.
    pub prompt: String,
    /// Files that came with it.
    pub attachments: Vec<Attachment>,
    /// The model asked for; none means the project's.
    pub model: Option<String>,
    /// Higher goes first; 0 is usual.
    pub priority: i64,
    /// What it may use.
    pub limits: Limits,
    /// Where it stands.
    pub state: TaskState,
    /// Set while a stop was asked for and the run has not ended yet.
    pub stop_requested: bool,
    /// How many runs infrastructure has cost it so far.
    pub faults: u32,
    /// Claude's answer, once there is one.
    pub result: Option<String>,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// The commit it started from.
    pub base: Option<String>,
    /// The commit that holds its work, if it changed anything.
    pub commit: Option<String>,
    /// What it cost so far.
    pub cost: MicroUsd,
    /// The tokens it used so far.
    pub usage: Usage,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Not to be started before.
    pub not_before: Timestamp,
    /// When its first run began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

impl Task {
    /// The branch its work is on: `signalbox/<task>`.
    pub fn branch(&self) -> String {
        format!("signalbox/{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_step_is_as_drawn() {
        let mut drawn = String::new();
        for state in TaskState::ALL {
            for step in TaskStep::ALL {
                if let Ok((next, effects)) = state.step(step) {
                    drawn.push_str(&format!("{state} --{step:?}--> {next} {effects:?}\n"));
                }
            }
        }
        insta::assert_snapshot!(drawn, @r"
        queued --Leased--> running []
        queued --StopRequested--> stopped [VoidApprovals, Announce]
        queued --GaveUp--> failed [VoidApprovals, Announce]
        running --StopRequested--> running [InterruptRun]
        running --AnswerDeferred--> parked []
        running --InfrastructureFailed--> queued [WakeWorkers]
        running --Answered--> succeeded [VoidApprovals, Announce]
        running --GaveUp--> failed [VoidApprovals, Announce]
        running --Interrupted--> stopped [VoidApprovals, Announce]
        parked --StopRequested--> stopped [VoidApprovals, Announce]
        parked --DecisionMade--> queued [WakeWorkers]
        parked --GaveUp--> failed [VoidApprovals, Announce]
        failed --RetryRequested--> queued [WakeWorkers]
        stopped --RetryRequested--> queued [WakeWorkers]
        ");
    }

    #[test]
    fn states_survive_the_database() {
        for state in TaskState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert!("done".parse::<TaskState>().is_err());
    }

    #[test]
    fn a_final_state_is_left_by_a_person_alone() {
        for state in TaskState::ALL.into_iter().filter(|s| s.is_final()) {
            for step in TaskStep::ALL.into_iter().filter(|s| *s != TaskStep::RetryRequested) {
                assert_eq!(state.step(step), Err(IllegalStep { state, step }));
            }
        }
    }
}
