//! Tasks: asked for, listed, and what people do with them.

use super::{Answer, Asked, Payload};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use signalbox_core::account::Proof;
use signalbox_core::id::TaskId;
use signalbox_core::people::Actor;
use signalbox_core::port::{DiffText, Refusal, SubmitTask, Submitted, TaskFilter, TaskPage};
use signalbox_core::task::Task;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/tasks", post(submit_task).get(list_tasks))
        .route("/api/v1/tasks/{task}", get(show_task))
        .route("/api/v1/tasks/{task}/diff", get(show_diff))
        .route("/api/v1/tasks/{task}/stop", post(stop_task))
        .route("/api/v1/tasks/{task}/retry", post(retry_task))
        .route("/api/v1/tasks/{task}/push", post(push_task))
        .route("/api/v1/tasks/{task}/discard", post(discard_task))
}

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

async fn show_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.task(&actor, &task).await?))
}

async fn show_diff(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<DiffText> {
    Ok(Json(app.hub.diff(&actor, &task).await?))
}

async fn stop_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.stop(&actor, &task).await?))
}

async fn retry_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.retry(&actor, &task).await?))
}

async fn push_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.push(&actor, &task).await?))
}

async fn discard_task(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(task): Path<String>,
) -> Answer<Task> {
    Ok(Json(app.hub.discard(&actor, &task).await?))
}
