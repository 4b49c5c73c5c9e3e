//! A stand-in for GitHub: its REST API, git over HTTP with real repositories, and its webhooks.
//!
//! A hub meets it at [`GithubServer::base_url`]; a test acts through it as people do ([`User`], [`Repo`], [`Thread`]) and
//! looks at what they would see. What the real API would silently ignore is refused here and complained of
//! ([`GithubServer::complaints`]), so that a misspelt field is found. Limits and expiry run on a clock that can be hurried.
//!
//! All state is behind one mutex that is never held over an await; whoever waits is woken by what changes.

mod access;
mod account;
mod api;
mod app;
mod call;
mod caller;
mod check;
mod clock;
mod deeds;
mod dispatch;
mod faults;
mod form;
mod git;
mod grants;
mod hooks;
mod issue;
mod jwt;
mod limits;
mod people;
mod refusal;
mod reply;
mod repository;
mod request;
mod routes;
mod server;
mod settings;
mod stage;
mod view;
mod world;

pub use call::Call;
pub use faults::{Fault, Misbehaviour};
pub use grants::{Grants, Level, Role};
pub use hooks::Delivery;
pub use issue::Version;
pub use people::{CheckRunSeen, CommentSeen, CommitSeen, Push, Repo, Thread, User};
pub use repository::Visibility;
pub use server::GithubServer;
pub use settings::GithubSettings;
