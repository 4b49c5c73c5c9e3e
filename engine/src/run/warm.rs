//! Sandboxes made ahead of need: after a task, one stands ready for the next conversation of the same project, cloned and
//! with its CLI awake, so that its first answer does not wait for either.

use super::Ending;
use super::brief::Brief;
use super::keep::Purpose;
use super::launch::{self, Live};
use crate::claude::Signal;
use crate::git::DefaultBranch;
use crate::hub::chain;
use crate::parts::Parts;
use crate::sandbox::Line;
use crate::secrets;
use crate::tend::discard;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a warm sandbox may take to come up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long one is kept that nobody uses.
const SHELF_LIFE: Duration = Duration::from_secs(3600);

/// Makes the project's warm sandboxes up to their number, on the repository's newest commit; those on an older one go.
pub(crate) async fn refill(parts: &Parts, mut brief: Brief, stop: &CancellationToken) {
    brief.mirror.tidy().await;
    if parts.settings.run.warm == 0 || stop.is_cancelled() {
        return;
    }
    match newest(parts, &brief).await {
        Ok(base) => brief.base = base,
        Err(why) => return tracing::warn!(project = brief.project.name, why, "no sandbox is made ahead of need"),
    }
    (brief.task.model, brief.conversation.model) = (None, None);
    brief.task.attachments.clear();
    let purpose = launch::purpose(parts, &brief);
    for live in parts.keeper.take_outdated(&purpose) {
        discard(parts, live).await;
    }
    while parts.keeper.warm_count(&purpose) < parts.settings.run.warm {
        if stop.is_cancelled() || !add(parts, &brief, &purpose, stop).await {
            return;
        }
    }
}

async fn newest(parts: &Parts, brief: &Brief) -> Result<Option<crate::git::Commit>, String> {
    let credential = secrets::credential(parts, &brief.project.id, &brief.remote).await.map_err(|e| chain(&e))?;
    let mirror = parts.git.sync(&brief.project.id, &brief.remote, &credential).await.map_err(|e| chain(&e))?;
    match mirror.default_branch().await.map_err(|error| chain(&error))? {
        DefaultBranch::At { commit, .. } => Ok(Some(commit)),
        DefaultBranch::Empty => Ok(None),
    }
}

/// Adds one; false when no more are to be made.
async fn add(parts: &Parts, brief: &Brief, purpose: &Purpose, stop: &CancellationToken) -> bool {
    let mut live = match launch::warm_up(parts, brief).await {
        Ok(live) => live,
        Err(ending) => {
            tracing::warn!(project = brief.project.name, ?ending, "a warm sandbox could not be made");
            return false;
        }
    };
    let awake = stop.run_until_cancelled(tokio::time::timeout(PATIENCE, awaken(&mut live))).await;
    match awake {
        Some(Ok(Ok(()))) => match parts.keeper.store_warm(purpose.clone(), live, Instant::now() + SHELF_LIFE) {
            Ok(()) => true,
            Err(live) => {
                discard(parts, *live).await;
                false
            }
        },
        None => {
            discard(parts, live).await;
            false
        }
        Some(Ok(Err(_)) | Err(_)) => {
            tracing::warn!(project = brief.project.name, "a warm sandbox did not come up");
            discard(parts, live).await;
            false
        }
    }
}

/// Follows the CLI until it is ready for its first message.
async fn awaken(live: &mut Live) -> Result<(), Ending> {
    while let Some(line) = live.output.next().await {
        let Line::Stdout { number, bytes } = line else { continue };
        live.lines = number;
        for signal in live.dialogue.on_line(&bytes) {
            match signal {
                Signal::Initialised { .. } => return Ok(()),
                Signal::Write(line) => {
                    live.control.send(line.as_bytes()).await.map_err(|error| launch::sandbox_failed(&error))?;
                }
                _ => {}
            }
        }
    }
    Err(Ending::failed(signalbox_core::task::FailureKind::SandboxFailed, "the CLI ended before it was ready"))
}
