//! The hub that runs, and the database. The running hub has the database; where none runs it is looked at directly.

use super::finding::{Finding, chain};
use crate::client::SocketHub;
use crate::config::Config;
use crate::hub::socket_in;
use crate::hub::{self, Home, HomeError};
use secrecy::ExposeSecret as _;
use signalbox_core::port::Hub as _;

const MEND_DATABASE: &str =
    "check database.url and the server; `signalbox migrate` brings an older database up to date";

/// The hub of this home, if one answers.
pub(super) async fn running(config: &Config) -> Option<SocketHub> {
    let hub = SocketHub::at(&socket_in(&config.hub.home)).ok()?;
    hub.ping().await.ok().map(|()| hub)
}

pub(super) async fn check_hub(running: Option<&SocketHub>) -> Vec<Finding> {
    let Some(hub) = running else {
        return vec![Finding::ok(
            "hub",
            "none is running; `signalbox run` starts its own, `signalbox serve` one for all",
        )];
    };
    match hub.faults().await {
        Ok(faults) if faults.is_empty() => vec![Finding::ok("hub", "it is running and ready")],
        Ok(faults) => faults.into_iter().map(|fault| Finding::fail("hub", fault, "its log says more")).collect(),
        Err(refusal) => vec![Finding::fail("hub", refusal.to_string(), "its log says more")],
    }
}

pub(super) async fn check_database(config: &Config, running: Option<&SocketHub>) -> Finding {
    if running.is_some() {
        return Finding::ok("database", "the running hub has it; what is wrong with it is said there");
    }
    let embedded = config.database.url.expose_secret().is_empty();
    if !config.hub.home.exists() || (embedded && !config.hub.home.join("signalbox.db").exists()) {
        return Finding::ok("database", "it will be made at the first start");
    }
    match look_inside(config).await {
        Ok(finding) => finding,
        Err(error) => Finding::fail("database", chain(error.as_ref()), MEND_DATABASE),
    }
}

async fn look_inside(config: &Config) -> anyhow::Result<Finding> {
    let home = match Home::take(&config.hub.home) {
        Ok(home) => home,
        Err(HomeError::Busy(_)) => {
            let mend = "wait until it has started, or end it";
            return Ok(Finding::warn("database", "another process is using the home but does not answer yet", mend));
        }
        Err(error) => return Err(error.into()),
    };
    let store = hub::open_store(config, &home).await?;
    store.ping().await?;
    let version = store.schema_version().await?;
    store.close().await;
    Ok(match version.applied {
        Some(applied) if applied == version.latest => {
            Finding::ok("database", format!("it answers; its shape is {applied}"))
        }
        Some(applied) if applied > version.latest => Finding::fail(
            "database",
            format!("its shape {applied} is of a later version than this program's {}", version.latest),
            "use the program that it was last used with, or a later one",
        ),
        applied => Finding::warn(
            "database",
            format!(
                "its shape is {}, this program's {}",
                applied.map_or("none".to_owned(), |n| n.to_string()),
                version.latest
            ),
            "the next start brings it up to date, as does `signalbox migrate`",
        ),
    })
}
