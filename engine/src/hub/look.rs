//! Looking at tasks, approvals and diffs. Nothing here changes anything.

use super::{access, refuse};
use crate::git::{Commit, GitError};
use crate::parts::Parts;
use crate::store::TaskQuery;
use signalbox_core::approval::Approval;
use signalbox_core::id::UserId;
use signalbox_core::people::Actor;
use signalbox_core::port::{DiffText, Refusal, TaskFilter, TaskPage};
use signalbox_core::task::Task;

/// The longest diff that is shown as text, in bytes.
const DIFF_LIMIT: usize = 4 << 20;
/// How many words are looked for at once at most, and how long they are together, in bytes.
const WORDS: usize = 8;
const WORDS_LONG: usize = 500;

pub(crate) async fn task(parts: &Parts, actor: &Actor, id: &str) -> Result<Task, Refusal> {
    Ok(access::task(parts, actor, id).await?.0)
}

pub(crate) async fn tasks(parts: &Parts, actor: &Actor, filter: TaskFilter) -> Result<TaskPage, Refusal> {
    let project = match &filter.project {
        Some(name) => Some(access::project(parts, actor, name).await?.0.id),
        None => None,
    };
    let before = match &filter.before {
        Some(last) => Some(access::task(parts, actor, last).await?.0).map(|task| (task.created_at, task.id)),
        None => None,
    };
    let requester = match &filter.requester {
        Some(name) => match requester(parts, actor, name).await? {
            Some(requester) => Some(requester),
            None => return Ok(TaskPage::default()),
        },
        None => None,
    };
    let words = words(filter.words.as_deref().unwrap_or_default())?;
    let visible = parts.store.visible_to(actor).await?;
    let newest = TaskQuery::newest(filter.most(), visible);
    let (open, state) = (filter.open, filter.state);
    Ok(parts.store.tasks(&TaskQuery { project, open, state, requester, words, before, ..newest }).await?)
}

/// Who asked. Of somebody who is not known there are no tasks; whoever lists learns no more about them than that.
async fn requester(parts: &Parts, actor: &Actor, name: &str) -> Result<Option<UserId>, Refusal> {
    if name == "me" {
        return Ok(Some(actor.user.clone()));
    }
    Ok(parts.store.user(name).await?.map(|person| person.user))
}

/// What is looked for, word by word.
fn words(text: &str) -> Result<Vec<String>, Refusal> {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if words.len() > WORDS || text.len() > WORDS_LONG {
        return Err(Refusal::Invalid(format!("look for {WORDS} words at most, with {WORDS_LONG} bytes in all")));
    }
    Ok(words)
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
