//! Cards out: a delivery becomes one or several messages, each with a nonce of its own, so that one whose answer was lost
//! is not seen twice.

use crate::calls::{NO_EMBEDS, silent};
use crate::discord::Shared;
use crate::error::CallError;
use crate::layout::{Page, pages};
use crate::place::channel;
use crate::rest::{File, WAITS};
use crate::snowflake::Snowflake;
use async_trait::async_trait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use signalbox_core::delivery::Delivery;
use signalbox_core::desk::Privacy;
use signalbox_core::place::Place;
use signalbox_core::port::{Channel, Refusal, SendError, Sent};
use signalbox_core::sheet::{Sheet, View, sheet};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::hex;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// How far apart passing edits of a channel are: the bucket holds five in five seconds, and others need some.
const PASSING: Duration = Duration::from_secs(2);
/// Above so many channels, those without a recent edit are forgotten.
const MANY: usize = 4096;

/// The way out.
pub(crate) struct Sender {
    shared: Arc<Shared>,
    passing: Mutex<HashMap<Snowflake, Instant>>,
}

impl Sender {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, passing: Mutex::default() }
    }

    async fn pages(&self, delivery: &Delivery) -> Result<Vec<Page>, SendError> {
        let sheet = sheet(&delivery.card, View { now: now(), detail: delivery.detail });
        let files = self.files(&sheet).await?;
        Ok(pages(&delivery.card, sheet, files))
    }

    async fn files(&self, sheet: &Sheet) -> Result<Vec<File>, SendError> {
        let mut files = Vec::new();
        for file in &sheet.files {
            let content = match self.shared.desk.read_file(file).await {
                Ok(content) => content,
                Err(Refusal::Unavailable(_) | Refusal::Internal(_)) => return Err(later("a file could not be read")),
                // It is gone for good, and the rest is worth having.
                Err(_) => continue,
            };
            files.push(File { name: file.name.clone(), content });
        }
        Ok(files)
    }

    /// Whether a passing edit has room in its channel; if not, how long it has to wait.
    fn pass(&self, channel: Snowflake) -> Option<Duration> {
        let mut passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if passing.len() > MANY {
            passing.retain(|_, last| now.duration_since(*last) < PASSING);
        }
        let wait = passing.get(&channel).map(|last| PASSING.saturating_sub(now.duration_since(*last)));
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            return Some(wait);
        }
        passing.insert(channel, now);
        None
    }

    async fn post_from(
        &self,
        to: Snowflake,
        delivery: &Delivery,
        pages: Vec<Page>,
        sent: &mut Vec<String>,
    ) -> Result<(), CallError> {
        for (part, page) in pages.into_iter().enumerate().skip(sent.len()) {
            let body = body(&page, delivery, part);
            let message = self.shared.rest.post(to, body, page.files).await?;
            sent.push(message.id.to_string());
        }
        Ok(())
    }
}

#[async_trait]
impl Channel for Sender {
    fn kind(&self) -> &'static str {
        crate::KIND
    }

    /// Nobody reads in a server who was not let in.
    async fn privacy(&self, _place: &Place) -> Option<Privacy> {
        Some(Privacy::Shared)
    }

    async fn send(&self, delivery: &Delivery) -> Result<Sent, SendError> {
        let to = address(&delivery.place)?;
        self.shared.channels.use_one(to);
        let pages = self.pages(delivery).await?;
        let mut sent = delivery.sent.clone();
        sent.truncate(pages.len());
        let posted = self.post_from(to, delivery, pages, &mut sent).await;
        match posted {
            Ok(()) => Ok(Sent { message: sent.last().cloned(), all: sent }),
            Err(error) => match refusal(&error) {
                SendError::Later { after, reason } if !sent.is_empty() => {
                    Err(SendError::Broken { sent, after, reason })
                }
                other => Err(other),
            },
        }
    }

    async fn edit(&self, delivery: &Delivery, message: &str) -> Result<Sent, SendError> {
        let to = address(&delivery.place)?;
        let id: Snowflake = message.parse().map_err(|_| SendError::EditLost)?;
        let passing = delivery.card.is_passing();
        if let Some(after) = passing.then(|| self.pass(to)).flatten() {
            return Err(SendError::Later { after: Some(after), reason: "edits are spread out".to_owned() });
        }
        let Some(card) = self.pages(delivery).await?.pop() else { return Err(SendError::EditLost) };
        let mut body = silent(&card.content);
        body["components"] = Value::Array(card.components);
        body["flags"] = json!(NO_EMBEDS);
        let waits = if passing { Duration::ZERO } else { WAITS };
        match self.shared.rest.replace(to, id, body, waits).await {
            Ok(()) => Ok(Sent::one(message)),
            // The message is gone, or is not ours after all.
            Err(error) if matches!(error.code(), 10_008 | 50_005) => Err(SendError::EditLost),
            Err(error) => Err(refusal(&error)),
        }
    }
}

fn body(page: &Page, delivery: &Delivery, part: usize) -> Value {
    let mut body = silent(&page.content);
    body["flags"] = json!(NO_EMBEDS);
    body["nonce"] = json!(nonce(delivery, part));
    body["enforce_nonce"] = json!(true);
    if !page.components.is_empty() {
        body["components"] = Value::Array(page.components.clone());
    }
    // The first of several messages is the answer; the others follow it.
    if let Some(answers) = delivery.answers.as_ref().filter(|_| part == 0).and_then(|id| id.parse::<Snowflake>().ok()) {
        body["message_reference"] = json!({"message_id": answers, "fail_if_not_exists": false});
    }
    if !page.files.is_empty() {
        let files = page.files.iter().enumerate();
        body["attachments"] = files.map(|(id, file)| json!({"id": id, "filename": file.name})).collect();
    }
    body
}

/// The same for every try of this part of this delivery, and for nothing else; at most 25 characters.
fn nonce(delivery: &Delivery, part: usize) -> String {
    let hash = hex(&Sha256::digest(delivery.id.as_str()));
    format!("{}{part:03}", &hash[..22])
}

fn address(place: &Place) -> Result<Snowflake, SendError> {
    channel(place).ok_or_else(|| SendError::Gone { reason: "it is no channel of Discord's".to_owned() })
}

fn later(reason: &str) -> SendError {
    SendError::Later { after: None, reason: reason.to_owned() }
}

/// What a failed call means for what was to be sent. The codes are Discord's ("JSON Error Codes").
pub(crate) fn refusal(error: &CallError) -> SendError {
    let gone = |reason: &str| SendError::Gone { reason: reason.to_owned() };
    match error.code() {
        10_003 => return gone("the channel does not exist any more"),
        50_001 => return gone("the bot cannot see the channel"),
        50_013 => return gone("the bot may not write in the channel"),
        50_083 => return gone("the thread is archived and locked"),
        50_007 => return gone("this person takes no messages from the bot"),
        _ => {}
    }
    match error {
        CallError::Busy { after } => SendError::Later { after: Some(*after), reason: error.to_string() },
        error if error.passes() => later(&error.to_string()),
        error => SendError::Refused { reason: error.to_string() },
    }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
