//! The adapter as the hub holds it.

use crate::api::Api;
use crate::checks::Checks;
use crate::endpoint::{self, Endpoint};
use crate::error::GitHubError;
use crate::fault::Fault;
use crate::hear::Us;
use crate::inbox::Listener;
use crate::listen::Listening;
use crate::pace::Pacer;
use crate::propose::Proposer;
use crate::repo::Repo;
use crate::send::Outgoing;
use crate::settings::GitHubSettings;
use crate::signature::Seal;
use secrecy::ExposeSecret;
use signalbox_core::desk::Desk;
use signalbox_core::port::Channel;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The adapter.
#[derive(Clone)]
pub struct GitHub {
    parts: Arc<Parts>,
}

/// What its halves have in common.
pub(crate) struct Parts {
    pub(crate) api: Api,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) source: String,
    pub(crate) listener: Listener,
    pub(crate) checks: Arc<Checks>,
    /// The repositories whose webhooks are asked for what could not be delivered; with an App, none.
    pub(crate) repositories: Vec<Repo>,
    channel: Arc<Outgoing>,
    seal: Seal,
    name: String,
    label: String,
}

impl GitHub {
    /// Puts the adapter together; nothing is asked of GitHub yet.
    ///
    /// # Errors
    /// [`GitHubError`] when the settings cannot work.
    pub fn new(settings: &GitHubSettings, desk: Arc<dyn Desk>) -> Result<Self, GitHubError> {
        settings.check()?;
        let api = Api::new(settings)?;
        let source = settings.source();
        let checks = Arc::new(Checks::new(api.clone(), desk.clone(), source.clone()));
        let pacer = Pacer::new(settings.pace);
        let proposer = Proposer { api: api.clone(), desk: desk.clone(), source: source.clone() };
        let channel = Outgoing { api: api.clone(), desk: desk.clone(), pacer, checks: checks.clone(), proposer };
        let parts = Parts {
            api,
            desk,
            source,
            listener: Listener::default(),
            checks,
            repositories: settings.repos()?,
            channel: Arc::new(channel),
            seal: Seal::new(settings.webhook_secret.expose_secret().as_bytes()),
            name: settings.name.clone(),
            label: settings.label.clone(),
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// How cards get to GitHub.
    pub fn channel(&self) -> Arc<dyn Channel> {
        self.parts.channel.clone()
    }

    /// Where GitHub brings webhooks: `POST /hooks/github`.
    pub fn routes(&self) -> axum::Router {
        endpoint::routes(Arc::new(Endpoint {
            desk: self.parts.desk.clone(),
            source: self.parts.source.clone(),
            seal: self.parts.seal.clone(),
            listener: self.parts.listener.clone(),
        }))
    }

    /// Takes in what people say and do, until it is stopped. What fails is tried again, ever more slowly.
    pub async fn listen(self, stop: CancellationToken) {
        Listening { parts: self.parts }.run(stop).await;
    }
}

impl Parts {
    /// Who we are, as GitHub says.
    pub(crate) async fn us(&self) -> Result<Us, Fault> {
        let (login, app, own) = if self.api.is_app() {
            let app = self.api.app().await?;
            (format!("{}[bot]", app.slug), Some(app.id), app.slug)
        } else {
            let user = self.api.user().await?;
            (user.login.clone(), None, user.login)
        };
        let name = if self.name.is_empty() { own } else { self.name.clone() };
        Ok(Us { name, login, app, label: self.label.clone(), source: self.source.clone() })
    }
}
