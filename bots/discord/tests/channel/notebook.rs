//! The other side of the desk: it writes down what is handed in and says what it is told to say. It understands nothing.

use async_trait::async_trait;
use bytes::Bytes;
use signalbox_core::desk::{Answered, Desk, Heard, NewFile, PlaceChange, Suggestion, Typing, Update};
use signalbox_core::id::BlobId;
use signalbox_core::people::Identity;
use signalbox_core::place::Place;
use signalbox_core::port::Refusal;
use signalbox_core::task::Attachment;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;

#[derive(Default)]
pub(crate) struct Notebook {
    pages: Mutex<Pages>,
    written: Notify,
}

#[derive(Default)]
struct Pages {
    received: Vec<Update>,
    done: HashSet<String>,
    heard: Vec<Heard>,
    changes: Vec<(Place, PlaceChange)>,
    notes: HashMap<String, String>,
    files: HashMap<String, Bytes>,
    strangers: HashSet<String>,
    answer: Option<Answered>,
    out_of_order: u32,
}

impl Notebook {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap()
    }

    fn write<T>(&self, write: impl FnOnce(&mut Pages) -> T) -> T {
        let written = write(&mut self.pages());
        self.written.notify_waiters();
        written
    }

    /// From now on everything is answered so.
    pub(crate) fn answers(&self, answer: Answered) {
        self.pages().answer = Some(answer);
    }

    /// This account is linked to nobody.
    pub(crate) fn does_not_know(&self, account: impl ToString) {
        self.pages().strangers.insert(account.to_string());
    }

    /// The next so many things that are handed in fail.
    pub(crate) fn is_out_of_order(&self, times: u32) {
        self.pages().out_of_order = times;
    }

    /// Keeps a file to be handed over.
    pub(crate) fn has_file(&self, content: &[u8]) -> BlobId {
        let blob = format!("blob-{}", self.pages().files.len());
        self.pages().files.insert(blob.clone(), Bytes::copy_from_slice(content));
        BlobId::new(blob)
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.pages().heard.clone()
    }

    pub(crate) fn file(&self, blob: &BlobId) -> Bytes {
        self.pages().files[blob.as_str()].clone()
    }

    /// Every update that was stored, whether it was for us or not.
    pub(crate) fn received(&self) -> Vec<String> {
        self.pages().received.iter().map(|update| update.id.clone()).collect()
    }

    /// Waits until so much was heard.
    pub(crate) async fn wait_heard(&self, count: usize) -> Vec<Heard> {
        self.wait(|pages| (pages.heard.len() >= count).then(|| pages.heard.clone())).await
    }

    /// Waits until something happened to a place.
    pub(crate) async fn wait_change(&self, place: &Place) -> PlaceChange {
        self.wait(|pages| pages.changes.iter().rev().find(|(of, _)| of == place).map(|(_, change)| change.clone()))
            .await
    }

    /// Waits until everything that was received is done with.
    pub(crate) async fn wait_done(&self, count: usize) {
        self.wait(|pages| (pages.done.len() >= count).then_some(())).await;
    }

    async fn wait<T>(&self, seen: impl Fn(&Pages) -> Option<T>) -> T {
        let look = async {
            loop {
                let written = self.written.notified();
                if let Some(found) = seen(&self.pages()) {
                    return found;
                }
                written.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), look).await.unwrap_or_else(|_| {
            panic!("nothing came; heard: {:#?}", self.heard());
        })
    }

    fn works(&self) -> Result<(), Refusal> {
        let mut pages = self.pages();
        if pages.out_of_order == 0 {
            return Ok(());
        }
        pages.out_of_order -= 1;
        Err(Refusal::Unavailable("out of order".to_owned()))
    }
}

#[async_trait]
impl Desk for Notebook {
    async fn receive(&self, updates: Vec<Update>) -> Result<usize, Refusal> {
        self.works()?;
        Ok(self.write(|pages| {
            let mut new = 0;
            for update in updates {
                if !pages.received.iter().any(|there| there.id == update.id) {
                    pages.received.push(update);
                    new += 1;
                }
            }
            new
        }))
    }

    async fn unhandled(&self, source: &str, after: Option<&str>, limit: u32) -> Result<Vec<Update>, Refusal> {
        let pages = self.pages();
        let from = pages.received.iter().position(|update| Some(update.id.as_str()) == after).map_or(0, |at| at + 1);
        let open =
            pages.received[from..].iter().filter(|update| update.source == source && !pages.done.contains(&update.id));
        Ok(open.take(limit as usize).cloned().collect())
    }

    async fn pass_over(&self, _source: &str, ids: Vec<String>) -> Result<(), Refusal> {
        self.write(|pages| pages.done.extend(ids));
        Ok(())
    }

    async fn hear(&self, heard: Heard) -> Result<Answered, Refusal> {
        self.works()?;
        Ok(self.write(|pages| {
            pages.done.insert(heard.id.clone());
            pages.heard.push(heard);
            pages.answer.clone().unwrap_or(Answered::Owed)
        }))
    }

    async fn knows(&self, account: &Identity) -> Result<bool, Refusal> {
        Ok(!self.pages().strangers.contains(&account.account))
    }

    async fn heeds(&self, _: &Place, _: Option<&Place>, _: signalbox_core::policy::Trigger) -> Result<bool, Refusal> {
        Ok(true)
    }

    async fn keep_file(&self, _sender: &Identity, file: NewFile) -> Result<Attachment, Refusal> {
        Ok(self.write(|pages| {
            let blob = format!("kept-{}", pages.files.len());
            pages.files.insert(blob.clone(), file.content);
            Attachment { name: file.name, media_type: file.media_type, blob: BlobId::new(blob) }
        }))
    }

    async fn read_file(&self, file: &Attachment) -> Result<Bytes, Refusal> {
        let found = self.pages().files.get(file.blob.as_str()).cloned();
        found.ok_or_else(|| Refusal::NotFound("no such file".to_owned()))
    }

    async fn suggest(&self, heard: &Typing) -> Result<Vec<Suggestion>, Refusal> {
        let value = format!("{}mo", heard.beginning);
        Ok(vec![Suggestion { label: format!("{} {value}", heard.argument), value }])
    }

    async fn recognises(&self, _: &Place, _: &str) -> Result<bool, Refusal> {
        Ok(true)
    }

    async fn place_changed(&self, place: &Place, change: PlaceChange) -> Result<(), Refusal> {
        self.write(|pages| pages.changes.push((place.clone(), change)));
        Ok(())
    }

    async fn noted(&self, source: &str, key: &str) -> Result<Option<String>, Refusal> {
        Ok(self.pages().notes.get(&format!("{source} {key}")).cloned())
    }

    async fn note(&self, source: &str, key: &str, value: &str) -> Result<(), Refusal> {
        self.write(|pages| pages.notes.insert(format!("{source} {key}"), value.to_owned()));
        Ok(())
    }

    async fn listen(&self, _source: &str, _seconds: u64) -> Result<bool, Refusal> {
        Ok(true)
    }

    async fn hang_up(&self, _source: &str) -> Result<(), Refusal> {
        Ok(())
    }
}
