//! The cookies that carry a session, and a visit at a provider. Under https their names begin with `__Host-`, by which browsers
//! refuse to take them from anybody but this very host.

use crate::client::Client;
use axum::http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;

/// What a browser keeps for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// A session's token.
    Session,
    /// The ticket of a visit at a provider, from where its page sends the browser back: that is why the cookie goes along when
    /// somebody comes from elsewhere.
    Visit,
}

impl Cookie {
    fn name(self, client: &Client) -> &'static str {
        match (self, client.https) {
            (Self::Session, true) => "__Host-signalbox",
            (Self::Session, false) => "signalbox",
            (Self::Visit, true) => "__Host-signalbox-visit",
            (Self::Visit, false) => "signalbox-visit",
        }
    }

    /// The token that a request brings; none where it brings none, or several.
    pub(crate) fn brought(self, client: &Client, headers: &HeaderMap) -> Option<String> {
        let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(key, _)| *key == self.name(client)).map(|(_, value)| value.to_owned());
        let first = ours.next()?;
        ours.next().is_none().then_some(first)
    }

    /// The line that hands a token over.
    pub(crate) fn given(self, client: &Client, token: &SecretString, lasts: Duration) -> Option<HeaderValue> {
        let (name, seconds) = (self.name(client), lasts.as_secs());
        let line = format!("{name}={}; Max-Age={seconds}{}", token.expose_secret(), attributes(client));
        let mut value = HeaderValue::from_str(&line).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The line that takes it back.
    pub(crate) fn taken_back(self, client: &Client) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{}=; Max-Age=0{}", self.name(client), attributes(client))).ok()
    }
}

fn attributes(client: &Client) -> &'static str {
    if client.https { "; Path=/; HttpOnly; SameSite=Lax; Secure" } else { "; Path=/; HttpOnly; SameSite=Lax" }
}
