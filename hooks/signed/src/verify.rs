//! Whether a request is signed as its hook says. Signatures and tokens are compared in constant time, and a hook that is
//! not there is refused after the same work as a wrong signature.

use crate::standard::{self, Message};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;
use sha2::{Digest as _, Sha256};
use signalbox_core::hook::{Door, Encoding, Scheme, SharedSecret, SignedTime};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::hex;
use std::time::Duration;

/// How far a signed time may be from ours.
const WINDOW: Duration = Duration::from_secs(300);
/// The longest id that is kept as it is.
const LONGEST_ID: usize = 100;
/// The longest kind of event.
const LONGEST_EVENT: usize = 100;

/// A request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    pub(crate) now: Timestamp,
}

/// A request that is signed as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verified {
    /// What tells repetitions.
    pub(crate) id: String,
    /// The kind of event, where a header names it.
    pub(crate) event: String,
}

/// Verifies a request; none is all that is said of one that is not signed well.
pub(crate) fn verify(door: &Door, request: Request<'_>) -> Option<Verified> {
    let secrets = door.secrets.iter().filter(|(_, until)| until.is_none_or(|until| until > request.now));
    let mut matching = secrets.filter_map(|(secret, _)| id_of(&door.scheme, secret, request));
    let id = matching.next()?;
    let event = door.scheme.event_header().and_then(|name| request.header(name)).unwrap_or_default();
    Some(Verified { id, event: event.chars().take(LONGEST_EVENT).collect() })
}

/// The door of a hook that is not there: nobody has its secret.
pub(crate) fn decoy() -> Door {
    let bytes = ring::rand::generate::<[u8; 32]>(&ring::rand::SystemRandom::new());
    let secret = bytes.map(|bytes| BASE64_STANDARD.encode(bytes.expose())).unwrap_or_default();
    let secrets = vec![(SharedSecret::new(format!("whsec_{secret}")), Some(Timestamp::NEVER))];
    Door { source: String::new(), scheme: Scheme::Standard { event_header: None }, secrets }
}

/// The id of a request that this secret has signed.
fn id_of(scheme: &Scheme, secret: &SharedSecret, request: Request<'_>) -> Option<String> {
    match scheme {
        Scheme::Standard { .. } => by_standard(secret, request),
        Scheme::Hmac { header, encoding, prefix, time, id_header, .. } => {
            let said = request.header(header)?.strip_prefix(prefix.as_str())?;
            let tag = decode(said, *encoding)?;
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
            hmac::verify(&key, &signed(time.as_ref(), request)?, &tag).ok()?;
            Some(request.id(id_header.as_deref()))
        }
        Scheme::Token { header, id_header, .. } => {
            // Under a key: how long it takes tells nothing of the token.
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
            let tag = hmac::sign(&key, secret.expose().as_bytes());
            hmac::verify(&key, request.header(header)?.as_bytes(), tag.as_ref()).ok()?;
            Some(request.id(id_header.as_deref()))
        }
    }
}

fn by_standard(secret: &SharedSecret, request: Request<'_>) -> Option<String> {
    let id = request.header(standard::ID)?;
    let timestamp = request.header(standard::TIMESTAMP)?;
    let message = Message { id, timestamp, body: request.body };
    let signed = standard::is_signed(secret, message, request.header(standard::SIGNATURE)?);
    (signed && request.is_recent(timestamp)).then(|| sound(id))
}

/// What is signed: the body, after the time where that is signed too.
fn signed(time: Option<&SignedTime>, request: Request<'_>) -> Option<Vec<u8>> {
    let Some(SignedTime { header, separator }) = time else { return Some(request.body.to_vec()) };
    let timestamp = request.header(header)?;
    if !request.is_recent(timestamp) {
        return None;
    }
    Some([timestamp.as_bytes(), separator.as_bytes(), request.body].concat())
}

fn decode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Base64 => BASE64_STANDARD.decode(text).ok(),
        Encoding::Hex => {
            let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
            let sound = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            sound.then(|| pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()).flatten()
        }
    }
}

/// An id as a key; one that is long or odd is replaced by its hash.
fn sound(id: &str) -> String {
    if !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return id.to_owned();
    }
    digest(id.as_bytes())
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

impl Request<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn id(&self, header: Option<&str>) -> String {
        header.and_then(|name| self.header(name)).map_or_else(|| digest(self.body), sound)
    }

    fn is_recent(&self, timestamp: &str) -> bool {
        let Ok(seconds) = timestamp.parse::<i64>() else { return false };
        let Some(millis) = seconds.checked_mul(1000) else { return false };
        let said = Timestamp::from_millis(millis);
        self.now.since(said) <= WINDOW && said.since(self.now) <= WINDOW
    }
}
