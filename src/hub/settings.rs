//! The configuration as the engine wants it.

use super::given;
use crate::config::{CommitAuthor, Config, FactorBy};
use secrecy::ExposeSecret as _;
use signalbox_core::address::Reach;
use signalbox_core::id::NodeId;
use signalbox_core::money::MicroUsd;
use signalbox_core::task::Limits;
use signalbox_engine::git::Person;
use signalbox_engine::openid::{ProviderSettings, SecondFactor};
use signalbox_engine::sandbox::SandboxSettings;
use signalbox_engine::settings::{
    ApprovalSettings, Author, CommitSettings, EngineSettings, QueueSettings, RetentionSettings, RunSettings,
    WebhookSettings,
};
use signalbox_web::{CertificateFiles, Patience, PublicUrl, WebSettings};
use std::time::Duration;

/// Room for temporary files in a sandbox, and for the home of its user, in bytes.
const TMPFS: u64 = 512 << 20;
/// The largest result that is fetched out of a sandbox, in bytes; what git takes in is limited likewise.
const BUNDLE: u64 = 512 << 20;

pub(super) fn engine(config: &Config, ad_hoc: bool) -> EngineSettings {
    let redis = config.redis.url.clone();
    EngineSettings {
        home: config.hub.home.clone(),
        image: config.sandbox.image.clone(),
        queue: QueueSettings {
            concurrency: config.queue.concurrency as usize,
            per_project: u64::from(config.queue.per_project),
            lease: config.queue.lease.0,
            poll: config.queue.poll.0,
            retries: config.queue.retries,
        },
        approval: ApprovalSettings { hold: config.approval.hold.0, expires: config.approval.expires.0 },
        run: run(config, ad_hoc),
        commits: commits(config),
        redis: (!redis.expose_secret().is_empty()).then_some(redis),
        retention: RetentionSettings { tasks: config.retention.tasks.0, messages: config.retention.messages.0 },
        webhooks: WebhookSettings { reach: reach(config), patience: config.webhooks.patience.0 },
        providers: providers(config),
    }
}

/// The providers by which people may sign in.
pub(crate) fn providers(config: &Config) -> Vec<ProviderSettings> {
    let all = config.openid.iter().map(|(name, own)| ProviderSettings {
        name: name.clone(),
        label: own.label.trim().to_owned(),
        issuer: own.issuer.clone(),
        client_id: own.client_id.clone(),
        client_secret: own.client_secret.clone(),
        scopes: own.scopes.clone(),
        second_factor: match own.second_factor {
            FactorBy::Ours => SecondFactor::Ours,
            FactorBy::Theirs => SecondFactor::Theirs,
        },
        ca_file: given(&own.ca_file),
    });
    all.collect()
}

/// Whom subscriptions may tell. What is no network was refused with the configuration.
pub(super) fn reach(config: &Config) -> Reach {
    Reach::with(config.webhooks.networks.iter().map(String::as_str)).unwrap_or_default()
}

/// Where the web side stands. What makes no sense was refused with the configuration.
pub(super) fn web(config: &Config) -> WebSettings {
    WebSettings {
        public_url: PublicUrl::parse(&config.web.public_url).ok(),
        trusted_proxies: Reach::with(config.web.trusted_proxies.iter().map(String::as_str)).unwrap_or_default(),
        requests_per_minute: config.web.requests_per_minute,
        patience: Patience {
            connections: config.web.connections,
            connections_per_address: config.web.connections_per_address,
            head: config.web.patience.0,
        },
        tls: certificate(config),
        metrics_token: Some(config.web.metrics_token.clone()).filter(|token| !token.expose_secret().is_empty()),
    }
}

/// Where the certificate lies that browsers are shown; none where a proxy shows one.
pub(crate) fn certificate(config: &Config) -> Option<CertificateFiles> {
    let tls = &config.web.tls;
    let files = CertificateFiles { certificate: tls.certificate.clone(), key: tls.key.clone() };
    Some(files).filter(|files| !files.certificate.as_os_str().is_empty())
}

fn run(config: &Config, ad_hoc: bool) -> RunSettings {
    let limits = &config.limits;
    RunSettings {
        limits: Limits {
            budget: (limits.budget_usd > 0.0).then(|| MicroUsd::from_dollars(limits.budget_usd)),
            seconds: Some(limits.time.0.as_secs()).filter(|seconds| *seconds > 0),
            turns: Some(limits.turns).filter(|turns| *turns > 0),
        },
        prompt_bytes: limits.prompt.0,
        silence: limits.silence.0,
        model: Some(config.model.default.clone()).filter(|model| !model.is_empty()),
        models: config.model.allowed.clone(),
        warm: if ad_hoc { 0 } else { config.sandbox.warm as usize },
        keep: if ad_hoc { Duration::ZERO } else { config.sandbox.keep.0 },
    }
}

fn commits(config: &Config) -> CommitSettings {
    let own = &config.git;
    CommitSettings {
        author: match own.author {
            CommitAuthor::Hub => Author::Hub,
            CommitAuthor::Requester => Author::Requester,
        },
        hub: Person::new(&own.author_name, &own.author_email),
        co_author: person(&own.co_author),
        signing_key: Some(own.signing_key.clone()).filter(|key| !key.expose_secret().is_empty()),
    }
}

/// `Name <address>`; none where it is not that.
fn person(text: &str) -> Option<Person> {
    let (name, email) = text.trim().strip_suffix('>')?.split_once('<')?;
    Some(Person::new(name, email))
}

pub(super) fn sandbox(config: &Config, node: &NodeId) -> SandboxSettings {
    let own = &config.sandbox;
    SandboxSettings {
        docker: Some(own.docker.clone()).filter(|docker| !docker.is_empty()),
        home: config.hub.home.clone(),
        hub: format!("{}-{node}", config.hub.name),
        runtime: Some(own.runtime.clone()).filter(|runtime| !runtime.is_empty()),
        memory_bytes: own.memory.0,
        nano_cpus: (own.cpus * 1e9) as u64,
        pids: own.pids,
        log_max_bytes: own.log.0,
        tmp_bytes: TMPFS,
        home_bytes: TMPFS,
        disk_limit_bytes: Some(own.disk.0).filter(|bytes| *bytes > 0),
        bundle_max_bytes: BUNDLE,
    }
}
