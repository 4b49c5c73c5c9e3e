//! GitHub's stand-in as a hub meets it over HTTP and git, and as a test acts through it.
#![expect(clippy::unwrap_used, reason = "a test may panic, its harness too")]

mod apps;
mod checks;
mod comments;
mod contents;
mod git;
mod harness;
mod hook;
mod hooks;
mod limits;
mod misbehaving;
mod permissions;
mod pulls;
mod refusals;
mod shapes;
