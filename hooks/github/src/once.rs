//! What many deliveries may tell, done once. GitHub does not sign a delivery's id: whoever read one could bring it again under
//! another.

use crate::event::fingerprint;
use crate::hear::Asked;
use signalbox_core::button::Press;
use signalbox_core::desk::{Desk, Said};
use signalbox_core::port::Refusal;

/// A delivery, and what it tells.
pub(crate) struct Once {
    id: String,
    /// What there is only one of: a comment, or else a payload. None for what may be told often.
    told: Option<String>,
}

impl Once {
    /// A delivery that tells something of a repository.
    pub(crate) fn payload(id: &str, raw: &str) -> Self {
        Self { id: id.to_owned(), told: fingerprint(raw).map(|hash| format!("payload:{hash}")) }
    }

    /// A delivery that asks for something.
    pub(crate) fn asked(id: &str, raw: &str, asked: &Asked) -> Self {
        match (&asked.heard.message, &asked.heard.what) {
            (Some(message), _) => {
                Self { id: id.to_owned(), told: Some(format!("said:{} {message}", asked.heard.place.address())) }
            }
            // An approval's button is used up by itself. A task's would work again: that of a task which was retried stops it.
            (None, Said::Pressed { code }) if is_used_up(code) => Self { id: id.to_owned(), told: None },
            (None, _) => Self::payload(id, raw),
        }
    }

    /// Whether no other delivery told it before. Those that tell the same share a lane, so that none overtakes the first.
    pub(crate) async fn is_first(&self, desk: &dyn Desk, source: &str) -> Result<bool, Refusal> {
        let Some(told) = &self.told else { return Ok(true) };
        match desk.noted(source, told).await? {
            Some(first) => Ok(first == self.id),
            None => desk.note(source, told, &self.id).await.map(|()| true),
        }
    }
}

fn is_used_up(code: &str) -> bool {
    code.parse::<Press>().is_ok_and(|press| press.task().is_none())
}
