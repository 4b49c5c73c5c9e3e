//! Going along a chain, entry by entry, and saying what does not fit.

use super::{AuditHead, Digest, Entry};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// How many faults are told one by one.
const TOLD: usize = 100;

/// What is known of an entry's seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// It was made with the hub's key.
    Right,
    /// It was not.
    Wrong,
    /// Who looks does not have the key.
    Unknown,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "breach")]
pub enum Breach {
    /// Entries are missing, from this number on.
    Missing {
        /// The last that is missing.
        until: u64,
    },
    /// It stands where another one belongs: it is there twice, or the order was changed.
    Misplaced,
    /// It cannot be read.
    Unreadable,
    /// It is not what was entered: its hash is another.
    Changed,
    /// It does not follow the entry that stands before it.
    Detached,
    /// This hub has not entered it: its seal is wrong.
    Unsealed,
    /// It is not the one that was expected.
    Unexpected,
    /// The log was cut off: it ends before this number, from which entries are missing.
    Cut {
        /// The last that is known to have been there.
        until: u64,
    },
    /// It was put behind the log's end.
    Appended,
}

/// Something that does not fit, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// The number of the entry.
    pub number: u64,
    /// What is wrong with it.
    #[serde(flatten)]
    pub breach: Breach,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        match self.breach {
            Breach::Missing { until } if until == number => write!(f, "entry {number} is missing"),
            Breach::Missing { until } => write!(f, "entries {number} to {until} are missing"),
            Breach::Misplaced => write!(f, "entry {number} stands where another one belongs"),
            Breach::Unreadable => write!(f, "entry {number} cannot be read"),
            Breach::Changed => write!(f, "entry {number} was changed"),
            Breach::Detached => write!(f, "entry {number} does not follow the one before it"),
            Breach::Unsealed => write!(f, "entry {number} was not entered by this hub"),
            Breach::Unexpected => write!(f, "entry {number} is not the one that was expected"),
            Breach::Cut { until } if until == number => write!(f, "the log was cut off: entry {number} is missing"),
            Breach::Cut { until } => write!(f, "the log was cut off: entries {number} to {until} are missing"),
            Breach::Appended => write!(f, "entry {number} was put behind the end of the log"),
        }
    }
}

/// What came of going along a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// How many entries there are.
    pub entries: u64,
    /// Where the chain ends, as it stands.
    pub head: AuditHead,
    /// Whether the seals were looked at too.
    pub seals: bool,
    /// How much is wrong.
    pub wrong: u64,
    /// What, as far as it is told one by one: the first hundred, in order.
    pub faults: Vec<Fault>,
}

impl Verification {
    /// Whether everything fits.
    pub fn is_sound(&self) -> bool {
        self.wrong == 0
    }
}

/// A walk along a chain.
#[derive(Debug)]
pub struct Chain {
    entries: u64,
    head: AuditHead,
    /// The hash that the next entry must name; none where the one before it could not be read or is missing.
    before: Option<Digest>,
    expected: Option<AuditHead>,
    seals: bool,
    wrong: u64,
    faults: Vec<Fault>,
}

impl Chain {
    /// Begins before the first entry. `expected` is a head that was kept elsewhere.
    pub fn begin(expected: Option<AuditHead>) -> Self {
        Self {
            entries: 0,
            head: AuditHead::EMPTY,
            before: Some(Digest::ZERO),
            expected,
            seals: true,
            wrong: 0,
            faults: Vec::new(),
        }
    }

    /// The number that comes next.
    pub fn next_number(&self) -> u64 {
        self.head.number.saturating_add(1)
    }

    /// Goes on to an entry.
    pub fn add(&mut self, entry: &Entry, seal: Seal) {
        self.entries += 1;
        self.seals &= seal != Seal::Unknown;
        if !self.steps_to(entry.number) {
            return;
        }
        if let Some(breach) = self.breach_of(entry, seal) {
            self.tell(entry.number, breach);
        }
        (self.head, self.before) = (entry.head(), Some(entry.hash));
    }

    /// Goes on over an entry that cannot be read.
    pub fn add_unreadable(&mut self, number: u64) {
        self.entries += 1;
        if self.steps_to(number) {
            self.tell(number, Breach::Unreadable);
            (self.head.number, self.before) = (number, None);
        }
    }

    /// Comes to the end. `kept` is where the log is said to end by what is kept beside it.
    pub fn end(mut self, kept: Option<AuditHead>) -> Verification {
        let last = self.head.number;
        let until = [kept, self.expected].into_iter().flatten().map(|head| head.number).max().unwrap_or(0);
        if until > last {
            self.tell(last + 1, Breach::Cut { until });
        }
        match kept {
            Some(kept) if kept.number < last => self.tell(kept.number + 1, Breach::Appended),
            Some(kept) if kept.number == last && self.before.is_some_and(|hash| hash != kept.hash) => {
                self.tell(last, Breach::Unexpected);
            }
            _ => {}
        }
        let Self { entries, head, seals, wrong, faults, .. } = self;
        Verification { entries, head, seals: seals && entries > 0, wrong, faults }
    }

    /// Says what is missing before this number; false where it is not ahead at all.
    fn steps_to(&mut self, number: u64) -> bool {
        let next = self.next_number();
        if number < next {
            self.tell(number, Breach::Misplaced);
            return false;
        }
        if number > next {
            self.tell(next, Breach::Missing { until: number - 1 });
            self.before = None;
        }
        true
    }

    /// The first thing that is wrong with an entry: what follows from it is not told beside it.
    fn breach_of(&self, entry: &Entry, seal: Seal) -> Option<Breach> {
        let expected = self.expected.filter(|expected| expected.number == entry.number);
        if entry.true_hash() != entry.hash {
            return Some(Breach::Changed);
        }
        if self.before.is_some_and(|before| before != entry.previous) {
            return Some(Breach::Detached);
        }
        if seal == Seal::Wrong {
            return Some(Breach::Unsealed);
        }
        expected.filter(|expected| expected.hash != entry.hash).map(|_| Breach::Unexpected)
    }

    fn tell(&mut self, number: u64, breach: Breach) {
        self.wrong += 1;
        if self.faults.len() < TOLD {
            self.faults.push(Fault { number, breach });
        }
    }
}
