//! How cards get to GitHub: the channel. A card is one comment; a later card of the same key is the same comment written anew.
//! On pull requests a check run goes along.
//!
//! Every comment carries the id of its delivery where nobody sees it: where the answer to a request was lost, the next try
//! finds the comment that is there.

use crate::KIND;
use crate::act::commit_of;
use crate::api::Api;
use crate::checks::Checks;
use crate::fault::Fault;
use crate::layout::layout;
use crate::moment;
use crate::pace::Pacer;
use crate::propose::Proposer;
use crate::repo::Thread;
use crate::text::inline_code;
use async_trait::async_trait;
use signalbox_core::card::Card;
use signalbox_core::delivery::Delivery;
use signalbox_core::desk::{Desk, PlaceChange};
use signalbox_core::port::{Channel, SendError, Sent};
use signalbox_core::sheet::View;
use signalbox_core::time::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a comment may wait for its turn and for room.
const PATIENCE: Duration = Duration::from_secs(20);
/// Clocks differ: so much earlier than it was owed a comment is looked for.
const SLACK: u64 = 300;

/// GitHub as a channel.
pub(crate) struct Outgoing {
    pub(crate) api: Api,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) pacer: Pacer,
    pub(crate) checks: Arc<Checks>,
    pub(crate) proposer: Proposer,
}

#[async_trait]
impl Channel for Outgoing {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn send(&self, delivery: &Delivery) -> Result<Sent, SendError> {
        let to = thread(delivery)?;
        match self.write(delivery, &to).await {
            Ok(id) => {
                self.checks.follow(&to, delivery).await;
                Ok(Sent::one(format!("c{id}")))
            }
            Err(fault) => Err(self.failed(delivery, fault).await),
        }
    }

    async fn edit(&self, delivery: &Delivery, message: &str) -> Result<Sent, SendError> {
        let to = thread(delivery)?;
        let id = message.strip_prefix('c').and_then(|id| id.parse().ok()).ok_or(SendError::EditLost)?;
        match self.rewrite(delivery, &to, id).await {
            Ok(()) => {
                self.checks.follow(&to, delivery).await;
                Ok(Sent::one(message))
            }
            Err(fault) if fault.is_absence() => Err(SendError::EditLost),
            Err(fault) => Err(self.failed(delivery, fault).await),
        }
    }
}

impl Outgoing {
    async fn write(&self, delivery: &Delivery, to: &Thread) -> Result<u64, Fault> {
        let until = Instant::now() + PATIENCE;
        let _turn = self.pacer.turn(&to.to_string(), until).await.map_err(Fault::Wait)?;
        if delivery.attempts > 1
            && let Some(id) = self.find(delivery, to).await?
        {
            return Ok(id);
        }
        self.pacer.room(&self.api.payer(&to.repo), until).await.map_err(Fault::Wait)?;
        self.api.comment(to, &self.body(delivery, to).await?).await
    }

    async fn rewrite(&self, delivery: &Delivery, to: &Thread, id: u64) -> Result<(), Fault> {
        let (until, payer, queue) = (Instant::now() + PATIENCE, self.api.payer(&to.repo), to.to_string());
        let _turn = if delivery.card.is_passing() {
            self.pacer.spare_room(&payer, &queue).map_err(Fault::Wait)?
        } else {
            let turn = self.pacer.turn(&queue, until).await.map_err(Fault::Wait)?;
            self.pacer.room(&payer, until).await.map_err(Fault::Wait)?;
            turn
        };
        self.api.edit_comment(&to.repo, id, &self.body(delivery, to).await?).await
    }

    /// The comment's text. What it tells of that is pushed is put forward first, so that it can say where.
    async fn body(&self, delivery: &Delivery, to: &Thread) -> Result<String, Fault> {
        let about = match &delivery.card {
            Card::Outcome(card) => self.proposer.put_forward(to, card, delivery.detail).await?,
            Card::Task(_) => self.commit_of(delivery).await,
            Card::Approval(_) | Card::Reply(_) | Card::Event(_) => None,
        };
        let about = about.map(|line| format!("\n\n{line}")).unwrap_or_default();
        Ok(format!("{}{about}\n\n{}", layout(&delivery.card, view(delivery)), mark(delivery)))
    }

    /// Which commit a task works on, where it is not the default branch's newest.
    async fn commit_of(&self, delivery: &Delivery) -> Option<String> {
        let key = commit_of(&delivery.place, delivery.answers.as_deref()?);
        let noted = self.desk.noted(&self.proposer.source, &key).await.ok().flatten()?;
        Some(format!("<sub>It works on commit {}.</sub>", inline_code(noted.get(..12).unwrap_or(&noted))))
    }

    /// The comment that an earlier try has written, where its answer was lost.
    async fn find(&self, delivery: &Delivery, to: &Thread) -> Result<Option<u64>, Fault> {
        let owed = u64::try_from(delivery.created_at.millis() / 1000).unwrap_or_default();
        let comments = self.api.comments_since(to, &moment::write(owed.saturating_sub(SLACK))).await?;
        let mark = mark(delivery);
        let ours = |body: &Option<String>| body.as_ref().is_some_and(|body| body.ends_with(&mark));
        Ok(comments.into_iter().find(|comment| ours(&comment.body)).map(|comment| comment.id))
    }

    /// What a fault means for the delivery, and for its place.
    async fn failed(&self, delivery: &Delivery, fault: Fault) -> SendError {
        if let Some(reason) = fault.shut() {
            let lost = PlaceChange::Lost(reason.to_owned());
            if let Err(refusal) = self.desk.place_changed(&delivery.place, lost).await {
                tracing::warn!(%refusal, "a lost place could not be noted");
            }
            return SendError::Gone { reason: reason.to_owned() };
        }
        let reason = fault.to_string();
        match fault {
            Fault::Wait(wait) => SendError::Later { after: Some(wait), reason },
            fault if fault.is_refusal() => SendError::Refused { reason },
            _ => SendError::Later { after: None, reason },
        }
    }
}

fn thread(delivery: &Delivery) -> Result<Thread, SendError> {
    let refused = || SendError::Refused { reason: "this is no issue or pull request on GitHub".to_owned() };
    Thread::of(&delivery.place).ok_or_else(refused)
}

fn mark(delivery: &Delivery) -> String {
    format!("<!-- signalbox {} -->", delivery.id)
}

/// As it is seen now.
pub(crate) fn view(delivery: &Delivery) -> View {
    let now = i64::try_from(moment::now() * 1000).unwrap_or(i64::MAX);
    View { now: Timestamp::from_millis(now), detail: delivery.detail }
}
