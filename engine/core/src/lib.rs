//! The vocabulary of Signalbox.
//!
//! Types, state machines, policy, command grammar, messages and ports: what every part of the product must agree on.
//! Nothing here opens a socket, reads a clock or touches a file; whoever needs the time hands it in.

pub mod approval;
pub mod card;
pub mod command;
pub mod delivery;
pub mod event;
pub mod grant;
pub mod id;
pub mod money;
pub mod people;
pub mod place;
pub mod policy;
pub mod port;
pub mod task;
pub mod time;
pub mod tool;
