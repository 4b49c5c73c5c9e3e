//! Telling subscribers: each of their places in the outbox is one address, told by one signed request at a time and in order.
//!
//! A request carries the delivery's id, the same on every try. It goes to the open internet and to the networks that the
//! operator names, whatever a name leads to; where the answer leads is not followed, and what it says is not read.

mod guard;
mod payload;

use crate::standard::{ID, Message, SIGNATURE, TIMESTAMP, sign};
use async_trait::async_trait;
use guard::{Guard, NotPermitted};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};
use signalbox_core::address::Reach;
use signalbox_core::card::Card;
use signalbox_core::delivery::Delivery;
use signalbox_core::port::{Channel, Refusal, SendError, Sent};
use signalbox_core::subscription::{KIND, Receiver, Receivers, Tried, target};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the receiver may take for its answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest pause that a receiver can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Tells subscribers.
pub struct Telling {
    receivers: Arc<dyn Receivers>,
    reach: Arc<Reach>,
    /// For addresses that anybody may have.
    sealed: Client,
    /// For addresses of the operator's own networks.
    plain: Client,
}

/// Why subscribers cannot be told.
#[derive(Debug, thiserror::Error)]
#[error("there is no client for requests to subscribers")]
pub struct TellingError(#[source] reqwest::Error);

/// What became of a request.
enum Outcome {
    Arrived,
    Failed { why: String, after: Option<Duration> },
    Unwanted,
}

impl Telling {
    /// Makes it ready.
    ///
    /// # Errors
    /// When there can be no client.
    pub fn new(receivers: Arc<dyn Receivers>, reach: Reach) -> Result<Self, TellingError> {
        let reach = Arc::new(reach);
        let client = |is_plain| {
            Client::builder()
                .connect_timeout(CONNECT)
                .timeout(PATIENCE)
                .redirect(Policy::none())
                // A proxy would resolve names by itself.
                .no_proxy()
                .user_agent(concat!("signalbox/", env!("CARGO_PKG_VERSION")))
                .dns_resolver(Guard::new(reach.clone(), is_plain))
                .build()
                .map_err(TellingError)
        };
        Ok(Self { receivers, sealed: client(false)?, plain: client(true)?, reach })
    }

    async fn request(&self, receiver: &Receiver, id: &str, body: Vec<u8>) -> Outcome {
        let url = match target(&receiver.url, &self.reach) {
            Ok(url) => url,
            Err(bad) => return Outcome::failed(bad.to_string()),
        };
        let client = if url.scheme() == "http" { &self.plain } else { &self.sealed };
        let Some(request) = signed(client.post(url), receiver, id, body) else {
            return Outcome::failed("its secret cannot be used; `signalbox subscription rotate` makes a new one");
        };
        match request.send().await {
            Ok(answer) => Outcome::of(answer.status(), answer.headers()),
            Err(error) => Outcome::failed(fault(&error.without_url())),
        }
    }

    async fn note(&self, delivery: &Delivery, tried: Tried) -> Result<bool, SendError> {
        self.receivers.tried(delivery.place.address(), tried).await.map_err(later)
    }
}

#[async_trait]
impl Channel for Telling {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn send(&self, delivery: &Delivery) -> Result<Sent, SendError> {
        let Card::Event(told) = &delivery.card else { return Err(refused("subscribers are told events alone")) };
        let receiver = self.receivers.receiver(delivery.place.address()).await.map_err(later)?;
        let receiver = receiver.ok_or_else(|| refused("its subscription is gone or switched off"))?;
        let body = payload::body(told).map_err(|error| refused(&error.to_string()))?;
        match self.request(&receiver, delivery.id.as_str(), body).await {
            Outcome::Arrived => {
                self.note(delivery, Tried::Arrived).await?;
                Ok(Sent { message: None, all: Vec::new() })
            }
            Outcome::Failed { why, after } => match self.note(delivery, Tried::Failed(why.clone())).await? {
                true => Err(SendError::Later { after, reason: why }),
                false => Err(refused(&why)),
            },
            Outcome::Unwanted => {
                let why = "the receiver wants nothing more (410)";
                self.note(delivery, Tried::Unwanted(why.to_owned())).await?;
                Err(refused(why))
            }
        }
    }

    async fn edit(&self, delivery: &Delivery, _: &str) -> Result<Sent, SendError> {
        self.send(delivery).await
    }
}

impl Outcome {
    fn failed(why: impl Into<String>) -> Self {
        Self::Failed { why: why.into(), after: None }
    }

    fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        match status {
            status if status.is_success() => Self::Arrived,
            StatusCode::GONE => Self::Unwanted,
            status if status.is_redirection() => {
                Self::failed(format!("the receiver redirects ({}), which is not followed", status.as_u16()))
            }
            status => Self::Failed { why: format!("the receiver answered {}", status.as_u16()), after: pause(headers) },
        }
    }
}

/// How long the receiver wants to be left alone, where it says so in seconds.
fn pause(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// The request, signed with each secret that counts; none where no secret can be used.
fn signed(request: RequestBuilder, receiver: &Receiver, id: &str, body: Vec<u8>) -> Option<RequestBuilder> {
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().to_string();
    let message = Message { id, timestamp: &timestamp, body: &body };
    let signatures: Vec<_> = receiver.secrets.iter().filter_map(|secret| sign(secret, message)).collect();
    if signatures.is_empty() {
        return None;
    }
    let request = request.header(CONTENT_TYPE, "application/json").header(ID, id).header(TIMESTAMP, timestamp.as_str());
    Some(request.header(SIGNATURE, signatures.join(" ")).body(body))
}

/// What kept a request from being answered, in words for the subscription's owner.
fn fault(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        if inner.is::<NotPermitted>() {
            return inner.to_string();
        }
        cause = inner;
    }
    if error.is_timeout() {
        return format!("the receiver did not answer within {} s", PATIENCE.as_secs());
    }
    format!("the receiver cannot be reached: {cause}")
}

fn later(refusal: Refusal) -> SendError {
    SendError::Later { after: None, reason: refusal.to_string() }
}

fn refused(why: &str) -> SendError {
    SendError::Refused { reason: why.to_owned() }
}
