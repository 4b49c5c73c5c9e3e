//! The handling of one update in its lane: what was said goes to the desk, and what the desk has for this person alone is
//! shown to them. What fails for a moment is tried again in place, so that what follows does not overtake it.

use crate::calls::{NO_EMBEDS, silent};
use crate::discord::Shared;
use crate::error::CallError;
use crate::files::bring;
use crate::hear::{Hearing, Me, Where, hear, identity};
use crate::inbox::Arrival;
use crate::interaction::{First, first, prompt, said};
use crate::lanes::Done;
use crate::layout::line;
use crate::place;
use crate::shown::{asked, close};
use crate::snowflake::Snowflake;
use crate::thread::thread;
use crate::wire::{Interaction, Message};
use serde_json::json;
use sha2::{Digest, Sha256};
use signalbox_core::desk::{Answered, Heard, Said};
use signalbox_core::port::Refusal;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The pauses between tries.
const PAUSES: [u64; 6] = [200, 1000, 3000, 10_000, 30_000, 60_000];

/// Whether an interaction has had its first answer: only then is there anything to be shown to the person alone.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged(watch::Receiver<Option<bool>>);

impl Acknowledged {
    pub(crate) fn later() -> (watch::Sender<Option<bool>>, Self) {
        let (tell, hears) = watch::channel(None);
        (tell, Self(hears))
    }

    pub(crate) fn never() -> Self {
        Self(watch::channel(Some(false)).1)
    }

    /// The first answer went out with the response to its request.
    pub(crate) fn already(_: &Interaction) -> Self {
        Self(watch::channel(Some(true)).1)
    }

    pub(crate) async fn given(&self) -> bool {
        let mut hears = self.0.clone();
        hears.wait_for(Option::is_some).await.is_ok_and(|given| *given == Some(true))
    }
}

/// Why it cannot be done now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Desk(#[from] Refusal),
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Trouble {
    fn passes(&self) -> bool {
        match self {
            Self::Desk(refusal) => matches!(refusal, Refusal::Unavailable(_) | Refusal::Internal(_)),
            Self::Call(error) => error.passes(),
        }
    }
}

/// Handles one update, whatever it takes within reason.
pub(crate) async fn handle(shared: Arc<Shared>, me: Me, arrival: Arrival, acknowledged: Acknowledged) -> Done {
    let id = arrival.id();
    for pause in PAUSES {
        let done = match &arrival {
            Arrival::Message(message, _) => on_message(&shared, me, &id, message).await,
            Arrival::Interaction(interaction, _) => {
                let act = Act { shared: &shared, me, id: &id, interaction, acknowledged: &acknowledged };
                act.handle().await
            }
        };
        match done {
            Ok(()) => return Done::Handled,
            Err(trouble) if trouble.passes() => {
                tracing::warn!(update = id, error = %trouble, "update {id} cannot be handled now");
                shared.lanes.rest(Duration::from_millis(pause)).await;
            }
            Err(trouble) => {
                tracing::warn!(update = id, error = %trouble, "update {id} is passed over");
                let _ = shared.desk.pass_over(&me.source(), vec![id.clone()]).await;
                return Done::Handled;
            }
        }
        if shared.lanes.are_closing() {
            break;
        }
    }
    Done::NotNow
}

