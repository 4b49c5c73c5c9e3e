//! Telegram as a channel: what people write there comes in, cards go out.
//!
//! In: an update is stored before it is acknowledged, whether Telegram brings it or is asked for it ([`Telegram::routes`],
//! [`Telegram::listen`]); what is stored is handled once, in the order of its chat. Out: [`Telegram::channel`] turns cards into
//! messages, at the pace that Telegram takes. Who somebody is and what they may do is for the desk alone to say.

mod act;
mod address;
mod album;
mod bot;
mod budget;
mod change;
mod commands;
mod error;
mod examine;
mod fault;
mod handle;
mod hear;
mod keyboard;
mod lanes;
mod layout;
mod listen;
mod note;
mod pace;
mod paragraphs;
mod poll;
mod post;
mod press;
mod quoted;
mod send;
mod settings;
mod signs;
mod sources;
mod taken;
mod telegram;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod webhook;
mod wire;

pub use error::TelegramError;
pub use examine::{About, AboutWebhook, examine};
pub use fault::Fault;
pub use settings::{Mode, Pace, TelegramSettings};
pub use telegram::Telegram;

/// Whether a place is a chat of Telegram, or a topic of one, by its address alone.
pub fn is_place(place: &signalbox_core::place::Place) -> bool {
    address::Address::of(place).is_some()
}

/// What kind of place a chat is, and what kind of account a person has there.
pub const KIND: &str = "telegram";
