//! People with their roles and accounts, and the places that are bound.

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use super::markup::{Markup, exact, prose};
use crate::App;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use signalbox_core::people::Role;
use signalbox_core::port::{Person, PlaceReport};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/people", get(list_people)).route("/places", get(list_places))
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    people: Vec<PersonRow>,
    projects: Vec<String>,
    roles: [&'static str; 4],
}

struct PersonRow {
    name: String,
    admin: bool,
    roles: Vec<(String, &'static str)>,
    accounts: Vec<(String, Markup)>,
}

async fn list_people(State(app): State<App>, Visitor { actor, .. }: Visitor) -> Shown {
    let people = app.hub.people(&actor).await?;
    let projects = app.hub.projects(&actor).await?.into_iter().map(|project| project.name).collect();
    let frame = Frame::of(&app, &actor, Section::People, "People").await?;
    let people = people.into_iter().map(person).collect();
    page(&PeoplePage { frame, people, projects, roles: Role::ALL.map(Role::as_str) })
}

fn person(person: Person) -> PersonRow {
    PersonRow {
        name: person.name,
        admin: person.admin,
        roles: person.roles.into_iter().map(|(project, role)| (project, role.as_str())).collect(),
        accounts: person.accounts.into_iter().map(|one| (one.platform, exact(&one.account))).collect(),
    }
}

#[derive(Template)]
#[template(path = "places.html")]
struct PlacesPage {
    frame: Frame,
    places: Vec<PlaceRow>,
    projects: Vec<String>,
}

struct PlaceRow {
    place: String,
    project: Option<String>,
    lost: Option<Markup>,
    dead: u64,
}

async fn list_places(State(app): State<App>, Visitor { actor, .. }: Visitor) -> Shown {
    // Each task that was asked on a page has a place of its own; there is nothing to do about those.
    let matters = |report: &PlaceReport| report.place.kind() != "web" || report.project.is_some() || report.dead > 0;
    let places = app.hub.places(&actor).await?.into_iter().filter(matters);
    let projects = app.hub.projects(&actor).await?.into_iter().map(|project| project.name).collect();
    let frame = Frame::of(&app, &actor, Section::Places, "Places").await?;
    let row = |report: PlaceReport| PlaceRow {
        place: report.place.to_string(),
        project: report.project,
        lost: report.lost.as_deref().map(prose),
        dead: report.dead,
    };
    page(&PlacesPage { frame, places: places.map(row).collect(), projects })
}
