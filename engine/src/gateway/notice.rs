//! What the gateway tells the hub while a sandbox works. Notices are hints: what was spent is in the ledger.

use signalbox_core::money::{MicroUsd, Usage};
use std::time::Duration;
use tokio::sync::mpsc;

/// Something that the worker, or a person, may want to know at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A request to the model has been accounted for.
    Usage {
        /// The model, as the sandbox named it.
        model: String,
        /// Tokens, by the API's own count; estimated only where the answer was cut off before it told them.
        usage: Usage,
        /// What they cost.
        cost: MicroUsd,
    },
    /// The model's API refuses the hub's credential: retrying is useless until someone mends it.
    KeyRefused {
        /// 401 or 403.
        status: u16,
        /// What the API said.
        message: String,
    },
    /// The task's budget is used up. Told once for each allowance.
    BudgetReached,
    /// The model's API asks for patience (429, 503, 529).
    Overloaded {
        /// The answer's status.
        status: u16,
    },
    /// The model's API could not be reached, or gave no answer in time.
    UpstreamUnreachable,
    /// A request to the model was refused by the gateway.
    Refused {
        /// Why, in words that were also told to the sandbox.
        reason: String,
    },
    /// The model began to answer.
    FirstByte {
        /// Since the request was sent on.
        after: Duration,
    },
    /// A tunnel was opened.
    Connected {
        /// To this host.
        host: String,
    },
    /// A tunnel was refused.
    HostRefused {
        /// What was asked for, made printable and cut.
        host: String,
        /// Why.
        reason: String,
    },
}

impl Notice {
    /// Whether a sandbox can make as many of these as it likes.
    fn is_noise(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::FirstByte { .. } | Self::Connected { .. } | Self::HostRefused { .. } => true,
            Self::Usage { .. }
            | Self::KeyRefused { .. }
            | Self::BudgetReached
            | Self::Overloaded { .. }
            | Self::UpstreamUnreachable => false,
        }
    }
}

/// The receiving end, one for each exit. It holds a bounded number; what finds no room is dropped.
pub type Notices = mpsc::Receiver<Notice>;

const ROOM: usize = 256;

/// The sending end. It never waits, and leaves the last half of the room to what a sandbox cannot make at will.
#[derive(Debug, Clone)]
pub(super) struct Bell(mpsc::Sender<Notice>);

impl Bell {
    pub(super) fn new() -> (Self, Notices) {
        let (sender, receiver) = mpsc::channel(ROOM);
        (Self(sender), receiver)
    }

    pub(super) fn ring(&self, notice: Notice) {
        if notice.is_noise() && self.0.capacity() <= ROOM / 2 {
            return;
        }
        // Nobody listening, or nobody keeping up: the notice is a hint, and the ledger has the numbers.
        let _ = self.0.try_send(notice);
    }
}

/// Foreign text made fit for a log line or a message: printable ASCII, cut after `most` characters.
pub(super) fn printable(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_leaves_room_for_what_matters() {
        let (bell, mut notices) = Bell::new();
        for _ in 0..10_000 {
            bell.ring(Notice::Refused { reason: "no".to_owned() });
        }
        bell.ring(Notice::BudgetReached);
        let mut last = None;
        let mut count = 0;
        while let Ok(notice) = notices.try_recv() {
            last = Some(notice);
            count += 1;
        }
        assert_eq!((last, count), (Some(Notice::BudgetReached), ROOM / 2 + 1));
    }

    #[test]
    fn foreign_text_cannot_break_a_line() {
        assert_eq!(printable("a\nb\u{1b}[31mé", 7), "a?b?[31");
    }
}
