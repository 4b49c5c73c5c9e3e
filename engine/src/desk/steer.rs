//! Stopping, trying again, pushing and discarding, as commands and as buttons.

use super::DeskService;
use super::hear::{Case, Response};
use super::reply::Reply;
use crate::store::PlaceSetting;
use signalbox_core::command::Reference;
use signalbox_core::id::TaskId;
use signalbox_core::port::{Hub as _, Refusal};
use signalbox_core::task::TaskState;

type Named = Option<Reference<TaskId>>;

impl DeskService {
    pub(super) async fn stop(&self, case: &Case<'_>, task: Named) -> Result<Response, Refusal> {
        let task = self.task_meant(case, task.as_ref().map(Reference::as_str)).await?;
        self.stop_one(case, &task.id).await
    }

    pub(super) async fn stop_one(&self, case: &Case<'_>, task: &TaskId) -> Result<Response, Refusal> {
        let task = self.hub.stop(&case.actor, task.as_str()).await?;
        Ok(Response::seen(match task.state {
            TaskState::Stopped => format!("`{}` is stopped.", task.id),
            _ => format!("`{}` is being stopped.", task.id),
        }))
    }

    pub(super) async fn retry(&self, case: &Case<'_>, task: Named) -> Result<Response, Refusal> {
        let task = self.task_meant(case, task.as_ref().map(Reference::as_str)).await?;
        self.retry_one(case, &task.id).await
    }

    pub(super) async fn retry_one(&self, case: &Case<'_>, task: &TaskId) -> Result<Response, Refusal> {
        let task = self.hub.retry(&case.actor, task.as_str()).await?;
        Ok(Response::note(format!("`{}` is queued again.", task.id)))
    }

    pub(super) async fn push(&self, case: &Case<'_>, task: Named) -> Result<Response, Refusal> {
        let task = self.task_meant(case, task.as_ref().map(Reference::as_str)).await?;
        self.push_one(case, &task.id).await
    }

    pub(super) async fn push_one(&self, case: &Case<'_>, task: &TaskId) -> Result<Response, Refusal> {
        let task = self.hub.push(&case.actor, task.as_str()).await?;
        Ok(Response::seen(format!("The work of `{}` is pushed.", task.id)))
    }

    pub(super) async fn discard_one(&self, case: &Case<'_>, task: &str) -> Result<Response, Refusal> {
        let task = self.hub.discard(&case.actor, task).await?;
        let place = self.parts.store.place(&case.heard.place).await?;
        if place.conversation.as_ref() == Some(&task.conversation) {
            self.parts.store.set_place(&case.heard.place, PlaceSetting::Conversation(None)).await?;
        }
        Ok(Response::note(format!("`{}` is discarded.", task.id)))
    }

    pub(super) async fn show_diff(&self, case: &Case<'_>, task: Named) -> Result<Response, Refusal> {
        let task = self.task_meant(case, task.as_ref().map(Reference::as_str)).await?;
        self.diff_of(case, &task.id).await
    }

    pub(super) async fn diff_of(&self, case: &Case<'_>, task: &TaskId) -> Result<Response, Refusal> {
        let whole = self.hub.task(&case.actor, task.as_str()).await?;
        self.may_tell_here(case, &whole).await?;
        let diff = self.hub.diff(&case.actor, task.as_str()).await?;
        if diff.text.trim().is_empty() {
            return Ok(Response::note(format!("`{task}` has changed nothing.")));
        }
        let reply = Reply::new().line(&format!("What `{task}` changed:")).file(&format!("{task}.diff"), diff.text);
        Ok(Response::say(match diff.truncated {
            true => reply.line("It is too long to be shown whole; the branch has the rest."),
            false => reply,
        }))
    }
}
