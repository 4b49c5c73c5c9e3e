//! What a provider says of somebody: an ID token (OpenID Connect Core 1.0, sections 2 and 3.1.3.7). A pure function of the token,
//! the provider's keys, what is expected and the time.

use super::fault::BadToken;
use super::jwk::KeySet;
use super::signature::Algorithm;
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::Value;
use signalbox_core::time::Timestamp;

/// How far clocks may differ, in seconds.
const DRIFT: i64 = 60;
/// How old a token may be: it is fetched the moment that it is made. In seconds.
const OLDEST: i64 = 600;
/// The longest token that is looked at, in bytes.
const LONGEST: usize = 64 << 10;
/// The longest name of a person at a provider, in bytes: the specification allows no more.
const SUBJECT: usize = 255;

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// What was handed over with it.
    pub(super) access_token: Option<&'a str>,
    /// The person must have been asked since then.
    pub(super) asked_since: Option<Timestamp>,
}

/// What a token that is believed says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) subject: String,
    /// When the person last showed who they are.
    pub(super) shown_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: Value,
    kid: Option<String>,
    crit: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: Seconds,
    iat: Seconds,
    nbf: Option<Seconds>,
    auth_time: Option<Seconds>,
    nonce: Option<String>,
    at_hash: Option<String>,
}

/// One, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// A moment, in seconds; some write a fraction.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(from = "f64")]
struct Seconds(i64);

impl From<f64> for Seconds {
    fn from(seconds: f64) -> Self {
        // What is no moment at all becomes the end of time or its beginning, which no check lets pass.
        Self(seconds as i64)
    }
}

/// Whether a token is to be believed.
///
/// # Errors
/// Why not.
pub(super) fn judge(token: &str, keys: &KeySet, expected: &Expected<'_>, now: Timestamp) -> Result<Said, BadToken> {
    let (algorithm, claims) = verified(token, keys)?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| BadToken::Garbled)?;
    check_parties(&claims, expected)?;
    check_times(&claims, now.millis() / 1000)?;
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(BadToken::Nonce);
    }
    check_access_token(&claims, algorithm, expected)?;
    let shown_at = claims.auth_time.map(|time| Timestamp::from_millis(time.0.saturating_mul(1000)));
    if let Some(since) = expected.asked_since
        && shown_at.is_none_or(|shown| !is_between(shown, since, now))
    {
        return Err(BadToken::Presence);
    }
    if is_subject(&claims.sub) { Ok(Said { subject: claims.sub, shown_at }) } else { Err(BadToken::Subject) }
}

/// Whether it was between the two, for clocks that differ.
fn is_between(moment: Timestamp, from: Timestamp, to: Timestamp) -> bool {
    let seconds = |time: Timestamp| time.millis() / 1000;
    (seconds(from) - DRIFT..=seconds(to) + DRIFT).contains(&seconds(moment))
}

/// The algorithm and the claims of a token whose signature is one of the provider's.
fn verified(token: &str, keys: &KeySet) -> Result<(Algorithm, Vec<u8>), BadToken> {
    let (signed, signature) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST).ok_or(BadToken::Garbled)?;
    let (header, claims) = signed.split_once('.').ok_or(BadToken::Garbled)?;
    let decoded = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| BadToken::Garbled);
    let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| BadToken::Garbled)?;
    let algorithm = Algorithm::deserialize(&header.alg).map_err(|_| BadToken::Algorithm)?;
    if header.crit.is_some() {
        return Err(BadToken::Critical);
    }
    let (signature, claims) = (decoded(signature)?, decoded(claims)?);
    let named = keys.of(header.kid.as_deref(), algorithm);
    if named.iter().any(|key| algorithm.is_signed(key, signed.as_bytes(), &signature)) {
        return Ok((algorithm, claims));
    }
    // Where no key is named, it may be that the only one has been replaced.
    Err(if named.is_empty() || header.kid.is_none() { BadToken::UnknownKey } else { BadToken::Signature })
}

/// By the provider, for us, and for nobody else: others are not trusted with what signs people in here.
fn check_parties(claims: &Claims, expected: &Expected<'_>) -> Result<(), BadToken> {
    if claims.iss != expected.issuer {
        return Err(BadToken::Issuer);
    }
    let ours = match &claims.aud {
        Audience::One(one) => one == expected.client_id,
        Audience::Many(many) => !many.is_empty() && many.iter().all(|one| one == expected.client_id),
    };
    let by_us = claims.azp.as_deref().is_none_or(|party| party == expected.client_id);
    if ours && by_us { Ok(()) } else { Err(BadToken::Audience) }
}

fn check_times(claims: &Claims, now: i64) -> Result<(), BadToken> {
    let lasts = claims.exp.0 > now - DRIFT;
    let fresh = (now - OLDEST..=now + DRIFT).contains(&claims.iat.0);
    let begun = claims.nbf.is_none_or(|begins| begins.0 <= now + DRIFT);
    if lasts && fresh && begun { Ok(()) } else { Err(BadToken::Time) }
}

fn check_access_token(claims: &Claims, algorithm: Algorithm, expected: &Expected<'_>) -> Result<(), BadToken> {
    let Some(hash) = &claims.at_hash else { return Ok(()) };
    let own = expected.access_token.map(|token| BASE64URL_NOPAD.encode(&algorithm.half_hash(token)));
    if own.as_ref() == Some(hash) { Ok(()) } else { Err(BadToken::AccessToken) }
}

/// Databases take a name with blanks behind it for the same, and people cannot see what is no letter.
fn is_subject(subject: &str) -> bool {
    let sound = subject.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    sound && !subject.is_empty() && subject.len() <= SUBJECT && subject.trim() == subject
}
