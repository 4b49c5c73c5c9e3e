//! The bot as a whole.

use crate::calls::Application;
use crate::channels::{Channels, Setting, read};
use crate::endpoint::PublicKey;
use crate::error::{CallError, DiscordError};
use crate::hear::Me;
use crate::inbox::keep_sweeping;
use crate::lanes::Lanes;
use crate::rest::Rest;
use crate::send::Sender;
use crate::settings::{DiscordSettings, Mode};
use crate::snowflake::Snowflake;
use crate::wire::Interaction;
use crate::{endpoint, gateway, register};
use secrecy::SecretString;
use signalbox_core::desk::Desk;
use signalbox_core::port::Channel;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// For how long the right to listen is taken, in seconds.
const LISTENING: u64 = 30;
/// How often it is renewed.
const RENEWING: Duration = Duration::from_secs(10);
/// How often another node is asked whether it still listens.
const ASKING: Duration = Duration::from_secs(3);
/// The longest pause between tries to find out who we are.
const LONGEST: Duration = Duration::from_secs(60);

/// The Discord bot: a channel out, and a listener in.
#[derive(Clone)]
pub struct Discord {
    shared: Arc<Shared>,
}

/// What all parts of the bot have in common.
pub(crate) struct Shared {
    pub(crate) rest: Rest,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) channels: Channels,
    pub(crate) lanes: Lanes,
    pub(crate) token: SecretString,
    pub(crate) gateway: Option<String>,
    key: Option<PublicKey>,
    me: OnceLock<Me>,
}

impl Discord {
    /// Sets the bot up; nothing is sent yet.
    ///
    /// # Errors
    /// [`DiscordError`] when a setting makes no sense.
    pub fn new(settings: DiscordSettings, desk: Arc<dyn Desk>) -> Result<Self, DiscordError> {
        let key = match &settings.mode {
            Mode::Gateway => None,
            Mode::Http { public_key } => Some(PublicKey::read(public_key)?),
        };
        let (rest, gateway) = (Rest::new(&settings)?, settings.gateway()?);
        let (channels, lanes, token) = (Channels::default(), Lanes::new(), settings.token);
        let shared = Shared { rest, desk, channels, lanes, token, gateway, key, me: OnceLock::new() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The way out.
    pub fn channel(&self) -> Arc<dyn Channel> {
        Arc::new(Sender::new(self.shared.clone()))
    }

    /// `POST /hooks/discord`, where interactions come as signed requests.
    pub fn routes(&self) -> Option<axum::Router> {
        self.shared.key.map(|key| endpoint::routes(self.shared.clone(), key))
    }

    /// Listens until `stop`, as long as no other node does.
    pub async fn listen(self, stop: CancellationToken) {
        let Some(me) = self.learn_who_we_are(&stop).await else { return };
        let source = me.source();
        while !stop.is_cancelled() {
            if self.takes(&source).await {
                self.listen_while_ours(me, &stop).await;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(ASKING) => {}
            }
        }
        self.shared.lanes.close().await;
        if let Err(refusal) = self.shared.desk.hang_up(&source).await {
            tracing::warn!(error = %refusal, "the right to listen to Discord could not be given back");
        }
    }

    async fn listen_while_ours(&self, me: Me, stop: &CancellationToken) {
        let round = stop.child_token();
        let keep = self.keep(me, &round);
        let offer = self.offer_commands(me, &round);
        let sweeping = keep_sweeping(&self.shared, me, &round);
        let listening = async {
            match self.shared.key {
                Some(_) => round.cancelled().await,
                None => gateway::listen(&self.shared, me, &round).await,
            }
        };
        tokio::join!(keep, offer, sweeping, listening);
    }

    /// Renews the right to listen; ends the round when another node has it, or it cannot be renewed in time.
    async fn keep(&self, me: Me, round: &CancellationToken) {
        let mut renewed = Instant::now();
        while !round.is_cancelled() {
            tokio::select! {
                () = round.cancelled() => return,
                () = tokio::time::sleep(RENEWING) => {}
            }
            match self.shared.desk.listen(&me.source(), LISTENING).await {
                Ok(true) => renewed = Instant::now(),
                Err(_) if renewed.elapsed() + RENEWING < Duration::from_secs(LISTENING) => {}
                Ok(false) | Err(_) => {
                    tracing::warn!("the right to listen to Discord is lost");
                    round.cancel();
                }
            }
        }
    }

    async fn takes(&self, source: &str) -> bool {
        self.shared.desk.listen(source, LISTENING).await.unwrap_or_else(|refusal| {
            tracing::warn!(error = %refusal, "the right to listen to Discord could not be taken");
            false
        })
    }

    async fn offer_commands(&self, me: Me, stop: &CancellationToken) {
        let mut pause = Duration::from_secs(2);
        while !stop.is_cancelled() {
            match register::register(&self.shared.rest, me.application).await {
                Ok(changed) => return tracing::info!(changed, "Discord offers the commands"),
                Err(error) if !error.passes() => {
                    return tracing::warn!(error = %error, "Discord does not take the commands");
                }
                Err(error) => tracing::warn!(error = %error, "the commands cannot be registered now"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST),
            }
        }
    }

    async fn learn_who_we_are(&self, stop: &CancellationToken) -> Option<Me> {
        let mut pause = Duration::from_millis(500);
        loop {
            match self.shared.ask_who_we_are().await {
                Ok(me) => return Some(*self.shared.me.get_or_init(|| me)),
                Err(error) => tracing::warn!(error = %error, "Discord does not say who the bot is"),
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST),
            }
        }
    }
}

impl Shared {
    async fn ask_who_we_are(&self) -> Result<Me, CallError> {
        let Application { id, .. } = self.rest.application().await?;
        Ok(Me { application: id, bot: self.rest.me().await?.id })
    }

    /// Who we are, once that is known.
    pub(crate) fn known_me(&self) -> Option<Me> {
        self.me.get().copied()
    }

    /// What the channel of an interaction is to us. Where the bot is not in the server, the interaction itself says it.
    pub(crate) async fn setting_of(&self, interaction: &Interaction) -> Result<Setting, CallError> {
        let bot = self.known_me().map_or(interaction.application_id, |me| me.bot);
        let told =
            || interaction.channel.as_ref().map_or(Setting::Room { threads: false }, |channel| read(channel, bot));
        let Some(channel) = interaction.channel_id().filter(|_| interaction.guild_id.is_some()) else {
            return Ok(Setting::Direct);
        };
        match self.channels.setting(&self.rest, channel, bot).await {
            Err(error) if !error.passes() => Ok(told()),
            other => other,
        }
    }

    /// Shows that somebody was heard. Nobody waits for it.
    pub(crate) fn show_typing(self: &Arc<Self>, channel: Snowflake) {
        let shared = self.clone();
        self.lanes.beside(async move {
            if let Err(error) = shared.rest.typing(channel).await {
                tracing::debug!(channel = %channel, error = %error, "no sign could be given in {channel}");
            }
        });
    }
}
