//! A running hub, put together from the configuration: home and its lock, store, gateway, Docker, engine, and the two
//! listeners. `signalbox serve` and an ad-hoc `signalbox run` start the very same.

mod chats;
mod home;
mod hooks;
mod keys;
mod settings;

pub(crate) use chats::{discord_settings, github_settings, telegram_settings};
pub(crate) use home::{Home, HomeError, make_home, socket_in};
pub(crate) use keys::rotate as rotate_key;
pub(crate) use settings::{certificate, providers};

use crate::config::Config;
use anyhow::Context as _;
use chats::Chats;
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::account::Invitation;
use signalbox_core::desk::Desk;
use signalbox_core::id::NodeId;
use signalbox_core::port::Channel;
use signalbox_core::subscription::Receivers;
use signalbox_engine::engine::{Components, Engine, Roles, StartError};
use signalbox_engine::gateway::{ConnectRules, Credential, Gateway, GatewaySettings, Limits, Upstream};
use signalbox_engine::git::{Git, GitSettings};
use signalbox_engine::sandbox::{SandboxError, Sandboxes};
use signalbox_engine::store::{MasterKey, Store, StoreSettings};
use signalbox_testkit::{ScriptedModel, Settings as ModelSettings};
use signalbox_web::{About, App, TerminalPlaces, WebPlaces, serve_local, serve_tcp};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How a hub is started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HubOptions {
    /// Answer on the TCP address too.
    pub(crate) serve_web: bool,
    /// Listen to chats, and speak there.
    pub(crate) chat: bool,
    /// Which halves of the engine run here.
    pub(crate) roles: Roles,
    /// For one command only: nothing is kept ready for tasks to come.
    pub(crate) ad_hoc: bool,
}

/// The hub could not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HubStartError {
    /// Another hub has this home.
    #[error("another hub is using {0}; speak to it, or choose another SIGNALBOX_HOME")]
    HomeBusy(PathBuf),
    /// Something that the hub needs is not there.
    #[error(transparent)]
    NotReady(#[from] anyhow::Error),
}

/// Why the audit log cannot be written, where the key of its seals does not open.
const ONE_KEY: &str = "the audit log cannot be written: give this hub the master key that the database was begun with \
     (SIGNALBOX_MASTER_KEY_FILE names it); hubs on one database need the same";

/// A running hub.
pub(crate) struct RunningHub {
    engine: Engine,
    stop: CancellationToken,
    listeners: Vec<JoinHandle<()>>,
    model: Option<ScriptedModel>,
    socket: PathBuf,
    web: Option<SocketAddr>,
    first_code: Option<Invitation>,
    /// Held until the hub has stopped.
    home: Home,
}

impl RunningHub {
    /// The local socket.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// The TCP address, if it answers on one.
    pub(crate) fn web(&self) -> Option<SocketAddr> {
        self.web
    }

    /// The one-time code that makes the first admin, while no admin can sign in.
    pub(crate) fn first_code(&self) -> Option<&Invitation> {
        self.first_code.as_ref()
    }

    /// The hub's name as a holder of leases and of containers.
    pub(crate) fn node(&self) -> &NodeId {
        self.home.node()
    }

    /// The hub itself, for whoever is in the same process.
    pub(crate) fn front(&self) -> Arc<dyn signalbox_core::port::Hub> {
        self.engine.hub()
    }

    /// Whether a scripted model stands in for the real one.
    pub(crate) fn rehearsal(&self) -> bool {
        self.model.is_some()
    }

    /// Stops everything in order. Running sandboxes live on.
    ///
    /// # Errors
    /// When the socket's file cannot be removed.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        for listener in self.listeners {
            listener.await.context("a listener died")?;
        }
        self.engine.stop().await;
        if let Some(model) = self.model {
            model.stop().await;
        }
        match std::fs::remove_file(&self.socket) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).context("the local socket stays behind")
            }
            _ => Ok(()),
        }
    }
}

