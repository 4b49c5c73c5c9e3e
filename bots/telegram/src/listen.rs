//! Listening: one node at a time has the right to, sets the bot up and takes in what people say, until it is stopped or loses
//! that right. Whatever fails is tried again, ever more slowly.

use crate::act::Actor;
use crate::bot::Bot;
use crate::commands;
use crate::fault::Fault;
use crate::handle::Handler;
use crate::hear::Us;
use crate::poll::{Poll, WANTED, back_off};
use crate::send::Outgoing;
use crate::settings::Mode;
use crate::webhook::Listener;
use crate::wire::Me;
use secrecy::ExposeSecret;
use signalbox_core::desk::Desk;
use std::sync::Arc;
use std::time::{Duration, Instant};
use teloxide_core::payloads::{DeleteWebhook, GetMe, SetWebhook, SetWebhookSetters};
use tokio_util::sync::CancellationToken;

/// For how long the right to listen is taken.
const RIGHT: u64 = 30;
/// How often it is taken anew.
const RENEWAL: Duration = Duration::from_secs(10);
/// How often it is asked for while another node has it.
const WAITING: Duration = Duration::from_secs(3);
/// How often the desk is asked for what was left over.
const SWEEP: Duration = Duration::from_secs(3);
/// How long what is being done may take at the end.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Listens to Telegram.
pub(crate) struct Listening {
    pub(crate) bot: Bot,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) channel: Arc<Outgoing>,
    pub(crate) source: String,
    pub(crate) mode: Mode,
    pub(crate) listener: Listener,
}

impl Listening {
    /// Listens until the end.
    pub(crate) async fn run(self, stop: CancellationToken) {
        while self.take_the_right(&stop).await {
            let held = stop.child_token();
            let keeping = self.keep_the_right(&held);
            let listening = self.while_held(&held);
            tokio::join!(keeping, async {
                listening.await;
                held.cancel();
            });
        }
        if let Err(refusal) = self.desk.hang_up(&self.source).await {
            tracing::info!(%refusal, "another node can listen to Telegram a little later");
        }
    }

    /// Waits for the right to listen; false at the end.
    async fn take_the_right(&self, stop: &CancellationToken) -> bool {
        while !stop.is_cancelled() {
            match self.desk.listen(&self.source, RIGHT).await {
                Ok(true) => return true,
                Ok(false) => {}
                Err(refusal) => tracing::warn!(%refusal, "the right to listen to Telegram could not be taken"),
            }
            pause(WAITING, stop).await;
        }
        false
    }

    /// Keeps it; ends when it is lost, and what depends on it with it.
    async fn keep_the_right(&self, held: &CancellationToken) {
        let mut until = Instant::now() + Duration::from_secs(RIGHT);
        while pause(RENEWAL, held).await {
            let asked = Instant::now();
            match self.desk.listen(&self.source, RIGHT).await {
                Ok(true) => until = asked + Duration::from_secs(RIGHT),
                Ok(false) => break,
                Err(refusal) => tracing::warn!(%refusal, "the right to listen to Telegram could not be kept"),
            }
            if Instant::now() + RENEWAL > until {
                break;
            }
        }
        if !held.is_cancelled() {
            tracing::warn!("another node may listen to Telegram now");
            held.cancel();
        }
    }

    async fn while_held(&self, held: &CancellationToken) {
        let Some(us) = self.prepare(held).await else { return };
        tracing::info!(bot = us.name, "listening to Telegram");
        let (desk, channel) = (self.desk.clone(), self.channel.clone());
        let (bot, signs, source) = (self.bot.clone(), Arc::default(), self.source.clone());
        let actor = Actor { bot, desk, channel, signs, source };
        let handler = Handler::new(actor, us, held.clone());
        self.listener.set(Some(handler.clone()));
        tokio::join!(handler.sweep(SWEEP), self.take_in(&handler, held));
        self.listener.set(None);
        handler.finish(LAST_WORDS).await;
    }

    async fn take_in(&self, handler: &Handler, held: &CancellationToken) {
        match self.mode {
            Mode::Polling => {
                let (bot, desk) = (self.bot.clone(), self.desk.clone());
                Poll { bot, desk, source: self.source.clone(), handler: handler.clone() }.run(held).await;
            }
            Mode::Webhook { .. } => held.cancelled().await,
        }
    }

    /// Sets the bot up; none at the end.
    async fn prepare(&self, held: &CancellationToken) -> Option<Us> {
        let mut failures = 0;
        loop {
            let fault = tokio::select! {
                () = held.cancelled() => return None,
                outcome = self.set_up() => match outcome {
                    Ok(us) => return Some(us),
                    Err(fault) => fault,
                },
            };
            failures += 1;
            tracing::warn!(%fault, failures, "Telegram cannot be listened to yet");
            let wait = match fault {
                Fault::Wait(wait) => wait,
                _ => back_off(failures),
            };
            if !pause(wait, held).await {
                return None;
            }
        }
    }

    async fn set_up(&self) -> Result<Us, Fault> {
        let me: Me = self.bot.call(&GetMe::new()).await?;
        match &self.mode {
            Mode::Polling => {
                self.bot.call::<_, bool>(&DeleteWebhook::new()).await?;
            }
            Mode::Webhook { public_url, secret } => {
                let url = public_url.parse().map_err(|_| Fault::Network("the webhook's address is none"))?;
                let webhook = SetWebhook::new(url).allowed_updates(WANTED).secret_token(secret.expose_secret());
                self.bot.call::<_, bool>(&webhook).await?;
            }
        }
        if let Err(fault) = commands::register(&self.bot).await {
            tracing::warn!(%fault, "Telegram does not offer the commands");
        }
        Ok(Us { id: me.id, name: me.username, source: self.source.clone() })
    }
}

/// Waits; false when the end came first.
async fn pause(span: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(span) => true,
    }
}
