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
    /// The request is not done; the secondary limit is said to be reached, for so many seconds.
    Secondary(u64),
    /// A webhook is not sent, and its delivery is recorded as timed out.
    LoseWebhook,
    /// A webhook is not sent, and its delivery is recorded as refused by the other side.
    WebhookDown,
    /// A webhook is sent after so long, in real time.
    DelayWebhook(Duration),
    /// A webhook is sent twice with the same GUID.
    RepeatWebhook,
    /// A webhook is sent after the next one.
    SwapWebhooks,
    /// A webhook is signed with another secret.
    WrongSignature,
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

    fn befalls_webhooks(self) -> bool {
        matches!(
            self,
            Self::LoseWebhook
                | Self::WebhookDown
                | Self::DelayWebhook(_)
                | Self::RepeatWebhook
                | Self::SwapWebhooks
                | Self::WrongSignature
        )
    }
}

/// A fault, how often it happens, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misbehaviour {
    /// What goes wrong.
    pub fault: Fault,
    /// The only HTTP method that it befalls.
    pub method: Option<String>,
    /// What a path must contain for it to be befallen; for webhooks, the event's name.
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

    /// Befalls only webhooks of this event.
    #[must_use]
    pub fn of(mut self, event: &str) -> Self {
        self.part = Some(event.to_owned());
        self
    }

    fn concerns_call(&self, method: &str, path: &str) -> bool {
        !self.fault.befalls_webhooks()
            && self.method.as_ref().is_none_or(|named| named == method)
            && self.part.as_ref().is_none_or(|part| path.contains(part.as_str()))
    }

    fn concerns_webhook(&self, event: &str) -> bool {
        self.fault.befalls_webhooks() && self.part.as_ref().is_none_or(|part| part == event)
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
        self.strike(|misbehaviour| misbehaviour.concerns_call(method, path))
    }

    /// What befalls a webhook of this event.
    pub(crate) fn strike_webhook(&mut self, event: &str) -> Option<Fault> {
        self.strike(|misbehaviour| misbehaviour.concerns_webhook(event))
    }

    fn strike(&mut self, suits: impl Fn(&Misbehaviour) -> bool) -> Option<Fault> {
        let found = self.0.iter_mut().find(|misbehaviour| misbehaviour.times > 0 && suits(misbehaviour))?;
        found.times -= 1;
        Some(found.fault)
    }
}
