//! How the engine reaches a kind of place.

use crate::card::Card;
use crate::delivery::Delivery;
use crate::desk::Privacy;
use crate::id::DeliveryId;
use crate::place::Place;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A message that a channel delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The platform's id of the message, needed to edit it later; none where nothing can be edited.
    pub message: Option<String>,
    /// Every message that it became, where it became several; an answer to any of them is an answer to the card.
    pub all: Vec<String>,
}

impl Sent {
    /// It is one message.
    pub fn one(message: impl Into<String>) -> Self {
        let message = message.into();
        Self { all: vec![message.clone()], message: Some(message) }
    }
}

/// Why a channel could not deliver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It may work later; `after` is what the platform asked for.
    #[error("{reason}")]
    Later {
        /// How long the platform wants to be left alone.
        after: Option<Duration>,
        /// What happened.
        reason: String,
    },
    /// Some of it is there, the rest is not: the next try sends what is missing.
    #[error("{reason}")]
    Broken {
        /// The messages that are there, those of earlier tries included.
        sent: Vec<String>,
        /// How long the platform wants to be left alone.
        after: Option<Duration>,
        /// What happened.
        reason: String,
    },
    /// The place is gone or has shut us out: nothing will ever arrive there.
    #[error("{reason}")]
    Gone {
        /// What happened.
        reason: String,
    },
    /// The platform refuses this message as such; the next one may be fine.
    #[error("{reason}")]
    Refused {
        /// What happened.
        reason: String,
    },
    /// The place goes by another name now: everything bound to it moves there, and it is sent again.
    #[error("the place has moved to {0}")]
    Moved(Place),
    /// The message to be edited is not there any more: send it anew.
    #[error("the message to edit is gone")]
    EditLost,
}

/// How the engine reaches a kind of place. A channel renders and sends; it decides nothing.
#[async_trait]
pub trait Channel: Send + Sync + 'static {
    /// The kind of place it serves: the part before the colon.
    fn kind(&self) -> &'static str;
    /// Sends a card as a new message.
    async fn send(&self, delivery: &Delivery) -> Result<Sent, SendError>;
    /// Replaces a message that was sent before.
    async fn edit(&self, delivery: &Delivery, message: &str) -> Result<Sent, SendError>;
    /// Who can read in a place, where the platform says so. It is asked before something is sent to a place from which nothing
    /// was heard yet; what nobody knows counts as public.
    async fn privacy(&self, _place: &Place) -> Option<Privacy> {
        None
    }
}

/// A card together with the id that tells repetitions apart, as an attached terminal is given it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The card.
    pub card: Card,
}