/// Starts a hub.
///
/// # Errors
/// [`HubStartError::HomeBusy`] when another hub has the home; else what is missing and how to mend it.
pub(crate) async fn start(config: Config, options: HubOptions) -> Result<RunningHub, HubStartError> {
    let home = Home::take(&config.hub.home).map_err(|error| match error {
        HomeError::Busy(path) => HubStartError::HomeBusy(path),
        error => HubStartError::NotReady(error.into()),
    })?;
    let store = open_store(&config, &home).await?;
    store.migrate().await.context("the database could not be brought up to date")?;
    // Whoever speaks over the local socket acts as this person.
    store.operator(signalbox_engine::fresh::now()).await.context("the operator's account could not be made")?;
    store.prepare_audit().await.context(ONE_KEY)?;
    let (upstream, model) = upstream(&config)?;
    let gateway = Gateway::new(GatewaySettings {
        upstream,
        prices: config.model.prices.clone(),
        limits: Limits::default(),
        connect: ConnectRules::default(),
    })
    .context("the gateway could not be made")?;
    let sandboxes = connect_docker(&config, home.node()).await.context("Docker cannot be used")?;
    let git = Git::new(git_settings(&config)).context("git cannot be used")?;
    let terminals = TerminalPlaces::default();
    let components = Components {
        settings: settings::engine(&config, options.ad_hoc),
        node: home.node().clone(),
        store,
        git,
        gateway,
        sandboxes,
        token_key: home.token_key(),
        forge: chats::forge(&config)?,
    };
    let mut chats = Ok(Chats::default());
    let channels = |desk: Arc<dyn Desk>, receivers: Arc<dyn Receivers>| {
        if options.chat {
            chats = Chats::open(&config, &desk, receivers);
        }
        let own: [Arc<dyn Channel>; 2] = [Arc::new(terminals.clone()), Arc::new(WebPlaces)];
        own.into_iter().chain(chats.iter().flat_map(Chats::channels)).collect()
    };
    let engine = Engine::start(components, channels, options.roles).await.map_err(start_failed)?;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let about = About { version, rehearsal: model.is_some(), ad_hoc: options.ad_hoc };
    let (hub, accounts, web) = (engine.hub(), engine.accounts(), Arc::new(settings::web(&config)));
    let app = App { about, hub, accounts, web, terminals, metrics: metrics_renderer() };
    listen(&config, options, app, Started { engine, chats, model, home }).await
}

struct Started {
    engine: Engine,
    chats: anyhow::Result<Chats>,
    model: Option<ScriptedModel>,
    home: Home,
}

async fn listen(
    config: &Config,
    options: HubOptions,
    app: App,
    Started { engine, chats, model, home }: Started,
) -> Result<RunningHub, HubStartError> {
    let stop = CancellationToken::new();
    let socket = home.socket();
    let bound = async {
        let chats = chats?;
        let mut listeners = Vec::new();
        let (mut web, mut first_code) = (None, None);
        let accounts = app.accounts.clone();
        if options.serve_web && !config.web.listen.is_empty() {
            let (hooks, listening) = hooks::open(engine.desk(), engine.hook_desk(), stop.clone()).await;
            listeners.push(listening);
            let routes = chats.routes().merge(hooks);
            let (address, serving) = serve_tcp(listen_address(config)?, app.clone(), routes, stop.clone()).await?;
            listeners.push(serving);
            web = Some(address);
            first_code = accounts.first_code().await?;
        }
        // Last: whoever finds the hub on its own socket finds it on the network, too.
        listeners.push(serve_local(&socket, app, stop.clone()).await?);
        if options.roles.work && !options.ad_hoc {
            listeners.push(engine.keep_time(stop.clone()));
        }
        listeners.extend(chats.listen(&stop));
        anyhow::Ok((listeners, web, first_code))
    };
    match bound.await {
        Ok((listeners, web, first_code)) => {
            Ok(RunningHub { engine, stop, listeners, model, socket, web, first_code, home })
        }
        Err(error) => {
            stop.cancel();
            engine.stop().await;
            Err(HubStartError::NotReady(error))
        }
    }
}

