//! Posts updates to the webhook: one at a time, in order, again and again until it is taken.

use std::time::Duration;

use super::faults::Fault;
use super::post::{Address, post};
use super::stage::Shared;
use super::updates::Update;
use super::world::{World, unix_time};

/// Between two attempts; doubled each time.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long a webhook may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// An update that is due.
#[derive(Debug)]
struct Due {
    update: Update,
    address: Address,
    secret: Option<String>,
}

/// Runs until the server stops.
pub(crate) async fn deliver(stage: Shared) {
    let mut pause = SHORTEST_PAUSE;
    loop {
        let changed = stage.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        let Some(due) = stage.look_mut(next) else {
            tokio::select! {
                () = changed => continue,
                () = stage.closing.cancelled() => return,
            }
        };
        let outcome = tokio::select! {
            outcome = send(&due) => outcome,
            () = stage.closing.cancelled() => return,
        };
        let failed = outcome.is_err();
        stage.change(|world| settle(world, &due, outcome));
        if failed {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        } else {
            pause = SHORTEST_PAUSE;
        }
    }
}

fn next(world: &mut World) -> Option<Due> {
    let webhook = world.webhook.as_ref().filter(|_| !world.updates.paused)?;
    let update = world.updates.pending.front()?.clone();
    world.updates.mark(update.id);
    Some(Due { update, address: webhook.address.clone(), secret: webhook.secret.clone() })
}

async fn send(due: &Due) -> Result<(), String> {
    let body = due.update.body.to_string();
    let sent = tokio::time::timeout(PATIENCE, post(&due.address, due.secret.as_deref(), &body)).await;
    match sent {
        Ok(Ok(200..300)) => Ok(()),
        Ok(Ok(status)) => Err(format!("Wrong response from the webhook: {status}")),
        Ok(Err(error)) => Err(format!("Connection failed: {error}")),
        Err(_) => Err("Read timeout expired".to_owned()),
    }
}

/// Takes what was delivered off the queue. Once in a while that is forgotten, and it is posted again.
fn settle(world: &mut World, due: &Due, outcome: Result<(), String>) {
    match outcome {
        Ok(()) if repeated(world) => {}
        Ok(()) => world.updates.pending.retain(|update| update.id != due.update.id),
        Err(error) => {
            if let Some(webhook) = &mut world.webhook {
                webhook.last_error = Some((unix_time(), error));
            }
        }
    }
}

fn repeated(world: &mut World) -> bool {
    world.faults.strike_updates(Fault::RepeatUpdate) || world.faults.strike_updates(Fault::RepeatInNextAnswer)
}
