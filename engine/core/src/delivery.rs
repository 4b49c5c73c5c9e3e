//! A delivery: a card owed to a place. An outbox row, delivered at least once, seen once.

use crate::card::Card;
use crate::id::DeliveryId;
use crate::place::Place;
use crate::policy::Detail;
use crate::task::UnknownWord;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::time::Duration;
use utoipa::ToSchema;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits for its time.
    Pending,
    /// A node is at it, under a lease.
    Sending,
    /// The place has it.
    Delivered,
    /// A newer card of the same key took its place before it was sent.
    Superseded,
    /// It will not be tried again; the reason is kept.
    Dead,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Sending, Self::Delivered, Self::Superseded, Self::Dead];

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Superseded => "superseded",
            Self::Dead => "dead",
        }
    }

    /// Takes one step.
    ///
    /// # Errors
    /// The state it is in, when the step does not exist there.
    pub fn step(self, step: DeliveryStep) -> Result<Self, Self> {
        use DeliveryState::{Dead, Delivered, Pending, Sending, Superseded};
        use DeliveryStep as S;
        match (self, step) {
            (Pending, S::Taken) => Ok(Sending),
            (Pending, S::Replaced) => Ok(Superseded),
            (Sending, S::Accepted) => Ok(Delivered),
            // A lease that ran out counts as a failed try: the receiver tells a repetition by the delivery's id.
            (Sending, S::Failed) => Ok(Pending),
            (Pending | Sending, S::GivenUp) => Ok(Dead),
            (Dead, S::SentAgain) => Ok(Pending),
            (Pending, S::Accepted | S::Failed | S::SentAgain)
            | (Sending, S::Taken | S::Replaced | S::SentAgain)
            | (Delivered | Superseded, S::Taken | S::Replaced | S::Accepted | S::Failed | S::GivenUp | S::SentAgain)
            | (Dead, S::Taken | S::Replaced | S::Accepted | S::Failed | S::GivenUp) => Err(self),
        }
    }
}

impl FromStr for DeliveryState {
    type Err = UnknownWord;
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// What can happen to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStep {
    /// A node began to send it.
    Taken,
    /// A newer card took its place.
    Replaced,
    /// The place has it.
    Accepted,
    /// The try failed and may be repeated.
    Failed,
    /// It will not be tried again.
    GivenUp,
    /// An operator asked to try a dead one again.
    SentAgain,
}

impl DeliveryStep {
    /// Every step.
    pub const ALL: [Self; 6] =
        [Self::Taken, Self::Replaced, Self::Accepted, Self::Failed, Self::GivenUp, Self::SentAgain];
}

/// A card owed to a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id: the same on every try.
    pub id: DeliveryId,
    /// Where it goes.
    pub place: Place,
    /// What is said.
    pub card: Card,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When the next try is due.
    pub due_at: Timestamp,
    /// When it was owed.
    pub created_at: Timestamp,
    /// The last error, in words.
    pub error: Option<String>,
    /// The message in that place that it answers, if there is one.
    #[serde(default)]
    pub answers: Option<String>,
    /// The messages that an earlier, broken try of it has become already: only what is missing is to be sent.
    #[serde(default)]
    pub sent: Vec<String>,
    /// How much of an approval may be shown there.
    #[serde(default)]
    pub detail: Detail,
}

/// How long to wait after the `attempts`-th failed try: doubling from one second, at most ten minutes.
pub fn back_off(attempts: u32) -> Duration {
    Duration::from_secs(1_u64.checked_shl(attempts.saturating_sub(1).min(20)).unwrap_or(u64::MAX).min(600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_step_is_as_drawn() {
        let mut drawn = String::new();
        for state in DeliveryState::ALL {
            for step in DeliveryStep::ALL {
                if let Ok(next) = state.step(step) {
                    drawn.push_str(&format!("{} --{step:?}--> {}\n", state.as_str(), next.as_str()));
                }
            }
        }
        insta::assert_snapshot!(drawn, @r"
        pending --Taken--> sending
        pending --Replaced--> superseded
        pending --GivenUp--> dead
        sending --Accepted--> delivered
        sending --Failed--> pending
        sending --GivenUp--> dead
        dead --SentAgain--> pending
        ");
    }

    #[test]
    fn waiting_doubles_and_has_an_end() {
        let seconds: Vec<_> = [1, 2, 3, 10, 11, 400].into_iter().map(|n| back_off(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 512, 600, 600]);
    }
}
