//! The audit log: who did what, the newest first; whether the chain holds; and all of it as a file. For admins of the hub.

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use super::markup::{Markup, exact, prose};
use super::moment::when;
use crate::App;
use crate::api::Asked;
use askama::Template;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::routing::get;
use chrono::{NaiveDate, NaiveTime};
use futures::stream::try_unfold;
use serde::Deserialize;
use signalbox_core::audit::{AuditPage, AuditQuery, Entry, Kind, MOST, Verification};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::time::Timestamp;

/// How many entries a page shows.
const PAGE: u32 = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/audit", get(show_log)).route("/audit/export", get(export_log))
}

/// What is looked for. Fields that were left empty are empty texts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    person: String,
    kind: String,
    since: String,
    before: Option<u64>,
    check: Option<String>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct LogPage {
    frame: Frame,
    entries: Vec<EntryRow>,
    wanted: Wanted,
    kinds: Vec<&'static str>,
    next: Option<u64>,
    found: Option<Found>,
}

struct EntryRow {
    number: u64,
    kind: &'static str,
    tone: &'static str,
    who: Markup,
    from: Option<Markup>,
    object: Markup,
    at: Markup,
    detail: Vec<(Markup, Markup)>,
    hash: String,
}

/// Whether the chain holds.
struct Found {
    sound: bool,
    entries: u64,
    head: String,
    wrong: u64,
    faults: Vec<String>,
}

async fn show_log(State(app): State<App>, visitor: Visitor, Asked(wanted): Asked<Wanted>) -> Shown {
    let actor = visitor.for_managing(&app, "GET /audit").await?;
    let AuditPage { entries, next } = app.hub.audit(&actor, query(&wanted)?).await?;
    let found = match wanted.check {
        Some(_) => Some(found(app.hub.verify_audit(&actor, None).await?)),
        None => None,
    };
    let frame = Frame::of(&app, &actor, Section::Audit, "Audit log").await?;
    let entries = entries.iter().map(row).collect();
    let kinds = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    page(&LogPage { frame, entries, wanted, kinds, next, found })
}

fn query(wanted: &Wanted) -> Result<AuditQuery, Refusal> {
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let kind = said(&wanted.kind).map(|kind| kind.parse::<Kind>()).transpose();
    Ok(AuditQuery {
        person: said(&wanted.person),
        kind: kind.map_err(|error| Refusal::Invalid(error.to_string()))?,
        since: said(&wanted.since).map(|day| midnight(&day)).transpose()?,
        before: wanted.before,
        limit: PAGE,
        after: None,
    })
}

/// The beginning of a day, in UTC.
fn midnight(day: &str) -> Result<Timestamp, Refusal> {
    let day: NaiveDate =
        day.parse().map_err(|_| Refusal::Invalid(format!("`{day}` is no day: write it as 2026-01-31")))?;
    Ok(Timestamp::from_millis(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()))
}

fn row(entry: &Entry) -> EntryRow {
    let deed = &entry.deed;
    EntryRow {
        number: entry.number,
        kind: deed.kind.as_str(),
        tone: tone(deed.kind),
        who: prose(&deed.who.to_string()),
        from: deed.from.as_deref().map(exact),
        object: exact(&deed.object),
        at: when(deed.at),
        detail: deed.detail.iter().map(|(key, value)| (prose(key), exact(value))).collect(),
        hash: entry.hash.to_string(),
    }
}

/// Refusals stand out.
fn tone(kind: Kind) -> &'static str {
    match kind.as_str().rsplit('.').next() {
        Some("refused" | "throttled" | "reused") => "stop",
        Some("decided" | "voted") => "go",
        _ => "idle",
    }
}

fn found(verification: Verification) -> Found {
    Found {
        sound: verification.is_sound(),
        entries: verification.entries,
        head: verification.head.to_string(),
        wrong: verification.wrong,
        faults: verification.faults.iter().map(ToString::to_string).collect(),
    }
}

/// The whole log as JSON lines, the oldest first, as `signalbox audit verify --file` reads it.
async fn export_log(State(app): State<App>, visitor: Visitor) -> Shown {
    let actor = visitor.for_managing(&app, "GET /audit/export").await?;
    // Who may not read it is told so before anything is sent.
    let first = stretch(&app, &actor, 0).await?;
    let rest = try_unfold((app, actor, Some(first)), |(app, actor, stretch_now)| async move {
        let Some((lines, next)) = stretch_now else { return Ok(None) };
        let following = match next {
            Some(after) => Some(stretch(&app, &actor, after).await?),
            None => None,
        };
        Ok::<_, Refusal>(Some((lines, (app, actor, following))))
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.ndjson\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(rest)).into_response())
}

/// Some entries after that number as lines, and where it goes on.
async fn stretch(app: &App, actor: &Actor, after: u64) -> Result<(Bytes, Option<u64>), Refusal> {
    let query = AuditQuery { after: Some(after), limit: MOST, ..AuditQuery::default() };
    let AuditPage { entries, next } = app.hub.audit(actor, query).await?;
    let mut lines = Vec::new();
    for entry in &entries {
        serde_json::to_writer(&mut lines, entry).map_err(|error| Refusal::Internal(error.to_string()))?;
        lines.push(b'\n');
    }
    Ok((lines.into(), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_empty_is_not_looked_for() {
        assert_eq!(query(&Wanted::default()).unwrap(), AuditQuery { limit: PAGE, ..AuditQuery::default() });
        let wanted = Wanted { kind: "task.stopped".to_owned(), since: "2026-01-31".to_owned(), ..Wanted::default() };
        let query = query(&wanted).unwrap();
        assert_eq!(query.kind, Some(Kind::TaskStopped));
        assert_eq!(query.since, Some(Timestamp::from_millis(1_769_817_600_000)));
    }

    #[test]
    fn what_makes_no_sense_is_said_so() {
        for wanted in [
            Wanted { kind: "task".to_owned(), ..Wanted::default() },
            Wanted { since: "yesterday".to_owned(), ..Wanted::default() },
        ] {
            assert!(matches!(query(&wanted), Err(Refusal::Invalid(_))));
        }
    }
}
