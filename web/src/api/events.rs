//! A task's record, followed line by line.

use super::listener::{Listener, lines};
use super::{Asked, sound};
use crate::{App, Problem};
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use futures::StreamExt as _;
use futures::future::ready;
use serde::Deserialize;
use signalbox_core::id::TaskId;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/v1/tasks/{task}/events", get(follow_task))
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
