//! Stopping a task, and queueing one again.

use super::{access, did};
use crate::bus::Ring;
use crate::fresh;
use crate::outcome;
use crate::parts::Parts;
use crate::store::{Retrying, StopRequest, Stopping};
use signalbox_core::audit::Kind;
use signalbox_core::people::{Actor, Standing};
use signalbox_core::port::Refusal;
use signalbox_core::task::{Task, TaskState};

pub(crate) async fn stop(parts: &Parts, actor: &Actor, id: &str) -> Result<Task, Refusal> {
    let (task, standing) = access::task(parts, actor, id).await?;
    may_stop(&standing, &task)?;
    let deliveries = outcome::deliveries(parts, &task, TaskState::Stopped).await?;
    let request = StopRequest { by: actor.name.clone(), at: fresh::now(), deliveries };
    let stopped = did(actor, Kind::TaskStopped, "task", task.id.as_str());
    match parts.store.noting(stopped).request_stop(&task.id, request).await? {
        Stopping::Stopped(events) | Stopping::Asked(events) => {
            tracing::info!(task = %task.id, by = %actor.user, "task {} is to stop", task.id);
            parts.bus.publish(&events);
            parts.bus.ring(Ring::Touched(task.id.clone()));
            parts.bus.ring(Ring::Outbox);
        }
        Stopping::Over(state) => {
            return Err(Refusal::Conflict(format!("task {} is over: it {state} already", task.id)));
        }
        Stopping::Missing => return Err(Refusal::NotFound(format!("there is no task `{id}`"))),
    }
    reload(parts, &task).await
}

pub(crate) async fn retry(parts: &Parts, actor: &Actor, id: &str) -> Result<Task, Refusal> {
    let (task, standing) = access::task(parts, actor, id).await?;
    may_stop(&standing, &task)?;
    let retried = did(actor, Kind::TaskRetried, "task", task.id.as_str());
    match parts.store.noting(retried).retry(&task.id, &actor.name, fresh::now()).await? {
        Retrying::Queued(events) => {
            tracing::info!(task = %task.id, by = %actor.user, "task {} is queued again", task.id);
            parts.bus.publish(&events);
            parts.bus.ring(Ring::Queue);
        }
        Retrying::Illegal(state) => {
            return Err(Refusal::Conflict(format!(
                "task {} is {state}; only a failed or stopped task can be retried",
                task.id
            )));
        }
        Retrying::Missing => return Err(Refusal::NotFound(format!("there is no task `{id}`"))),
    }
    reload(parts, &task).await
}

fn may_stop(standing: &Standing, task: &Task) -> Result<(), Refusal> {
    if standing.may_stop(&task.requester) {
        return Ok(());
    }
    Err(Refusal::Forbidden(format!("task {} is somebody else's; a maintainer of its project may do this", task.id)))
}

async fn reload(parts: &Parts, task: &Task) -> Result<Task, Refusal> {
    parts.store.task(&task.id).await?.ok_or_else(|| Refusal::NotFound(format!("there is no task `{}`", task.id)))
}
