//! Stories: the shipped binary, the real Claude CLI in real containers, real git and a real database; only the model is a
//! stand-in, scripted by the prompt.

#![allow(clippy::unwrap_used, reason = "a story ends where its world does not do what it must")]

mod api;
mod attacks;
mod bad_input;
mod both;
mod browser;
mod burst;
mod discarding;
mod discord;
mod github;
mod grounds;
mod hand_over;
mod harness;
mod hooks;
mod hub_image;
mod live;
mod main_job;
mod must_never;
mod nodes;
mod plan_first;
mod queue;
mod recovery;
mod sign_in;
mod socket;
mod telegram;
