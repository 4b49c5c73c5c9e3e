//! Discord's stand-in as a bot meets it: by its API and its gateway, by hand and through the library that the bot uses.
#![expect(clippy::unwrap_used, reason = "a test may panic, its harness too")]

mod faults;
mod gateway;
mod harness;
mod interactions;
mod library;
mod limits;
mod messages;
mod refusals;
mod signed;
mod threads;
