//! Secrets that are shared with senders and receivers: how they are made, and what is accepted as one.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use signalbox_core::hook::{Scheme, SharedSecret};
use signalbox_core::port::Refusal;
use signalbox_core::tool::hex;

/// Under which name the secret in use lies.
pub(super) const CURRENT: &str = "current";
/// Under which name the one before lies.
pub(super) const PREVIOUS: &str = "previous";
/// What a secret of Standard Webhooks begins with.
const STANDARD: &str = "whsec_";

/// Whose a hook's secrets are.
pub(super) fn scope(id: &str) -> String {
    format!("hook:{id}")
}

/// A new secret, of the form that the scheme's senders take.
pub(super) fn make(scheme: &Scheme) -> SharedSecret {
    let bytes: [u8; 32] = rand::random();
    match scheme {
        Scheme::Standard { .. } => SharedSecret::new(format!("{STANDARD}{}", BASE64_STANDARD.encode(bytes))),
        Scheme::Hmac { .. } | Scheme::Token { .. } => SharedSecret::new(hex(&bytes)),
    }
}

/// Whether a secret that somebody brings can be used.
pub(super) fn check(scheme: &Scheme, secret: &SharedSecret) -> Result<(), Refusal> {
    let text = secret.expose();
    let refused = |why: &str| Err(Refusal::Invalid(format!("this secret cannot be used: {why}")));
    match scheme {
        Scheme::Standard { .. } => {
            let bytes = text.strip_prefix(STANDARD).and_then(|rest| BASE64_STANDARD.decode(rest).ok());
            match bytes {
                Some(bytes) if (24..=64).contains(&bytes.len()) => Ok(()),
                _ => refused("write it as `whsec_` and 24 to 64 bytes in base64"),
            }
        }
        Scheme::Hmac { .. } | Scheme::Token { .. } => match text.len() {
            16..=256 if !text.chars().any(|c| c.is_control() || c.is_whitespace()) => Ok(()),
            _ => refused("it needs 16 to 256 characters, without blanks"),
        },
    }
}
