//! Getting at a hub: the one that runs, else one of our own in this process. Both are spoken to in the same way.

use crate::client::SocketHub;
use crate::exit::NotReady;
use crate::hub::{self, HubOptions, HubStartError, RunningHub, socket_in};
use crate::surroundings::Surroundings;
use signalbox_core::id::UserId;
use signalbox_core::people::{Actor, Origin};
use std::path::Path;
use std::time::Duration;

/// How long a hub that holds the home may take until it answers on its socket.
const START_UP: Duration = Duration::from_secs(15);
/// How often it is looked whether it does.
const LOOK: Duration = Duration::from_millis(100);

/// A hub to speak to.
pub(crate) struct Reached {
    /// The way to speak to it.
    pub(crate) hub: SocketHub,
    /// The hub itself, where it runs in this process.
    pub(crate) own: Option<RunningHub>,
}

impl Reached {
    /// Stops the hub if it is our own.
    ///
    /// # Errors
    /// When it could not be stopped properly.
    pub(crate) async fn leave(self) -> anyhow::Result<()> {
        match self.own {
            Some(own) => own.stop().await,
            None => Ok(()),
        }
    }
}

/// The hub that runs, or else one that is started with these options.
///
/// # Errors
/// When the configuration is not sound, or no hub can be had.
pub(crate) async fn reach(surroundings: &Surroundings, options: HubOptions) -> anyhow::Result<Reached> {
    let config = surroundings.config()?;
    let socket = socket_in(&config.hub.home);
    let hub = SocketHub::at(&socket)?;
    if hub.ping().await.is_ok() {
        return Ok(Reached { hub, own: None });
    }
    match hub::start(config, options).await {
        Ok(own) => Ok(Reached { hub, own: Some(own) }),
        Err(HubStartError::HomeBusy(home)) => wait_for(hub, &home).await,
        Err(error) => Err(error.into()),
    }
}

/// Another process has the home: it is a hub that is starting, or stopping.
async fn wait_for(hub: SocketHub, home: &Path) -> anyhow::Result<Reached> {
    let answers = async {
        while hub.ping().await.is_err() {
            tokio::time::sleep(LOOK).await;
        }
    };
    if tokio::time::timeout(START_UP, answers).await.is_ok() {
        return Ok(Reached { hub, own: None });
    }
    Err(NotReady(format!(
        "another process is using {} but does not answer there; end it, or choose another SIGNALBOX_HOME",
        home.display()
    ))
    .into())
}

/// Who speaks on the local socket. The hub decides that by itself; this only fills the port's signature.
pub(crate) fn operator() -> Actor {
    Actor {
        user: UserId::new("operator"),
        name: "operator".to_owned(),
        admin: true,
        place: None,
        at_most: None,
        origin: Origin::default(),
    }
}
