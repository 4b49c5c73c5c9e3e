//! What a run is to do: the task, its project, policy and conversation, and the commit it starts from.

use super::{Ending, Entry};
use crate::fresh;
use crate::git::{Commit, Credential, DefaultBranch, GitError, Mirror, Remote};
use crate::hub::chain;
use crate::parts::Parts;
use crate::secrets::{self, NoCredential};
use crate::settings::{left, stricter};
use crate::store::{Conversation, Fenced, Lease, StoreError};
use signalbox_core::ground::Ground;
use signalbox_core::money::MicroUsd;
use signalbox_core::policy::{Policy, SandboxSettings};
use signalbox_core::port::{Asking, Project, Refusal};
use signalbox_core::task::{FailureKind, Limits, Task};
use std::time::Duration;

/// What a run is to do.
pub(crate) struct Brief {
    pub(crate) lease: Lease,
    pub(crate) task: Task,
    pub(crate) project: Project,
    pub(crate) policy: Policy,
    pub(crate) conversation: Conversation,
    pub(crate) asking: Asking,
    pub(crate) limits: Limits,
    /// How long the task's earlier runs took together.
    pub(crate) time_used: Duration,
    pub(crate) remote: Remote,
    pub(crate) mirror: Mirror,
    /// The commit that the task stands on; none in an empty repository.
    pub(crate) base: Option<Commit>,
}

impl Brief {
    /// What is left of the task's budget.
    pub(crate) fn budget_left(&self) -> Option<MicroUsd> {
        left(self.limits.budget, self.task.cost)
    }

    /// How long this run may take, given what earlier runs took.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.limits.seconds.map(|seconds| Duration::from_secs(seconds).saturating_sub(self.time_used))
    }

    /// Whether nothing of the repository may be changed or run.
    pub(crate) fn is_read_only(&self) -> bool {
        self.conversation.ground.as_ref().is_some_and(Ground::is_read_only)
    }

    /// The model to ask for: the task's own, else the conversation's, else the hub's. The gateway checks whether it may be
    /// used.
    pub(crate) fn model(&self, parts: &Parts) -> Option<String> {
        let chosen = self.task.model.as_ref().or(self.conversation.model.as_ref());
        chosen.cloned().or_else(|| parts.settings.run.model.clone())
    }

    /// The image of the sandbox.
    pub(crate) fn image<'a>(&'a self, parts: &'a Parts) -> &'a str {
        self.policy.settings.sandbox.image.as_deref().unwrap_or(&parts.settings.image)
    }
}

/// Gathers it all.
pub(crate) async fn load(parts: &Parts, lease: &Lease, entry: Entry) -> Result<Brief, Ending> {
    let gone = |what: &str| Ending::failed(FailureKind::Internal, format!("the task's {what} is gone"));
    let task = parts.store.task(&lease.task).await.map_err(store_failed)?.ok_or_else(|| gone("row"))?;
    let asking = parts.store.asking(&task.id).await.map_err(store_failed)?.unwrap_or_default();
    let conversation = parts.store.conversation(&lease.conversation).await.map_err(store_failed)?;
    let mut conversation = conversation.ok_or_else(|| gone("conversation"))?;
    if let Some(node) = conversation.node.clone().filter(|node| *node != parts.node) {
        if entry == Entry::Adopted {
            let message = format!("the node that ran it ({node}) let go of it");
            return Err(Ending::failed(FailureKind::SandboxFailed, message));
        }
        leave_behind(parts, lease, &mut conversation).await?;
    }
    let project =
        parts.store.project(task.project.as_str()).await.map_err(store_failed)?.ok_or_else(|| gone("project"))?;
    let mut policy = match &project.policy {
        None => Policy::default(),
        Some(text) => Policy::parse(text).map_err(|faults| {
            Ending::failed(
                FailureKind::Internal,
                format!("the project's policy cannot be read; mend it first:\n{faults}"),
            )
        })?,
    };
    if conversation.ground.as_ref().is_some_and(Ground::is_read_only) {
        // What strangers wrote reaches nobody but the model.
        policy.settings.sandbox = SandboxSettings { image: policy.settings.sandbox.image.take(), ..Default::default() };
    }
    let remote = Remote::parse(&project.git).map_err(|refused| {
        Ending::failed(FailureKind::RepositoryRefused, format!("the project's address is refused: {refused}"))
    })?;
    let (mirror, base) = ground_of(parts, &task, &conversation, &remote).await?;
    let own = &policy.settings.limits;
    let seconds = own.time_limit.map(|span| span.as_secs());
    let limits = stricter(&task.limits, &Limits { budget: own.budget, seconds, turns: own.max_turns });
    let time_used = parts.store.time_used(&task.id).await.map_err(store_failed)?;
    let lease = lease.clone();
    Ok(Brief { lease, task, project, policy, conversation, asking, limits, time_used, remote, mirror, base })
}

