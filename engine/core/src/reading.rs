//! What pages read of a task beside the task itself.

use crate::event::Event;
use crate::id::BlobId;
use crate::people::Actor;
use crate::port::Refusal;
use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;

/// Reading records. Every method judges the actor at this moment. A hub that shows no pages refuses it.
#[async_trait]
pub trait Reading: Send + Sync + 'static {
    /// A task's record after the event `after`, at most `limit` entries; it waits for nothing.
    async fn record(&self, _actor: &Actor, _task: &str, _after: u64, _limit: u32) -> Result<Vec<Event>, Refusal> {
        Err(not_here())
    }
    /// The bytes of something that a task's record or request names: a file, or the whole of what an entry shows the
    /// beginning of.
    async fn kept(&self, _actor: &Actor, _task: &str, _blob: &BlobId) -> Result<Vec<u8>, Refusal> {
        Err(not_here())
    }
    /// Says that something may have changed, and now and then without a cause: whoever shows lists looks again then.
    fn changes(&self) -> BoxStream<'static, ()> {
        futures::stream::pending().boxed()
    }
}

fn not_here() -> Refusal {
    Refusal::Unavailable("this hub shows no records: ask the one that serves its pages".to_owned())
}
