//! The desk: what people say in places, understood, judged, acted on and answered.
//!
//! An account that is linked to nobody moves nothing and learns nothing: it gets one refusal a day. Everything else is
//! asked of the hub in the name of the account's person, and judged there at this moment. What is said in return is owed
//! in the transaction that marks the update as handled, so that it is said once however often the update is handed in.

mod aloud;
mod answers;
mod begin;
mod choose;
mod files;
mod ground;
mod hear;
mod link;
mod places;
mod press;
mod reply;
mod status;
mod steer;
mod suggest;
mod tell;
mod thread;

use crate::fresh;
use crate::hub::HubService;
use crate::parts::Parts;
use crate::store::Update as Row;
use async_trait::async_trait;
use bytes::Bytes;
use signalbox_core::desk::{Answered, Desk, Heard, NewFile, PlaceChange, Suggestion, Typing, Update};
use signalbox_core::people::Identity;
use signalbox_core::place::Place;
use signalbox_core::policy::Trigger;
use signalbox_core::port::Refusal;
use signalbox_core::task::Attachment;
use std::sync::Arc;
use std::time::Duration;

/// The engine's desk.
#[derive(Clone)]
pub struct DeskService {
    parts: Arc<Parts>,
    hub: HubService,
}

impl DeskService {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        Self { hub: HubService::new(parts.clone()), parts }
    }
}

#[async_trait]
impl Desk for DeskService {
    async fn receive(&self, updates: Vec<Update>) -> Result<usize, Refusal> {
        let at = fresh::now();
        let row = |update: Update| Row { source: update.source, external_id: update.id, raw: update.raw, at };
        Ok(self.parts.store.receive_all(updates.into_iter().map(row).collect()).await?)
    }

    async fn unhandled(&self, source: &str, after: Option<&str>, limit: u32) -> Result<Vec<Update>, Refusal> {
        let rows = self.parts.store.unhandled(source, after, limit).await?;
        Ok(rows.into_iter().map(|row| Update { source: row.source, id: row.external_id, raw: row.raw }).collect())
    }

    async fn pass_over(&self, source: &str, ids: Vec<String>) -> Result<(), Refusal> {
        for id in ids {
            self.parts.store.handled(source, &id, fresh::now()).await?;
        }
        Ok(())
    }

    async fn give_up(&self, source: &str, ids: Vec<String>, why: &str) -> Result<(), Refusal> {
        for id in ids {
            self.parts.store.give_up_update(source, &id, why, fresh::now()).await?;
        }
        Ok(())
    }

    async fn put_off(&self, source: &str, ids: &[String], why: &str) -> Result<(), Refusal> {
        for id in ids {
            self.parts.store.put_off_update(source, id, why, fresh::now()).await?;
        }
        Ok(())
    }

    async fn hear(&self, heard: Heard) -> Result<Answered, Refusal> {
        self.take_in(heard).await
    }

    async fn knows(&self, account: &Identity) -> Result<bool, Refusal> {
        Ok(self.parts.store.actor_by_identity(account).await?.is_some())
    }

    async fn heeds(&self, place: &Place, parent: Option<&Place>, trigger: Trigger) -> Result<bool, Refusal> {
        self.lets_begin(place, parent, trigger).await
    }

    async fn keep_file(&self, sender: &Identity, file: NewFile) -> Result<Attachment, Refusal> {
        self.keep(sender, file).await
    }

    async fn read_file(&self, file: &Attachment) -> Result<Bytes, Refusal> {
        self.read(file).await
    }

    async fn suggest(&self, typing: &Typing) -> Result<Vec<Suggestion>, Refusal> {
        self.offer(typing).await
    }

    async fn recognises(&self, place: &Place, number: &str) -> Result<bool, Refusal> {
        let recognised = self.parts.store.recognises(place, number).await?;
        if !recognised {
            tracing::warn!(%place, "what comes from {place} is not heard: another place has its name now");
        }
        Ok(recognised)
    }

    async fn place_changed(&self, place: &Place, change: PlaceChange) -> Result<(), Refusal> {
        self.note_change(place, change).await
    }

    async fn noted(&self, source: &str, key: &str) -> Result<Option<String>, Refusal> {
        Ok(self.parts.store.noted(source, key).await?)
    }

    async fn note(&self, source: &str, key: &str, value: &str) -> Result<(), Refusal> {
        Ok(self.parts.store.note_for(source, key, value, fresh::now()).await?)
    }

    async fn listen(&self, source: &str, seconds: u64) -> Result<bool, Refusal> {
        let now = fresh::now();
        Ok(self.parts.store.listen(source, &self.parts.node, now, now + Duration::from_secs(seconds)).await?)
    }

    async fn hang_up(&self, source: &str) -> Result<(), Refusal> {
        Ok(self.parts.store.hang_up(source, &self.parts.node).await?)
    }
}
