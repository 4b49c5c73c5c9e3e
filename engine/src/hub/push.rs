//! A person's word that a task's branch shall go to the project's repository, where policy leaves that to people.

use super::{access, did, refuse};
use crate::bus::Ring;
use crate::fresh;
use crate::git::{Commit, GitError, Remote};
use crate::outcome::{self, Outcome, Pushed};
use crate::parts::Parts;
use crate::publish::{Publication, Unpushed};
use crate::secrets;
use signalbox_core::audit::Kind;
use signalbox_core::event::EventKind;
use signalbox_core::people::Actor;
use signalbox_core::policy::PushWhen;
use signalbox_core::port::Refusal;
use signalbox_core::task::Task;

pub(crate) async fn push(parts: &Parts, actor: &Actor, id: &str) -> Result<Task, Refusal> {
    let (task, standing) = access::task(parts, actor, id).await?;
    if !standing.may_stop(&task.requester) {
        return Err(Refusal::Forbidden(format!(
            "task {} is somebody else's; a maintainer may push its branch",
            task.id
        )));
    }
    let settings = parts.policy_of(&task.project).await?.settings.push;
    if settings.when == PushWhen::Never {
        return Err(Refusal::Forbidden("the project's policy says that nothing is pushed".to_owned()));
    }
    if !task.state.is_final() {
        return Err(Refusal::Conflict(format!("task {} is not over yet", task.id)));
    }
    let Some(commit) = &task.commit else {
        return Err(Refusal::Conflict(format!("task {} has changed nothing: there is no branch to push", task.id)));
    };
    let commit: Commit = commit.parse().map_err(|error| refuse::internal("a task's commit is no commit", &error))?;
    let (project, _) = access::project(parts, actor, task.project.as_str()).await?;
    let remote = Remote::parse(&project.git).map_err(|refused| Refusal::Conflict(refused.to_string()))?;
    let credential = secrets::credential(parts, &task.project, &remote).await?;
    let failed = |error: GitError| refuse::internal("a mirror cannot be used", &error);
    let mirror = parts.git.open(&task.project).map_err(failed)?;
    let conversation = parts.store.conversation(&task.conversation).await?;
    let conversation =
        conversation.ok_or_else(|| Refusal::NotFound(format!("the conversation of task {} is gone", task.id)))?;
    let began = conversation.base.as_ref().or(task.base.as_ref());
    let publication = Publication {
        began: began.and_then(|commit| commit.parse().ok()),
        task: &task,
        conversation: &conversation,
        mirror: &mirror,
        remote: &remote,
        credential: &credential,
        settings: &settings,
        commit: &commit,
    };
    let pushed = publication.push(parts).await.map_err(|Unpushed { branch, why }| match branch {
        Some(branch) => Refusal::Unavailable(format!("{branch} could not be pushed: {why}")),
        None => Refusal::Forbidden(why),
    })?;
    tracing::info!(task = %task.id, by = %actor.user, "the branch of task {} is pushed", task.id);
    tell(parts, actor, (&task, &project.name), pushed).await?;
    Ok(task)
}

/// The record says so, and so does the outcome's card.
async fn tell(parts: &Parts, actor: &Actor, (task, project): (&Task, &str), pushed: Pushed) -> Result<(), Refusal> {
    let noted = did(actor, Kind::TaskPushed, "task", task.id.as_str()).with("branch", &pushed.branch);
    let event = EventKind::Pushed { branch: pushed.branch, commit: pushed.commit };
    let events = parts.store.noting(noted).note(&task.id, event, fresh::now()).await?;
    parts.bus.publish(&events);
    let outcome = Outcome::told(parts, task).await?;
    for delivery in outcome::cards(task, project, task.state, &outcome) {
        parts.store.owe(delivery).await?;
    }
    parts.bus.ring(Ring::Outbox);
    Ok(())
}
