//! The adapter against a Discord that keeps state, refuses what the real one refuses, and misbehaves when it is told to.

mod edits;
mod endpoint;
mod gateway;
mod interactions;
mod notebook;
mod sends;
mod stage;
