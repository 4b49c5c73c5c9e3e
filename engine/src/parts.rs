//! What the engine's services share: the store, the bus, the outside world, and the settings.

use crate::bus::Bus;
use crate::gateway::Gateway;
use crate::git::Git;
use crate::openid::Providers;
use crate::run::Keeper;
use crate::sandbox::Sandboxes;
use crate::settings::EngineSettings;
use crate::store::{Store, StoreError};
use signalbox_core::id::{NodeId, ProjectId};
use signalbox_core::policy::Policy;
use signalbox_core::port::{Forge, Refusal};
use std::sync::Arc;

/// What the engine's services share.
pub(crate) struct Parts {
    pub(crate) settings: EngineSettings,
    /// This hub's name as a holder of leases; the same after a restart, so that it takes its own work up at once.
    pub(crate) node: NodeId,
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) git: Git,
    pub(crate) gateway: Gateway,
    pub(crate) sandboxes: Sandboxes,
    /// Sandboxes that nobody works in at the moment.
    pub(crate) keeper: Keeper,
    /// What sandboxes' tokens are derived from.
    pub(crate) seal: crate::secrets::TokenSeal,
    /// The platform that keeps repositories, where the hub has an account.
    pub(crate) forge: Option<Arc<dyn Forge>>,
    /// The providers by which people may sign in.
    pub(crate) providers: Providers,
    /// Who knocks at hooks, as it was last read.
    pub(crate) doors: crate::automation::DoorBook,
}

/// A project's policy cannot be had; nothing is decided without it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPolicy {
    #[error("the project is gone")]
    NoProject,
    #[error("the project's policy cannot be read: {0}")]
    Unreadable(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NoPolicy> for Refusal {
    fn from(fault: NoPolicy) -> Self {
        match fault {
            NoPolicy::NoProject => Self::NotFound("the project is gone".to_owned()),
            NoPolicy::Unreadable(_) => Self::Conflict(format!("{fault}; mend it before anything is decided")),
            NoPolicy::Store(error) => error.into(),
        }
    }
}

impl Parts {
    /// The policy of a project, or the built-in one.
    pub(crate) async fn policy_of(&self, project: &ProjectId) -> Result<Policy, NoPolicy> {
        let project = self.store.project(project.as_str()).await?.ok_or(NoPolicy::NoProject)?;
        match &project.policy {
            None => Ok(Policy::default()),
            Some(text) => Policy::parse(text).map_err(|faults| NoPolicy::Unreadable(faults.to_string())),
        }
    }

    /// What keeps the hub from doing its work right now.
    pub(crate) async fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if let Err(error) = self.store.ping().await {
            faults.push(format!("the database does not answer: {}", crate::hub::chain(&error)));
        }
        if let Err(error) = self.sandboxes.has_image(&self.settings.image).await {
            faults.push(crate::hub::chain(&error));
        }
        faults
    }
}
