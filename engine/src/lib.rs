//! The engine's working half: it takes tasks from a queue, runs the Claude CLI for them in sealed sandboxes, lets no tool call
//! pass without a recorded decision, and tells the places what came of it.
//!
//! [`engine::Engine`] puts it together; [`hub::HubService`] is what places and people talk to.

mod accounts;
mod automation;
pub mod bus;
pub mod claude;
pub mod desk;
pub mod engine;
pub mod fresh;
pub mod gateway;
pub mod git;
pub mod hub;
pub mod openid;
mod outbox;
mod outcome;
mod parts;
mod publish;
mod queue;
mod run;
pub mod sandbox;
mod secrets;
pub mod settings;
pub mod store;
pub mod tend;