async fn ground_of(
    parts: &Parts,
    task: &Task,
    conversation: &Conversation,
    remote: &Remote,
) -> Result<(Mirror, Option<Commit>), Ending> {
    let credential = secrets::credential(parts, &task.project, remote).await.map_err(locked)?;
    let found = ground(parts, task, conversation, (remote, &credential)).await;
    if matches!(&found, Err(Ending::Failed(failure)) if failure.kind == FailureKind::RepositoryRefused) {
        secrets::refused(parts, remote).await;
    }
    found
}

/// The conversation's volumes are on a node that is away: its work goes on from its last commit, in a new session.
async fn leave_behind(parts: &Parts, lease: &Lease, conversation: &mut Conversation) -> Result<(), Ending> {
    tracing::warn!(task = %lease.task, "the workspace of task {} is on another node; it begins anew here", lease.task);
    if parts.store.forget_session(lease).await.map_err(store_failed)? == Fenced::Stale {
        return Err(Ending::Lost);
    }
    (conversation.session, conversation.volumes) = (None, None);
    Ok(())
}

/// The mirror and the commit to stand on. A conversation stands where its last turn ended; only a new one needs the newest
/// state of the repository.
async fn ground(
    parts: &Parts,
    task: &Task,
    conversation: &Conversation,
    (remote, credential): (&Remote, &Credential),
) -> Result<(Mirror, Option<Commit>), Ending> {
    if let Some(known) = task.base.as_ref().or(conversation.head.as_ref()).or(conversation.base.as_ref()) {
        let commit =
            known.parse().map_err(|_| Ending::failed(FailureKind::Internal, "the task's base is no commit"))?;
        let mirror = match parts.git.open(&task.project) {
            Ok(mirror) if mirror.has(&commit).await.map_err(|error| unreachable(&error))? => mirror,
            // Another node began the conversation; what it pushed is in the repository.
            Ok(_) | Err(_) => {
                let mirror = parts.git.sync(&task.project, remote, credential).await;
                mirror.map_err(|error| unreachable(&error))?
            }
        };
        if !mirror.has(&commit).await.map_err(|error| unreachable(&error))? {
            return Err(Ending::failed(FailureKind::RepositoryRefused, elsewhere(&commit)));
        }
        return Ok((mirror, Some(commit)));
    }
    let began = fresh::now();
    let mirror = parts.git.sync(&task.project, remote, credential).await.map_err(|error| unreachable(&error))?;
    if let Some(ground) = &conversation.ground {
        return Ok((mirror.clone(), Some(stand_on(parts, &mirror, ground, (remote, credential)).await?)));
    }
    let base = match mirror.default_branch().await.map_err(|error| unreachable(&error))? {
        DefaultBranch::At { commit, .. } => Some(commit),
        DefaultBranch::Empty => None,
    };
    tracing::debug!(took = ?fresh::now().since(began), "the mirror is up to date");
    Ok((mirror, base))
}

/// The commit of a ground, fetched where the branches alone do not have it.
async fn stand_on(
    parts: &Parts,
    mirror: &Mirror,
    ground: &Ground,
    (remote, credential): (&Remote, &Credential),
) -> Result<Commit, Ending> {
    let refused = |why: String| Ending::failed(FailureKind::RepositoryRefused, why);
    let commit: Commit = ground.commit.parse().map_err(|_| refused("what it is about has no commit".to_owned()))?;
    if !mirror.has(&commit).await.map_err(|error| unreachable(&error))? {
        let fetched = parts.git.fetch_reference(mirror, remote, credential, &ground.reference).await;
        fetched.map_err(|error| unreachable(&error))?;
    }
    if mirror.has(&commit).await.map_err(|error| unreachable(&error))? {
        return Ok(commit);
    }
    let name: String = ground.reference.trim_start_matches("refs/heads/").chars().take(200).collect();
    Err(refused(format!("`{name}` has moved on from {commit}, which is not there any more; ask again")))
}

fn elsewhere(commit: &Commit) -> String {
    format!(
        "the conversation stands on {commit}, which was never pushed and is on a node that is away; bring that node back, or \
         begin a new conversation"
    )
}

fn unreachable(error: &GitError) -> Ending {
    let kind = if error.is_passing() { FailureKind::RepositoryUnreachable } else { FailureKind::RepositoryRefused };
    Ending::failed(kind, format!("the repository could not be fetched: {}", chain(error)))
}

/// Nobody gives out what opens the repository.
fn locked(fault: NoCredential) -> Ending {
    let words = fault.to_string();
    let kind = match fault {
        NoCredential::Store(error) => return store_failed(error),
        NoCredential::Forge(Refusal::Unavailable(_) | Refusal::Internal(_)) => FailureKind::RepositoryUnreachable,
        NoCredential::Forge(_) => FailureKind::RepositoryRefused,
    };
    Ending::failed(kind, words)
}

pub(super) fn store_failed(error: StoreError) -> Ending {
    tracing::error!(error = chain(&error), "the store failed under a run");
    Ending::failed(FailureKind::Internal, "the hub's database failed; its log says more")
}
