//! `signalbox serve`: the hub, until it is told to end; and what is done while it is stopped.

use super::print;
use crate::args::ServeArgs;
use crate::exit::Exit;
use crate::hub;
use crate::logging::{self, Loudness};
use crate::roles;
use crate::surroundings::Surroundings;
use tokio::signal::unix::{SignalKind, signal};

pub(super) async fn serve(args: ServeArgs, surroundings: &Surroundings) -> anyhow::Result<Exit> {
    let config = surroundings.config()?;
    logging::start(&config.log, Loudness::Configured)?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let scheme = if hub::certificate(&config).is_some() { "https" } else { "http" };
    let hub = hub::start(config, roles::serving(&args.roles)).await?;
    if hub.rehearsal() {
        print("*** REHEARSAL *** NO MODEL KEY IS SET: A SCRIPTED MODEL ANSWERS, AND NOTHING IT SAYS IS REAL.\n")?;
    }
    print(&format!("signalbox {} is ready on {}\n", env!("CARGO_PKG_VERSION"), hub.socket().display()))?;
    if let Some(address) = hub.web() {
        print(&format!("web: {scheme}://{address}\n"))?;
    }
    if let Some(first) = hub.first_code() {
        print(&format!(
            "nobody can sign in yet: open /welcome there and make yourself the first admin with this code, within 24 hours: {}\n",
            first.code
        ))?;
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("the hub is told to end");
    hub.stop().await?;
    Ok(Exit::Done)
}

pub(super) async fn migrate(surroundings: &Surroundings) -> anyhow::Result<Exit> {
    let config = surroundings.config()?;
    logging::start(&config.log, Loudness::Quiet)?;
    let shape = hub::migrate(&config).await?;
    print(&format!("the database is in the shape {shape}\n"))?;
    Ok(Exit::Done)
}

pub(super) async fn rotate_key(surroundings: &Surroundings) -> anyhow::Result<Exit> {
    let config = surroundings.config()?;
    logging::start(&config.log, Loudness::Quiet)?;
    let sealed = hub::rotate_key(&config).await?;
    print(&format!("{sealed} secrets are sealed with a new master key\n"))?;
    Ok(Exit::Done)
}
