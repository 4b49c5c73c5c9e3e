//! The pages as an app: what a browser needs to install them, and a worker that keeps one page for when the hub cannot be
//! reached. Nothing that somebody has to sign in for is ever kept.

use super::assets::{MARK, MASKABLE, SCRIPT, STYLE, THEME};
use super::frame::{Frame, Shown, page};
use crate::App;
use askama::Template;
use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::json;

/// The page that is kept.
const AWAY: &str = "/away";
const WORKER: &str = include_str!("../../assets/worker.js");

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/manifest.webmanifest", get(show_manifest))
        .route("/worker.js", get(show_worker))
        .route(AWAY, get(show_away))
}

/// See the W3C's Web Application Manifest.
async fn show_manifest() -> impl IntoResponse {
    let icon =
        |src: String, purpose: &str| json!({ "src": src, "sizes": "any", "type": "image/svg+xml", "purpose": purpose });
    let manifest = json!({
        "id": "/",
        "name": "Signalbox",
        "description": "What Claude asks, what it does, and what came of it",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#16324f",
        "background_color": "#10151b",
        "icons": [icon(MARK.path(), "any"), icon(MASKABLE.path(), "maskable")],
        "shortcuts": [{ "name": "New task", "url": "/tasks/new" }],
    });
    ([(header::CONTENT_TYPE, "application/manifest+json")], manifest.to_string())
}

/// It begins with what it keeps: a hub of another version makes another worker, which a browser then takes.
async fn show_worker() -> impl IntoResponse {
    let kept = json!([AWAY, STYLE.path(), THEME.path(), SCRIPT.path(), MARK.path()]);
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], format!("const KEPT = {kept};\n{WORKER}"))
}

#[derive(Template)]
#[template(path = "away.html")]
struct AwayPage {
    frame: Frame,
}

async fn show_away() -> Shown {
    page(&AwayPage { frame: Frame::bare("Away") })
}
