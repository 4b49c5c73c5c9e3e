//! Who asks, as an extractor: the other end of the hub's own socket, whoever a session's cookie belongs to, or whoever a personal
//! or access token does. It is looked up anew for each request, and held against what the route needs.

use crate::client::Client;
use crate::peer::{LocalPeer, operator};
use crate::rights::{Need, need_of};
use crate::{App, Problem, cookie};
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header;
use axum::http::request::Parts;
use signalbox_core::account::{Caller, Peer, Proof};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    /// The person in whose name it is.
    pub(crate) actor: Actor,
    /// How they have shown that.
    pub(crate) caller: Caller,
    /// From where.
    pub(crate) peer: Peer,
}

impl FromRequestParts<App> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let need = need_of(&parts.method, path);
        let client = client_of(parts);
        let caller = identify(parts, &client, app).await?.ok_or_else(signed_out)?;
        let peer = client.peer();
        let Some(need) = need else {
            tracing::error!(path, "no right is named for {path}");
            return Err(Refusal::Forbidden("nobody may do this: no right is named for it".to_owned()).into());
        };
        if let Err(refusal) = permit(&caller, need) {
            app.accounts.note_refusal(&caller, &peer, &format!("{} {path}", parts.method)).await?;
            return Err(refusal.into());
        }
        Ok(Self { actor: caller.actor.clone(), caller, peer })
    }
}

pub(crate) fn client_of(parts: &Parts) -> Client {
    parts.extensions.get::<Client>().cloned().unwrap_or_else(Client::local)
}

fn signed_out() -> Refusal {
    Refusal::Unauthenticated(
        "nobody is signed in here: sign in, or send a token (`Authorization: Bearer …`)".to_owned(),
    )
}

/// Whose the request is; none where it brings nothing that would show it.
///
/// # Errors
/// When it brings something that is worth nothing.
pub(crate) async fn identify(parts: &Parts, client: &Client, app: &App) -> Result<Option<Caller>, Problem> {
    if let Some(ConnectInfo(local)) = parts.extensions.get::<ConnectInfo<LocalPeer>>() {
        return match local.is_trusted() {
            true => Ok(Some(Caller { actor: operator(), proof: Proof::Socket })),
            false => {
                Err(Refusal::Forbidden("only the user who runs the hub may use its local socket".to_owned()).into())
            }
        };
    }
    // Whoever sends a token means it: where it is worth nothing, the cookie beside it is not tried.
    if let Some(shown) = parts.headers.get(header::AUTHORIZATION) {
        let token = shown.to_str().ok().and_then(|shown| shown.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let caller = match token {
            Some(token) => app.accounts.by_bearer(token).await?,
            None => None,
        };
        let worthless = || Refusal::Unauthenticated("this token is worth nothing (any more)".to_owned());
        return Ok(Some(caller.ok_or_else(worthless)?));
    }
    match cookie::session(client, &parts.headers) {
        Some(token) => Ok(app.accounts.by_session(&token).await?),
        None => Ok(None),
    }
}

fn permit(caller: &Caller, need: Need) -> Result<(), Refusal> {
    match need {
        Need::Scope(scope) if caller.may(scope) => Ok(()),
        Need::Scope(scope) => Err(Refusal::Forbidden(format!(
            "this token is not good for that: it needs the scope `{scope}`; make another one"
        ))),
        Need::Presence if caller.is_present() => Ok(()),
        Need::Presence => {
            Err(Refusal::Forbidden("no token is good for that: sign in with a browser and do it there".to_owned()))
        }
        Need::AnyProof => Ok(()),
    }
}
