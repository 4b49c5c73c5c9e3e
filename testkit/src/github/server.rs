//! The server as a thing to start, watch, upset and stop.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::app::App;
use super::call::Call;
use super::faults::Misbehaviour;
use super::hooks::{Delivery, Target, deliver};
use super::routes;
use super::settings::GithubSettings;
use super::stage::{Shared, Stage};
use super::world::{World, secret};
use crate::secure::{Authority, SecureListener};
use crate::socket::{CuttableListener, Scissors};

/// How long `stop` waits for open connections before it leaves them.
const PATIENCE: Duration = Duration::from_secs(5);

/// A stand-in for GitHub, listening until it is stopped or dropped.
pub struct GithubServer {
    address: SocketAddr,
    /// `http://127.0.0.1:PORT`, or with https `https://localhost:PORT`.
    web: String,
    pub(crate) stage: Shared,
    server: JoinHandle<io::Result<()>>,
    delivery: JoinHandle<()>,
    closing: DropGuard,
    authority: Option<Authority>,
    _repositories: TempDir,
}

impl GithubServer {
    /// Starts to listen. To be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound, or there is no place for repositories.
    pub fn start(settings: GithubSettings) -> io::Result<Self> {
        let listener = TcpListener::bind(settings.listen)?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let repositories = TempDir::with_prefix("github-")?;
        let closing = CancellationToken::new();
        let authority = settings.secure.then(Authority::new).transpose()?;
        let web = match &authority {
            Some(_) => format!("https://localhost:{}", address.port()),
            None => format!("http://{address}"),
        };
        let world = World::new(settings, web.clone(), repositories.path().to_owned());
        let stage = Stage::new(world, closing.clone());
        let service = routes::router(stage.clone()).into_make_service_with_connect_info::<Scissors>();
        let (listener, end) = (CuttableListener(listener), closing.clone().cancelled_owned());
        let server = match &authority {
            None => tokio::spawn(axum::serve(listener, service).with_graceful_shutdown(end).into_future()),
            Some(authority) => {
                let listener = SecureListener::new(listener, authority.acceptor()?)?;
                tokio::spawn(axum::serve(listener, service).with_graceful_shutdown(end).into_future())
            }
        };
        let delivery = tokio::spawn(deliver(stage.clone()));
        let closing = closing.drop_guard();
        Ok(Self { address, web, stage, server, delivery, closing, authority, _repositories: repositories })
    }

    /// The address of the API as `api.github.com` has it, and of git, without a slash at its end.
    pub fn base_url(&self) -> String {
        self.web.clone()
    }

    /// The address of the API as GitHub Enterprise has it.
    pub fn enterprise_url(&self) -> String {
        format!("{}/api/v3", self.web)
    }

    /// The authority that clients must trust to speak to it, as a PEM file.
    ///
    /// # Panics
    /// When the server speaks without TLS.
    pub fn ca_file(&self) -> PathBuf {
        let authority = self.authority.as_ref();
        authority.map(Authority::file).expect("a server that was started with `secure`")
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn app<T>(&self, look: impl FnOnce(&App) -> T) -> Option<T> {
        self.stage.look(|world| world.apps.get(&world.app).map(look))
    }

    /// The App's id.
    pub fn app_id(&self) -> u64 {
        self.stage.look(|world| world.app)
    }

    /// The App's client id, which may stand for its id in a JWT.
    pub fn client_id(&self) -> String {
        self.app(|app| app.client_id.clone()).unwrap_or_default()
    }

    /// The App's private key as PEM.
    pub fn app_key(&self) -> String {
        self.stage.look(|world| world.settings.app_key.clone())
    }

    /// The App's account: `signalbox[bot]`.
    pub fn bot(&self) -> String {
        self.stage.look(|world| format!("{}[bot]", world.settings.app_slug))
    }

    /// The secret that the App's webhooks are signed with.
    pub fn webhook_secret(&self) -> String {
        self.stage.look(|world| world.settings.webhook_secret.clone())
    }

    /// Sends the App's webhooks to an address.
    pub fn webhooks_to(&self, url: &str) {
        self.stage.change(|world| {
            let id = world.app;
            if let Some(app) = world.apps.get_mut(&id) {
                app.hook.url = Some(url.to_owned());
            }
        });
    }

    /// Asks the App's webhook whether it is there, as GitHub does when one is set up.
    pub fn pings(&self) {
        self.stage.change(|world| {
            let (app, owner) = (world.app, world.apps.get(&world.app).map(|app| app.owner));
            world.ping(Target::App(app), owner.unwrap_or_default());
        });
    }

    /// A code as the browser brings it back when an App was made by manifest; good for one exchange.
    pub fn manifest_code(&self) -> String {
        let code = secret(40);
        self.stage.change(|world| world.manifests.insert(code.clone()));
        code
    }

    /// From now on something goes wrong, as often as it is said.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.stage.change(|world| world.faults.add(misbehaviour));
    }

    /// Nothing goes wrong any more.
    pub fn behave(&self) {
        self.stage.change(|world| world.faults.clear());
    }

    /// How many times something is still to go wrong.
    pub fn misbehaviours_left(&self) -> u32 {
        self.stage.look(|world| world.faults.left())
    }

    /// Lets virtual time pass at once.
    pub fn advance(&self, by: Duration) {
        self.stage.change(|world| world.clock.advance(by));
    }

    /// What was called so far, oldest first: of the API, and of git.
    pub fn calls(&self) -> Vec<Call> {
        self.stage.look(|world| world.calls.clone())
    }

    /// What was sent that GitHub does not know, and would have ignored.
    pub fn complaints(&self) -> Vec<String> {
        self.stage.look(|world| world.complaints.clone())
    }

    /// How many requests were refused because of a limit.
    pub fn limited(&self) -> u64 {
        self.stage.look(|world| world.limits.refused)
    }

    /// How many of them came while a wait that was told still ran.
    pub fn limited_again(&self) -> u64 {
        self.stage.look(|world| world.limits.refused_again)
    }

    /// All deliveries of webhooks, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.stage.look(|world| world.hooks.deliveries.values().cloned().collect())
    }

    /// Sends a delivery again, as somebody does on the App's page.
    ///
    /// # Panics
    /// When there is none with this number.
    pub fn redelivers(&self, delivery: u64) {
        self.stage.change(|world| {
            let again = world.hooks.deliveries.get(&delivery).cloned();
            assert!(again.is_some(), "there is no delivery {delivery}");
            if let Some(again) = again {
                world.redeliver(again);
            }
        });
    }

    /// Sends no webhooks until [`Self::resume_webhooks`], so that several come at once.
    pub fn pause_webhooks(&self) {
        self.stage.change(|world| world.hooks.paused = true);
    }

    /// Sends webhooks again.
    pub fn resume_webhooks(&self) {
        self.stage.change(|world| world.hooks.paused = false);
    }

    /// Closes all connections and waits until the server is gone.
    pub async fn stop(self) {
        drop(self.closing);
        let mut server = self.server;
        match tokio::time::timeout(PATIENCE, &mut server).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(%error, "GitHub's stand-in ended badly"),
            Ok(Err(error)) => tracing::warn!(%error, "GitHub's stand-in failed"),
            Err(_) => {
                tracing::warn!("GitHub's stand-in left a connection that did not end");
                server.abort();
            }
        }
        self.delivery.abort();
    }
}
