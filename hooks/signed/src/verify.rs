//! Whether a request is signed as its hook says. Signatures and tokens are compared in constant time, and every refusal
//! takes the same sums over the body: neither a hook that is not there, nor a header that is not, nor a secret that was just
//! changed is told from a wrong signature by how long that takes.

use crate::standard;
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
    let claim = Claim::of(&door.scheme, request);
    // What sums are made with where there is no secret.
    let nobodys = SharedSecret::new("");
    let opens = |place: usize| {
        let secret = door.secrets.get(place).filter(|(_, until)| until.is_none_or(|until| until > request.now));
        claim.is_proven_by(secret.map_or(&nobodys, |(secret, _)| secret)) & secret.is_some()
    };
    // Both, whatever comes of the first.
    let proven = opens(0) | opens(1);
    if !proven || !claim.is_recent {
        return None;
    }
    let event = door.scheme.event_header().and_then(|name| request.header(name)).unwrap_or_default();
    Some(Verified { id: id_of(&door.scheme, request)?, event: event.chars().take(LONGEST_EVENT).collect() })
}

/// The door of a hook that is not there: nothing opens it.
pub(crate) fn decoy() -> Door {
    Door { source: String::new(), scheme: Scheme::Standard { event_header: None }, secrets: Vec::new() }
}

/// What a request says of itself, apart from the secret that would prove it.
struct Claim<'a> {
    /// What is signed before the body.
    before: String,
    body: &'a [u8],
    proof: Proof<'a>,
    /// Whether the time that it says, if it has to, is near.
    is_recent: bool,
}

enum Proof<'a> {
    /// A sum after Standard Webhooks.
    Standard(Vec<Vec<u8>>),
    /// A sum; none where it cannot be read.
    Sum(Option<Vec<u8>>),
    /// The secret itself; none where it is not there.
    Token(Option<&'a str>),
}

impl<'a> Claim<'a> {
    fn of(scheme: &Scheme, request: Request<'a>) -> Self {
        let said = |name: &str| request.header(name).unwrap_or_default();
        let (before, proof, is_recent) = match scheme {
            Scheme::Standard { .. } => {
                let timestamp = said(standard::TIMESTAMP);
                let before = standard::before(said(standard::ID), timestamp);
                let tags = standard::tags(said(standard::SIGNATURE));
                (before, Proof::Standard(tags), request.is_recent(timestamp))
            }
            Scheme::Hmac { header, encoding, prefix, time, .. } => {
                let sum = request.header(header).and_then(|said| said.strip_prefix(prefix.as_str()));
                let proof = Proof::Sum(sum.and_then(|sum| decode(sum, *encoding)));
                let Some(SignedTime { header, separator }) = time else { return request.claims(proof) };
                (format!("{}{separator}", said(header)), proof, request.is_recent(said(header)))
            }
            Scheme::Token { header, .. } => return request.claims(Proof::Token(request.header(header))),
        };
        Self { before, body: request.body, proof, is_recent }
    }

    /// Whether this secret proves it. Takes one sum over the body, however little there is to compare with.
    fn is_proven_by(&self, secret: &SharedSecret) -> bool {
        let raw = || hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        match &self.proof {
            Proof::Standard(tags) => {
                let key = standard::key(secret);
                let sum = self.sum(key.as_ref().unwrap_or(&raw()));
                key.is_some() && tags.iter().fold(false, |found, tag| found | is_same(tag, sum.as_ref()))
            }
            Proof::Sum(tag) => {
                let sum = self.sum(&raw());
                tag.as_ref().is_some_and(|tag| is_same(tag, sum.as_ref()))
            }
            Proof::Token(token) => {
                // Only for the time that it takes.
                let _ = std::hint::black_box(self.sum(&raw()));
                token.is_some_and(|token| is_same(token.as_bytes(), secret.expose().as_bytes()))
            }
        }
    }

    fn sum(&self, key: &hmac::Key) -> hmac::Tag {
        let mut sum = hmac::Context::with_key(key);
        sum.update(self.before.as_bytes());
        sum.update(self.body);
        sum.sign()
    }
}

/// Whether two texts are the same, compared by sums of them: how long it takes tells nothing of either.
fn is_same(said: &[u8], known: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, known);
    hmac::verify(&key, said, hmac::sign(&key, known).as_ref()).is_ok()
}

/// What tells repetitions of a proven request.
fn id_of(scheme: &Scheme, request: Request<'_>) -> Option<String> {
    match scheme {
        Scheme::Standard { .. } => request.header(standard::ID).map(sound),
        Scheme::Hmac { id_header, .. } | Scheme::Token { id_header, .. } => {
            let named = id_header.as_deref().and_then(|name| request.header(name));
            Some(named.map_or_else(|| digest(request.body), sound))
        }
    }
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

impl<'a> Request<'a> {
    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A claim of which the body alone is signed.
    fn claims(&self, proof: Proof<'a>) -> Claim<'a> {
        Claim { before: String::new(), body: self.body, proof, is_recent: true }
    }

    fn is_recent(&self, timestamp: &str) -> bool {
        let Ok(seconds) = timestamp.parse::<i64>() else { return false };
        let Some(millis) = seconds.checked_mul(1000) else { return false };
        let said = Timestamp::from_millis(millis);
        self.now.since(said) <= WINDOW && said.since(self.now) <= WINDOW
    }
}
