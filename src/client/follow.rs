//! Following a task across the hub's absences: from the last event seen, so that none is missed and none comes twice.

use super::http::NoStream;
use super::{Presence, SocketHub};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use serde::Deserialize;
use serde_json::json;
use signalbox_core::event::Live;
use signalbox_core::id::TaskId;
use signalbox_core::port::Refusal;
use std::time::Duration;
use tokio_util::codec::LinesCodecError;

/// How often a hub that is away is looked for.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// What was heard of a task.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    /// The line, exactly as the hub sent it.
    pub(crate) line: String,
    /// What it says; none when it is of a kind that this version does not know.
    pub(crate) live: Option<Live>,
}

/// The part of a line that even an unknown kind of event has.
#[derive(Deserialize)]
struct Numbered {
    seq: Option<u64>,
    #[serde(default)]
    event: String,
}

/// Follows one task.
pub(crate) struct Following {
    hub: SocketHub,
    task: TaskId,
    seen: u64,
    stream: Option<BoxStream<'static, Result<String, LinesCodecError>>>,
    over: bool,
}

impl Following {
    pub(super) fn new(hub: SocketHub, task: TaskId, after: u64) -> Self {
        Self { hub, task, seen: after, stream: None, over: false }
    }

    /// What comes next; none after the outcome. A refusal is the last.
    pub(crate) async fn next(&mut self) -> Option<Result<Heard, Refusal>> {
        while !self.over {
            let Some(stream) = &mut self.stream else {
                if let Err(refusal) = self.open().await {
                    self.over = true;
                    return Some(Err(refusal));
                }
                continue;
            };
            match stream.next().await {
                Some(Ok(line)) => {
                    if let Some(heard) = self.take(line) {
                        return Some(Ok(heard));
                    }
                }
                Some(Err(_)) | None => {
                    self.stream = None;
                    tokio::time::sleep(LOOK_AGAIN / 3).await;
                }
            }
        }
        None
    }

    /// One line of the stream, unless it was there before.
    pub(super) fn take(&mut self, line: String) -> Option<Heard> {
        let numbered: Numbered = serde_json::from_str(&line).ok()?;
        if let Some(seq) = numbered.seq {
            if seq <= self.seen {
                return None;
            }
            self.seen = seq;
            self.over = numbered.event == "finished";
        }
        let live = serde_json::from_str(&line).ok();
        Some(Heard { line, live })
    }

    /// Opens the stream, or waits a little when the hub is away.
    async fn open(&mut self) -> Result<(), Refusal> {
        let path = ["tasks", self.task.as_str(), "events"];
        match self.hub.wire.lines(&path, &json!({"after": self.seen})).await {
            Ok(stream) => {
                self.hub.note(Presence::Here);
                self.stream = Some(stream);
                Ok(())
            }
            Err(NoStream::Refused(Refusal::Unavailable(_)) | NoStream::Away) => {
                self.hub.note(Presence::Away);
                tokio::time::sleep(LOOK_AGAIN).await;
                Ok(())
            }
            Err(NoStream::Refused(refusal)) => Err(refusal),
        }
    }
}
