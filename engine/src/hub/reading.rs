//! Reading a task's record, and what it names, for pages.

use super::{HubService, access};
use async_trait::async_trait;
use signalbox_core::event::Event;
use signalbox_core::id::BlobId;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::reading::Reading;

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
}
