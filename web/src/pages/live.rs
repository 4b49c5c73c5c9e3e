//! A task's transcript as it grows: entries ready to be set into the page, numbered so that a browser which was cut off
//! (by a restart of the hub, too) goes on after the last one it has.

use super::Visitor;
use super::fault::Fault;
use super::task::whole_record;
use super::transcript::{Entry, Transcript};
use crate::api::Asked;
use crate::serve::Closing;
use crate::{App, Problem};
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use futures::StreamExt as _;
use futures::future::ready;
use serde::Deserialize;
use serde_json::{Value, json};
use signalbox_core::event::{Event, EventKind, Live, PassingKind};
use signalbox_core::text::clean;
use std::convert::Infallible;
use std::time::Duration;

/// How soon a browser that was cut off tries again.
const AGAIN: Duration = Duration::from_secs(1);

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tasks/{task}/live", get(follow_task))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct After {
    after: u64,
}

/// The number of the last event that a browser has: of its page, or later, when its stream was cut.
struct Seen(u64);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asked(After { after }) = Asked::from_request_parts(parts, state).await?;
        let resumed = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
        Ok(Self(resumed.unwrap_or(after)))
    }
}

async fn follow_task(
    State(app): State<App>,
    Visitor { actor, .. }: Visitor,
    Extension(closing): Extension<Closing>,
    Path(task): Path<String>,
    Seen(after): Seen,
) -> Result<Response, Fault> {
    let task = app.hub.task(&actor, &task).await?;
    // Entries are made of several events: those before are read again, so that a later one changes the right entry.
    let mut transcript = Transcript::default();
    for event in whole_record(&app, &actor, &task).await?.iter().take_while(|event| event.seq <= after) {
        transcript.take(event);
    }
    let lives = app.hub.follow(&actor, &task.id, after).await?;
    let lives = lives.take_while(|live| ready(live.is_ok())).filter_map(|live| ready(live.ok()));
    let sent = lives.filter_map(move |live| ready(tell(&mut transcript, live)));
    let first = futures::stream::once(ready(Sent::default().retry(AGAIN)));
    let sent = first.chain(sent).map(Ok::<_, Infallible>).take_until(closing.0.cancelled_owned());
    Ok(Sse::new(sent).keep_alive(KeepAlive::default()).into_response())
}

/// What a browser is told of something that happened; none where it shows nothing.
fn tell(transcript: &mut Transcript, live: Live) -> Option<Sent> {
    match live {
        Live::Event(event) => told_entry(transcript, &event),
        Live::Passing(passing) => match passing.kind {
            PassingKind::TextDelta { text } => named("delta", &json!({"text": clean::prose(&text)})),
            PassingKind::Spent { cost } => named("spent", &json!({"cost": cost.to_string()})),
            PassingKind::Delayed { message } => named("delayed", &json!({"message": clean::prose(&message)})),
        },
    }
}

fn told_entry(transcript: &mut Transcript, event: &Event) -> Option<Sent> {
    let entry = transcript.take(event);
    let html = entry
        .and_then(|entry| Entry::html(entry).ok().map(|html| json!({"id": format!("e{}", entry.seq), "html": html})));
    let mut told = html.unwrap_or_else(|| json!({}));
    told["head"] = Value::from(changes_head(&event.kind));
    told["over"] = Value::from(matches!(event.kind, EventKind::Finished { .. }));
    named("entry", &told).map(|sent| sent.id(event.seq.to_string()))
}

fn named(name: &str, data: &Value) -> Option<Sent> {
    Sent::default().event(name).json_data(data).ok()
}

/// Whether something happened that the top of the page shows too.
fn changes_head(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::Text { .. }
            | EventKind::ToolCalled { .. }
            | EventKind::ToolFinished { .. }
            | EventKind::GateAnswered { .. }
            | EventKind::SessionStarted { .. }
    )
}
