//! A task's record, followed line by line.

use super::lines::Lines;
use super::listener::{Listener, lines};
use super::{Asked, sound};
use crate::{App, Problem};
use axum::extract::{Path, State};
use axum::response::Response;
use futures::StreamExt as _;
use futures::future::ready;
use serde::Deserialize;
use signalbox_core::id::TaskId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(follow_task))
}

/// Where to go on following a task.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct After {
    /// The number of the last event seen; 0 from the start.
    #[serde(default)]
    after: u64,
}

/// Follows a task's record.
///
/// First what is recorded, then what happens, one JSON document a line, until the task's outcome. The stream breaks off where
/// the hub stops or the reader may not read on; whoever comes again with the last `seq` they saw misses nothing. Lines without
/// a `seq` are passing: they are not recorded. Needs the whole id of the task.
#[utoipa::path(
    get, path = "/api/v1/tasks/{task}/events", tag = "tasks",
    params(After),
    responses(
        (
            status = 200,
            description = "Lines, each an event or something passing.",
            body = Lines,
            content_type = "application/x-ndjson",
        ),
    )
)]
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
