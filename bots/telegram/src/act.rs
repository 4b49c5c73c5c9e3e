//! What is done about an update: the desk is told, and whoever did it sees that it was heard.

use crate::address::Address;
use crate::album;
use crate::bot::Bot;
use crate::hear::Written;
use crate::lanes::Work;
use crate::note;
use crate::press::Pressing;
use crate::send::Outgoing;
use crate::signs::Signs;
use crate::sources::{self, Fetched};
use signalbox_core::desk::{Answered, Desk, Said};
use signalbox_core::port::Refusal;
use std::sync::Arc;
use std::time::{Duration, Instant};
use teloxide_core::payloads::{SendChatAction, SendChatActionSetters};
use teloxide_core::types::ChatAction;
use tokio_util::task::TaskTracker;

/// A button glows until its press is answered; after so long it is answered without a word.
const GLOW: Duration = Duration::from_millis(700);

/// Does what updates ask for.
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) bot: Bot,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) channel: Arc<Outgoing>,
    pub(crate) signs: Arc<Signs>,
    /// What our updates are filed under.
    pub(crate) source: String,
}

impl Actor {
    /// Does it; safe to repeat where it failed. What nobody waits for is left to `tasks`.
    pub(crate) async fn act(&self, work: &mut Work, tasks: &TaskTracker) -> Result<(), Refusal> {
        match work {
            Work::Changed { update, place, change } => {
                self.desk.place_changed(place, change.clone()).await?;
                self.desk.pass_over(&self.source, vec![update.clone()]).await
            }
            Work::Written { parts, fetched, .. } => self.written(parts, fetched).await,
            Work::Pressed(pressing) => self.pressed(pressing, tasks).await,
        }
    }

    /// The first thing that somebody sees whom we know: that we are at it. Nothing waits for it.
    pub(crate) fn sign(&self, parts: &[Written], tasks: &TaskTracker) {
        let Some(heard) = parts.iter().find(|part| part.clear).map(|part| &part.heard) else { return };
        let Some(address) = Address::of(&heard.place) else { return };
        let (this, sender) = (self.clone(), heard.sender.clone());
        tasks.spawn(async move {
            if !this.desk.knows(&sender).await.unwrap_or(false) || !this.signs.is_due(address, Instant::now()) {
                return;
            }
            let mut typing = SendChatAction::new(address.recipient(), ChatAction::Typing);
            if let Some(thread) = address.thread() {
                typing = typing.message_thread_id(thread);
            }
            if let Err(fault) = this.bot.call::<_, bool>(&typing).await {
                tracing::debug!(%fault, "no sign of typing");
            }
        });
    }

    async fn written(&self, parts: &[Written], fetched: &mut Option<Fetched>) -> Result<(), Refusal> {
        let ids = album::ids(parts);
        let Some(whole) = album::merged(parts) else { return self.desk.pass_over(&self.source, ids).await };
        if self.was_part_of_it(&whole, &ids).await? {
            return self.desk.pass_over(&self.source, ids).await;
        }
        if fetched.is_none() {
            *fetched = Some(self.files(&whole).await?);
        }
        let mut heard = whole.heard;
        if let (Said::Words { files, missing, .. }, Some(fetched)) = (&mut heard.what, fetched) {
            *files = fetched.files.clone();
            *missing = fetched.missing.clone();
        }
        let (first, address) = (heard.id.clone(), Address::of(&heard.place));
        match self.desk.hear(heard).await? {
            // Only a form is answered by a reply, and there are none here.
            Answered::Silence | Answered::Owed | Answered::Reply(_) => {}
            Answered::Note(words) | Answered::Seen(words) | Answered::Stray(words) => {
                note::said(&self.bot, address, &words).await
            }
        }
        let others: Vec<_> = ids.into_iter().filter(|id| *id != first).collect();
        if others.is_empty() { Ok(()) } else { self.desk.pass_over(&self.source, others).await }
    }

    /// Whether these are parts of an album that was heard with their files already, in a life that ended before it could
    /// say so; else what the album is made of is noted for the next life.
    async fn was_part_of_it(&self, whole: &Written, ids: &[String]) -> Result<bool, Refusal> {
        let Some(album) = &whole.album else { return Ok(false) };
        let key = format!("album:{}", Address::of(&whole.heard.place).map_or(0, |address| address.chat));
        if let Some(noted) = self.desk.noted(&self.source, &key).await?
            && let Some((noted_album, made_of)) = noted.split_once(' ')
            && noted_album == album
        {
            let made_of: Vec<_> = made_of.split(',').collect();
            let all_in = ids.iter().all(|id| made_of.contains(&id.as_str()));
            let heard = made_of.first().is_some_and(|first| !ids.iter().any(|id| id == first));
            if all_in && heard {
                return Ok(true);
            }
        }
        let mut made_of = vec![whole.heard.id.as_str()];
        made_of.extend(ids.iter().map(String::as_str).filter(|id| *id != whole.heard.id));
        let noted = format!("{album} {}", made_of.join(","));
        self.desk.note(&self.source, &key, &noted).await?;
        Ok(false)
    }

    async fn files(&self, whole: &Written) -> Result<Fetched, Refusal> {
        if whole.files.is_empty() || !self.desk.knows(&whole.heard.sender).await? {
            return Ok(Fetched::default());
        }
        sources::fetch(&self.bot, self.desk.as_ref(), &whole.heard.sender, &whole.files).await
    }

    async fn pressed(&self, pressing: &Pressing, tasks: &TaskTracker) -> Result<(), Refusal> {
        let hearing = self.desk.hear(pressing.heard.clone());
        tokio::pin!(hearing);
        let Ok(outcome) = tokio::time::timeout(GLOW, &mut hearing).await else {
            note::answered(&self.bot, &pressing.query, None).await;
            return hearing.await.map(|_| ());
        };
        let words = match &outcome {
            Ok(Answered::Note(words) | Answered::Seen(words) | Answered::Stray(words)) => Some(words.as_str()),
            Ok(Answered::Silence | Answered::Owed | Answered::Reply(_)) => None,
            Err(Refusal::Unavailable(_) | Refusal::Internal(_)) => {
                Some("It takes longer than usual. It is not forgotten.")
            }
            Err(_) => None,
        };
        note::answered(&self.bot, &pressing.query, words).await;
        if let Ok(Answered::Stray(_)) = &outcome {
            self.strip(pressing, tasks);
        }
        outcome.map(|_| ())
    }

    fn strip(&self, pressing: &Pressing, tasks: &TaskTracker) {
        let message = pressing.heard.message.as_deref().and_then(|message| message.parse().ok());
        let (Some(address), Some(message)) = (Address::of(&pressing.heard.place), message) else { return };
        let channel = self.channel.clone();
        tasks.spawn(async move { channel.strip(address, message).await });
    }
}
