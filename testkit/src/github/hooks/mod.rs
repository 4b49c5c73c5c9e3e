//! Webhooks: told to whoever subscribed, signed, recorded as deliveries, and never sent again by themselves.

mod delivery;
mod emit;
mod post;
mod send;
mod tell;

pub use delivery::Delivery;
pub(crate) use delivery::{Hooks, Target};
pub(crate) use emit::Event;
pub(crate) use send::deliver;
pub(crate) use tell::Told;
