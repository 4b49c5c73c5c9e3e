//! The other end of the desk's port, as the hub promises it: updates are kept once, what is heard is handled, and everything
//! can be looked at. What is tested is what the adapter does with it.

use async_trait::async_trait;
use bytes::Bytes;
use signalbox_core::desk::{Answered, Desk, Heard, NewFile, PlaceChange, Said, Suggestion, Typing, Update};
use signalbox_core::id::BlobId;
use signalbox_core::people::Identity;
use signalbox_core::place::Place;
use signalbox_core::port::Refusal;
use signalbox_core::task::Attachment;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;

#[derive(Default)]
pub(super) struct Counter {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) updates: Vec<Update>,
    pub(super) handled: HashSet<String>,
    pub(super) heard: Vec<Heard>,
    pub(super) kept: Vec<NewFile>,
    pub(super) files: HashMap<String, Bytes>,
    pub(super) changes: Vec<(Place, PlaceChange)>,
    pub(super) notes: HashMap<String, String>,
    pub(super) known: HashSet<String>,
    /// What is answered next; else that the answer is owed.
    pub(super) answers: VecDeque<Result<Answered, Refusal>>,
    /// How long hearing takes.
    pub(super) slow: Duration,
    /// How often nothing can be stored.
    pub(super) full: u32,
}

impl Counter {
    pub(super) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Waits until something holds, and gives it.
    pub(super) async fn when<T>(&self, holds: impl Fn(&State) -> Option<T>) -> T {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                if let Some(found) = holds(&self.state()) {
                    return found;
                }
                let _ = tokio::time::timeout(Duration::from_millis(50), changed).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        found.unwrap_or_else(|_| panic!("it never came to that; heard: {:#?}", self.state().heard))
    }

    /// Waits until so many were heard, and gives their words.
    pub(super) async fn words(&self, count: usize) -> Vec<String> {
        self.when(|state| (state.heard.len() >= count).then(|| state.heard.iter().map(words).collect())).await
    }
}

pub(super) fn words(heard: &Heard) -> String {
    match &heard.what {
        Said::Words { text, .. } => text.clone(),
        Said::Pressed { code } => format!("[{code}]"),
        other => format!("{other:?}"),
    }
}

#[async_trait]
impl Desk for Counter {
    async fn receive(&self, updates: Vec<Update>) -> Result<usize, Refusal> {
        let mut state = self.state();
        if state.full > 0 {
            state.full -= 1;
            return Err(Refusal::Unavailable("the disk is full".to_owned()));
        }
        let before = state.updates.len();
        for update in updates {
            if !state.updates.iter().any(|known| known.id == update.id) {
                state.updates.push(update);
            }
        }
        Ok(state.updates.len() - before)
    }

    async fn unhandled(&self, _: &str, after: Option<&str>, limit: u32) -> Result<Vec<Update>, Refusal> {
        let state = self.state();
        let from = state.updates.iter().position(|update| Some(update.id.as_str()) == after).map_or(0, |at| at + 1);
        let left = state.updates[from..].iter().filter(|update| !state.handled.contains(&update.id));
        Ok(left.take(limit as usize).cloned().collect())
    }

    async fn pass_over(&self, _: &str, ids: Vec<String>) -> Result<(), Refusal> {
        self.state().handled.extend(ids);
        self.changed.notify_waiters();
        Ok(())
    }

    async fn hear(&self, heard: Heard) -> Result<Answered, Refusal> {
        let slow = self.state().slow;
        tokio::time::sleep(slow).await;
        let mut state = self.state();
        let answer = state.answers.pop_front().unwrap_or(Ok(Answered::Owed))?;
        state.handled.insert(heard.id.clone());
        state.heard.push(heard);
        self.changed.notify_waiters();
        Ok(answer)
    }

    async fn knows(&self, account: &Identity) -> Result<bool, Refusal> {
        Ok(self.state().known.contains(&account.account))
    }

    async fn heeds(&self, _: &Place, _: Option<&Place>, _: signalbox_core::policy::Trigger) -> Result<bool, Refusal> {
        Ok(true)
    }

    async fn keep_file(&self, _: &Identity, file: NewFile) -> Result<Attachment, Refusal> {
        let kept =
            Attachment { name: file.name.clone(), media_type: file.media_type.clone(), blob: BlobId::new(&file.name) };
        self.state().kept.push(file);
        Ok(kept)
    }

    async fn read_file(&self, file: &Attachment) -> Result<Bytes, Refusal> {
        let found = self.state().files.get(&file.name).cloned();
        found.ok_or_else(|| Refusal::NotFound("no such file".to_owned()))
    }

    async fn suggest(&self, _: &Typing) -> Result<Vec<Suggestion>, Refusal> {
        Ok(Vec::new())
    }

    async fn recognises(&self, _: &Place, _: &str) -> Result<bool, Refusal> {
        Ok(true)
    }

    async fn place_changed(&self, place: &Place, change: PlaceChange) -> Result<(), Refusal> {
        self.state().changes.push((place.clone(), change));
        self.changed.notify_waiters();
        Ok(())
    }

    async fn noted(&self, _: &str, key: &str) -> Result<Option<String>, Refusal> {
        Ok(self.state().notes.get(key).cloned())
    }

    async fn note(&self, _: &str, key: &str, value: &str) -> Result<(), Refusal> {
        self.state().notes.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    async fn listen(&self, _: &str, _: u64) -> Result<bool, Refusal> {
        Ok(true)
    }

    async fn hang_up(&self, _: &str) -> Result<(), Refusal> {
        Ok(())
    }
}
