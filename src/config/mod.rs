//! The configuration: one commented default, a file, then the environment. Unknown keys are errors, and all faults are
//! reported at once.

mod layers;
mod providers;
mod value;

#[cfg(test)]
mod tests;

pub(crate) use layers::DEFAULT;
pub(crate) use providers::{FactorBy, ProviderSection};
pub(crate) use value::{Bytes, Span};

use secrecy::SecretString;
use serde::Deserialize;
use signalbox_core::address::Reach;
use signalbox_core::money::PriceTable;
use signalbox_web::PublicUrl;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The configuration, as typed values. `config/default.toml` says what each key means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) hub: HubSection,
    pub(crate) database: DatabaseSection,
    pub(crate) redis: RedisSection,
    pub(crate) web: WebSection,
    pub(crate) openid: BTreeMap<String, ProviderSection>,
    pub(crate) telegram: TelegramSection,
    pub(crate) discord: DiscordSection,
    pub(crate) github: GitHubSection,
    pub(crate) model: ModelSection,
    pub(crate) approval: ApprovalSection,
    pub(crate) queue: QueueSection,
    pub(crate) limits: LimitsSection,
    pub(crate) sandbox: SandboxSection,
    pub(crate) git: GitSection,
    pub(crate) webhooks: WebhooksSection,
    pub(crate) retention: RetentionSection,
    pub(crate) log: LogSection,
}

macro_rules! section {
    ($name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $(pub(crate) $field: $type),*
        }
    };
}

section!(HubSection { home: PathBuf, name: String });
section!(DatabaseSection { url: SecretString, blobs: PathBuf });
section!(RedisSection { url: SecretString });
section!(WebSection {
    listen: String,
    public_url: String,
    trusted_proxies: Vec<String>,
    requests_per_minute: u32,
    connections: u32,
    connections_per_address: u32,
    patience: Span,
    metrics_token: SecretString,
    tls: TlsSection,
});
section!(TlsSection { certificate: PathBuf, key: PathBuf });
section!(TelegramSection {
    token: SecretString,
    api_url: String,
    mode: TelegramMode,
    webhook_url: String,
    webhook_secret: SecretString,
    chat_per_second: f64,
    group_per_minute: f64,
    all_per_second: f64,
});
section!(DiscordSection {
    token: SecretString,
    api_url: String,
    gateway_url: String,
    mode: DiscordMode,
    public_key: String,
});
section!(GitHubSection {
    app_id: String,
    private_key: SecretString,
    token: SecretString,
    webhook_secret: SecretString,
    api_url: String,
    ca_file: PathBuf,
    name: String,
    label: String,
    repositories: Vec<String>,
    per_minute: u32,
    per_hour: u32,
});
section!(ModelSection {
    base_url: String,
    api_key: SecretString,
    oauth_token: SecretString,
    default: String,
    allowed: Vec<String>,
    prices: PriceTable,
});
section!(ApprovalSection { hold: Span, expires: Span });
section!(QueueSection { concurrency: u32, per_project: u32, lease: Span, poll: Span, retries: u32 });
section!(LimitsSection { time: Span, budget_usd: f64, turns: u32, prompt: Bytes, silence: Span });
section!(SandboxSection {
    docker: String,
    image: String,
    runtime: String,
    memory: Bytes,
    cpus: f64,
    pids: u32,
    log: Bytes,
    disk: Bytes,
    warm: u32,
    keep: Span,
});
section!(GitSection {
    program: String,
    private_addresses: bool,
    ca_file: PathBuf,
    author_name: String,
    author_email: String,
    author: CommitAuthor,
    co_author: String,
    signing_key: SecretString,
});
section!(WebhooksSection { networks: Vec<String>, patience: Span });
section!(RetentionSection { tasks: Span, messages: Span });
section!(LogSection { level: String, format: LogFormat });

/// Who is named as author of the commits that leave the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CommitAuthor {
    /// The hub.
    Hub,
    /// Who asked for the task.
    Requester,
}

/// How Telegram's updates come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TelegramMode {
    /// We ask for them.
    Polling,
    /// They are sent to us.
    Webhook,
}

/// How Discord's events come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DiscordMode {
    /// Over a connection that is kept.
    Gateway,
    /// As signed requests.
    Http,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The configuration is not sound. Every fault is a line of its own.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has {} to mend:\n{}", count(.0), .0.iter().map(|f| format!("  - {f}")).collect::<Vec<_>>().join("\n"))]
pub(crate) struct ConfigFaults(pub(crate) Vec<String>);

fn count(faults: &[String]) -> String {
    if faults.len() == 1 { "one fault".to_owned() } else { format!("{} faults", faults.len()) }
}

