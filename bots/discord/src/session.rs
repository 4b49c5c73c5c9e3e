//! How far the gateway was read, so that the next process goes on from there. It is noted only after everything up to
//! there is stored.

use crate::snowflake::Snowflake;
use serde::{Deserialize, Serialize};
use signalbox_core::desk::Desk;
use signalbox_core::port::Refusal;

/// The note's key.
const KEY: &str = "session";
/// How many direct conversations are remembered; Discord does not list them.
const DIRECT: usize = 200;

/// How far the gateway was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Session {
    /// The gateway's name for the session.
    pub(crate) id: Option<String>,
    /// Where it can be resumed.
    pub(crate) url: Option<String>,
    /// The number of the last event.
    pub(crate) sequence: u64,
    /// Every message up to here was seen; none before the first life.
    pub(crate) seen: Option<Snowflake>,
    /// Messages from before this session are still being caught up with: a resumed session would not tell of them.
    pub(crate) owing: bool,
    /// The channels of direct conversations, the latest last.
    pub(crate) direct: Vec<Snowflake>,
}

impl Session {
    /// What the last life noted. A note that cannot be read is as good as none.
    pub(crate) async fn recall(desk: &dyn Desk, source: &str) -> Result<Self, Refusal> {
        let noted = desk.noted(source, KEY).await?;
        Ok(noted.and_then(|noted| serde_json::from_str(&noted).ok()).unwrap_or_default())
    }

    /// Notes it for the next life.
    pub(crate) async fn note(&self, desk: &dyn Desk, source: &str) -> Result<(), Refusal> {
        let noted = serde_json::to_string(self).unwrap_or_default();
        desk.note(source, KEY, &noted).await
    }

    /// The session to be resumed, and where; none where a new one is needed.
    pub(crate) fn resumable(&self) -> Option<(twilight_gateway::Session, String)> {
        let (id, url) = (self.id.clone()?, self.url.clone()?);
        (!self.owing).then(|| (twilight_gateway::Session::new(self.sequence, id), url))
    }

    /// A direct conversation went on.
    pub(crate) fn remember(&mut self, direct: Snowflake) {
        if self.direct.last() == Some(&direct) {
            return;
        }
        self.direct.retain(|known| *known != direct);
        self.direct.push(direct);
        let surplus = self.direct.len().saturating_sub(DIRECT);
        self.direct.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_resumed_only_where_nothing_is_owing() {
        let mut session = Session { id: Some("s".to_owned()), url: Some("wss://g".to_owned()), ..Session::default() };
        assert!(session.resumable().is_some());
        session.owing = true;
        assert_eq!(session.resumable(), None);
        assert_eq!(Session::default().resumable(), None);
    }

    #[test]
    fn the_latest_direct_conversations_are_remembered_once_each() {
        let mut session = Session::default();
        for number in 1..=DIRECT + 5 {
            session.remember(number.to_string().parse().unwrap());
        }
        session.remember("100".parse().unwrap());
        assert_eq!(session.direct.len(), DIRECT);
        assert_eq!(session.direct.last().unwrap().to_string(), "100");
        assert_eq!(session.direct.first().unwrap().to_string(), "6");
        let again: Session = serde_json::from_str(&serde_json::to_string(&session).unwrap()).unwrap();
        assert_eq!(again, session);
    }
}
