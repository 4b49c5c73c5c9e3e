//! Who asks, as an extractor: the other end of the hub's own socket, whoever a session's cookie belongs to, or whoever a personal
//! or access token does. It is looked up anew for each request, and held against what the route needs.

use crate::client::Client;
use crate::cookie::Cookie;
use crate::limits::{Limits, Whom};
use crate::peer::{LocalPeer, operator};
use crate::rights::{Need, need_of};
use crate::{App, Problem};
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::account::{Caller, Peer, Proof};
use signalbox_core::people::{Actor, Origin};
use signalbox_core::port::Refusal;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often it is looked whether a stream's reader may still read.
const LOOK: Duration = Duration::from_secs(10);

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    /// The person in whose name it is.
    pub(crate) actor: Actor,
    /// How they have shown that.
    pub(crate) caller: Caller,
    /// From where.
    pub(crate) peer: Peer,
    shown: Shown,
}

/// What was shown, to be looked up again as long as something goes on in its name.
#[derive(Debug, Clone)]
enum Shown {
    /// The other end of the hub's own socket.
    Socket,
    /// A personal or access token.
    Bearer(SecretString),
    /// A session's token.
    Session(SecretString),
}

impl Principal {
    /// Who it is now; nobody where what was shown is worth nothing any more.
    pub(crate) async fn again(&self, app: &App) -> Result<Option<Actor>, Refusal> {
        let caller = look_up(&self.shown, app).await?;
        Ok(caller.map(|caller| Actor { origin: self.actor.origin.clone(), ..caller.actor }))
    }

    /// Comes to its end when what was shown is worth nothing any more: for streams, which would outlive it.
    pub(crate) async fn until_worthless(self, app: App) {
        loop {
            tokio::time::sleep(LOOK).await;
            match look_up(&self.shown, &app).await {
                Ok(Some(_)) | Err(Refusal::Unavailable(_)) => {}
                Ok(None) | Err(_) => return,
            }
        }
    }
}

impl FromRequestParts<App> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let need = need_of(&parts.method, path);
        let client = client_of(parts);
        let shown = shown(parts, &client)?.ok_or_else(signed_out)?;
        let caller = look_up(&shown, app).await?.ok_or_else(|| worthless(&shown))?;
        let caller = from_there(caller, &client);
        if let Some(limits) = parts.extensions.get::<Arc<Limits>>() {
            limits.count(Whom::Person(caller.actor.user.clone()), Instant::now())?;
        }
        let peer = client.peer();
        let Some(need) = need else {
            tracing::error!(path, "no right is named for {path}");
            return Err(Refusal::Forbidden("nobody may do this: no right is named for it".to_owned()).into());
        };
        if let Err(refusal) = permit(&caller, need) {
            app.accounts.note_refusal(&caller, &peer, &format!("{} {path}", parts.method)).await?;
            return Err(refusal.into());
        }
        Ok(Self { actor: caller.actor.clone(), caller, peer, shown })
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

fn worthless(shown: &Shown) -> Refusal {
    match shown {
        Shown::Socket | Shown::Session(_) => signed_out(),
        Shown::Bearer(_) => Refusal::Unauthenticated("this token is worth nothing (any more)".to_owned()),
    }
}

/// Whose the request is; none where it brings nothing that would show it, or a session that has ended.
///
/// # Errors
/// When it brings something else that is worth nothing.
pub(crate) async fn identify(parts: &Parts, client: &Client, app: &App) -> Result<Option<Caller>, Problem> {
    let Some(shown) = shown(parts, client)? else { return Ok(None) };
    match (look_up(&shown, app).await?, &shown) {
        (None, Shown::Bearer(_)) => Err(worthless(&shown).into()),
        (caller, _) => Ok(caller.map(|caller| from_there(caller, client))),
    }
}

fn shown(parts: &Parts, client: &Client) -> Result<Option<Shown>, Problem> {
    if let Some(ConnectInfo(local)) = parts.extensions.get::<ConnectInfo<LocalPeer>>() {
        return match local.is_trusted() {
            true => Ok(Some(Shown::Socket)),
            false => {
                Err(Refusal::Forbidden("only the user who runs the hub may use its local socket".to_owned()).into())
            }
        };
    }
    // Whoever sends a token means it: where it is worth nothing, the cookie beside it is not tried.
    if parts.headers.contains_key(header::AUTHORIZATION) {
        return Ok(Some(Shown::Bearer(bearer(&parts.headers).unwrap_or_default().into())));
    }
    Ok(Cookie::Session.brought(client, &parts.headers).map(|token| Shown::Session(token.into())))
}

/// The token that a request brings, if it does.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn look_up(shown: &Shown, app: &App) -> Result<Option<Caller>, Refusal> {
    match shown {
        Shown::Socket => Ok(Some(Caller { actor: operator(), proof: Proof::Socket })),
        Shown::Bearer(token) => app.accounts.by_bearer(token.expose_secret()).await,
        Shown::Session(token) => app.accounts.by_session(token.expose_secret()).await,
    }
}

/// The caller, who acts from there and by what they have shown.
fn from_there(mut caller: Caller, client: &Client) -> Caller {
    let token = match &caller.proof {
        Proof::Socket => return caller,
        Proof::Session { .. } => None,
        Proof::Token { id, .. } => Some(id.clone()),
        Proof::Access { family, .. } => Some(family.clone()),
    };
    caller.actor.origin = Origin { address: Some(client.address.to_string()), token };
    caller
}

fn permit(caller: &Caller, need: Need) -> Result<(), Refusal> {
    match need {
        Need::Scope(scope) if caller.may(scope) => Ok(()),
        Need::Scope(scope) => Err(Refusal::Forbidden(format!(
            "this token is not good for that: it needs the scope `{scope}`; make another one"
        ))),
        Need::Socket if caller.proof == Proof::Socket => Ok(()),
        Need::Socket => Err(Refusal::Forbidden("this is for terminals on the hub's own machine".to_owned())),
        Need::Presence if caller.is_present() => Ok(()),
        Need::Presence => {
            Err(Refusal::Forbidden("no token is good for that: sign in with a browser and do it there".to_owned()))
        }
        Need::AnyProof => Ok(()),
    }
}
