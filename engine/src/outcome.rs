//! The last message of a task, and who must hear of it.

use crate::fresh;
use crate::parts::{NoPolicy, Parts};
use crate::store::{StoreError, owed};
use signalbox_core::card::{Card, OutcomeCard, Proposal, TaskCard};
use signalbox_core::delivery::Delivery;
use signalbox_core::event::{DiffStat, EventKind};
use signalbox_core::place::Place;
use signalbox_core::policy::shell::reveal;
use signalbox_core::task::{Attachment, Failure, Task, TaskState};

/// What became of a task, beyond what its row says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) answer: Option<String>,
    pub(crate) failure: Option<Failure>,
    pub(crate) commit: Option<String>,
    pub(crate) pushed: Option<Pushed>,
    /// Why it was not pushed, though it should have been, in a sentence.
    pub(crate) unpushed: Option<String>,
    pub(crate) stat: Option<DiffStat>,
    pub(crate) files: Vec<Attachment>,
    /// What could not be handed over, in a sentence.
    pub(crate) left_out: Option<String>,
    /// Who threw the work away.
    pub(crate) discarded: Option<String>,
    /// How it is put forward once it is pushed.
    pub(crate) proposal: Option<Proposal>,
}

/// What left the hub, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pushed {
    pub(crate) branch: String,
    /// As it was published.
    pub(crate) commit: String,
}

impl Outcome {
    /// What was said of a task that is over, from its row and its record.
    pub(crate) async fn told(parts: &Parts, task: &Task) -> Result<Self, StoreError> {
        let mut told = Self {
            answer: task.result.clone(),
            failure: task.failure.clone(),
            commit: task.commit.clone(),
            ..Self::default()
        };
        for event in parts.store.events(&task.id, 0, u32::MAX).await? {
            match event.kind {
                EventKind::Collected { stat, .. } => told.stat = Some(stat),
                EventKind::HandedOver { files, left_out } => (told.files, told.left_out) = (files, left_out),
                EventKind::Pushed { branch, commit } => told.pushed = Some(Pushed { branch, commit }),
                EventKind::Discarded { by } => (told.discarded, told.stat) = (Some(by), None),
                // Another try has a work of its own.
                EventKind::RetryRequested { .. } => {
                    (told.discarded, told.stat, told.left_out) = (None, None, None);
                    told.files.clear();
                }
                _ => {}
            }
        }
        if told.pushed.is_some() {
            told.proposal = proposal(parts, task).await?;
        }
        Ok(told)
    }

    /// Claude's answer, with what has to be said beside it.
    fn words(&self) -> Option<String> {
        let discarded = self.discarded.as_ref().map(|by| format!("*The work was discarded by {}.*", reveal(by)));
        let unpushed = self.unpushed.as_ref().filter(|_| self.pushed.is_none());
        let unpushed = unpushed.map(|why| format!("⚠️ *{}.*", capital(&reveal(why))));
        let parts = [self.answer.clone(), self.left_out.clone(), unpushed, discarded];
        let said: Vec<String> = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
        if said.is_empty() { self.answer.clone() } else { Some(said.join("\n\n")) }
    }
}

/// How a task's work is put forward, where its place can do that. Under a policy that cannot be read nothing is.
pub(crate) async fn proposal(parts: &Parts, task: &Task) -> Result<Option<Proposal>, StoreError> {
    let policy = match parts.policy_of(&task.project).await {
        Ok(policy) => policy,
        Err(NoPolicy::Store(error)) => return Err(error),
        Err(NoPolicy::NoProject | NoPolicy::Unreadable(_)) => return Ok(None),
    };
    let by = parts.store.address(&task.requester).await?.map_or_else(|| "somebody".to_owned(), |(name, _)| name);
    Ok(policy.settings.github.proposal(by))
}

/// The places that must hear of a task.
pub(crate) fn audience(task: &Task) -> Vec<Place> {
    vec![task.origin.clone()]
}

/// The deliveries of a task that ends with nothing but its state.
pub(crate) async fn deliveries(parts: &Parts, task: &Task, state: TaskState) -> Result<Vec<Delivery>, StoreError> {
    let name = project_name(parts, task).await?;
    Ok(cards(task, &name, state, &Outcome::default()))
}

/// The project's name, or its id when it is gone.
pub(crate) async fn project_name(parts: &Parts, task: &Task) -> Result<String, StoreError> {
    let project = parts.store.project(task.project.as_str()).await?;
    Ok(project.map_or_else(|| task.project.to_string(), |project| project.name))
}

/// The final state of the task card, and the outcome after it, for each place that must hear.
pub(crate) fn cards(task: &Task, project: &str, state: TaskState, outcome: &Outcome) -> Vec<Delivery> {
    let now = fresh::now();
    let own = outcome.commit.as_ref().map(|_| task.branch());
    let pushed = outcome.pushed.as_ref();
    let last = OutcomeCard {
        task: task.id.clone(),
        project: project.to_owned(),
        state,
        answer: outcome.words(),
        failure: outcome.failure.clone(),
        branch: pushed.map(|pushed| pushed.branch.clone()).or(own),
        commit: pushed.map(|pushed| pushed.commit.clone()).or(outcome.commit.clone()),
        pushed: pushed.is_some(),
        stat: outcome.stat.clone(),
        cost: task.cost,
        files: outcome.files.clone(),
        proposal: outcome.proposal.clone(),
        elapsed_ms: u64::try_from(now.since(task.created_at).as_millis()).unwrap_or(u64::MAX),
    };
    let both = |place: Place| {
        let state = Card::Task(task_card(task, project, state));
        [owed(place.clone(), state, now), owed(place, Card::Outcome(last.clone()), now)]
    };
    audience(task).into_iter().flat_map(both).collect()
}

/// The task card as it stands.
pub(crate) fn task_card(task: &Task, project: &str, state: TaskState) -> TaskCard {
    TaskCard {
        task: task.id.clone(),
        project: project.to_owned(),
        state,
        position: None,
        created_at: task.created_at,
        cost: task.cost,
        lines: Vec::new(),
        text: String::new(),
        passing: false,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect()
}
