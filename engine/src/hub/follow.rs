//! Following a task: its record from any point, then what happens, each event once and in order.
//!
//! The bus only says when to look; whatever is missed is read from the record. So a follower that is slow, or on another
//! node without Redis, sees the same, only later.

use super::access;
use crate::bus::Ring;
use crate::parts::Parts;
use crate::store::Store;
use futures::stream::{self, BoxStream, StreamExt as _};
use signalbox_core::event::{Event, EventKind, Live};
use signalbox_core::id::TaskId;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::broadcast;

/// How many events are read at once; each follower who does not read holds as many.
const PAGE: u32 = 32;

pub(crate) async fn follow(
    parts: &Parts,
    actor: &Actor,
    task: &TaskId,
    after: u64,
) -> Result<BoxStream<'static, Result<Live, Refusal>>, Refusal> {
    let (task, _) = access::task(parts, actor, task.as_str()).await?;
    let follower = Follower {
        // Listening begins before the first look, so that nothing falls between.
        rings: parts.bus.listen(),
        store: parts.store.clone(),
        task: task.id,
        seen: after,
        ready: VecDeque::new(),
        poll: parts.settings.queue.poll,
        look: true,
        over: false,
    };
    Ok(stream::unfold(follower, |mut follower| async move { follower.next().await.map(|live| (live, follower)) })
        .boxed())
}

struct Follower {
    rings: broadcast::Receiver<Ring>,
    store: Store,
    task: TaskId,
    seen: u64,
    ready: VecDeque<Event>,
    poll: Duration,
    look: bool,
    over: bool,
}

impl Follower {
    async fn next(&mut self) -> Option<Result<Live, Refusal>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.seen = event.seq;
                self.over = matches!(event.kind, EventKind::Finished { .. });
                return Some(Ok(Live::Event(event)));
            }
            if self.over {
                return None;
            }
            if self.look {
                match self.store.events(&self.task, self.seen, PAGE).await {
                    Ok(events) => {
                        // A full page means that there may be more.
                        self.look = events.len() as u32 == PAGE;
                        self.ready.extend(events);
                    }
                    Err(error) => {
                        self.over = true;
                        return Some(Err(error.into()));
                    }
                }
                continue;
            }
            if let Some(passing) = self.wait().await {
                return Some(Ok(passing));
            }
        }
    }

    /// Waits for a ring; returns what passes, and remembers to look when an event was recorded.
    async fn wait(&mut self) -> Option<Live> {
        match tokio::time::timeout(self.poll, self.rings.recv()).await {
            Ok(Ok(Ring::Live(live))) => match *live {
                Live::Event(event) if event.task == self.task && event.seq == self.seen + 1 => {
                    self.ready.push_back(event)
                }
                Live::Event(event) => self.look = event.task == self.task && event.seq > self.seen,
                Live::Passing(passing) if passing.task == self.task => return Some(Live::Passing(passing)),
                Live::Passing(_) => {}
            },
            Ok(Ok(Ring::Queue | Ring::Outbox | Ring::Touched(_))) => {}
            Ok(Err(_)) | Err(_) => self.look = true,
        }
        None
    }
}
