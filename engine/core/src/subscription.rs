//! Subscriptions: addresses of others that are told what happens to a project's tasks ([`Happening`]), each request signed with
//! a secret that the two share.

mod happening;
mod target;
mod topic;

pub use happening::{ApprovalFacts, Happening, OutcomeFacts, TaskFacts};
pub use target::{BadTarget, target};
pub use topic::{Topic, UnknownTopic};

use crate::hook::SharedSecret;
use crate::place::Place;
use crate::port::Refusal;
use crate::time::Timestamp;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kind of place that a subscription is: its address there is the subscription's id.
pub const KIND: &str = "webhook";

/// A request for a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({
    "name": "dashboard", "project": "site", "url": "https://example.org/told",
    "topics": ["task.succeeded", "task.failed"], "place": null
})))]
pub struct AddSubscription {
    /// Its name.
    pub name: String,
    /// The project whose tasks are told of.
    pub project: String,
    /// Where they are told.
    pub url: String,
    /// What is told; nothing means everything.
    pub topics: Vec<Topic>,
    /// Where its owner is told when it is switched off.
    pub place: Option<Place>,
}

/// A subscription that was just made, or has a new secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeSubscription {
    /// The secret that requests are signed with: it is not shown again.
    pub secret: SharedSecret,
    /// Until when requests are signed with the secret before it as well.
    pub previous_until: Option<Timestamp>,
}

/// A subscription as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubscriptionReport {
    /// Its name.
    pub name: String,
    /// Its project's name.
    pub project: String,
    /// The name of who made it.
    pub owner: String,
    /// Where it tells.
    pub url: String,
    /// What is told; nothing means everything.
    pub topics: Vec<Topic>,
    /// Where its owner is told when it is switched off.
    pub place: Option<Place>,
    /// When something last arrived.
    pub last_at: Option<Timestamp>,
    /// Since when nothing arrives any more.
    pub failing_since: Option<Timestamp>,
    /// What the last try said.
    pub failure: Option<String>,
    /// When it was switched off, if it was.
    pub disabled_at: Option<Timestamp>,
    /// How much waits to be told.
    pub waiting: u64,
}

/// Whom a subscription tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// The subscription's name.
    pub name: String,
    /// Where.
    pub url: String,
    /// What requests are signed with; the newest secret first.
    pub secrets: Vec<SharedSecret>,
}

/// What became of a try to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It arrived.
    Arrived,
    /// It did not; it may later.
    Failed(String),
    /// The receiver wants nothing more.
    Unwanted(String),
}

/// Where the adapter that tells subscribers learns whom, and reports what became of it.
#[async_trait]
pub trait Receivers: Send + Sync + 'static {
    /// Whom a subscription tells; none when it is gone or switched off, or its owner may not have it any more.
    async fn receiver(&self, subscription: &str) -> Result<Option<Receiver>, Refusal>;
    /// Notes what became of a try. A subscription that has failed for too long is switched off, and its owner told; false
    /// then.
    async fn tried(&self, subscription: &str, tried: Tried) -> Result<bool, Refusal>;
}