impl Config {
    /// Reads the file, if one is given or lies in the home, and the environment.
    ///
    /// # Errors
    /// All that is wrong, at once, each with how to mend it.
    pub(crate) fn load(file: Option<&Path>, environment: &BTreeMap<String, String>) -> Result<Self, ConfigFaults> {
        let home = environment.get("SIGNALBOX_HOME").map(PathBuf::from);
        let given = file.map(Path::to_owned).or_else(|| environment.get("SIGNALBOX_CONFIG").map(PathBuf::from));
        let lying = || default_home(home.as_deref(), environment).join("config.toml");
        let text = match &given {
            Some(path) => Some((path.clone(), std::fs::read_to_string(path))),
            None => {
                Some(lying()).filter(|path| path.exists()).map(|path| (path.clone(), std::fs::read_to_string(path)))
            }
        };
        let mut unreadable = Vec::new();
        let read = text.and_then(|(path, text)| match text {
            Ok(text) => Some((path.display().to_string(), text)),
            Err(error) => {
                unreadable.push(format!("{} cannot be read: {error}", path.display()));
                None
            }
        });
        let mut layers = layers::merge(read.as_ref().map(|(name, text)| (name.as_str(), text.as_str())), environment);
        layers.faults.splice(0..0, unreadable);
        Self::from_layers(layers, home, environment)
    }

