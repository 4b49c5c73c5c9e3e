//! The adapter before a server of Telegram's.

use super::desk::Counter;
use crate::{Mode, Pace, Telegram, TelegramSettings};
use signalbox_core::card::Card;
use signalbox_core::delivery::Delivery;
use signalbox_core::port::{Channel, SendError, Sent};
use signalbox_testkit::telegram::{Chat, Message, TelegramServer, User};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Long enough for anything on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Rig {
    pub(super) server: TelegramServer,
    pub(super) desk: Arc<Counter>,
    pub(super) channel: Arc<dyn Channel>,
    pub(super) telegram: Telegram,
    pub(super) ann: User,
    pub(super) bob: User,
}

/// Listening that can be ended.
pub(super) struct Ears {
    stop: CancellationToken,
    listening: JoinHandle<()>,
}

impl Rig {
    /// On a server without limits, for tests that are about something else.
    pub(super) fn new() -> Self {
        let settings = signalbox_testkit::telegram::TelegramSettings { limits: false, ..Default::default() };
        let fast = Pace { chat_per_second: 1000.0, group_per_minute: 60_000.0, all_per_second: 1000.0 };
        Self::with(settings, Mode::Polling, fast)
    }

    pub(super) fn with(settings: signalbox_testkit::telegram::TelegramSettings, mode: Mode, pace: Pace) -> Self {
        super::provide_crypto();
        let server = TelegramServer::start(settings).unwrap();
        let desk = Counter::new();
        let (ann, bob) = (server.user("Ann"), server.user("Bob"));
        desk.state().known.insert(ann.id().to_string());
        let telegram = Telegram::new(settings_for(&server, mode, pace), desk.clone()).unwrap();
        Self { desk, channel: telegram.channel(), telegram, ann, bob, server }
    }

    pub(super) fn listen(&self) -> Ears {
        let stop = CancellationToken::new();
        Ears { listening: tokio::spawn(self.telegram.clone().listen(stop.clone())), stop }
    }

    /// The same desk and server with a new adapter, as after a restart.
    pub(super) fn restart(&mut self) {
        let fast = Pace { chat_per_second: 1000.0, group_per_minute: 60_000.0, all_per_second: 1000.0 };
        self.telegram = Telegram::new(settings_for(&self.server, Mode::Polling, fast), self.desk.clone()).unwrap();
        self.channel = self.telegram.channel();
    }

    pub(super) async fn send(&self, chat: &Chat, card: Card) -> Result<Sent, SendError> {
        self.channel.send(&self.delivery(chat, card)).await
    }

    pub(super) fn delivery(&self, chat: &Chat, card: Card) -> Delivery {
        super::samples::delivery(&format!("telegram:{}", chat.id()), card)
    }

    /// Ann says something.
    pub(super) fn says(&self, chat: &Chat, text: &str) {
        self.ann.says(chat, text);
    }

    /// A message of a chat by the id that the channel gave.
    pub(super) fn message(&self, chat: &Chat, id: &str) -> Message {
        chat.message(id.parse().unwrap()).unwrap()
    }
}

impl Ears {
    /// Ends listening, which must not take long.
    pub(super) async fn close(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(3), self.listening).await.unwrap().unwrap();
    }
}

fn settings_for(server: &TelegramServer, mode: Mode, pace: Pace) -> TelegramSettings {
    TelegramSettings { token: server.token().into(), api_url: server.base_url(), mode, pace }
}
