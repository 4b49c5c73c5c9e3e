//! Taking updates that Telegram brings. Who brings one must know the secret; it is stored before it is acknowledged, and what
//! cannot be stored is brought again.

use crate::handle::Handler;
use crate::poll::update;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use signalbox_core::desk::Desk;
use std::sync::{Arc, Mutex, PoisonError};

/// Where Telegram brings updates.
pub(crate) const PATH: &str = "/hooks/telegram";
/// The largest update that is taken.
const LARGEST: usize = 1 << 20;
/// In which header Telegram says the secret.
const SECRET: &str = "x-telegram-bot-api-secret-token";

/// Takes updates that are brought.
pub(crate) struct Webhook {
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) source: String,
    pub(crate) secret: SecretString,
    pub(crate) listener: Listener,
    /// One after the other, so that they are handed on in the order in which they were stored.
    pub(crate) turn: tokio::sync::Mutex<()>,
}

/// Who handles what is brought; nobody while another node listens.
#[derive(Clone, Default)]
pub(crate) struct Listener {
    handler: Arc<Mutex<Option<Handler>>>,
}

impl Listener {
    pub(crate) fn set(&self, handler: Option<Handler>) {
        *self.handler.lock().unwrap_or_else(PoisonError::into_inner) = handler;
    }

    fn get(&self) -> Option<Handler> {
        self.handler.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The route.
pub(crate) fn routes(webhook: Arc<Webhook>) -> Router {
    Router::new().route(PATH, post(take_update)).layer(DefaultBodyLimit::max(LARGEST)).with_state(webhook)
}

async fn take_update(State(webhook): State<Arc<Webhook>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let said = headers.get(SECRET).map(|value| value.as_bytes()).unwrap_or_default();
    if !is_secret(said, webhook.secret.expose_secret().as_bytes()) {
        return StatusCode::UNAUTHORIZED;
    }
    let Some(update) = std::str::from_utf8(&body).ok().and_then(|raw| update(&webhook.source, raw)) else {
        return StatusCode::BAD_REQUEST;
    };
    let _turn = webhook.turn.lock().await;
    let new = match webhook.desk.receive(vec![update.clone()]).await {
        Ok(new) => new,
        Err(refusal) => {
            tracing::warn!(%refusal, "an update of Telegram could not be stored; it will be brought again");
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
    };
    metrics::counter!("signalbox_telegram_updates_total").increment(new as u64);
    if let Some(handler) = webhook.listener.get()
        && new > 0
    {
        handler.stored(vec![update], new).await;
    }
    StatusCode::OK
}

/// Compares digests, all of them to the end: how long it takes tells neither how long the secret is nor how much of it was
/// right.
fn is_secret(said: &[u8], secret: &[u8]) -> bool {
    let (said, secret) = (Sha256::digest(said), Sha256::digest(secret));
    said.iter().zip(secret.iter()).fold(0, |different, (one, other)| different | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        assert!(is_secret(b"s3cret", b"s3cret"));
        for wrong in ["", "s3cre", "s3cret ", "S3CRET", "s3cretx"] {
            assert!(!is_secret(wrong.as_bytes(), b"s3cret"), "{wrong}");
        }
    }
}
