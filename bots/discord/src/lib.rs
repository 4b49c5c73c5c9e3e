//! Discord as a channel: what people write there comes in, cards go out.
//!
//! Everything that arrives is stored before it is acknowledged, and handled once, in its channel's order. Nothing is
//! decided here: who may do what is the desk's to say. What goes out pings nobody and is never longer than Discord takes;
//! what is decided on is shown whole, or cannot be agreed to.

mod act;
mod calls;
mod catch_up;
mod changes;
mod channels;
mod components;
mod discord;
mod endpoint;
mod error;
mod examine;
mod files;
mod gateway;
mod handle;
mod hear;
mod inbox;
mod intake;
mod interact;
mod interaction;
mod lanes;
mod layout;
mod limits;
mod message;
mod place;
mod register;
mod rest;
mod send;
mod session;
mod settings;
mod shown;
mod snowflake;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod thread;
mod wire;

pub use discord::Discord;
pub use error::{CallError, DiscordError};
pub use examine::{About, examine};
pub use settings::{DiscordSettings, Mode};

/// Whether a place is a channel of Discord, by its address alone.
pub fn is_place(place: &signalbox_core::place::Place) -> bool {
    place::channel(place).is_some()
}

/// The kind of place that is served here. An address is the id of a channel or a thread.
pub const KIND: &str = "discord";
