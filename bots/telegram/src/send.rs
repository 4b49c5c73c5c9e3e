//! How cards get to Telegram: the channel.
//!
//! A delivery may become several messages. What of them is there is not sent again: a try that breaks says what it left, and
//! the next one goes on behind that.

use crate::KIND;
use crate::address::Address;
use crate::bot::{Bot, Upload};
use crate::fault::Fault;
use crate::hear::privacy;
use crate::keyboard::Keyboard;
use crate::layout::{Item, LARGEST_OUT, layout};
use crate::pace::{Pacer, Room};
use crate::post::{self, Envelope};
use crate::text::Rich;
use crate::wire::Chat;
use async_trait::async_trait;
use signalbox_core::card::Card;
use signalbox_core::delivery::Delivery;
use signalbox_core::desk::{Desk, PlaceChange, Privacy};
use signalbox_core::place::Place;
use signalbox_core::port::{Channel, Refusal, SendError, Sent};
use signalbox_core::sheet::View;
use signalbox_core::task::Attachment;
use signalbox_core::time::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use teloxide_core::payloads::GetChat;

/// How long a message may wait for its turn and for room.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is tried to take the buttons from a message that nobody else edits.
const STRIPPING: usize = 8;
/// How many files Telegram takes at once.
const ALBUM: usize = 10;

/// Telegram as a channel.
pub(crate) struct Outgoing {
    pub(crate) bot: Bot,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) pacer: Pacer,
}

/// A delivery while it is being sent.
struct Sending<'d> {
    delivery: &'d Delivery,
    to: Address,
    items: Vec<Item>,
    sent: Vec<String>,
    until: Instant,
}

#[async_trait]
impl Channel for Outgoing {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn send(&self, delivery: &Delivery) -> Result<Sent, SendError> {
        let to = address(delivery)?;
        let until = Instant::now() + PATIENCE;
        let items = layout(&delivery.card, view(delivery));
        let mut sending = Sending { delivery, to, items, sent: delivery.sent.clone(), until };
        let outcome = match self.pacer.turn(to.chat, until).await {
            Ok(_turn) => self.send_rest(&mut sending).await,
            Err(wait) => Err(Fault::Wait(wait)),
        };
        match outcome {
            Ok(()) => Ok(Sent { message: sending.sent.last().cloned(), all: sending.sent }),
            Err(fault) => Err(self.failed(delivery, to, fault, sending.sent).await),
        }
    }

    async fn privacy(&self, place: &Place) -> Option<Privacy> {
        let asked = GetChat::new(Address::of(place)?.recipient());
        self.bot.call::<_, Chat>(&asked).await.ok().map(|chat| privacy(&chat))
    }

    async fn edit(&self, delivery: &Delivery, message: &str) -> Result<Sent, SendError> {
        let to = address(delivery)?;
        let id = message.parse().map_err(|_| SendError::EditLost)?;
        let Some(Item::Said { rich, keyboard }) = layout(&delivery.card, view(delivery)).pop() else {
            return Err(SendError::EditLost);
        };
        let room = if delivery.card.is_passing() {
            self.pacer.spare_room(to.chat)
        } else {
            self.pacer.room(to.chat, 1, Instant::now() + PATIENCE).await
        };
        let outcome = match room {
            Ok(room) => {
                let outcome = post::say_instead(&self.bot, to, id, &rich, &keyboard).await;
                room.used(&outcome);
                outcome
            }
            Err(wait) => Err(Fault::Wait(wait)),
        };
        match outcome {
            Ok(()) => Ok(Sent::one(message)),
            Err(fault) if fault.is_edit_lost() => Err(SendError::EditLost),
            Err(fault) => Err(self.failed(delivery, to, fault, Vec::new()).await),
        }
    }
}

impl Outgoing {
    /// Takes the buttons away from a message of ours that no delivery will edit. What cannot be done is let be: they do
    /// nothing any more.
    pub(crate) async fn strip(&self, to: Address, message: i32) {
        for _ in 0..STRIPPING {
            let room = match self.pacer.room(to.chat, 1, Instant::now() + PATIENCE).await {
                Ok(room) => room,
                Err(wait) => {
                    tokio::time::sleep(wait).await;
                    continue;
                }
            };
            let outcome = post::strip(&self.bot, to, message).await;
            room.used(&outcome);
            match outcome {
                Ok(()) => return,
                // A hub that died may have used the room up of which this one knows nothing.
                Err(Fault::Wait(wait)) => tokio::time::sleep(wait).await,
                Err(fault) => return tracing::info!(%fault, "a stray card keeps its buttons"),
            }
        }
    }

    async fn send_rest(&self, sending: &mut Sending<'_>) -> Result<(), Fault> {
        while sending.sent.len() < sending.items.len() {
            let files = sending.files_here();
            if files.len() > 1 && self.send_album(sending, files).await? {
                continue;
            }
            let item = sending.items[sending.sent.len()].clone();
            let id = self.send_one(sending, item).await?;
            sending.sent.push(id.to_string());
        }
        Ok(())
    }

    async fn send_one(&self, sending: &Sending<'_>, item: Item) -> Result<i32, Fault> {
        match item {
            Item::Said { rich, keyboard } => self.say(sending, &rich, &keyboard).await,
            Item::Text(file) => self.hand_over(sending, Upload { name: file.name, content: file.text.into() }).await,
            Item::Kept(file) => match self.read(&file).await? {
                Ok(upload) => match self.hand_over(sending, upload).await {
                    // What is said about it is not lost with the file.
                    Err(fault) if fault.is_refusal() && fault.shut().is_none() => {
                        tracing::warn!(%fault, "Telegram refuses a file");
                        self.explain(sending, &format!("{} cannot be sent here: Telegram refuses it.", file.name)).await
                    }
                    outcome => outcome,
                },
                Err(why) => self.explain(sending, &why).await,
            },
        }
    }

