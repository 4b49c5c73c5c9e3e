//! The adapter against a Discord that keeps state, refuses what the real one refuses, and misbehaves when it is told to.

#![allow(clippy::unwrap_used, reason = "a test ends where its world does not do what it must")]

mod edits;
mod endpoint;
mod gateway;
mod interactions;
mod notebook;
mod sends;
mod stage;
