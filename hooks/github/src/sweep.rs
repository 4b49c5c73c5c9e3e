//! What GitHub could not deliver: it does not try again by itself, but keeps for about three days what it sent. What failed is
//! fetched and stored under its own id, so that what was stored after all changes nothing.

use crate::api::{Api, Who};
use crate::event::{HEARD, stored};
use crate::fault::Fault;
use crate::github::Parts;
use crate::inbox::Listener;
use crate::listen::pause;
use crate::moment;
use crate::repo::Repo;
use serde::Deserialize;
use serde_json::value::RawValue;
use signalbox_core::desk::{Desk, Update};
use signalbox_core::port::Refusal;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(180);
/// So far back at most: GitHub keeps no more.
const KEPT: u64 = 3 * 24 * 3600;
/// So much is looked at again: a delivery may fail a while after it was begun.
const OVERLAP: u64 = 600;
/// How many pages are read at most.
const PAGES: usize = 100;

/// Looks for what could not be delivered.
pub(crate) struct Sweep {
    api: Api,
    desk: Arc<dyn Desk>,
    source: String,
    listener: Listener,
    repositories: Vec<Repo>,
}

/// One webhook whose deliveries are looked at.
struct Hook<'a> {
    who: Who<'a>,
    /// The address of its deliveries.
    path: Vec<String>,
    /// What is noted of it.
    key: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Item {
    id: u64,
    guid: String,
    delivered_at: String,
    status_code: u16,
    event: String,
}

#[derive(Deserialize)]
struct Whole {
    request: Request,
}

#[derive(Deserialize)]
struct Request {
    payload: Box<RawValue>,
}

#[derive(Deserialize)]
struct RepositoryHook {
    id: u64,
    config: HookConfig,
}

#[derive(Deserialize)]
struct HookConfig {
    #[serde(default)]
    url: String,
}

/// Why a sweep ended early.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("{0}")]
    Fault(#[from] Fault),
    #[error("{0}")]
    Refusal(#[from] Refusal),
}

impl Sweep {
    pub(crate) fn new(parts: &Parts) -> Self {
        Self {
            api: parts.api.clone(),
            desk: parts.desk.clone(),
            source: parts.source.clone(),
            listener: parts.listener.clone(),
            repositories: parts.repositories.clone(),
        }
    }

    /// Looks now, and then every few minutes, until the end.
    pub(crate) async fn run(&self, stop: &CancellationToken) {
        loop {
            let swept = tokio::select! {
                () = stop.cancelled() => return,
                swept = self.sweep_all() => swept,
            };
            if let Err(error) = swept {
                tracing::warn!(%error, "what GitHub could not deliver could not be looked for");
            }
            if !pause(EVERY, stop).await {
                return;
            }
        }
    }

    async fn sweep_all(&self) -> Result<(), Stopped> {
        if self.api.is_app() {
            let path = ["app", "hook", "deliveries"].map(str::to_owned).to_vec();
            return self.sweep(&Hook { who: Who::Ourselves, path, key: "swept".to_owned() }).await;
        }
        for repo in &self.repositories {
            let hooks = ["repos", &repo.owner, &repo.name, "hooks"].map(str::to_owned);
            let borrowed: Vec<_> = hooks.iter().map(String::as_str).collect();
            let found: Vec<RepositoryHook> = self.api.get(Who::In(repo), &borrowed).await?;
            for hook in found.into_iter().filter(|hook| hook.config.url.ends_with(crate::endpoint::PATH)) {
                let path = hooks.iter().cloned().chain([hook.id.to_string(), "deliveries".to_owned()]).collect();
                self.sweep(&Hook { who: Who::In(repo), path, key: format!("swept:{}", hook.id) }).await?;
            }
        }
        Ok(())
    }

    async fn sweep(&self, hook: &Hook<'_>) -> Result<(), Stopped> {
        let now = moment::now();
        let noted = self.desk.noted(&self.source, &hook.key).await?.and_then(|at| at.parse::<u64>().ok());
        // In our first life nothing was for us yet.
        let since = noted.unwrap_or(now).max(now.saturating_sub(KEPT)).saturating_sub(OVERLAP);
        let missed = missed(self.list(hook, since).await?);
        for item in missed.iter().rev() {
            self.fetch(hook, item).await?;
        }
        self.desk.note(&self.source, &hook.key, &now.to_string()).await?;
        Ok(())
    }

    /// The deliveries since then, the latest first.
    async fn list(&self, hook: &Hook<'_>, since: u64) -> Result<Vec<Item>, Fault> {
        let path: Vec<_> = hook.path.iter().map(String::as_str).collect();
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = vec![("per_page", "100")];
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let (items, next) = self.api.page::<Item>(hook.who, &path, &query).await?;
            let (count, known) = (items.len(), all.len());
            let is_new = |item: &Item| moment::read(&item.delivered_at).is_none_or(|at| at >= since);
            all.extend(items.into_iter().take_while(is_new));
            cursor = next;
            if cursor.is_none() || all.len() < known + count {
                break;
            }
        }
        Ok(all)
    }

    async fn fetch(&self, hook: &Hook<'_>, item: &Item) -> Result<(), Stopped> {
        let id = item.id.to_string();
        let path: Vec<_> = hook.path.iter().map(String::as_str).chain([id.as_str()]).collect();
        let whole = match self.api.one::<Whole>(hook.who, &path).await {
            Ok(whole) => whole,
            // It is kept no longer.
            Err(fault) if fault.is_absence() => return Ok(()),
            Err(fault) => return Err(fault.into()),
        };
        let Some(raw) = stored(&item.event, whole.request.payload.get()) else { return Ok(()) };
        let update = Update { source: self.source.clone(), id: item.guid.clone(), raw };
        if self.desk.receive(vec![update]).await? > 0 {
            tracing::info!(delivery = item.guid, "delivery {} of GitHub was missed and is fetched", item.guid);
            metrics::counter!("signalbox_github_swept_total").increment(1);
            self.listener.ring();
        }
        Ok(())
    }
}

/// Those that no try has delivered; each once.
fn missed(items: Vec<Item>) -> Vec<Item> {
    let delivered = |item: &Item| (200..300).contains(&item.status_code);
    let arrived: HashSet<String> = items.iter().filter(|item| delivered(item)).map(|item| item.guid.clone()).collect();
    let mut seen = HashMap::new();
    let wanted = items.into_iter().filter(|item| !arrived.contains(&item.guid) && HEARD.contains(&item.event.as_str()));
    wanted.filter(|item| seen.insert(item.guid.clone(), ()).is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_try_has_delivered_is_missed() {
        let item = |id, guid: &str, status_code, event: &str| Item {
            id,
            guid: guid.to_owned(),
            delivered_at: "2026-05-01T12:00:00Z".to_owned(),
            status_code,
            event: event.to_owned(),
        };
        let items = vec![
            item(5, "a", 502, "issues"),
            item(4, "b", 202, "issues"),
            item(3, "a", 0, "issues"),
            item(2, "b", 504, "issues"),
            item(1, "c", 500, "push"),
        ];
        let missed: Vec<_> = missed(items).into_iter().map(|item| item.id).collect();
        assert_eq!(missed, [5], "once, not what arrived later, not what means nothing to us");
    }
}