fn listen_address(config: &Config) -> anyhow::Result<SocketAddr> {
    config.web.listen.parse().with_context(|| format!("web.listen ({}) is no address with a port", config.web.listen))
}

/// Opens the store without migrating it.
///
/// # Errors
/// When the database does not answer, or the master key cannot be used.
pub(crate) async fn open_store(config: &Config, home: &Home) -> anyhow::Result<Store> {
    open_store_with(config, home, keys::load(home)?).await
}

async fn open_store_with(config: &Config, home: &Home, master_key: MasterKey) -> anyhow::Result<Store> {
    let given = config.database.url.expose_secret();
    let url = if given.is_empty() {
        format!("sqlite://{}", home.path().join("signalbox.db").display())
    } else {
        given.to_owned()
    };
    let own = &config.database.blobs;
    let blobs = if own.as_os_str().is_empty() { home.path().join("blobs") } else { own.clone() };
    let settings = StoreSettings { url: SecretString::from(url), blobs, master_key };
    Store::open(settings).await.context("the database cannot be opened (database.url)")
}

/// Brings the database up to date, and says which step of the schema it is at.
///
/// # Errors
/// When a hub is using the home, or the database does not answer.
pub(crate) async fn migrate(config: &Config) -> anyhow::Result<i64> {
    let home = Home::take(&config.hub.home)?;
    let store = open_store(config, &home).await?;
    store.migrate().await.context("the database could not be brought up to date")?;
    let version = store.schema_version().await?;
    store.close().await;
    Ok(version.applied.unwrap_or(0))
}

/// Connects to Docker.
///
/// # Errors
/// When no engine answers.
pub(crate) async fn connect_docker(config: &Config, node: &NodeId) -> Result<Sandboxes, SandboxError> {
    Sandboxes::connect(settings::sandbox(config, node)).await
}

fn git_settings(config: &Config) -> GitSettings {
    let mut settings = GitSettings::new(config.hub.home.join("git"));
    if !config.git.program.is_empty() {
        settings.binary = PathBuf::from(&config.git.program);
    }
    settings.private_addresses_allowed = config.git.private_addresses;
    settings.certificates = given(&config.git.ca_file);
    settings
}

/// A path that was given.
fn given(path: &Path) -> Option<PathBuf> {
    (!path.as_os_str().is_empty()).then(|| path.to_owned())
}

/// Whether a hub of this configuration has no key, and so only rehearses.
pub(crate) fn rehearses(config: &Config) -> bool {
    config.model.api_key.expose_secret().is_empty() && config.model.oauth_token.expose_secret().is_empty()
}

/// The model's side: the real one with its key, or the rehearsal's stand-in where there is no key.
fn upstream(config: &Config) -> anyhow::Result<(Upstream, Option<ScriptedModel>)> {
    let set = |secret: &SecretString| !secret.expose_secret().is_empty();
    let credential = if set(&config.model.api_key) {
        Credential::ApiKey(config.model.api_key.clone())
    } else if set(&config.model.oauth_token) {
        Credential::OAuthToken(config.model.oauth_token.clone())
    } else {
        let model =
            ScriptedModel::start(ModelSettings::rehearsal()).context("the rehearsal's model could not start")?;
        let credential = Credential::ApiKey(SecretString::from("rehearsal"));
        return Ok((Upstream { base_url: model.base_url(), credential }, Some(model)));
    };
    Ok((Upstream { base_url: config.model.base_url.clone(), credential }, None))
}

fn start_failed(error: StartError) -> HubStartError {
    HubStartError::NotReady(anyhow::Error::new(error).context("the engine could not start"))
}

/// Installs the metrics recorder, once for the process; a second hub in the same process shares it.
fn metrics_renderer() -> Arc<dyn Fn() -> String + Send + Sync> {
    use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
    use std::sync::OnceLock;
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let recorder = RECORDER.get_or_init(|| {
        let installed = PrometheusBuilder::new().install_recorder();
        installed.inspect_err(|error| tracing::warn!(%error, "there will be no metrics")).ok()
    });
    Arc::new(move || recorder.as_ref().map(PrometheusHandle::render).unwrap_or_default())
}
