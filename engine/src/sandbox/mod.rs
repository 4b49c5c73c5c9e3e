//! Sandboxes: hardened containers on a Docker engine, each running one Claude CLI.
//!
//! Nothing else speaks to Docker. What this module guarantees: a sandbox has no network but loopback, no capability, no
//! writable root and no Docker init; its standard input stays open when the hub dies; each line of its output is handed
//! over exactly once and in order, whether read live or, after a restart, from the engine's record; and a sandbox that
//! fills its record or its disk is killed with a reason. It refuses to hand over output with a gap in it.

mod collect;
mod connect;
mod control;
mod engine;
mod error;
mod found;
mod handed;
mod hardening;
mod image;
mod life;
mod lines;
mod output;
mod pump;
mod reading;
mod session;
mod settings;
mod stdin;
mod usage;
mod watchdog;

#[cfg(test)]
mod tests;

pub use collect::{Bundle, CollectOrder, Collected, Collector, HandOver};
pub use connect::Sandboxes;
pub use control::Control;
pub use engine::{DiskEnforcement, EngineReport};
pub use error::SandboxError;
pub use found::{FoundSandbox, FoundState, FoundVolume};
pub use image::ImageReport;
pub use life::{Created, Sandbox};
pub use output::{Exit, KillReason, Line, Output};
pub use session::Restore;
pub use settings::{SandboxSettings, SandboxSpec, Volumes};
pub use usage::{DiskUsage, Usage};
