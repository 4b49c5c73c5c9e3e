//! The adapter as the hub holds it.

use crate::bot::Bot;
use crate::error::TelegramError;
use crate::listen::Listening;
use crate::pace::Pacer;
use crate::send::Outgoing;
use crate::settings::{Mode, TelegramSettings};
use crate::webhook::{self, Listener, Webhook};
use signalbox_core::desk::Desk;
use signalbox_core::port::Channel;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The adapter.
#[derive(Clone)]
pub struct Telegram {
    parts: Arc<Parts>,
}

struct Parts {
    bot: Bot,
    desk: Arc<dyn Desk>,
    source: String,
    mode: Mode,
    listener: Listener,
    channel: Arc<Outgoing>,
}

impl Telegram {
    /// Puts the adapter together; nothing is asked of Telegram yet.
    ///
    /// # Errors
    /// [`TelegramError`] when the settings cannot work.
    pub fn new(settings: TelegramSettings, desk: Arc<dyn Desk>) -> Result<Self, TelegramError> {
        settings.check_mode()?;
        let bot = Bot::new(&settings)?;
        let pacer = Pacer::new(settings.pace);
        let channel = Arc::new(Outgoing { bot: bot.clone(), desk: desk.clone(), pacer });
        let source = format!("{}:{}", crate::KIND, settings.bot_id()?);
        let listener = Listener::default();
        Ok(Self { parts: Arc::new(Parts { bot, desk, source, mode: settings.mode, listener, channel }) })
    }

    /// How cards get to Telegram.
    pub fn channel(&self) -> Arc<dyn Channel> {
        self.parts.channel.clone()
    }

    /// Where Telegram brings updates: `POST /hooks/telegram`. None where it is asked for them.
    pub fn routes(&self) -> Option<axum::Router> {
        let Mode::Webhook { secret, .. } = &self.parts.mode else { return None };
        Some(webhook::routes(Arc::new(Webhook {
            desk: self.parts.desk.clone(),
            source: self.parts.source.clone(),
            secret: secret.clone(),
            listener: self.parts.listener.clone(),
            turn: tokio::sync::Mutex::default(),
        })))
    }

    /// Takes in what people say and do, until it is stopped. What fails is tried again, ever more slowly.
    pub async fn listen(self, stop: CancellationToken) {
        let listening = Listening {
            bot: self.parts.bot.clone(),
            desk: self.parts.desk.clone(),
            channel: self.parts.channel.clone(),
            source: self.parts.source.clone(),
            mode: self.parts.mode.clone(),
            listener: self.parts.listener.clone(),
        };
        listening.run(stop).await;
    }
}
