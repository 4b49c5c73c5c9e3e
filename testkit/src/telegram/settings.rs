//! How the server is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How a Telegram server is set up.
#[derive(Debug, Clone)]
pub struct TelegramSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The bot's token.
    pub token: String,
    /// The bot's user name, without the `@`.
    pub bot_name: String,
    /// Whether the bot is kept from group messages that are not meant for it: Telegram's privacy mode.
    pub privacy_mode: bool,
    /// How many virtual seconds pass in a real one, for limits and expiry.
    pub clock_rate: f64,
    /// Whether more than Telegram takes is answered with 429.
    pub limits: bool,
    /// How many messages a chat takes at once before one a second holds.
    pub burst: u32,
    /// How long a press of a button can be answered, in virtual time.
    pub query_expiry: Duration,
    /// The largest file that the bot may send, in bytes.
    pub largest_upload: usize,
    /// The largest file that the bot may fetch, in bytes.
    pub largest_download: usize,
}

impl Default for TelegramSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: "700001:testkit-bot-token-of-thirty-five-ch".to_owned(),
            bot_name: "signalbox_bot".to_owned(),
            privacy_mode: false,
            clock_rate: 1.0,
            limits: true,
            burst: 3,
            query_expiry: Duration::from_secs(60),
            largest_upload: 50 << 20,
            largest_download: 20 << 20,
        }
    }
}

impl TelegramSettings {
    /// The bot's user id: the part of its token before the colon, as with real tokens.
    pub(crate) fn bot_id(&self) -> i64 {
        self.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(700_001)
    }
}