    fn from_layers(
        layers: layers::Layers,
        home: Option<PathBuf>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigFaults> {
        let mut faults = layers.faults;
        let parsed = Self::deserialize(layers.merged);
        match parsed {
            Ok(mut config) => {
                config.hub.home = home.unwrap_or_else(|| expand(&config.hub.home, environment));
                faults.extend(config.contradictions());
                if faults.is_empty() { Ok(config) } else { Err(ConfigFaults(faults)) }
            }
            Err(error) => {
                faults.push(error.to_string().trim_end().replace('\n', " "));
                Err(ConfigFaults(faults))
            }
        }
    }

    /// What is wrong although each value by itself is of the right type.
    fn contradictions(&self) -> Vec<String> {
        use secrecy::ExposeSecret as _;
        let set = |secret: &SecretString| !secret.expose_secret().is_empty();
        let mut faults = Vec::new();
        let mut check = |wrong: bool, fault: &str| {
            if wrong {
                faults.push(fault.to_owned());
            }
        };
        check(
            set(&self.model.api_key) && set(&self.model.oauth_token),
            "set model.api_key or model.oauth_token, not both",
        );
        check(
            !self.hub.home.is_absolute(),
            "hub.home (SIGNALBOX_HOME) must be an absolute path: Docker mounts from it",
        );
        check(self.queue.concurrency == 0, "queue.concurrency must be at least 1");
        check(self.queue.per_project == 0, "queue.per_project must be at least 1");
        check(self.queue.lease.0.as_secs() < 3, "queue.lease must be at least 3s");
        check(self.queue.poll.0.is_zero(), "queue.poll must be more than 0s");
        check(self.sandbox.image.is_empty(), "sandbox.image must name an image");
        check(self.sandbox.cpus <= 0.0, "sandbox.cpus must be more than 0");
        check(self.limits.budget_usd < 0.0, "limits.budget_usd must not be below 0");
        check(
            !self.web.listen.is_empty() && self.web.listen.parse::<std::net::SocketAddr>().is_err(),
            "web.listen must be an address with a port, e.g. 127.0.0.1:8080",
        );
        let web = &self.web;
        check(web.connections == 0, "web.connections must be at least 1");
        check(web.connections_per_address == 0, "web.connections_per_address must be at least 1");
        let given = |path: &Path| !path.as_os_str().is_empty();
        check(
            given(&web.tls.certificate) != given(&web.tls.key),
            "web.tls.certificate and web.tls.key belong together: set both, or neither",
        );
        check(web.patience.0.is_zero(), "web.patience must be more than 0s");
        check(
            (1..16).contains(&web.metrics_token.expose_secret().len()),
            "web.metrics_token must have at least 16 characters, as `openssl rand -hex 32` makes them",
        );
        if let Err(bad) = Reach::with(self.web.trusted_proxies.iter().map(String::as_str)) {
            check(true, &format!("web.trusted_proxies: {bad}"));
        }
        if let Err(bad) = PublicUrl::parse(&self.web.public_url) {
            check(!self.web.public_url.is_empty(), &bad.to_string());
        }
        let sound_url = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        check(!sound_url(&self.model.base_url), "model.base_url must begin with https:// (or http://)");
        let database = self.database.url.expose_secret();
        check(
            !database.is_empty() && !database.starts_with("sqlite://") && !database.starts_with("mysql://"),
            "database.url must begin with sqlite:// or mysql://",
        );
        let redis = self.redis.url.expose_secret();
        check(!redis.is_empty() && !redis.starts_with("redis://"), "redis.url must begin with redis://");
        let co_author = self.git.co_author.trim();
        check(
            !co_author.is_empty() && (!co_author.contains('<') || !co_author.ends_with('>')),
            "git.co_author must look like `Name <name@example.org>`",
        );
        let key = self.git.signing_key.expose_secret();
        check(
            !key.is_empty() && !key.contains("PRIVATE KEY"),
            "git.signing_key must be a private key as ssh-keygen writes it (set SIGNALBOX_GIT_SIGNING_KEY_FILE to its file)",
        );
        if let Err(bad) = Reach::with(self.webhooks.networks.iter().map(String::as_str)) {
            check(true, &format!("webhooks.networks: {bad}"));
        }
        check(self.webhooks.patience.0.is_zero(), "webhooks.patience must be more than 0s");
        faults.extend(providers::contradictions(self));
        faults.extend(self.chat_contradictions());
        faults.extend(self.github_contradictions());
        faults
    }

    /// The same for the chats.
    fn chat_contradictions(&self) -> Vec<String> {
        use secrecy::ExposeSecret as _;
        let (telegram, discord) = (&self.telegram, &self.discord);
        let on = |token: &SecretString| !token.expose_secret().is_empty();
        let mut faults = Vec::new();
        let mut check = |wrong: bool, fault: &str| {
            if wrong {
                faults.push(fault.to_owned());
            }
        };
        let sound_url = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        check(!sound_url(&telegram.api_url), "telegram.api_url must begin with https:// (or http://)");
        check(!sound_url(&discord.api_url), "discord.api_url must begin with https:// (or http://)");
        let token = telegram.token.expose_secret();
        let id = token.split(':').next().unwrap_or_default();
        let sound_token = token.contains(':') && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        check(on(&telegram.token) && !sound_token, "telegram.token must look like 123456:ABC…, as @BotFather gives it");
        let hooked = on(&telegram.token) && telegram.mode == TelegramMode::Webhook;
        check(hooked && !sound_url(&telegram.webhook_url), "telegram.mode \"webhook\" needs telegram.webhook_url");
        let secret = telegram.webhook_secret.expose_secret();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let sound_secret = (16..=256).contains(&secret.len()) && secret.bytes().all(allowed);
        check(
            hooked && !sound_secret,
            "telegram.mode \"webhook\" needs telegram.webhook_secret: 16 to 256 letters, digits, `_` and `-`, as \
             `openssl rand -hex 32` makes them",
        );
        let interactions = on(&discord.token) && discord.mode == DiscordMode::Http;
        check((hooked || interactions) && self.web.listen.is_empty(), "what is sent to the hub needs web.listen");
        let key = &discord.public_key;
        let sound_key = key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        check(interactions && !sound_key, "discord.mode \"http\" needs discord.public_key: 64 hexadecimal digits");
        let gateway = &discord.gateway_url;
        let sound_gateway = gateway.is_empty() || gateway.starts_with("wss://") || gateway.starts_with("ws://");
        check(!sound_gateway, "discord.gateway_url must begin with wss:// (or ws://)");
        let paces = [telegram.chat_per_second, telegram.group_per_minute, telegram.all_per_second];
        check(paces.iter().any(|pace| *pace <= 0.0), "telegram's limits must be more than 0");
        faults
    }

    /// The same for GitHub.
    fn github_contradictions(&self) -> Vec<String> {
        use secrecy::ExposeSecret as _;
        let github = &self.github;
        let set = |secret: &SecretString| !secret.expose_secret().is_empty();
        let mut faults = Vec::new();
        let mut check = |wrong: bool, fault: &str| {
            if wrong {
                faults.push(fault.to_owned());
            }
        };
        let is_app = !github.app_id.is_empty();
        let sound_url = github.api_url.starts_with("https://") || github.api_url.starts_with("http://");
        check(!sound_url, "github.api_url must begin with https:// (or http://)");
        check(is_app && set(&github.token), "set github.app_id or github.token, not both");
        check(is_app && github.app_id.parse::<u64>().is_err(), "github.app_id must be a number in quotes");
        check(is_app && !set(&github.private_key), "github.app_id needs github.private_key");
        check(set(&github.token) && github.name.is_empty(), "github.token needs github.name, the login of its account");
        check(
            github.is_on() && github.webhook_secret.expose_secret().len() < signalbox_github::SHORTEST_SECRET,
            "GitHub needs github.webhook_secret: at least 16 characters, as `openssl rand -hex 32` makes them; set the same \
             where GitHub's webhook is configured",
        );
        check(github.is_on() && self.web.listen.is_empty(), "GitHub sends to the hub, which needs web.listen");
        check(github.per_minute == 0 || github.per_hour == 0, "github's limits must be more than 0");
        faults
    }
}

impl GitHubSection {
    /// Whether it is configured.
    pub(crate) fn is_on(&self) -> bool {
        use secrecy::ExposeSecret as _;
        !self.app_id.is_empty() || !self.token.expose_secret().is_empty()
    }
}

fn default_home(home: Option<&Path>, environment: &BTreeMap<String, String>) -> PathBuf {
    home.map_or_else(|| expand(Path::new("~/.signalbox"), environment), Path::to_owned)
}

fn expand(path: &Path, environment: &BTreeMap<String, String>) -> PathBuf {
    match (path.strip_prefix("~"), environment.get("HOME")) {
        (Ok(rest), Some(home)) => Path::new(home).join(rest),
        _ => path.to_owned(),
    }
}
