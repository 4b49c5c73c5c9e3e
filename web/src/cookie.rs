//! The cookie that carries a session. Under https its name begins with `__Host-`, by which browsers refuse to take it from
//! anybody but this very host.

use crate::client::Client;
use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;

fn name(client: &Client) -> &'static str {
    if client.https { "__Host-signalbox" } else { "signalbox" }
}

fn attributes(client: &Client) -> &'static str {
    if client.https { "; Path=/; HttpOnly; SameSite=Lax; Secure" } else { "; Path=/; HttpOnly; SameSite=Lax" }
}

/// The session's token that a request brings; none where it brings none, or several.
pub(crate) fn session(client: &Client, headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut ours = pairs.filter(|(key, _)| *key == name(client)).map(|(_, value)| value.to_owned());
    let first = ours.next()?;
    ours.next().is_none().then_some(first)
}

/// The line that hands a session over.
pub(crate) fn opening(client: &Client, token: &SecretString, lasts: Duration) -> Option<HeaderValue> {
    let seconds = lasts.as_secs();
    let line = format!("{}={}; Max-Age={seconds}{}", name(client), token.expose_secret(), attributes(client));
    let mut value = HeaderValue::from_str(&line).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The line that takes it back.
pub(crate) fn closing(client: &Client) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{}=; Max-Age=0{}", name(client), attributes(client))).ok()
}
