//! Reading a task's record, and what it names, for pages.

use super::{HubService, access};
use crate::bus::Ring;
use async_trait::async_trait;
use futures::stream::{self, BoxStream, StreamExt as _};
use signalbox_core::event::{Event, Live};
use signalbox_core::id::BlobId;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::reading::Reading;
use tokio::sync::broadcast::error::RecvError;

/// The largest thing that is read into memory, in bytes.
const LARGEST: u64 = 32 << 20;

#[async_trait]
impl Reading for HubService {
    async fn record(&self, actor: &Actor, task: &str, after: u64, limit: u32) -> Result<Vec<Event>, Refusal> {
        let (task, _) = access::task(self.parts(), actor, task).await?;
        Ok(self.parts().store.events(&task.id, after, limit).await?)
    }

    async fn kept(&self, actor: &Actor, task: &str, blob: &BlobId) -> Result<Vec<u8>, Refusal> {
        let (task, _) = access::task(self.parts(), actor, task).await?;
        // Whoever may see one task learns nothing by the name of what another one keeps.
        if !self.parts().store.names_blob(&task.id, blob).await? {
            return Err(Refusal::NotFound(format!("the task {} names no such file", task.id)));
        }
        Ok(self.parts().store.read_blob(blob, LARGEST).await?)
    }

    fn changes(&self) -> BoxStream<'static, ()> {
        let (rings, poll) = (self.parts().bus.listen(), self.parts().settings.queue.poll);
        stream::unfold(rings, move |mut rings| async move {
            loop {
                match tokio::time::timeout(poll, rings.recv()).await {
                    Ok(Ok(Ring::Queue | Ring::Outbox)) => {}
                    Ok(Ok(Ring::Live(live))) if matches!(*live, Live::Passing(_)) => {}
                    // Rings are lost to the slow, and between nodes without Redis.
                    Ok(Ok(Ring::Live(_) | Ring::Touched(_)) | Err(RecvError::Lagged(_))) | Err(_) => {
                        return Some(((), rings));
                    }
                    Ok(Err(RecvError::Closed)) => return None,
                }
            }
        })
        .boxed()
    }
}
