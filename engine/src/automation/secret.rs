//! Secrets that are shared with senders and receivers: how they are made, what is accepted as one, and how one takes the place
//! of another.

use crate::fresh;
use crate::parts::Parts;
use crate::store::{Store, StoreError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::hook::{Scheme, SharedSecret};
use signalbox_core::port::Refusal;
use signalbox_core::time::Timestamp;
use signalbox_core::tool::hex;
use std::time::Duration;

/// Under which name the secret in use lies.
const CURRENT: &str = "current";
/// Under which name the one before lies.
const PREVIOUS: &str = "previous";
/// How long the secret before the current one goes on counting.
const OVERLAP: Duration = Duration::from_secs(24 * 3600);
/// What a secret of Standard Webhooks begins with.
const STANDARD: &str = "whsec_";

/// Whose a hook's secrets are.
pub(super) fn scope(id: &str) -> String {
    format!("hook:{id}")
}

/// Whose a subscription's secrets are.
pub(super) fn subscription_scope(id: &str) -> String {
    format!("subscription:{id}")
}

/// Keeps a secret as the current one.
pub(super) async fn keep(store: &Store, scope: &str, secret: &SharedSecret) -> Result<(), StoreError> {
    store.put_secret(scope, CURRENT, &SecretString::from(secret.expose())).await
}

/// Lays the current secret aside, where it goes on counting until the moment that is returned; none when there is none.
pub(super) async fn lay_aside(parts: &Parts, scope: &str) -> Result<Option<Timestamp>, StoreError> {
    let Some(before) = parts.store.secret(scope, CURRENT).await? else { return Ok(None) };
    parts.store.put_secret(scope, PREVIOUS, &before).await?;
    Ok(Some(fresh::now() + OVERLAP))
}

/// The secrets that count, the newest first, each with the moment until which it does.
pub(super) async fn counting(
    parts: &Parts,
    scope: &str,
    previous_until: Option<Timestamp>,
) -> Result<Vec<(SharedSecret, Option<Timestamp>)>, StoreError> {
    let shared = |secret: SecretString| SharedSecret::new(secret.expose_secret());
    let mut all = Vec::new();
    if let Some(current) = parts.store.secret(scope, CURRENT).await? {
        all.push((shared(current), None));
    }
    if let Some(until) = previous_until.filter(|until| *until > fresh::now())
        && let Some(previous) = parts.store.secret(scope, PREVIOUS).await?
    {
        all.push((shared(previous), Some(until)));
    }
    Ok(all)
}

/// Removes them all.
pub(super) async fn remove(parts: &Parts, scope: &str) -> Result<(), StoreError> {
    for name in [CURRENT, PREVIOUS] {
        parts.store.remove_secret(scope, name).await?;
    }
    Ok(())
}

/// A new secret of Standard Webhooks.
pub(super) fn standard() -> SharedSecret {
    let bytes: [u8; 32] = rand::random();
    SharedSecret::new(format!("{STANDARD}{}", BASE64_STANDARD.encode(bytes)))
}

/// A new secret, of the form that the scheme's senders take.
pub(super) fn make(scheme: &Scheme) -> SharedSecret {
    match scheme {
        Scheme::Standard { .. } => standard(),
        Scheme::Hmac { .. } | Scheme::Token { .. } => SharedSecret::new(hex(&rand::random::<[u8; 32]>())),
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
