//! GitHub as a channel: what people write at issues and pull requests comes in, comments and check runs go out.
//!
//! In: a webhook is stored before it is answered ([`GitHub::routes`]), what could not be delivered is fetched, and what is
//! stored is handled once, in the order of its issue ([`GitHub::listen`]). Out: [`GitHub::channel`] turns cards into comments,
//! at the pace that GitHub takes. Who somebody is and what they may do is for the desk to say; GitHub is only asked for the
//! most that it would let them do.

mod about;
mod act;
mod api;
mod calls;
mod checks;
mod commands;
mod endpoint;
mod error;
mod etags;
mod event;
mod examine;
mod fault;
mod gates;
mod github;
mod ground;
mod hear;
mod inbox;
mod jwt;
mod lanes;
mod layout;
mod listen;
mod moment;
mod once;
mod pace;
mod people;
mod propose;
mod remotes;
mod repo;
mod send;
mod settings;
mod signature;
mod sweep;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod tokens;
mod visible;
mod wire;

pub use error::GitHubError;
pub use examine::{About, Missing, examine, find_account};
pub use fault::Fault;
pub use github::GitHub;
pub use remotes::{FORM, Remotes};
pub use settings::{API_URL, Credentials, GitHubSettings, Pace, SHORTEST_SECRET};

/// Whether a place is a repository on GitHub, or an issue of one, by its address alone.
pub fn is_place(place: &signalbox_core::place::Place) -> bool {
    repo::Thread::of(place).is_some() || repo::Repo::of(place).is_some()
}

/// What kind of place an issue is, and what kind of account a person has there.
pub const KIND: &str = "github";
