//! Access tokens for programs, and the refresh tokens by which they have the next one.

use super::access::LIFE;
use super::personal::{limited, listed};
use super::sign_in::{LASTS, begin, prove};
use super::token::{TokenKind, hash, hash_shown, random};
use super::{AccountService, from_there};
use crate::fresh;
use crate::store::{Family, NewFamily, Rotated};
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::account::{Caller, Denied, Exchange, Peer, Proof, Scopes, SignIn, TokenPair};
use signalbox_core::audit::{Deed, Kind, Who};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;

/// Who has shown what, and what for.
struct Shown {
    actor: Actor,
    /// The personal token that was shown.
    token: Option<String>,
    scopes: Scopes,
}

pub(super) async fn find(service: &AccountService, shown: &str) -> Result<Option<Caller>, Refusal> {
    let now = fresh::now();
    let Some(claims) = service.access_key().await?.read(shown, now) else { return Ok(None) };
    let family = service.parts.store.family(&claims.family, now).await?;
    let Some(family) = family.filter(|family| family.actor.user.as_str() == claims.sub) else { return Ok(None) };
    let actor = limited(family.actor, &family.scopes);
    Ok(Some(Caller { actor, proof: Proof::Access { family: family.id, scopes: family.scopes } }))
}

pub(super) async fn exchange(service: &AccountService, peer: &Peer, exchange: Exchange) -> Result<TokenPair, Denied> {
    match exchange {
        Exchange::Password { name, password, code, scopes } => {
            let actor = prove(service, peer, &SignIn { name, password, code }).await?;
            let scopes = scopes.unwrap_or_else(Scopes::all);
            open(service, peer, Shown { actor, token: None, scopes }).await
        }
        Exchange::Token { token, scopes } => {
            let attempt = begin(service, peer, "").await?;
            let Some(shown) = of_token(service, &token, scopes).await? else {
                service.enter(nobodys(Kind::TokenRefused, peer)).await?;
                return Err(Denied::Wrong);
            };
            service.throttle.right(attempt);
            open(service, peer, shown).await
        }
        Exchange::Refresh { refresh_token } => rotate(service, peer, &refresh_token).await,
    }
}

/// Something that is done with a token of which it is not said whose it is.
fn nobodys(kind: Kind, peer: &Peer) -> Deed {
    from_there(Who::Anonymous, kind, "token:?".to_owned(), peer)
}

/// Whose token it is, and for what; none for one that is worth nothing.
async fn of_token(
    service: &AccountService,
    token: &SecretString,
    wanted: Option<Scopes>,
) -> Result<Option<Shown>, Refusal> {
    match super::personal::find(service, token.expose_secret()).await? {
        Some(Caller { actor, proof: Proof::Token { id, scopes } }) => {
            let scopes = wanted.map_or_else(|| scopes.clone(), |wanted| wanted.within(&scopes));
            Ok(Some(Shown { actor, token: Some(id), scopes }))
        }
        _ => Ok(None),
    }
}

async fn open(service: &AccountService, peer: &Peer, shown: Shown) -> Result<TokenPair, Denied> {
    if shown.scopes.is_empty() {
        return Err(Refusal::Invalid("say what the tokens are for: read, work, decide or manage".to_owned()).into());
    }
    let (refresh, now) = (random(TokenKind::Refresh), fresh::now());
    let family = NewFamily {
        id: fresh::unique(),
        user: shown.actor.user.clone(),
        token: shown.token.clone(),
        scopes: shown.scopes.clone(),
        first_hash: hash(&refresh),
        device: peer.device.clone(),
        address: peer.address.to_string(),
        expires_at: now + LASTS,
        at: now,
    };
    let deed = exchanged(&shown, &family, peer);
    let opened = Family { id: family.id.clone(), actor: shown.actor, scopes: shown.scopes };
    service.parts.store.noting(deed).open_family(family).await.map_err(Refusal::from)?;
    Ok(pair(service, &opened, &refresh).await?)
}

fn exchanged(shown: &Shown, family: &NewFamily, peer: &Peer) -> Deed {
    let (user, name) = (shown.actor.user.clone(), shown.actor.name.clone());
    let who = match shown.token.clone() {
        Some(token) => Who::Token { user, name, token },
        None => Who::Person { user, name },
    };
    let deed = from_there(who, Kind::TokenExchanged, format!("session:{}", family.id), peer);
    deed.with("scopes", listed(&shown.scopes))
}

async fn rotate(service: &AccountService, peer: &Peer, shown: &SecretString) -> Result<TokenPair, Denied> {
    let Some(hashed) = hash_shown(TokenKind::Refresh, shown.expose_secret()) else { return Err(Denied::Wrong) };
    let next = random(TokenKind::Refresh);
    let store = service.parts.store.noting(nobodys(Kind::TokenReused, peer));
    match store.rotate_refresh(&hashed, &hash(&next), fresh::now()).await.map_err(Refusal::from)? {
        Rotated::Fresh(family) => Ok(pair(service, &family, &next).await?),
        Rotated::Reused(user) => {
            tracing::warn!(%user, address = %peer.address, "a refresh token of {user} came twice; what came of it has ended");
            Err(Denied::Wrong)
        }
        Rotated::Unknown => Err(Denied::Wrong),
    }
}

async fn pair(service: &AccountService, family: &Family, refresh: &SecretString) -> Result<TokenPair, Refusal> {
    let key = service.access_key().await?;
    Ok(TokenPair {
        access_token: key.sign(family.actor.user.as_str(), &family.id, fresh::now()),
        token_type: "Bearer".to_owned(),
        expires_in: LIFE.as_secs(),
        refresh_token: refresh.expose_secret().to_owned(),
        scopes: family.scopes.clone(),
    })
}