    /// Sends several files as one album. False when they have to go one by one.
    async fn send_album(&self, sending: &mut Sending<'_>, files: Vec<Attachment>) -> Result<bool, Fault> {
        let mut uploads = Vec::new();
        let mut size = 0;
        for file in &files {
            let Ok(upload) = self.read(file).await? else { return Ok(false) };
            size += upload.content.len();
            uploads.push(upload);
        }
        if size > LARGEST_OUT {
            return Ok(false);
        }
        let count = uploads.len();
        let room = self.room(sending, count).await?;
        let outcome = post::hand_over_all(&self.bot, sending.envelope(), uploads).await;
        room.used(&outcome);
        match outcome {
            Err(fault) if fault.is_refusal() && fault.shut().is_none() => Ok(false),
            outcome => {
                sending.sent.extend(outcome?.into_iter().map(|id| id.to_string()));
                Ok(true)
            }
        }
    }

    async fn say(&self, sending: &Sending<'_>, rich: &Rich, keyboard: &Keyboard) -> Result<i32, Fault> {
        let room = self.room(sending, 1).await?;
        let outcome = post::say(&self.bot, sending.envelope(), rich, keyboard).await;
        room.used(&outcome);
        outcome
    }

    async fn explain(&self, sending: &Sending<'_>, words: &str) -> Result<i32, Fault> {
        self.say(sending, &Rich::default().plain(words), &Keyboard::None).await
    }

    async fn hand_over(&self, sending: &Sending<'_>, upload: Upload) -> Result<i32, Fault> {
        let room = self.room(sending, 1).await?;
        let outcome = post::hand_over(&self.bot, sending.envelope(), upload).await;
        room.used(&outcome);
        outcome
    }

    async fn room(&self, sending: &Sending<'_>, messages: usize) -> Result<Room<'_>, Fault> {
        self.pacer.room(sending.to.chat, messages, sending.until).await.map_err(Fault::Wait)
    }

    /// A kept file, or why it does not go out.
    async fn read(&self, file: &Attachment) -> Result<Result<Upload, String>, Fault> {
        let content = match self.desk.read_file(file).await {
            Ok(content) => content,
            Err(Refusal::Unavailable(_) | Refusal::Internal(_)) => {
                return Err(Fault::Network("a file cannot be read at the moment"));
            }
            Err(_) => return Ok(Err(format!("{} is not there any more.", file.name))),
        };
        Ok(match content.len() {
            0 => Err(format!("{} is empty.", file.name)),
            size if size > LARGEST_OUT => {
                let (size, most) = (size.div_ceil(1 << 20), LARGEST_OUT >> 20);
                Err(format!("{} ({size} MB) is too large: a bot can send at most {most} MB.", file.name))
            }
            _ => Ok(Upload { name: file.name.clone(), content }),
        })
    }

    /// What a fault means for the delivery, and for its place.
    async fn failed(&self, delivery: &Delivery, to: Address, fault: Fault, sent: Vec<String>) -> SendError {
        if let Fault::Migrated(chat) = fault
            && let Some(place) = (Address { chat, ..to }).place()
        {
            return SendError::Moved(place);
        }
        if let Some(reason) = fault.shut() {
            let lost = PlaceChange::Lost(reason.to_owned());
            if let Err(refusal) = self.desk.place_changed(&delivery.place, lost).await {
                tracing::warn!(%refusal, "a lost place could not be noted");
            }
            return SendError::Gone { reason: reason.to_owned() };
        }
        let reason = fault.to_string();
        if fault.is_refusal() {
            return SendError::Refused { reason };
        }
        let after = match fault {
            Fault::Wait(wait) => Some(wait),
            _ => None,
        };
        if sent.is_empty() { SendError::Later { after, reason } } else { SendError::Broken { sent, after, reason } }
    }
}

impl Sending<'_> {
    /// The files that come next, as many as go together.
    fn files_here(&self) -> Vec<Attachment> {
        let rest = self.items.iter().skip(self.sent.len()).map_while(|item| match item {
            Item::Kept(file) => Some(file.clone()),
            Item::Text(_) | Item::Said { .. } => None,
        });
        rest.take(ALBUM).collect()
    }

    /// The first message answers what the delivery answers. A card that is decided on answers the file that shows it.
    fn envelope(&self) -> Envelope {
        let is_last = self.sent.len() + 1 == self.items.len();
        let answers = match (&self.delivery.card, self.sent.first()) {
            (_, None) => self.delivery.answers.as_deref(),
            (Card::Approval(_), Some(shown)) if is_last => Some(shown.as_str()),
            (_, Some(_)) => None,
        };
        let quiet = self.delivery.card.is_passing() || !is_last;
        Envelope { to: self.to, answers: answers.and_then(|message| message.parse().ok()), quiet }
    }
}

fn address(delivery: &Delivery) -> Result<Address, SendError> {
    let refused = || SendError::Refused { reason: "this is no place in Telegram".to_owned() };
    Address::of(&delivery.place).ok_or_else(refused)
}

fn view(delivery: &Delivery) -> View {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    View { now, detail: delivery.detail }
}
