//! The API for people: what programs read in its description, route by route. It is for whoever is signed in, as the description
//! itself is; what it tells is the same for everybody.

mod command;
mod field;
mod form;
mod route;
mod shape;

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use crate::App;
use crate::api::document;
use crate::client::Client;
use askama::Template;
use axum::Router;
use axum::extract::{Extension, State};
use axum::routing::get;
use route::Route;
use shape::Shape;
use std::sync::Arc;
use utoipa::openapi::OpenApi;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api", get(show_api)).layer(Extension(Arc::new(Described::of(&document()))))
}

/// All that is described, made ready to be shown.
struct Described {
    version: String,
    chapters: Vec<Chapter>,
    shapes: Vec<Shape>,
}

/// Routes about the same.
struct Chapter {
    name: String,
    description: String,
    routes: Vec<Route>,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    frame: Frame,
    described: Arc<Described>,
    base: String,
}

async fn show_api(
    State(app): State<App>,
    Visitor { actor, .. }: Visitor,
    client: Client,
    Extension(described): Extension<Arc<Described>>,
) -> Shown {
    let frame = Frame::of(&app, &actor, Section::Nowhere, "API").await?;
    let base = app.web.public_url.as_ref().map_or_else(|| client.origin(), ToString::to_string);
    page(&ApiPage { frame, described, base })
}

impl Described {
    fn of(document: &OpenApi) -> Self {
        let routes = route::all(document);
        let chapters = document.tags.iter().flatten().map(|tag| Chapter {
            name: tag.name.clone(),
            description: tag.description.clone().unwrap_or_default(),
            routes: routes.iter().filter(|route| route.chapter == tag.name).cloned().collect(),
        });
        Self { version: document.info.version.clone(), chapters: chapters.collect(), shapes: shape::all(document) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_in_a_chapter_with_what_it_needs_and_how_it_is_asked() {
        let document = document();
        let described = Described::of(&document);
        let shown: Vec<_> = described.chapters.iter().flat_map(|chapter| &chapter.routes).collect();
        assert_eq!(shown.len(), route::all(&document).len());
        for route in shown {
            assert!(
                !route.summary.is_empty() && route.needs.to_string().ends_with('.'),
                "{} {}",
                route.method,
                route.path
            );
            assert!(route.command.starts_with("curl "), "{}", route.command);
            let takes = document.paths.paths[&route.path].post.as_ref().and_then(|post| post.request_body.as_ref());
            let is_shown = route.method != "POST" || takes.is_none() || route.command.contains("--data '{");
            assert!(is_shown || route.command.contains("--data '\""), "{}", route.command);
        }
        assert!(described.shapes.iter().all(|shape| !shape.is_empty()), "each type is told of");
    }
}
