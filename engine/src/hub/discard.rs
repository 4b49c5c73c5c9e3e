//! A person's word that a task's work is not wanted: it is forgotten, and its conversation stands where the task began.

use super::{access, did, refuse};
use crate::bus::Ring;
use crate::fresh;
use crate::outcome::{self, Outcome, Pushed};
use crate::parts::Parts;
use crate::store::{Discard, Discarding};
use crate::tend;
use signalbox_core::audit::Kind;
use signalbox_core::event::DiffStat;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::task::Task;

pub(crate) async fn discard(parts: &Parts, actor: &Actor, id: &str) -> Result<Task, Refusal> {
    let (task, standing) = access::task(parts, actor, id).await?;
    if !standing.may_stop(&task.requester) {
        return Err(Refusal::Forbidden(format!(
            "task {} is somebody else's; a maintainer may discard its work",
            task.id
        )));
    }
    let not_over = || Refusal::Conflict(format!("task {} is not over yet", task.id));
    if !task.state.is_final() {
        return Err(not_over());
    }
    let told = Outcome::told(parts, &task).await?;
    if let Some(Pushed { branch, .. }) = &told.pushed {
        return Err(Refusal::Conflict(format!("it is pushed to {branch}; take it back there")));
    }
    if told.discarded.is_some() {
        return Err(Refusal::Conflict(format!("the work of task {} is discarded already", task.id)));
    }
    let name = outcome::project_name(parts, &task).await?;
    let left = Outcome { commit: None, stat: None::<DiffStat>, discarded: Some(actor.name.clone()), ..told };
    let order = Discard {
        by: actor.name.clone(),
        at: fresh::now(),
        commit: task.commit.clone(),
        deliveries: outcome::cards(&task, &name, task.state, &left),
    };
    let discarded = did(actor, Kind::TaskDiscarded, "task", task.id.as_str());
    match parts.store.noting(discarded).discard(&task.id, order).await? {
        Discarding::Discarded(events) => parts.bus.publish(&events),
        Discarding::Moved(_) => return Err(not_over()),
        Discarding::BuiltOn => {
            return Err(Refusal::Conflict(format!(
                "the conversation of task {} has gone on from its work: discard what came after it first",
                task.id
            )));
        }
        Discarding::Missing => return Err(Refusal::NotFound(format!("there is no task `{id}`"))),
    }
    tracing::info!(task = %task.id, by = %actor.user, "the work of task {} is discarded", task.id);
    parts.bus.ring(Ring::Outbox);
    forget(parts, &task).await;
    Ok(Task { commit: None, ..task })
}

/// Removes what is left of the work outside the database. What cannot be removed does no harm: nothing leads to it any more.
async fn forget(parts: &Parts, task: &Task) {
    if let Some(live) = parts.keeper.take(&task.conversation) {
        tend::discard(parts, live).await;
    }
    if task.commit.is_none() {
        return;
    }
    let forgotten = match parts.git.open(&task.project) {
        Ok(mirror) => mirror.forget(&task.id).await,
        Err(error) => Err(error),
    };
    if let Err(error) = forgotten {
        tracing::warn!(task = %task.id, error = refuse::chain(&error), "the commit of task {} is left in the mirror", task.id);
    }
}
