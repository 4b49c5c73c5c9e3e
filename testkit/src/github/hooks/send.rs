//! Sends what is due: in the order in which it happened, but without waiting for answers, as GitHub does.
//!
//! An answer must come within ten seconds. Nothing is ever sent again unless somebody asks for it.

use std::io;
use std::time::{Duration, Instant};

use ring::hmac;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::delivery::{Delivery, Target};
use super::post::post;
use crate::github::app::Hook;
use crate::github::faults::Fault;
use crate::github::stage::Shared;
use crate::github::world::World;

/// How long a webhook may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A delivery that is ready to go.
#[derive(Debug)]
struct Due {
    id: u64,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    fault: Option<Fault>,
}

/// Runs until the server stops.
pub(crate) async fn deliver(stage: Shared) {
    let mut sending = JoinSet::new();
    loop {
        let changed = stage.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        while let Some(due) = stage.take(next) {
            let stage = stage.clone();
            sending.spawn(async move { send(&stage, due).await });
        }
        tokio::select! {
            () = changed => {}
            Some(_) = sending.join_next() => {}
            () = stage.closing.cancelled() => return,
        }
    }
}

fn next(world: &mut World) -> Option<Due> {
    if world.hooks.paused {
        return None;
    }
    let id = world.hooks.due.pop_front()?;
    let event = world.hooks.deliveries.get(&id)?.event.clone();
    let fault = world.faults.strike_webhook(&event);
    if fault == Some(Fault::SwapWebhooks) && world.hooks.held.is_none() {
        world.hooks.held = Some(id);
        return next(world);
    }
    if let Some(held) = world.hooks.held.take() {
        world.hooks.due.push_front(held);
    }
    prepare(world, id, fault).or_else(|| next(world))
}

fn prepare(world: &mut World, id: u64, fault: Option<Fault>) -> Option<Due> {
    let delivery = world.hooks.deliveries.get(&id)?;
    let (hook, kind, target) = hook_of(world, delivery.target)?;
    let secret =
        if fault == Some(Fault::WrongSignature) { Some("another secret".to_owned()) } else { hook.secret.clone() };
    let headers = headers(delivery, &hook, (kind, target), secret.as_deref());
    let (url, body) = (hook.url.clone().unwrap_or_default(), delivery.body.clone());
    let told: Value = headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    let delivery = world.hooks.deliveries.get_mut(&id)?;
    delivery.headers = told;
    delivery.sent = Some(Instant::now());
    Some(Due { id, url, headers, body, fault })
}

/// A target's hook, the kind of thing that it belongs to, and that thing's id.
fn hook_of(world: &World, target: Target) -> Option<(Hook, &'static str, u64)> {
    match target {
        Target::App(id) => world.apps.get(&id).map(|app| (app.hook.clone(), "integration", id)),
        Target::Repository(id, hook) => {
            let hooks = &world.repositories.get(&id)?.hooks;
            let found = hooks.iter().find(|one| one.hook.id == hook)?;
            Some((found.hook.clone(), "repository", id))
        }
    }
}

fn headers(delivery: &Delivery, hook: &Hook, target: (&str, u64), secret: Option<&str>) -> Vec<(String, String)> {
    let mut headers = vec![
        ("Accept", "*/*".to_owned()),
        ("Content-Type", "application/json".to_owned()),
        ("User-Agent", format!("GitHub-Hookshot/{:07x}", hook.id)),
        ("X-GitHub-Delivery", delivery.guid.clone()),
        ("X-GitHub-Event", delivery.event.clone()),
        ("X-GitHub-Hook-ID", hook.id.to_string()),
        ("X-GitHub-Hook-Installation-Target-ID", target.1.to_string()),
        ("X-GitHub-Hook-Installation-Target-Type", target.0.to_owned()),
    ];
    if let Some(secret) = secret {
        let sign = |algorithm| {
            let tag = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), delivery.body.as_bytes());
            tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        headers.push(("X-Hub-Signature", format!("sha1={}", sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY))));
        headers.push(("X-Hub-Signature-256", format!("sha256={}", sign(hmac::HMAC_SHA256))));
    }
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn send(stage: &Shared, due: Due) {
    let started = Instant::now();
    let outcome = match due.fault {
        Some(Fault::LoseWebhook) => None,
        Some(Fault::WebhookDown) => Some(Err(io::ErrorKind::ConnectionRefused.into())),
        fault => {
            if let Some(Fault::DelayWebhook(span)) = fault {
                tokio::time::sleep(span).await;
            }
            if fault == Some(Fault::RepeatWebhook) {
                // The first one's answer is as good as the second one's.
                let _ = tokio::time::timeout(PATIENCE, post(&due.url, &due.headers, due.body.as_bytes())).await;
            }
            tokio::time::timeout(PATIENCE, post(&due.url, &due.headers, due.body.as_bytes())).await.ok()
        }
    };
    stage.change(|world| settle(world, due.id, outcome, started.elapsed()));
}

/// Records how it went, in GitHub's words.
fn settle(world: &mut World, id: u64, outcome: Option<io::Result<u16>>, took: Duration) {
    let Some(delivery) = world.hooks.deliveries.get_mut(&id) else { return };
    delivery.duration = took;
    (delivery.status_code, delivery.status) = match outcome {
        Some(Ok(status @ 200..300)) => (status, "OK".to_owned()),
        Some(Ok(status)) => (status, format!("Invalid HTTP Response: {status}")),
        Some(Err(_)) => (502, "failed to connect to host".to_owned()),
        None => (504, "timed out".to_owned()),
    };
    delivery.answer = json!({"headers": {}, "payload": ""});
}
