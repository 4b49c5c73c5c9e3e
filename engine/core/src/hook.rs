//! Hooks: addresses of ours where other systems tell what happened, each signed with a secret that the two share.
//!
//! A hook's [`Rules`] say how it is signed, whether what was told is wanted, and what Claude is asked then. The adapter
//! verifies the signature by a [`Door`] and hands in what it stored; everything else is decided behind [`HookDesk`].

mod rules;
mod scheme;

pub use rules::{BadRules, Rules};
pub use scheme::{Encoding, Scheme, SignedTime};

use crate::desk::Update;
use crate::id::TaskId;
use crate::place::Place;
use crate::port::Refusal;
use crate::time::Timestamp;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use utoipa::ToSchema;

/// Below which path a hook's address ends in its name.
pub const PATH: &str = "/hooks/in/";

/// A secret that is shared with a sender or a receiver. It is shown once, when it is made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct SharedSecret(String);

impl SharedSecret {
    /// Takes one that was made before.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret(hidden)")
    }
}

/// What an adapter needs to know who knocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Under which source its updates are stored.
    pub source: String,
    /// How they are signed.
    pub scheme: Scheme,
    /// The secrets that open it, the newest first, each with the moment until which it does; none means for good.
    pub secrets: Vec<(SharedSecret, Option<Timestamp>)>,
}

/// All doors, by the names of their hooks.
pub type Doors = BTreeMap<String, Door>;

/// The source of a hook's updates. It goes by the hook's id: another one that gets its name later is told anew what this one
/// was told.
pub fn source(id: &str) -> String {
    format!("hook:{id}")
}

/// What a sender told, as it is stored: its body, and what a header says of it beside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Told {
    /// The kind of event, where a header names it; else empty.
    pub event: String,
    /// The body.
    pub payload: serde_json::Value,
}

/// A request for a hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({
    "name": "pager", "project": "site", "user": "ann", "places": [], "secret": null,
    "rules": "[signature]\nscheme = \"standard\"\n\n[task]\nprompt = \"Find out why the build failed.\"\n"
})))]
pub struct AddHook {
    /// Its name, the last part of its address.
    pub name: String,
    /// The project that its tasks are for.
    pub project: String,
    /// The person in whose name they are asked.
    pub user: String,
    /// Its rules, as their file's text.
    pub rules: String,
    /// Where its tasks are shown; the first place is where they are asked.
    pub places: Vec<Place>,
    /// The secret; none has one made.
    pub secret: Option<SharedSecret>,
}

/// A hook that was just made, or has a new secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeHook {
    /// The path of its address.
    pub path: String,
    /// Its secret, where the hub has made it: it is not shown again.
    pub secret: Option<SharedSecret>,
    /// Until when the secret before it still opens.
    pub previous_until: Option<Timestamp>,
}

/// A hook as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HookReport {
    /// Its name.
    pub name: String,
    /// Its project's name.
    pub project: String,
    /// In whose name its tasks are asked.
    pub user: String,
    /// How it is signed: `standard`, `hmac` or `token`.
    pub scheme: String,
    /// What is wanted; none means everything.
    pub when: Option<String>,
    /// Where its tasks are shown.
    pub places: Vec<Place>,
    /// When something was last told that was signed well.
    pub last_at: Option<Timestamp>,
    /// The last task that came of it.
    pub last_task: Option<TaskId>,
    /// Why what was told last did not become a task although it was wanted.
    pub refusal: Option<String>,
}

/// Something to be tried on a hook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({ "told": { "event": "build.failed", "payload": { "branch": "main" } } })))]
pub struct TryHook {
    /// What would be told.
    pub told: Told,
}

/// What would come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Trial {
    /// The hook's condition does not hold.
    Unwanted,
    /// A task would be asked with this prompt.
    Asked {
        /// The prompt.
        prompt: String,
    },
}

/// Where the adapter of hooks hands in what was told.
#[async_trait]
pub trait HookDesk: Send + Sync + 'static {
    /// The doors as they were last read. Nothing is asked of the database.
    fn doors(&self) -> Arc<Doors>;
    /// Reads them anew: another node may have changed them.
    async fn refresh(&self) -> Result<(), Refusal>;
    /// Acts on a stored update of a hook, and marks it as handled. Safe to repeat.
    async fn take(&self, hook: &str, update: &Update) -> Result<(), Refusal>;
}
