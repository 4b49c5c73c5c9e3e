//! Things as the API and its webhooks show them.

mod app;
mod check;
mod commit;
mod issue;
mod pull;
mod repository;
mod review;
mod user;

pub(crate) use app::grants_json;
pub(crate) use issue::REACTIONS;
pub(crate) use pull::merge;
pub(crate) use repository::permissions_json;

/// An opaque id, which the older number is hidden in.
pub(crate) fn node_id(kind: &str, id: u64) -> String {
    format!("{kind}_kwTK{id:010}")
}
