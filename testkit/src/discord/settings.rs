//! How the server is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How a Discord server is set up.
#[derive(Debug, Clone)]
pub struct DiscordSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The bot's token.
    pub token: String,
    /// The bot's user name.
    pub bot_name: String,
    /// Whether the application may ask for the privileged intent to read what people write.
    pub message_content: bool,
    /// Whether the application may ask for the privileged intent to hear of members.
    pub members: bool,
    /// How many virtual seconds pass in a real one, for limits and expiry.
    pub clock_rate: f64,
    /// Whether more than Discord takes is answered with 429.
    pub limits: bool,
    /// The largest file that may be attached, in bytes.
    pub largest_upload: usize,
    /// How often the gateway asks for heartbeats, in real time.
    pub heartbeat_interval: Duration,
    /// How many events a session keeps for a resume.
    pub replayed: usize,
    /// How long a session that lost its connection can be resumed, in virtual time.
    pub session_life: Duration,
}

impl Default for DiscordSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: "MTIzNDU2Nzg5MDEyMzQ1Njc4.testkit.discord-bot-token".to_owned(),
            bot_name: "Signalbox".to_owned(),
            message_content: true,
            members: true,
            clock_rate: 1.0,
            limits: true,
            largest_upload: 10 << 20,
            heartbeat_interval: Duration::from_millis(41_250),
            replayed: 1000,
            session_life: Duration::from_secs(180),
        }
    }
}
