//! How the server misbehaves when it is told to.

use std::time::Duration;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed before the request is done.
    LoseRequest,
    /// The request is done, but the connection is closed instead of an answer.
    LoseResponse,
    /// The request is done and answered after so long, in real time.
    Delay(Duration),
    /// The request is not done; a page of HTML is the answer, with this status.
    Html(u16),
    /// A gateway event comes twice, as two events of the sequence.
    RepeatEvent,
    /// A gateway event comes after the next one.
    SwapEvents,
    /// A heartbeat is not acknowledged.
    IgnoreHeartbeat,
    /// A resume is answered with an invalid session that cannot be resumed.
    RefuseResume,
}

impl Fault {
    /// Happens a number of times, then no more.
    pub fn times(self, times: u32) -> Misbehaviour {
        Misbehaviour { fault: self, method: None, part: None, times }
    }

    /// Happens once.
    pub fn once(self) -> Misbehaviour {
        self.times(1)
    }

    fn befalls_calls(self) -> bool {
        matches!(self, Self::LoseRequest | Self::LoseResponse | Self::Delay(_) | Self::Html(_))
    }
}

/// A fault, how often it happens, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misbehaviour {
    /// What goes wrong.
    pub fault: Fault,
    /// The only HTTP method that it befalls.
    pub method: Option<String>,
    /// What a path must contain for it to be befallen; for events, the event's name.
    pub part: Option<String>,
    /// How many times it is still to happen.
    pub times: u32,
}

impl Misbehaviour {
    /// Befalls only calls of this method whose path contains this.
    #[must_use]
    pub fn on(mut self, method: &str, part: &str) -> Self {
        (self.method, self.part) = (Some(method.to_owned()), Some(part.to_owned()));
        self
    }

    /// Befalls only gateway events of this name.
    #[must_use]
    pub fn of(mut self, event: &str) -> Self {
        self.part = Some(event.to_owned());
        self
    }

    fn concerns(&self, method: &str, path: &str) -> bool {
        self.method.as_ref().is_none_or(|named| named == method)
            && self.part.as_ref().is_none_or(|part| path.contains(part.as_str()))
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
    pub(crate) fn strike_call(&mut self, method: &str, path: &str) -> Option<Fault> {
        self.strike(|misbehaviour| misbehaviour.fault.befalls_calls() && misbehaviour.concerns(method, path))
    }

    /// Whether this happens to an event of this name, or to the gateway as such.
    pub(crate) fn strike_gateway(&mut self, fault: Fault, event: &str) -> bool {
        let suits = |part: &Option<String>| part.as_ref().is_none_or(|part| part == event);
        self.strike(|misbehaviour| misbehaviour.fault == fault && suits(&misbehaviour.part)).is_some()
    }

    fn strike(&mut self, suits: impl Fn(&Misbehaviour) -> bool) -> Option<Fault> {
        let found = self.0.iter_mut().find(|misbehaviour| misbehaviour.times > 0 && suits(misbehaviour))?;
        found.times -= 1;
        Some(found.fault)
    }
}
