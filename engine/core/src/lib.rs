//! The vocabulary of Signalbox.
//!
//! Types, state machines, policy, command grammar, messages and ports: what every part of the product must agree on.
//! Nothing here opens a socket, reads a clock or touches a file; whoever needs the time hands it in.

pub mod account;
pub mod address;
pub mod approval;
pub mod audit;
pub mod automation;
pub mod button;
pub mod card;
pub mod command;
pub mod delivery;
pub mod desk;
pub mod event;
pub mod exhibit;
pub mod grant;
pub mod ground;
pub mod hook;
pub mod id;
pub mod money;
pub mod people;
pub mod place;
pub mod policy;
pub mod port;
pub mod project;
pub mod question;
pub mod reading;
pub mod schedule;
mod schema;
pub mod sheet;
pub mod subscription;
pub mod task;
pub mod text;
pub mod time;
pub mod tool;
pub mod traffic;
pub mod words;
