//! Deliveries: what was to be sent, and how it went.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::github::clock::stamp;

/// How long deliveries can be asked for, in virtual time.
const KEPT: Duration = Duration::from_secs(3 * 24 * 3600);

/// Whose webhook it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    App(u64),
    /// A repository and the number of its hook.
    Repository(u64, u64),
}

/// A webhook that was sent, or was to be.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its number.
    pub id: u64,
    /// What stands in `X-GitHub-Delivery`; a redelivery has the same.
    pub guid: String,
    /// What stands in `X-GitHub-Event`.
    pub event: String,
    /// The payload's `action`.
    pub action: Option<String>,
    /// The body, as it is signed.
    pub body: String,
    /// Whether it was asked for again.
    pub redelivery: bool,
    /// The status that came back, or one that stands for why none did; 0 while it is under way.
    pub status_code: u16,
    /// The status in words.
    pub status: String,
    /// How long it took.
    pub duration: Duration,
    /// When it was sent.
    pub sent: Option<Instant>,
    pub(crate) target: Target,
    pub(crate) installation: Option<u64>,
    pub(crate) repository: Option<u64>,
    pub(crate) at: u64,
    pub(crate) made: Duration,
    pub(crate) headers: Value,
    pub(crate) answer: Value,
}

impl Delivery {
    /// Whether it has been tried.
    pub fn is_done(&self) -> bool {
        self.status_code != 0
    }

    /// As a list shows it.
    pub(crate) fn to_item(&self) -> Value {
        json!({
            "id": self.id, "guid": self.guid, "delivered_at": stamp(self.at), "redelivery": self.redelivery,
            "duration": self.duration.as_secs_f64(), "status": self.status, "status_code": self.status_code,
            "event": self.event, "action": self.action, "installation_id": self.installation,
            "repository_id": self.repository, "throttled_at": null,
        })
    }

    /// With what was sent and what came back.
    pub(crate) fn to_json(&self, url: &str) -> Value {
        let payload: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let mut json = self.to_item();
        json["url"] = url.into();
        json["request"] = json!({"headers": self.headers, "payload": payload});
        json["response"] = self.answer.clone();
        json
    }
}

/// All deliveries, and those that are due.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    pub(crate) deliveries: BTreeMap<u64, Delivery>,
    pub(crate) due: VecDeque<u64>,
    /// One that waits until another one has overtaken it.
    pub(crate) held: Option<u64>,
    /// None are sent while this holds.
    pub(crate) paused: bool,
}

impl Hooks {
    pub(crate) fn add(&mut self, delivery: Delivery) {
        self.due.push_back(delivery.id);
        self.deliveries.insert(delivery.id, delivery);
    }

    /// What can be asked for of a webhook: done, not too old, latest first.
    pub(crate) fn listed(&self, target: Target, now: Duration) -> impl Iterator<Item = &Delivery> {
        let of =
            move |delivery: &&Delivery| delivery.target == target && delivery.is_done() && delivery.made + KEPT > now;
        self.deliveries.values().rev().filter(of)
    }
}
