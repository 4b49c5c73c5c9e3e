//! Looking at tasks, approvals and diffs. Nothing here changes anything.

use super::{access, refuse};
use crate::git::{Commit, GitError};
use crate::parts::Parts;
use crate::store::TaskQuery;
use signalbox_core::approval::Approval;
use signalbox_core::people::Actor;
use signalbox_core::port::{DiffText, Refusal, TaskFilter};
use signalbox_core::task::Task;

/// The longest diff that is shown as text, in bytes.
const DIFF_LIMIT: usize = 4 << 20;

pub(crate) async fn task(parts: &Parts, actor: &Actor, id: &str) -> Result<Task, Refusal> {
    Ok(access::task(parts, actor, id).await?.0)
}

pub(crate) async fn tasks(parts: &Parts, actor: &Actor, filter: TaskFilter) -> Result<Vec<Task>, Refusal> {
    let project = match &filter.project {
        Some(name) => Some(access::project(parts, actor, name).await?.0.id),
        None => None,
    };
    let before = match &filter.before {
        Some(last) => Some(access::task(parts, actor, last).await?.0).map(|task| (task.created_at, task.id)),
        None => None,
    };
    let visible = parts.store.visible_to(actor).await?;
    Ok(parts.store.tasks(&TaskQuery { project, open: filter.open, limit: filter.most(), before, visible }).await?)
}

pub(crate) async fn approvals(parts: &Parts, actor: &Actor) -> Result<Vec<Approval>, Refusal> {
    let visible = parts.store.visible_to(actor).await?;
    Ok(parts.store.open_approvals(&visible).await?)
}

pub(crate) async fn approval(parts: &Parts, actor: &Actor, id: &str) -> Result<Approval, Refusal> {
    Ok(access::approval(parts, actor, id).await?.0)
}

pub(crate) async fn diff(parts: &Parts, actor: &Actor, id: &str) -> Result<DiffText, Refusal> {
    let (task, _) = access::task(parts, actor, id).await?;
    let Some(commit) = &task.commit else {
        return Ok(DiffText { text: String::new(), truncated: false });
    };
    let commit: Commit = commit.parse().map_err(|error| refuse::internal("a task's commit is no commit", &error))?;
    let base = task.base.as_deref().and_then(|base| base.parse().ok());
    let failed = |error: GitError| refuse::internal("a diff could not be made", &error);
    let mirror = parts.git.open(&task.project).map_err(failed)?;
    let diff = mirror.diff(base.as_ref(), &commit, DIFF_LIMIT).await.map_err(failed)?;
    Ok(DiffText { text: diff.text, truncated: diff.truncated })
}
