//! The API, version 1, as the local socket and the network serve it. `docs/reference.md` fixes its routes.

use crate::principal::Principal;
use crate::serve::Closing;
use crate::{About, App, Problem, etag};
use axum::body::{Body, Bytes};
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use axum::{Json, Router, middleware};
use futures::future::{BoxFuture, ready};
use futures::{FutureExt as _, Stream, StreamExt as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use signalbox_core::account::Proof;
use signalbox_core::approval::Approval;
use signalbox_core::id::{DeliveryId, TaskId, UserId};
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::{
    AddProject, AddUser, ChangePerson, Decide, Decided, DiffText, KeepFile, NewLinkCode, Person, PlaceReport, Project,
    Refusal, SubmitTask, Submitted, TaskFilter,
};
use signalbox_core::task::{Attachment, Task};
use std::convert::Infallible;
use std::fmt::Display;
use std::str::FromStr;
use tokio_stream::wrappers::ReceiverStream;

/// The largest request: a prompt of several megabytes, escaped as JSON.
const BODY_LIMIT: usize = 32 << 20;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .merge(crate::account::routes())
        .merge(crate::audit::routes())
        .merge(crate::automation::routes())
        .merge(crate::live::routes())
        .route("/api/v1/tasks", post(submit_task).get(list_tasks))
        .route("/api/v1/files", post(keep_file))
        .route("/api/v1/tasks/{task}", get(show_task))
        .route("/api/v1/tasks/{task}/events", get(follow_task))
        .route("/api/v1/tasks/{task}/diff", get(show_diff))
        .route("/api/v1/tasks/{task}/stop", post(stop_task))
        .route("/api/v1/tasks/{task}/retry", post(retry_task))
        .route("/api/v1/tasks/{task}/push", post(push_task))
        .route("/api/v1/tasks/{task}/discard", post(discard_task))
        .route("/api/v1/approvals", get(list_approvals))
        .route("/api/v1/approvals/{approval}", get(show_approval))
        .route("/api/v1/approvals/{approval}/decision", post(decide_approval))
        .route("/api/v1/projects", post(add_project).get(list_projects))
        .route("/api/v1/projects/{project}/places", post(bind_place))
        .route("/api/v1/users", post(add_user).get(list_people))
        .route("/api/v1/users/{person}", patch(change_person).delete(remove_person))
        .route("/api/v1/users/{person}/link-code", post(make_link_code))
        .route("/api/v1/places", get(list_places))
        .route("/api/v1/places/{place}", delete(unbind_place))
        .route("/api/v1/places/{place}/deliveries", get(attach_terminal))
        .route("/api/v1/deliveries/{delivery}/receipt", post(acknowledge_delivery))
        .route("/api/v1/hub", get(show_hub))
        .route("/api/v1/faults", get(list_faults))
        .fallback(refuse_unknown)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(etag::mark))
}

async fn refuse_unknown(address: Uri) -> Response {
    if !address.path().starts_with("/api/") {
        return crate::pages::nothing_here();
    }
    let unknown = Refusal::NotFound("this hub's API has no such route; is the client of another version?".to_owned());
    Problem::from(unknown).into_response()
}

pub(crate) type Answer<T> = Result<Json<T>, Problem>;

/// A JSON body whose faults are problem documents like all others.
pub(crate) struct Payload<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Payload<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body: Result<Json<T>, JsonRejection> = Json::from_request(request, state).await;
        body.map(|Json(body)| Self(body)).map_err(|fault| Refusal::Invalid(fault.body_text()).into())
    }
}

/// The fields of a query, with faults like those of a body.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        query.map(|Query(fields)| Self(fields)).map_err(|fault| Refusal::Invalid(fault.body_text()).into())
    }
}

/// Somebody who is sent a stream, and what ends it when the hub stops.
struct Listener {
    actor: Actor,
    closing: Closing,
    worthless: BoxFuture<'static, ()>,
}

impl FromRequestParts<App> for Listener {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, app).await?;
        let closing = parts.extensions.get::<Closing>().cloned();
        let closing = closing.ok_or_else(|| Refusal::Unavailable("nothing is streamed here".to_owned()))?;
        let actor = principal.actor.clone();
        Ok(Self { actor, closing, worthless: principal.until_worthless(app.clone()).boxed() })
    }
}

async fn keep_file(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(file): Payload<KeepFile>,
) -> Answer<Attachment> {
    Ok(Json(app.hub.keep_file(&actor, file).await?))
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
    let tasks = app.hub.tasks(&actor, filter.clone()).await?;
    let last = tasks.last().filter(|_| tasks.len() as u64 == u64::from(filter.most()));
    let next = last.and_then(|last| next_page(filter, last));
    Ok((next.map(|link| [(header::LINK, link)]), Json(tasks)).into_response())
}

