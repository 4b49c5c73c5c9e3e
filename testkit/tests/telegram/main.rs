//! Telegram's stand-in as a bot meets it over HTTP, and as a test speaks through it.
#![expect(clippy::unwrap_used, reason = "a test may panic, its harness too")]

mod answering;
mod being;
mod editing;
mod harness;
mod hooking;
mod limiting;
mod misbehaving;
mod polling;
mod reading;
mod refusing;
mod sending;
mod speaking;
mod typed;
