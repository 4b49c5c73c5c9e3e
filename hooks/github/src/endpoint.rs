//! Taking webhooks. Who brings one must know the secret; it is stored before it is answered, and what happens with it happens
//! afterwards, however much there is of it.
//!
//! A wrong signature learns nothing: the answer is the same whatever is wrong. What cannot be signed, or is too large, is refused
//! before its body is read.

use crate::event::{HEARD, stored};
use crate::inbox::Listener;
use crate::signature::{Seal, Signature};
use axum::Router;
use axum::body::{Bytes, HttpBody as _};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use reqwest::Url;
use signalbox_core::desk::{Desk, Update};
use std::borrow::Cow;
use std::sync::Arc;

/// Where GitHub brings webhooks.
pub(crate) const PATH: &str = "/hooks/github";
/// The largest that GitHub sends.
const LARGEST: usize = 25 << 20;
/// A delivery's id is a GUID; longer ones are none.
const LONGEST_ID: usize = 64;

/// Takes webhooks.
pub(crate) struct Endpoint {
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) source: String,
    pub(crate) seal: Seal,
    pub(crate) listener: Listener,
}

/// The route.
pub(crate) fn routes(endpoint: Arc<Endpoint>) -> Router {
    Router::new().route(PATH, post(take_delivery)).layer(DefaultBodyLimit::max(LARGEST)).with_state(endpoint)
}

async fn take_delivery(State(endpoint): State<Arc<Endpoint>>, request: Request) -> StatusCode {
    if request.body().size_hint().lower() > LARGEST as u64 {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    let Some(signature) = Signature::read(said(request.headers(), "x-hub-signature-256")) else {
        return StatusCode::UNAUTHORIZED;
    };
    let headers = request.headers().clone();
    match Bytes::from_request(request, &endpoint).await {
        Ok(body) if endpoint.seal.fits(&signature, &body) => endpoint.store(&headers, &body).await,
        Ok(_) => StatusCode::UNAUTHORIZED,
        Err(unread) => unread.status(),
    }
}

fn said<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Endpoint {
    /// Stores what GitHub signed.
    async fn store(&self, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let (event, id) = (said(headers, "x-github-event"), said(headers, "x-github-delivery"));
        if !HEARD.contains(&event) {
            return StatusCode::OK;
        }
        let payload = payload(said(headers, header::CONTENT_TYPE.as_str()), body);
        let raw = payload.and_then(|payload| stored(event, &payload));
        let sound_id = !id.is_empty() && id.len() <= LONGEST_ID;
        let Some(raw) = raw.filter(|_| sound_id) else { return StatusCode::BAD_REQUEST };
        let update = Update { source: self.source.clone(), id: id.to_owned(), raw };
        match self.desk.receive(vec![update.clone()]).await {
            Ok(new) => {
                metrics::counter!("signalbox_github_deliveries_total").increment(new as u64);
                if new > 0 {
                    self.listener.stored(update);
                }
                StatusCode::ACCEPTED
            }
            Err(refusal) => {
                tracing::warn!(%refusal, delivery = id, "delivery {id} of GitHub could not be stored; it is fetched later");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

/// The payload's text: the body itself, or a form's only field. The signature does not cover the content type, so it alone makes
/// no form of a body: JSON that somebody wrote `&payload=` into would be read as what they please.
fn payload<'b>(content_type: &str, body: &'b [u8]) -> Option<Cow<'b, str>> {
    let text = std::str::from_utf8(body).ok()?;
    if !content_type.starts_with("application/x-www-form-urlencoded") {
        return Some(Cow::Borrowed(text));
    }
    let mut form = Url::parse("http://form.invalid/").ok()?;
    form.set_query(Some(text));
    let mut fields = form.query_pairs();
    let (_, field) = fields.next().filter(|(name, _)| name == "payload")?;
    let alone = fields.next().is_none();
    alone.then(|| Cow::Owned(field.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_holds_the_payload_in_a_field() {
        let form = b"payload=%7B%22action%22%3A%22created%22%2C%22body%22%3A%22a%2Bb+c+%26+%C3%A4%22%7D";
        let read = payload("application/x-www-form-urlencoded", form).unwrap();
        assert_eq!(read, "{\"action\":\"created\",\"body\":\"a+b c & ä\"}");
        assert_eq!(payload("application/json", b"{}").unwrap(), "{}");
        assert_eq!(payload("application/x-www-form-urlencoded", b"other=1"), None);
        assert_eq!(payload("application/json", b"\xff"), None);
    }

    #[test]
    fn a_body_that_was_signed_as_json_is_no_form() {
        let forged = br#"{"body":"nice &payload=%7B%22action%22%3A%22created%22%7D& bye"}"#;
        assert_eq!(payload("application/x-www-form-urlencoded", forged), None);
        assert_eq!(payload("application/x-www-form-urlencoded", b"payload=%7B%7D&payload=%7B%22a%22%3A1%7D"), None);
    }
}