async fn on_message(shared: &Arc<Shared>, me: Me, id: &str, message: &Message) -> Result<(), Trouble> {
    let setting = shared.channels.setting(&shared.rest, message.channel_id, me.bot).await?;
    let (Some(hearing), Some(here)) = (hear(message, setting, me), Where::of(message.channel_id, setting)) else {
        return Ok(shared.desk.pass_over(&me.source(), vec![id.to_owned()]).await?);
    };
    let sender = identity(message.author.id);
    let known = shared.desk.knows(&sender).await?;
    if known {
        shared.show_typing(message.channel_id);
    }
    let (here, files) = match known {
        // Nothing is begun and nothing is fetched for strangers.
        false => (here, crate::files::Brought::default()),
        true => {
            let begun = begin(shared, message, &hearing).await?;
            (begun.unwrap_or(here), bring(shared, &sender, &message.attachments).await?)
        }
    };
    let answers = hearing.answers.map(|id| id.to_string());
    let text = message.content.clone();
    let what = Said::Words { text, answers, files: files.files, missing: files.missing };
    let at = place::channel(&here.place);
    // A message of the channel cannot be answered in a thread.
    let own = Some(message.id.to_string()).filter(|_| at == Some(message.channel_id));
    let heard = Heard {
        source: me.source(),
        id: id.to_owned(),
        place: here.place,
        parent: here.parent,
        privacy: here.privacy,
        one_conversation: here.one_conversation,
        sender,
        manner: hearing.manner,
        message: own,
        what,
    };
    shared.channels.use_one(at.unwrap_or(message.channel_id));
    if let Answered::Note(note) = shared.desk.hear(heard).await? {
        reply(shared, at.unwrap_or(message.channel_id), message.id, &note).await;
    }
    Ok(())
}

async fn begin(shared: &Shared, message: &Message, hearing: &Hearing) -> Result<Option<Where>, CallError> {
    match &hearing.thread {
        Some(name) => thread(shared, message.channel_id, message.id, name).await,
        None => Ok(None),
    }
}

/// Answers a message at once. It is a courtesy: where it fails it is left out.
async fn reply(shared: &Shared, channel: Snowflake, message: Snowflake, note: &str) {
    let mut body = silent(&line(note));
    body["flags"] = json!(NO_EMBEDS);
    let nonce = signalbox_core::tool::hex(&Sha256::digest(format!("note {message}")));
    body["nonce"] = json!(nonce[..25]);
    body["enforce_nonce"] = json!(true);
    body["message_reference"] = json!({"message_id": message, "fail_if_not_exists": false});
    if let Err(error) = shared.rest.post(channel, body, Vec::new()).await {
        tracing::info!(channel = %channel, error = %error, "a note could not be shown in {channel}");
    }
}

/// What a person did with a command, a button, a menu or a form.
pub(crate) struct Act<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) me: Me,
    pub(crate) id: &'a str,
    pub(crate) interaction: &'a Interaction,
    pub(crate) acknowledged: &'a Acknowledged,
}

impl Act<'_> {
    async fn handle(&self) -> Result<(), Trouble> {
        let (shared, interaction) = (self.shared, self.interaction);
        let read = first(interaction).zip(said(interaction));
        let (Some((first, what)), Some(sender)) = (read, interaction.account()) else { return self.pass_over().await };
        // With the form open, the words are still to come.
        if matches!(first, First::Form(_)) && self.acknowledged.given().await {
            return self.pass_over().await;
        }
        let Some(channel) = interaction.channel_id() else { return self.pass_over().await };
        let setting = shared.setting_of(interaction).await?;
        let Some(mut here) = Where::of(channel, setting) else { return self.pass_over().await };
        let sender = identity(sender.id);
        let mut message = interaction.message.as_ref().map(|message| message.id.to_string());
        let mut shown = false;
        if first == First::Shown && shared.desk.knows(&sender).await? && self.acknowledged.given().await {
            let asked = asked(self, setting).await?;
            shown = asked.shown;
            message = asked.message.map(|id| id.to_string());
            here = asked.thread.unwrap_or(here);
        }
        shared.channels.use_one(place::channel(&here.place).unwrap_or(channel));
        let heard = Heard {
            source: self.me.source(),
            id: self.id.to_owned(),
            place: here.place,
            parent: here.parent,
            privacy: here.privacy,
            one_conversation: here.one_conversation,
            sender,
            manner: self.me.manner(setting),
            message,
            what,
        };
        let answered = shared.desk.hear(heard).await?;
        if self.acknowledged.given().await {
            close(self, &first, shown, answered).await;
        }
        Ok(())
    }

    async fn pass_over(&self) -> Result<(), Trouble> {
        Ok(self.shared.desk.pass_over(&self.me.source(), vec![self.id.to_owned()]).await?)
    }

    /// What is asked, where it asks for work.
    pub(crate) fn prompt(&self) -> Option<String> {
        prompt(&self.interaction.data)
    }
}
