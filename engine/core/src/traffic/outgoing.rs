//! Deliveries as they are looked at.

use super::listed;
use crate::card::Card;
use crate::delivery::DeliveryState;
use crate::id::DeliveryId;
use crate::place::Place;
use crate::policy::Detail;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which deliveries to list; the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// In this state only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<DeliveryState>,
    /// To this place only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Those before this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// At most so many; 0 means 50, and more than 500 are not listed at once.
    pub limit: u32,
}

impl DeliveryQuery {
    /// How many, at most.
    pub fn limit(&self) -> u32 {
        listed(self.limit)
    }
}

/// A delivery in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryReport {
    /// Its number: later ones have higher ones.
    pub number: u64,
    /// Its id.
    pub id: DeliveryId,
    /// Where it goes.
    pub place: Place,
    /// Where it stands.
    pub state: DeliveryState,
    /// The key of its card, e.g. `outcome:0192mfqd5y3c`.
    pub about: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When the next try is due, or was.
    pub due_at: Timestamp,
    /// When it was owed.
    pub created_at: Timestamp,
    /// When it came to its end.
    pub settled_at: Option<Timestamp>,
    /// Why the last try failed.
    pub error: Option<String>,
}

/// What a delivery tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// How a task stands.
    Task(&'a str),
    /// A question to people.
    Approval(&'a str),
    /// What a task came to.
    Outcome(&'a str),
    /// Something that a subscriber is told.
    Event,
    /// The answer to what somebody said.
    Reply,
}

impl<'a> About<'a> {
    /// By the key of a card.
    pub fn key(key: &'a str) -> Self {
        match key.split_once(':') {
            Some(("task", task)) => Self::Task(task),
            Some(("approval", approval)) => Self::Approval(approval),
            Some(("outcome", task)) => Self::Outcome(task),
            Some(("event", _)) => Self::Event,
            _ => Self::Reply,
        }
    }
}

/// Some deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryPage {
    /// The deliveries, the newest first.
    pub deliveries: Vec<DeliveryReport>,
    /// Where it goes on: the next `before`; none where nothing is left.
    pub next: Option<u64>,
}

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FailedTry {
    /// When it ended.
    pub at: Timestamp,
    /// What the place answered, or what happened.
    pub answer: String,
}

/// A delivery with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WholeDelivery {
    /// The delivery.
    #[serde(flatten)]
    pub report: DeliveryReport,
    /// What is said; none where it cannot be read any more.
    #[schema(value_type = Option<Object>)]
    pub card: Option<Card>,
    /// How much of it is shown in that place: `full`, or a `summary`.
    #[schema(value_type = String)]
    pub detail: Detail,
    /// The tries that failed, in their order.
    pub tries: Vec<FailedTry>,
    /// A newer one shows the same card as it stands now: this one is not sent again.
    pub overtaken: bool,
}

/// What became of a place's dead deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentAgain {
    /// How many are owed again.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_what_it_is_about() {
        let about = ["task:a", "approval:b", "outcome:c", "event:d:7", "reply:telegram:1", "wants:e"].map(About::key);
        assert_eq!(
            about,
            [About::Task("a"), About::Approval("b"), About::Outcome("c"), About::Event, About::Reply, About::Reply]
        );
    }
}
