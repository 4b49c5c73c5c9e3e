//! Places on the web. What is owed to one is there as soon as it is stored: whoever opens the task or the inbox sees what the
//! store has at that moment, so there is nothing to send and nothing to edit.

use async_trait::async_trait;
use signalbox_core::delivery::Delivery;
use signalbox_core::desk::Privacy;
use signalbox_core::place::Place;
use signalbox_core::port::{Channel, SendError, Sent};

/// Where tasks are asked on the pages and by programs: `web:NAME`.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebPlaces;

#[async_trait]
impl Channel for WebPlaces {
    fn kind(&self) -> &'static str {
        "web"
    }

    async fn send(&self, delivery: &Delivery) -> Result<Sent, SendError> {
        Ok(Sent::one(delivery.id.as_str()))
    }

    async fn edit(&self, _delivery: &Delivery, message: &str) -> Result<Sent, SendError> {
        Ok(Sent::one(message))
    }

    /// Pages show each visitor what they may see, and nobody else anything.
    async fn privacy(&self, _place: &Place) -> Option<Privacy> {
        Some(Privacy::Private)
    }
}