/// Where the next page is, as a link (RFC 8288).
fn next_page(filter: TaskFilter, last: &Task) -> Option<String> {
    let next = TaskFilter { before: Some(last.id.to_string()), ..filter };
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

/// Where to go on following a task.
#[derive(Debug, Deserialize)]
struct After {
    /// The number of the last event seen; 0 from the start.
    #[serde(default)]
    after: u64,
}

async fn follow_task(
    State(app): State<App>,
    Listener { actor, closing, worthless }: Listener,
    Path(task): Path<String>,
    Asked(After { after }): Asked<After>,
) -> Result<Response, Problem> {
    let task: TaskId = sound(&task)?;
    let events = app.hub.follow(&actor, &task, after).await?;
    // A refusal in mid-stream cannot change the status any more; the stream breaks off and the client resumes.
    let sound = events.take_while(|live| ready(live.is_ok())).filter_map(|live| ready(live.ok()));
    Ok(lines(sound.take_until(worthless), closing))
}

async fn list_approvals(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<Approval>> {
    Ok(Json(app.hub.approvals(&actor).await?))
}

async fn show_approval(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(approval): Path<String>,
) -> Answer<Approval> {
    Ok(Json(app.hub.approval(&actor, &sound(&approval)?).await?))
}

async fn decide_approval(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(approval): Path<String>,
    Payload(mut request): Payload<Decide>,
) -> Answer<Decided> {
    request.approval = approval;
    Ok(Json(app.hub.decide(&actor, request).await?))
}

async fn add_project(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddProject>,
) -> Answer<Project> {
    Ok(Json(app.hub.add_project(&actor, request).await?))
}

async fn list_projects(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<Project>> {
    Ok(Json(app.hub.projects(&actor).await?))
}

async fn bind_place(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
    Payload(place): Payload<Place>,
) -> Answer<Place> {
    Ok(Json(app.hub.bind(&actor, &project, &place).await?))
}

async fn add_user(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddUser>,
) -> Answer<UserId> {
    Ok(Json(app.hub.add_user(&actor, request).await?))
}

async fn list_people(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<Person>> {
    Ok(Json(app.hub.people(&actor).await?))
}

async fn change_person(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
    Payload(change): Payload<ChangePerson>,
) -> Answer<Person> {
    Ok(Json(app.hub.change_person(&actor, &person, change).await?))
}

async fn remove_person(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_person(&actor, &person).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn unbind_place(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(place): Path<Place>,
) -> Result<StatusCode, Problem> {
    app.hub.unbind(&actor, &place).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn make_link_code(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
) -> Answer<NewLinkCode> {
    Ok(Json(app.hub.make_link_code(&actor, &person).await?))
}

async fn list_places(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<PlaceReport>> {
    Ok(Json(app.hub.places(&actor).await?))
}

async fn attach_terminal(
    State(app): State<App>,
    Listener { closing, worthless, .. }: Listener,
    Path(place): Path<String>,
) -> Result<Response, Problem> {
    let place: Place = sound(&place)?;
    Ok(lines(ReceiverStream::new(app.terminals.attach(place)).take_until(worthless), closing))
}

async fn acknowledge_delivery(
    State(app): State<App>,
    _: Principal,
    Path(delivery): Path<String>,
) -> Result<StatusCode, Problem> {
    let told = app.terminals.acknowledge(&DeliveryId::new(delivery));
    told.map(|()| StatusCode::NO_CONTENT).map_err(|untold| Refusal::Conflict(untold.to_string()).into())
}

async fn show_hub(State(app): State<App>, _: Principal) -> Json<About> {
    Json(app.about)
}

async fn list_faults(State(app): State<App>, Principal { actor, caller, peer, .. }: Principal) -> Answer<Vec<String>> {
    // They tell how the hub is put together.
    if !actor.admin {
        app.accounts.note_refusal(&caller, &peer, "GET /api/v1/faults").await?;
        return Err(Refusal::Forbidden("an admin of the hub may see this".to_owned()).into());
    }
    Ok(Json(app.hub.faults().await?))
}

/// A name in the path, as what it should be.
pub(crate) fn sound<T: FromStr<Err: Display>>(name: &str) -> Result<T, Problem> {
    name.parse().map_err(|fault: T::Err| Refusal::Invalid(fault.to_string()).into())
}

/// A stream of JSON lines, until it ends or the hub stops.
fn lines<T: Serialize + Send + 'static>(items: impl Stream<Item = T> + Send + 'static, closing: Closing) -> Response {
    let lines = items.filter_map(|item| async move {
        let mut line = serde_json::to_vec(&item).ok()?;
        line.push(b'\n');
        Some(Ok::<_, Infallible>(Bytes::from(line)))
    });
    let lines = lines.take_until(closing.0.cancelled_owned());
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}
