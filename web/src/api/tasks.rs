//! Tasks: asked for, listed, and what people do with them.

use super::{Answer, Asked, Payload};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use signalbox_core::account::Proof;
use signalbox_core::id::TaskId;
use signalbox_core::people::Actor;
use signalbox_core::port::{DiffText, Refusal, SubmitTask, Submitted, TaskFilter, TaskPage};
use signalbox_core::task::Task;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(submit_task, list_tasks))
        .routes(routes!(show_task))
        .routes(routes!(show_diff))
        .routes(routes!(stop_task))
        .routes(routes!(retry_task))
        .routes(routes!(push_task))
        .routes(routes!(discard_task))
}

/// Asks for a task.
///
/// The same `key` again is the same task. Over the network its `place` is a `web:…` one, and `source` is not looked at: keys
/// are the person's own. `asking` says what becomes of a tool call that policy would ask about.
#[utoipa::path(
    post, path = "/api/v1/tasks", tag = "tasks", request_body = SubmitTask,
    responses(
        (status = 200, description = "The task, queued; or the one that was there already.", body = Submitted),
        (status = 404, description = "There is no such project or conversation, or the person may not know of it."),
    )
)]
async fn submit_task(
    State(app): State<App>,
    Principal { actor, caller, .. }: Principal,
    Payload(request): Payload<SubmitTask>,
) -> Answer<Submitted> {
    let request = if caller.proof == Proof::Socket { request } else { from_the_web(&actor, request)? };
    Ok(Json(app.hub.submit(&actor, request).await?))
}

/// What is asked over the network is asked on the web: nobody there speaks in a chat's place, or takes up the keys by which a
/// chat's updates are told apart.
fn from_the_web(actor: &Actor, request: SubmitTask) -> Result<SubmitTask, Problem> {
    if request.place.kind() != "web" {
        return Err(
            Refusal::Invalid("a task that is asked here has its place here: write it as web:NAME".to_owned()).into()
        );
    }
    Ok(SubmitTask { source: format!("web:{}", actor.user), ..request })
}

/// Lists tasks, the newest first.
///
/// Where there may be more, the header `Link` has the address of the next page, as `rel="next"`.
#[utoipa::path(
    get, path = "/api/v1/tasks", tag = "tasks",
    params(TaskFilter),
    responses(
        (
            status = 200,
            description = "Tasks that the person may see.",
            body = Vec<Task>,
            headers(("Link" = String, description = "Where the next page is (RFC 8288); missing on the last one.")),
        ),
        (status = 404, description = "There is no such project, or no such task to go on from."),
    )
)]
async fn list_tasks(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Asked(filter): Asked<TaskFilter>,
) -> Result<Response, Problem> {
    let TaskPage { tasks, next, .. } = app.hub.tasks(&actor, filter.clone()).await?;
    let next = next.and_then(|last| next_page(filter, &last));
    Ok((next.map(|link| [(header::LINK, link)]), Json(tasks)).into_response())
}

/// Where the next page is, as a link (RFC 8288).
fn next_page(filter: TaskFilter, last: &TaskId) -> Option<String> {
    let next = TaskFilter { before: Some(last.to_string()), ..filter };
    let query = serde_urlencoded::to_string(next).ok()?;
    Some(format!("</api/v1/tasks?{query}>; rel=\"next\""))
}

/// Shows a task.
#[utoipa::path(
    get, path = "/api/v1/tasks/{task}", tag = "tasks",
    responses((status = 200, description = "The task as it stands.", body = Task))
)]
async fn show_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.task(&actor, &task).await?))
}

/// Shows what a task changed.
#[utoipa::path(
    get, path = "/api/v1/tasks/{task}/diff", tag = "tasks",
    responses((status = 200, description = "The changes as a unified diff.", body = DiffText))
)]
async fn show_diff(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<DiffText> {
    Ok(Json(app.hub.diff(&actor, &task).await?))
}

/// Stops a task.
///
/// What runs is told to end, and has not ended when this is answered.
#[utoipa::path(
    post, path = "/api/v1/tasks/{task}/stop", tag = "tasks",
    responses((status = 200, description = "The task as it stands.", body = Task))
)]
async fn stop_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.stop(&actor, &task).await?))
}

/// Queues a failed or stopped task again.
#[utoipa::path(
    post, path = "/api/v1/tasks/{task}/retry", tag = "tasks",
    responses((status = 200, description = "The task as it stands.", body = Task))
)]
async fn retry_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.retry(&actor, &task).await?))
}

/// Pushes a task's branch to the project's repository.
///
/// For where policy leaves that to people.
#[utoipa::path(
    post, path = "/api/v1/tasks/{task}/push", tag = "tasks",
    responses((status = 200, description = "The task as it stands.", body = Task))
)]
async fn push_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.push(&actor, &task).await?))
}

/// Throws away what a task changed.
///
/// Only where it was not pushed and nothing is built on it: its conversation stands again where the task began.
#[utoipa::path(
    post, path = "/api/v1/tasks/{task}/discard", tag = "tasks",
    responses((status = 200, description = "The task as it stands.", body = Task))
)]
async fn discard_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.discard(&actor, &task).await?))
}
