//! Standard Webhooks: the id, the time and the body of a message are signed together with a shared secret. The scheme is
//! small enough that its one crate, which reads the clock itself and knows one secret at a time, would save nothing.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;
use signalbox_core::hook::SharedSecret;

/// The header with the message's id: the same when it is sent again.
pub const ID: &str = "webhook-id";
/// The header with the time of this try, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures, separated by blanks.
pub const SIGNATURE: &str = "webhook-signature";

/// What a signature of this version begins with.
const VERSION: &str = "v1,";
/// How many signatures of one message are looked at.
const MOST: usize = 8;

/// A message as it is signed.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it is sent, as its header says.
    pub timestamp: &'a str,
    /// Its body.
    pub body: &'a [u8],
}

/// Signs a message; none when the secret is of another scheme.
pub fn sign(secret: &SharedSecret, message: Message<'_>) -> Option<String> {
    let mut sum = hmac::Context::with_key(&key(secret)?);
    sum.update(before(message.id, message.timestamp).as_bytes());
    sum.update(message.body);
    Some(format!("{VERSION}{}", BASE64_STANDARD.encode(sum.sign())))
}

/// The signatures of a header that are of this version and can be read, the first few.
pub(crate) fn tags(signatures: &str) -> Vec<Vec<u8>> {
    let tags = signatures.split(' ').filter_map(|one| one.strip_prefix(VERSION)).take(MOST);
    tags.filter_map(|tag| BASE64_STANDARD.decode(tag).ok()).collect()
}

/// What is signed before the body.
pub(crate) fn before(id: &str, timestamp: &str) -> String {
    format!("{id}.{timestamp}.")
}

/// The key of a secret; none when it is of another scheme.
pub(crate) fn key(secret: &SharedSecret) -> Option<hmac::Key> {
    let text = secret.expose();
    let bytes = BASE64_STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).ok()?;
    Some(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}
