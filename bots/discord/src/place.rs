//! Places of Discord: a channel's or a thread's id, and nothing else.

use crate::KIND;
use crate::snowflake::Snowflake;
use signalbox_core::place::Place;

/// The place that a channel is.
pub(crate) fn place(channel: Snowflake) -> Option<Place> {
    Place::new(KIND, &channel.to_string()).ok()
}

/// The channel that a place is.
pub(crate) fn channel(place: &Place) -> Option<Snowflake> {
    place.address().parse().ok().filter(|_| place.kind() == KIND)
}
