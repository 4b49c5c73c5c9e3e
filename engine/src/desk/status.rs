//! Where a task stands, in full: the answer to `/status` and to the button Details.

use super::DeskService;
use super::hear::{Case, Response};
use super::reply::Reply;
use crate::fresh;
use crate::outcome::project_name;
use signalbox_core::approval::{Approval, ApprovalState};
use signalbox_core::button::Press;
use signalbox_core::command::Reference;
use signalbox_core::event::EventKind;
use signalbox_core::id::TaskId;
use signalbox_core::port::{Hub as _, Refusal};
use signalbox_core::sheet::{Button, brief, quoted};
use signalbox_core::task::{Task, TaskState};
use signalbox_core::time::Spoken;
use signalbox_core::words::heading;

/// How many of the latest tool calls are named.
const CALLS: usize = 8;

impl DeskService {
    pub(super) async fn show_status(
        &self,
        case: &Case<'_>,
        task: Option<Reference<TaskId>>,
    ) -> Result<Response, Refusal> {
        let task = self.task_meant(case, task.as_ref().map(Reference::as_str)).await?;
        self.status_of(case, task).await
    }

    pub(super) async fn details_of(&self, case: &Case<'_>, task: &TaskId) -> Result<Response, Refusal> {
        let task = self.hub.task(&case.actor, task.as_str()).await?;
        self.status_of(case, task).await
    }

    async fn status_of(&self, case: &Case<'_>, task: Task) -> Result<Response, Refusal> {
        self.may_tell_here(case, &task).await?;
        let open: Vec<_> = self.parts.store.approvals_of(&task.id).await?;
        let open: Vec<_> = open.into_iter().filter(|approval| approval.state == ApprovalState::Open).collect();
        let project = project_name(&self.parts, &task).await?;
        let mut reply = Reply::new().title(&format!("{} · {}", task.id, state(&task)));
        reply = reply.line(&format!("“{}”", brief(&task.prompt, 200)));
        if let Some(position) = self.parts.store.queue_position(&task.id).await?.filter(|before| *before > 0) {
            reply = reply.line(&format!("{position} before it in the queue"));
        }
        for line in self.calls_of(&task).await? {
            reply = reply.faint(&format!("› `{line}`"));
        }
        reply = open.iter().fold(reply, |reply, approval| reply.line(&asked(approval)));
        if let Some(failure) = &task.failure {
            reply = reply.line(&quoted(&failure.message));
        }
        if task.commit.is_some() {
            reply = reply.line(&format!("Branch `{}`", task.branch()));
        }
        let until = task.finished_at.unwrap_or_else(fresh::now);
        let age = Spoken(until.since(task.created_at));
        reply = reply.faint(&format!("in {} · {} · {age} since it was asked", quoted(&project), task.cost));
        Ok(Response::say(reply.row(buttons(&task))))
    }

    async fn calls_of(&self, task: &Task) -> Result<Vec<String>, Refusal> {
        let events = self.parts.store.events(&task.id, 0, u32::MAX).await?;
        let calls = events.iter().rev().filter_map(|event| match &event.kind {
            EventKind::ToolCalled { tool, input, .. } => Some(brief(&format!("{tool} {}", input.text), 100)),
            _ => None,
        });
        let mut latest: Vec<_> = calls.take(CALLS).collect();
        latest.reverse();
        Ok(latest)
    }
}

fn state(task: &Task) -> String {
    if task.stop_requested && !task.state.is_final() { "stopping".to_owned() } else { task.state.to_string() }
}

fn asked(approval: &Approval) -> String {
    let asked = Spoken(fresh::now().since(approval.opened_at));
    format!("🔐 {} `{}` asked {asked} ago", heading(approval), approval.id)
}

fn buttons(task: &Task) -> Vec<Button> {
    let id = || task.id.clone();
    match task.state {
        TaskState::Queued | TaskState::Running | TaskState::Parked => vec![Button::plain("Stop", Press::Stop(id()))],
        TaskState::Failed | TaskState::Stopped => vec![Button::plain("Retry", Press::Retry(id()))],
        TaskState::Succeeded if task.commit.is_some() => vec![Button::plain("Diff", Press::Diff(id()))],
        TaskState::Succeeded => Vec::new(),
    }
}
