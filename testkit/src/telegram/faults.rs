//! How the server misbehaves when it is told to.

use std::time::Duration;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed before the request is done.
    LoseRequest,
    /// The request is done, but the connection is closed instead of an answer.
    LoseResponse,
    /// The request is done and answered after so long.
    Delay(Duration),
    /// The request is not done; a gateway's page of HTML is the answer, with this status.
    Html(u16),
    /// An update is handed out twice in one answer; to a webhook, twice in a row.
    RepeatUpdate,
    /// An update is handed out in the next answer again, although it was confirmed.
    RepeatInNextAnswer,
    /// The updates of one answer come in reversed order; waits for an answer that has several.
    ReorderUpdates,
    /// An offset confirms nothing, so that all updates are handed out again.
    IgnoreOffset,
}

impl Fault {
    /// Happens a number of times, then no more.
    pub fn times(self, times: u32) -> Misbehaviour {
        Misbehaviour { fault: self, method: None, times }
    }

    /// Happens once.
    pub fn once(self) -> Misbehaviour {
        self.times(1)
    }

    /// Whether it befalls any call, not only the handing out of updates.
    fn befalls_calls(self) -> bool {
        matches!(self, Self::LoseRequest | Self::LoseResponse | Self::Delay(_) | Self::Html(_))
    }
}

/// A fault, how often it happens, and to which calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misbehaviour {
    /// What goes wrong.
    pub fault: Fault,
    /// The only method that it befalls; any but `getUpdates` if none is named.
    pub method: Option<String>,
    /// How many times it is still to happen.
    pub times: u32,
}

impl Misbehaviour {
    /// Befalls only calls of this method.
    #[must_use]
    pub fn on(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    fn concerns(&self, method: &str) -> bool {
        match &self.method {
            Some(named) => named.eq_ignore_ascii_case(method),
            None => method != "getUpdates",
        }
    }
}

/// What is still to go wrong.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Misbehaviour>);

impl Faults {
    pub(crate) fn add(&mut self, misbehaviour: Misbehaviour) {
        self.0.push(misbehaviour);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// How many times something is still to go wrong.
    pub(crate) fn left(&self) -> u32 {
        self.0.iter().map(|misbehaviour| misbehaviour.times).sum()
    }

    /// What befalls this call.
    pub(crate) fn strike_call(&mut self, method: &str) -> Option<Fault> {
        self.strike(|misbehaviour| misbehaviour.fault.befalls_calls() && misbehaviour.concerns(method))
    }

    /// Whether this happens to the updates that are being handed out.
    pub(crate) fn strike_updates(&mut self, fault: Fault) -> bool {
        self.strike(|misbehaviour| misbehaviour.fault == fault).is_some()
    }

    fn strike(&mut self, suits: impl Fn(&Misbehaviour) -> bool) -> Option<Fault> {
        let found = self.0.iter_mut().find(|misbehaviour| misbehaviour.times > 0 && suits(misbehaviour))?;
        found.times -= 1;
        Some(found.fault)
    }
}
