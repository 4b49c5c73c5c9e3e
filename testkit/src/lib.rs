//! What stands in for the outside world: the scripted Messages API, used by tests and by the offline rehearsal.
//!
//! It speaks Anthropic's `/v1/messages` over HTTP, so that what is tested is the shipped code talking to an address.
//! What the model says is written in the prompt itself, one directive a line (see [`script`]); how far a script has
//! got is read from the conversation that each request carries, so a resumed, parked or retried session goes on right.

mod answer;
mod conversation;
#[cfg(feature = "platforms")]
pub mod discord;
mod failures;
#[cfg(feature = "platforms")]
pub mod github;
mod model;
#[cfg(feature = "platforms")]
pub mod openid;
mod plan;
mod refuse;
mod rehearsal;
mod routes;
pub mod script;
#[cfg(feature = "platforms")]
mod secure;
#[cfg(feature = "platforms")]
mod socket;
mod stream;
#[cfg(feature = "platforms")]
pub mod telegram;
mod turns;
mod wire;

pub use model::{Request, ScriptedModel, Settings, Unscripted};
