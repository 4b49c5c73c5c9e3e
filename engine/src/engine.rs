//! The engine, put together: what it is made of, what it starts, and how it stops.
//!
//! Start-up reconciles before anything new begins: containers that belong to no running task are removed, running tasks are
//! taken up again. Stopping lets go: a running sandbox lives on and the next start attaches to it.

use crate::accounts::AccountService;
use crate::automation::{DoorBook, HookService, keep_time};
use crate::bus::Bus;
use crate::desk::DeskService;
use crate::gateway::Gateway;
use crate::git::Git;
use crate::hub::HubService;
use crate::openid::{Providers, Unusable};
use crate::parts::Parts;
use crate::run::Keeper;
use crate::sandbox::Sandboxes;
use crate::secrets::TokenSeal;
use crate::settings::EngineSettings;
use crate::store::Store;
use crate::tend::OrphanError;
use crate::{outbox, queue, tend};
use secrecy::SecretSlice;
use signalbox_core::account::Accounts;
use signalbox_core::desk::Desk;
use signalbox_core::hook::HookDesk;
use signalbox_core::id::NodeId;
use signalbox_core::port::{Channel, Forge, Hub};
use signalbox_core::subscription::Receivers;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What an engine is made of.
pub struct Components {
    /// Its settings.
    pub settings: EngineSettings,
    /// This hub's name as a holder of leases; it must be the same after a restart.
    pub node: NodeId,
    /// The store, migrated.
    pub store: Store,
    /// Git.
    pub git: Git,
    /// The gateway.
    pub gateway: Gateway,
    /// Docker.
    pub sandboxes: Sandboxes,
    /// What sandboxes' tokens are derived from; it must be the same after a restart.
    pub token_key: SecretSlice<u8>,
    /// The platform that keeps repositories, where the hub has an account.
    pub forge: Option<Arc<dyn Forge>>,
}

/// Which halves of the engine run in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// Takes tasks from the queue and runs sandboxes.
    pub work: bool,
    /// Delivers to places.
    pub deliver: bool,
}

/// The engine could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The Redis address makes no sense.
    #[error("redis.url cannot be used")]
    Redis(#[source] redis::RedisError),
    /// What a dead hub left behind could not be removed.
    #[error("what an earlier hub left behind could not be cleared up")]
    Orphans(#[from] OrphanError),
    /// A provider cannot be used as it is configured.
    #[error(transparent)]
    Provider(#[from] Unusable),
}

/// A running engine.
pub struct Engine {
    parts: Arc<Parts>,
    stop: CancellationToken,
    loops: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Starts it.
    ///
    /// # Errors
    /// When start-up could not be reconciled with what is there.
    pub async fn start(
        components: Components,
        channels: impl FnOnce(Arc<dyn Desk>, Arc<dyn Receivers>) -> Vec<Arc<dyn Channel>>,
        roles: Roles,
    ) -> Result<Self, StartError> {
        let stop = CancellationToken::new();
        let mut loops = Vec::new();
        let bus = match &components.settings.redis {
            None => Bus::local(),
            Some(address) => {
                let (bus, carrier) = Bus::over_redis(address, stop.clone()).map_err(StartError::Redis)?;
                loops.push(carrier);
                bus
            }
        };
        let providers = Providers::new(components.settings.providers.clone())?;
        let parts = Arc::new(Parts {
            settings: components.settings,
            node: components.node,
            store: components.store,
            bus,
            git: components.git,
            gateway: components.gateway,
            sandboxes: components.sandboxes,
            keeper: Keeper::default(),
            seal: TokenSeal::new(components.token_key),
            forge: components.forge,
            providers,
            doors: DoorBook::default(),
        });
        if roles.work {
            tend::announce(&parts).await;
            tend::clear_up(&parts).await?;
            loops.push(tokio::spawn(queue::work(parts.clone(), stop.clone())));
            loops.push(tokio::spawn(tend::tend(parts.clone(), stop.clone())));
            let (sandboxes, stop) = (parts.sandboxes.clone(), stop.clone());
            loops.push(tokio::spawn(async move { sandboxes.watch_disk(stop).await }));
        }
        let receivers = Arc::new(HookService::new(parts.clone()));
        let channels = channels(Arc::new(DeskService::new(parts.clone())), receivers);
        if roles.deliver {
            loops.push(tokio::spawn(outbox::deliver(parts.clone(), channels, stop.clone())));
        }
        Ok(Self { parts, stop, loops })
    }

    /// The engine's front.
    pub fn hub(&self) -> Arc<dyn Hub> {
        Arc::new(HubService::new(self.parts.clone()))
    }

    /// How people sign in.
    pub fn accounts(&self) -> Arc<dyn Accounts> {
        Arc::new(AccountService::new(self.parts.clone()))
    }

    /// Where adapters hand in what they heard.
    pub fn desk(&self) -> Arc<dyn Desk> {
        Arc::new(DeskService::new(self.parts.clone()))
    }

    /// Where the adapter of hooks hands in what was told.
    pub fn hook_desk(&self) -> Arc<dyn HookDesk> {
        Arc::new(HookService::new(self.parts.clone()))
    }

    /// Where the adapter that tells subscribers learns whom.
    pub fn receivers(&self) -> Arc<dyn Receivers> {
        Arc::new(HookService::new(self.parts.clone()))
    }

    /// Asks for what schedules want when their times come, until `stop`; what is returned is to be joined.
    pub fn keep_time(&self, stop: CancellationToken) -> JoinHandle<()> {
        tokio::spawn(keep_time(self.parts.clone(), stop))
    }

    /// Stops all loops and waits for them; removes what stood ready, lets go of what runs.
    pub async fn stop(self) {
        self.stop.cancel();
        let idle = self.parts.keeper.close();
        futures::future::join_all(idle.into_iter().map(|live| tend::discard(&self.parts, live))).await;
        for part in self.loops {
            if let Err(error) = part.await {
                tracing::error!(%error, "a part of the engine died");
            }
        }
        self.parts.store.close().await;
    }
}
