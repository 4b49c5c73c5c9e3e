//! What the engine is told by the configuration, as typed values.

use crate::git::Person;
use crate::openid::ProviderSettings;
use secrecy::SecretString;
use signalbox_core::address::Reach;
use signalbox_core::money::MicroUsd;
use signalbox_core::task::Limits;
use std::path::PathBuf;
use std::time::Duration;

/// The engine's settings.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Everything the hub keeps lies below here. The same path inside and outside when the hub runs in a container.
    pub home: PathBuf,
    /// The image of sandboxes, where a project names no other.
    pub image: String,
    /// The queue.
    pub queue: QueueSettings,
    /// Approvals.
    pub approval: ApprovalSettings,
    /// Runs.
    pub run: RunSettings,
    /// By whom commits are.
    pub commits: CommitSettings,
    /// The `redis://` address of the doorbell between nodes, if there is one.
    pub redis: Option<SecretString>,
    /// How long what is done with is kept; zero keeps for ever.
    pub retention: RetentionSettings,
    /// How subscribers are told.
    pub webhooks: WebhookSettings,
    /// The providers by which people may sign in, by name.
    pub providers: Vec<ProviderSettings>,
}

/// How work is taken.
#[derive(Debug, Clone)]
pub struct QueueSettings {
    /// Tasks at once on this node.
    pub concurrency: usize,
    /// Tasks at once of one project, on all nodes together.
    pub per_project: u64,
    /// How long a lease lasts; three heartbeats fit into it.
    pub lease: Duration,
    /// How often the database is looked at when nothing rings.
    pub poll: Duration,
    /// How often infrastructure may fail a task.
    pub retries: u32,
}

/// How people are asked.
#[derive(Debug, Clone)]
pub struct ApprovalSettings {
    /// How long a sandbox waits before the task is parked.
    pub hold: Duration,
    /// How long a question stays open.
    pub expires: Duration,
}

/// How a run is limited and kept.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// For each task, unless its project or its request is stricter.
    pub limits: Limits,
    /// The longest prompt, in bytes.
    pub prompt_bytes: u64,
    /// How long the CLI may be silent.
    pub silence: Duration,
    /// The model where neither task nor project names one; none leaves it to the CLI.
    pub model: Option<String>,
    /// Patterns of the models that sandboxes may ask for.
    pub models: Vec<String>,
    /// Sandboxes that stand ready for each project in use.
    pub warm: usize,
    /// How long a conversation's own sandbox is kept after its last turn.
    pub keep: Duration,
}

/// By whom the commits are that leave the hub.
#[derive(Debug, Clone)]
pub struct CommitSettings {
    /// Who is named as author.
    pub author: Author,
    /// The hub itself: it made them.
    pub hub: Person,
    /// Who is named beside the author, at the end of the message.
    pub co_author: Option<Person>,
    /// The private key that signs them, as OpenSSH writes it.
    pub signing_key: Option<SecretString>,
}

/// Who is named as author of commits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Author {
    /// The hub.
    #[default]
    Hub,
    /// Who asked for the task.
    Requester,
}

/// How subscribers are told.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Where they may be.
    pub reach: Reach,
    /// How long a receiver may fail before its subscription is switched off.
    pub patience: Duration,
}

/// How long what is done with is kept. Zero keeps for ever.
#[derive(Debug, Clone, Copy)]
pub struct RetentionSettings {
    /// Finished tasks with their records.
    pub tasks: Duration,
    /// Inbox and deliveries.
    pub messages: Duration,
}

/// The stricter of two limits, each in its own unit.
pub fn stricter(one: &Limits, other: &Limits) -> Limits {
    fn least<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if other < one { other } else { one }),
            (one, None) => one,
            (None, other) => other,
        }
    }
    Limits {
        budget: least(one.budget, other.budget),
        seconds: least(one.seconds, other.seconds),
        turns: least(one.turns, other.turns),
    }
}

/// What is left of a budget.
pub fn left(budget: Option<MicroUsd>, spent: MicroUsd) -> Option<MicroUsd> {
    budget.map(|budget| MicroUsd((budget.0 - spent.0).max(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_limit_holds_and_none_is_no_limit() {
        let one = Limits { budget: Some(MicroUsd(5)), seconds: None, turns: Some(3) };
        let other = Limits { budget: Some(MicroUsd(9)), seconds: Some(60), turns: Some(2) };
        let both = Limits { budget: Some(MicroUsd(5)), seconds: Some(60), turns: Some(2) };
        assert_eq!(stricter(&one, &other), both);
        assert_eq!(stricter(&other, &one), both);
        assert_eq!(stricter(&Limits::default(), &Limits::default()), Limits::default());
    }

    #[test]
    fn a_budget_never_goes_below_nothing() {
        assert_eq!(left(Some(MicroUsd(5)), MicroUsd(7)), Some(MicroUsd(0)));
        assert_eq!(left(None, MicroUsd(7)), None);
    }
}
