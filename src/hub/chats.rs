//! The chats that are configured, and subscribers: what speaks to them, and what listens.

use super::hooks;
use crate::config::{Config, DiscordMode, TelegramMode};
use anyhow::Context as _;
use axum::Router;
use secrecy::ExposeSecret as _;
use signalbox_core::desk::Desk;
use signalbox_core::port::{Channel, Forge};
use signalbox_core::subscription::Receivers;
use signalbox_discord::{Discord, DiscordSettings};
use signalbox_github::{Credentials, GitHub, GitHubSettings, Remotes};
use signalbox_telegram::{Pace, Telegram, TelegramSettings};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The chats that are configured.
#[derive(Default)]
pub(super) struct Chats {
    telegram: Option<Telegram>,
    discord: Option<Discord>,
    github: Option<GitHub>,
    /// What tells subscribers.
    telling: Option<Arc<dyn Channel>>,
}

impl Chats {
    /// Makes ready what is configured; nothing is said or heard yet.
    ///
    /// # Errors
    /// When a token or an address makes no sense.
    pub(super) fn open(config: &Config, desk: &Arc<dyn Desk>, receivers: Arc<dyn Receivers>) -> anyhow::Result<Self> {
        let telegram = telegram_settings(config).map(|settings| Telegram::new(settings, desk.clone()));
        let discord = discord_settings(config).map(|settings| Discord::new(settings, desk.clone()));
        let github = github_settings(config).map(|settings| GitHub::new(&settings, desk.clone()));
        Ok(Self {
            telegram: telegram.transpose().context("Telegram cannot be used (section [telegram])")?,
            discord: discord.transpose().context("Discord cannot be used (section [discord])")?,
            github: github.transpose().context("GitHub cannot be used (section [github])")?,
            telling: Some(hooks::channel(config, receivers)?),
        })
    }

    /// What speaks to them.
    pub(super) fn channels(&self) -> Vec<Arc<dyn Channel>> {
        let telegram = self.telegram.iter().map(Telegram::channel);
        let discord = self.discord.iter().map(Discord::channel);
        let own = self.github.iter().map(GitHub::channel).chain(self.telling.clone());
        telegram.chain(discord).chain(own).collect()
    }

    /// The routes where updates are sent to us.
    pub(super) fn routes(&self) -> Router {
        let telegram = self.telegram.as_ref().and_then(Telegram::routes);
        let discord = self.discord.as_ref().and_then(Discord::routes);
        let github = self.github.as_ref().map(GitHub::routes);
        telegram.into_iter().chain(discord).chain(github).fold(Router::new(), Router::merge)
    }

    /// Listens until `stop`; what is returned is to be joined.
    pub(super) fn listen(self, stop: &CancellationToken) -> Vec<JoinHandle<()>> {
        let telegram = self.telegram.map(|telegram| tokio::spawn(telegram.listen(stop.clone())));
        let discord = self.discord.map(|discord| tokio::spawn(discord.listen(stop.clone())));
        let github = self.github.map(|github| tokio::spawn(github.listen(stop.clone())));
        telegram.into_iter().chain(discord).chain(github).collect()
    }
}

/// What opens repositories on GitHub, where it is configured.
///
/// # Errors
/// When a credential or an address makes no sense.
pub(super) fn forge(config: &Config) -> anyhow::Result<Option<Arc<dyn Forge>>> {
    let Some(settings) = github_settings(config) else { return Ok(None) };
    let remotes = Remotes::new(&settings).context("GitHub cannot be used (section [github])")?;
    Ok(Some(Arc::new(remotes)))
}

/// Telegram's settings, where it is configured.
pub(crate) fn telegram_settings(config: &Config) -> Option<TelegramSettings> {
    let section = &config.telegram;
    if section.token.expose_secret().is_empty() {
        return None;
    }
    let mode = match section.mode {
        TelegramMode::Polling => signalbox_telegram::Mode::Polling,
        TelegramMode::Webhook => signalbox_telegram::Mode::Webhook {
            public_url: section.webhook_url.clone(),
            secret: section.webhook_secret.clone(),
        },
    };
    let pace = Pace {
        chat_per_second: section.chat_per_second,
        group_per_minute: section.group_per_minute,
        all_per_second: section.all_per_second,
    };
    Some(TelegramSettings { token: section.token.clone(), api_url: section.api_url.clone(), mode, pace })
}

/// Discord's settings, where it is configured.
pub(crate) fn discord_settings(config: &Config) -> Option<DiscordSettings> {
    let section = &config.discord;
    if section.token.expose_secret().is_empty() {
        return None;
    }
    let mode = match section.mode {
        DiscordMode::Gateway => signalbox_discord::Mode::Gateway,
        DiscordMode::Http => signalbox_discord::Mode::Http { public_key: section.public_key.clone() },
    };
    Some(DiscordSettings {
        token: section.token.clone(),
        api_url: section.api_url.clone(),
        gateway_url: section.gateway_url.clone(),
        mode,
    })
}

/// GitHub's settings, where it is configured.
pub(crate) fn github_settings(config: &Config) -> Option<GitHubSettings> {
    let section = &config.github;
    if !section.is_on() {
        return None;
    }
    let credentials = match section.app_id.parse() {
        Ok(id) => Credentials::App { id, private_key: section.private_key.clone() },
        Err(_) => Credentials::Token(section.token.clone()),
    };
    Some(GitHubSettings {
        credentials,
        webhook_secret: section.webhook_secret.clone(),
        api_url: section.api_url.clone(),
        ca_file: super::given(&section.ca_file),
        name: section.name.clone(),
        label: section.label.clone(),
        repositories: section.repositories.clone(),
        pace: signalbox_github::Pace { per_minute: section.per_minute as usize, per_hour: section.per_hour as usize },
    })
}
