//! How the hub stands, and the way to pages that have no room on a small screen.

use super::Visitor;
use super::frame::{Frame, Link, Section, Shown, page};
use super::markup::{Markup, prose};
use crate::App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/health", get(show_health)).route("/more", get(show_more))
}

#[derive(Template)]
#[template(path = "health.html")]
struct HealthPage {
    frame: Frame,
    faults: Vec<Markup>,
    version: String,
}

async fn show_health(State(app): State<App>, Visitor { actor, .. }: Visitor) -> Shown {
    let faults = app.hub.faults().await?;
    let frame = Frame::of(&app, &actor, Section::Health, "Health").await?;
    page(&HealthPage { frame, faults: faults.iter().map(|fault| prose(fault)).collect(), version: app.about.version })
}

#[derive(Template)]
#[template(path = "more.html")]
struct MorePage {
    frame: Frame,
    links: Vec<Link>,
}

async fn show_more(State(app): State<App>, Visitor { actor, .. }: Visitor) -> Shown {
    let frame = Frame::of(&app, &actor, Section::More, "More").await?;
    let links = frame.links().into_iter().filter(|link| link.second).collect();
    page(&MorePage { frame, links })
}
