//! `POST /hooks/discord`: signed interactions. In this order: size, signature on the raw bytes, age, only then what is in
//! it; stored before it is answered.

use crate::discord::Shared;
use crate::error::DiscordError;
use crate::hear::Me;
use crate::inbox::{Arrival, store};
use crate::interact::suggest;
use crate::interaction::{AUTOCOMPLETE, PING, first};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::json;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// How large a request may be.
const LARGEST: usize = 1 << 20;
/// How far a request's time may be from ours, in seconds.
const ASTRAY: u64 = 5 * 60;

/// The application's public key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicKey([u8; 32]);

#[derive(Clone)]
struct Door {
    shared: Arc<Shared>,
    key: PublicKey,
}

impl PublicKey {
    pub(crate) fn read(hex: &str) -> Result<Self, DiscordError> {
        let bytes = unhex(hex.trim()).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(DiscordError::PublicKey)
    }

    /// Whether Discord signed this, and a moment ago.
    fn vouches_for(self, headers: &HeaderMap, body: &[u8], now: u64) -> bool {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(signature), Some(timestamp)) = (header("x-signature-ed25519"), header("x-signature-timestamp"))
        else {
            return false;
        };
        let Some(signature) = unhex(signature) else { return false };
        let signed = [timestamp.as_bytes(), body].concat();
        let sound = UnparsedPublicKey::new(&ED25519, self.0).verify(&signed, &signature).is_ok();
        sound && timestamp.parse().is_ok_and(|at: u64| at.abs_diff(now) <= ASTRAY)
    }
}

/// The routes.
pub(crate) fn routes(shared: Arc<Shared>, key: PublicKey) -> Router {
    let door = Door { shared, key };
    Router::new().route("/hooks/discord", post(take_interaction)).layer(DefaultBodyLimit::max(LARGEST)).with_state(door)
}

async fn take_interaction(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    if !door.key.vouches_for(&headers, &body, now) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let arrival = std::str::from_utf8(&body).ok().and_then(Arrival::interaction);
    let Some(Arrival::Interaction(interaction, raw)) = arrival else { return StatusCode::BAD_REQUEST.into_response() };
    match interaction.kind {
        PING => return Json(json!({"type": 1})).into_response(),
        AUTOCOMPLETE => return Json(suggest(&door.shared, &interaction).await).into_response(),
        _ => {}
    }
    let Some(first) = first(&interaction) else { return StatusCode::BAD_REQUEST.into_response() };
    // Who the bot is matters for mentions only, and there are none in an interaction.
    let me = door
        .shared
        .known_me()
        .unwrap_or(Me { application: interaction.application_id, bot: interaction.application_id });
    match store(&door.shared, me, vec![Arrival::Interaction(interaction, raw)], true).await {
        Ok(()) => Json(first.body()).into_response(),
        Err(refusal) => {
            tracing::warn!(error = %refusal, "an interaction cannot be stored now");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{Ed25519KeyPair, KeyPair as _};
    use signalbox_core::tool::hex;

    const NOW: u64 = 1_800_000_000;

    fn signed(at: &str, body: &[u8]) -> (PublicKey, HeaderMap) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let signature = pair.sign(&[at.as_bytes(), body].concat());
        let mut headers = HeaderMap::new();
        headers.insert("x-signature-ed25519", hex(signature.as_ref()).parse().unwrap());
        headers.insert("x-signature-timestamp", at.parse().unwrap());
        (PublicKey::read(&hex(pair.public_key().as_ref())).unwrap(), headers)
    }

    #[test]
    fn only_what_discord_signed_just_now_is_taken() {
        let at = NOW.to_string();
        let (key, headers) = signed(&at, b"{}");
        assert!(key.vouches_for(&headers, b"{}", NOW) && key.vouches_for(&headers, b"{}", NOW + ASTRAY));
        assert!(!key.vouches_for(&headers, b"{} ", NOW), "another body");
        assert!(!key.vouches_for(&headers, b"{}", NOW + ASTRAY + 1), "an old one");
        assert!(!key.vouches_for(&headers, b"{}", NOW - ASTRAY - 1), "one from the future");
        assert!(!key.vouches_for(&HeaderMap::new(), b"{}", NOW), "no signature");
        let mut later = headers.clone();
        later.insert("x-signature-timestamp", (NOW + 1).to_string().parse().unwrap());
        assert!(!key.vouches_for(&later, b"{}", NOW), "another time");
        let (_, odd) = signed("soon", b"{}");
        assert!(!key.vouches_for(&odd, b"{}", NOW), "a time that is none");
    }

    #[test]
    fn a_key_is_sixty_four_digits() {
        for odd in ["", "00", "zz", &"0".repeat(63), &"0".repeat(66), &"ä".repeat(32)] {
            assert!(PublicKey::read(odd).is_err(), "{odd}");
        }
    }
}
