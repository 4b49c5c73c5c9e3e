//! What arrives from the hub, each kind by a task of its own: waiting for a hub that is away must not be broken off by
//! whatever else the terminal waits for.

use crate::client::{Attachment, Following, Heard};
use signalbox_core::port::{Handed, Refusal};
use tokio::sync::mpsc;

/// What happens to the task.
pub(super) type Events = mpsc::Receiver<Result<Heard, Refusal>>;
/// What is owed to this terminal.
pub(super) type Cards = mpsc::Receiver<Handed>;

/// Follows the task; ends with its outcome or a refusal.
pub(super) fn events(mut following: Following) -> Events {
    let (sender, events) = mpsc::channel(64);
    tokio::spawn(async move {
        while let Some(heard) = following.next().await {
            if sender.send(heard).await.is_err() {
                break;
            }
        }
    });
    events
}

/// Takes what is owed to the terminal until nobody listens any more.
pub(super) fn cards(mut attachment: Attachment) -> Cards {
    let (sender, cards) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            let handed = tokio::select! {
                handed = attachment.next() => handed,
                () = sender.closed() => break,
            };
            match handed {
                Ok(handed) => {
                    if sender.send(handed).await.is_err() {
                        break;
                    }
                }
                Err(refusal) => {
                    tracing::warn!(%refusal, "this terminal cannot be attached any more");
                    break;
                }
            }
        }
    });
    cards
}
