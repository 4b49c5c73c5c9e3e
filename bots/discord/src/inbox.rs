//! What arrives is stored before anything else happens with it, then handled in its lane. What an earlier life has left in
//! the inbox is swept into the lanes in the order in which it came.

use crate::discord::Shared;
use crate::handle::{Acknowledged, handle};
use crate::hear::Me;
use crate::interact::{acknowledge, is_quick};
use crate::wire::{Interaction, Message};
use serde_json::value::RawValue;
use signalbox_core::desk::Update;
use signalbox_core::port::Refusal;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How many updates a sweep looks at in one go.
const SWEPT: u32 = 1000;
/// How often is swept.
const EVERY: Duration = Duration::from_secs(5);
/// How often, while something waits for room.
const SOON: Duration = Duration::from_millis(200);

/// Something that arrived and is to be stored.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// A message.
    Message(Box<Message>, String),
    /// An interaction.
    Interaction(Box<Interaction>, String),
}

impl Arrival {
    /// From the data of `MESSAGE_CREATE`.
    pub(crate) fn message(raw: &RawValue) -> Option<Self> {
        let message = serde_json::from_str(raw.get()).ok()?;
        Some(Self::Message(Box::new(message), raw.get().to_owned()))
    }

    /// From the data of `INTERACTION_CREATE`.
    pub(crate) fn interaction(raw: &str) -> Option<Self> {
        let interaction = serde_json::from_str(raw).ok()?;
        Some(Self::Interaction(Box::new(interaction), raw.to_owned()))
    }

    /// From the inbox.
    fn stored(update: &Update) -> Option<Self> {
        match update.id.split_once(':')?.0 {
            "m" => Some(Self::Message(serde_json::from_str(&update.raw).ok()?, String::new())),
            "i" => Self::interaction(&update.raw),
            _ => None,
        }
    }

    /// The same for each copy, by whichever way it came.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Message(message, _) => format!("m:{}", message.id),
            Self::Interaction(interaction, _) => format!("i:{}", interaction.id),
        }
    }

    /// The same once more.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Message(message, raw) => Self::Message(message.clone(), raw.clone()),
            Self::Interaction(interaction, raw) => Self::Interaction(interaction.clone(), raw.clone()),
        }
    }

    fn update(&self, me: Me) -> Update {
        let (Self::Message(_, raw) | Self::Interaction(_, raw)) = self;
        Update { source: me.source(), id: self.id(), raw: raw.clone() }
    }

    /// The lane that it belongs to: what is quick goes beside what may have to fetch files first.
    fn lane(&self) -> String {
        match self {
            Self::Message(message, _) => format!("words {}", message.channel_id),
            Self::Interaction(interaction, _) => {
                let channel = interaction.channel_id().unwrap_or_default();
                let lane = if is_quick(interaction) { "presses" } else { "words" };
                format!("{lane} {channel}")
            }
        }
    }
}

/// Stores what arrived, then hands it to its lanes. `first` says whether interactions have had their first answer.
pub(crate) async fn store(shared: &Arc<Shared>, me: Me, all: Vec<Arrival>, first: bool) -> Result<(), Refusal> {
    let updates: Vec<_> = all.iter().map(|arrival| arrival.update(me)).collect();
    let new = shared.desk.receive(updates).await?;
    if new < all.len() {
        // Some of it was there before, and may be done with: the inbox knows.
        return sweep(shared, me).await;
    }
    for arrival in all {
        put(shared, me, arrival, first);
    }
    Ok(())
}

/// False where there is no room: it stays in the inbox.
fn put(shared: &Arc<Shared>, me: Me, arrival: Arrival, first: bool) -> bool {
    let (lane, id) = (arrival.lane(), arrival.id());
    let acknowledged = match &arrival {
        Arrival::Interaction(..) if first => Acknowledged::already(),
        Arrival::Interaction(interaction, _) => acknowledge(shared, interaction),
        Arrival::Message(..) => Acknowledged::never(),
    };
    shared.lanes.put(lane, id, Box::pin(handle(shared.clone(), me, arrival, acknowledged)))
}

/// Sweeps what is not handled yet into the lanes, page by page: one that is full of what lanes hold already must not hide
/// what waits behind it.
pub(crate) async fn sweep(shared: &Arc<Shared>, me: Me) -> Result<(), Refusal> {
    shared.lanes.begin_sweep();
    let mut after: Option<String> = None;
    loop {
        let page = shared.desk.unhandled(&me.source(), after.as_deref(), SWEPT).await?;
        let is_last = page.len() < SWEPT as usize;
        after = page.last().map(|update| update.id.clone());
        if !put_all(shared, me, page).await? || is_last {
            return Ok(());
        }
    }
}

/// False where there is no room for more.
async fn put_all(shared: &Arc<Shared>, me: Me, page: Vec<Update>) -> Result<bool, Refusal> {
    for update in page {
        if !shared.lanes.takes(&update.id) {
            continue;
        }
        let Some(arrival) = Arrival::stored(&update) else {
            tracing::warn!(update = %update.id, "update {} cannot be read; it is given up", update.id);
            shared.desk.give_up(&me.source(), vec![update.id], "what was sent cannot be read").await?;
            continue;
        };
        if !put(shared, me, arrival, false) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sweeps now and then, until `stop`.
pub(crate) async fn keep_sweeping(shared: &Arc<Shared>, me: Me, stop: &CancellationToken) {
    loop {
        if let Err(refusal) = sweep(shared, me).await {
            tracing::warn!(error = %refusal, "the inbox could not be read");
        }
        let pause = if shared.lanes.overflowed() { SOON } else { EVERY };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
