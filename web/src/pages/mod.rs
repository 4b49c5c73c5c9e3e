//! The pages that people see. Each is made here, whole, from what the [`Hub`](signalbox_core::port::Hub) lets its visitor
//! see; every change is asked of the API by one small script. Nothing of others is markup on them ([`markup`]).

mod account;
mod api;
mod arrival;
mod asked;
mod assets;
mod attached;
mod audit;
mod automation;
mod card;
mod changes;
mod deliveries;
mod diff;
mod fault;
mod frame;
mod icon;
mod inbox;
mod installed;
mod live;
mod markdown;
mod markup;
mod moment;
mod new_task;
mod people;
mod pill;
mod projects;
mod row;
mod said;
mod sign_in;
mod standing;
mod task;
mod task_head;
mod tasks;
mod told;
mod transcript;
mod updates;

use crate::App;
pub(crate) use crate::visitor::Visitor;
use axum::Router;
use axum::response::{IntoResponse, Response};

/// Every page.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .merge(assets::routes())
        .merge(inbox::routes())
        .merge(tasks::routes())
        .merge(new_task::routes())
        .merge(task::routes())
        .merge(live::routes())
        .merge(changes::routes())
        .merge(attached::routes())
        .merge(projects::routes())
        .merge(people::routes())
        .merge(automation::routes())
        .merge(deliveries::routes())
        .merge(updates::routes())
        .merge(audit::routes())
        .merge(standing::routes())
        .merge(account::routes())
        .merge(api::routes())
        .merge(sign_in::routes())
        .merge(arrival::routes())
        .merge(installed::routes())
}

/// The page for addresses where nothing is.
pub(crate) fn nothing_here() -> Response {
    fault::nothing_here().into_response()
}
