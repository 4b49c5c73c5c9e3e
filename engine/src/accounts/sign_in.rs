//! Signing in: name and password, and the second factor where there is one.

use super::throttle::Attempt;
use super::token::{TokenKind, hash, hash_code, random};
use super::totp::FactorSecret;
use super::{AccountService, from_there};
use crate::fresh;
use crate::store::{Credentials, NewSession, factor_scope};
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::account::{Denied, Peer, SignIn, SignedIn};
use signalbox_core::audit::{Kind, Who};
use signalbox_core::id::UserId;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::time::Timestamp;
use std::time::Duration;

/// How long a session lasts, however much it is used.
pub(super) const LASTS: Duration = Duration::from_secs(30 * 24 * 3600);
/// Under which name the second factor's secret is sealed.
pub(super) const FACTOR: &str = "second-factor";

/// By what somebody signs in.
#[derive(Debug, Clone, Copy)]
pub(super) enum By<'a> {
    /// By a password, just now.
    Password,
    /// By a provider, to which they showed who they are at that moment, where it tells that.
    Provider(&'a str, Option<Timestamp>),
}

impl By<'_> {
    fn provider(&self) -> Option<&str> {
        match self {
            Self::Password => None,
            Self::Provider(name, _) => Some(name),
        }
    }

    /// When they last showed who they are: what a provider remembers of this morning is no proof of who sits there now.
    fn confirmed_at(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::Password => now,
            Self::Provider(_, shown_at) => shown_at.map_or(Timestamp::from_millis(0), |shown| shown.min(now)),
        }
    }
}

/// What came of looking at what was shown.
enum Found {
    Right(Actor),
    CodeNeeded,
    Wrong(&'static str),
}

pub(super) async fn sign_in(service: &AccountService, peer: &Peer, shown: SignIn) -> Result<SignedIn, Denied> {
    let actor = prove(service, peer, &shown).await?;
    open(service, peer, &actor, By::Password).await
}

/// Who has shown this name, password and code.
pub(super) async fn prove(service: &AccountService, peer: &Peer, shown: &SignIn) -> Result<Actor, Denied> {
    let attempt = begin(service, peer, &shown.name).await?;
    match examine(service, shown).await {
        Ok(Found::Right(actor)) => {
            service.throttle.right(attempt);
            Ok(actor)
        }
        Ok(Found::CodeNeeded) => {
            service.throttle.undecided(&attempt);
            Err(Denied::CodeNeeded)
        }
        Ok(Found::Wrong(what)) => {
            let object = format!("user:{}", known_name(service, &shown.name).await?);
            let refused = from_there(Who::Anonymous, Kind::SessionRefused, object, peer);
            service.enter(refused.with("wrong", what)).await?;
            Err(Denied::Wrong)
        }
        Err(refusal) => {
            service.throttle.undecided(&attempt);
            Err(refusal.into())
        }
    }
}

/// Begins an attempt, unless too many were wrong.
pub(super) async fn begin(service: &AccountService, peer: &Peer, account: &str) -> Result<Attempt, Denied> {
    let now = fresh::now();
    let wait = match service.throttle.begin(account, peer.address, now) {
        Ok(attempt) => return Ok(attempt),
        Err(wait) => wait,
    };
    tracing::warn!(address = %peer.address, "too many attempts to sign in were wrong; the next must wait");
    // Whoever goes on trying must not fill the log: one entry tells of the whole wait.
    if service.throttle.is_news(account, peer.address, now) {
        let object = format!("user:{}", known_name(service, account).await?);
        let throttled = from_there(Who::Anonymous, Kind::SessionThrottled, object, peer);
        service.enter(throttled.with("seconds", wait.as_secs())).await?;
    }
    Err(Denied::Wait(wait))
}

/// People type their password where their name belongs: what is nobody's name is not entered.
async fn known_name<'a>(service: &AccountService, name: &'a str) -> Result<&'a str, Refusal> {
    Ok(if service.parts.store.user(name).await?.is_some() { name } else { "?" })
}

async fn examine(service: &AccountService, shown: &SignIn) -> Result<Found, Refusal> {
    let known = service.parts.store.credentials(&shown.name).await?;
    // A database may take a name with blanks behind it for the same; attempts on it would be counted apart.
    let known = known.filter(|known| known.actor.name == shown.name);
    let kept = known.as_ref().and_then(|known| known.password_hash.clone());
    let right = service.passwords.check(&shown.password, kept).await?;
    let Some(Credentials { actor, second_factor, .. }) = known.filter(|_| right) else {
        return Ok(Found::Wrong("password"));
    };
    match (second_factor, &shown.code) {
        (false, _) => Ok(Found::Right(actor)),
        (true, None) => Ok(Found::CodeNeeded),
        (true, Some(code)) if is_code(service, &actor.user, code).await? => Ok(Found::Right(actor)),
        (true, Some(_)) => Ok(Found::Wrong("code")),
    }
}

/// Whether it is a code of the second factor, or a recovery code. Either is used up.
pub(super) async fn is_code(service: &AccountService, user: &UserId, code: &SecretString) -> Result<bool, Refusal> {
    let store = &service.parts.store;
    let secret = store.secret(&factor_scope(user), FACTOR).await?;
    let secret = secret.and_then(|secret| FactorSecret::read(secret.expose_secret()));
    match secret.and_then(|secret| secret.step_of(code.expose_secret(), fresh::now())) {
        Some(step) => Ok(store.use_step(user, step).await?),
        None => Ok(store.use_recovery_code(user, &hash_code(code.expose_secret())).await?),
    }
}

/// Opens a session.
pub(super) async fn open(service: &AccountService, peer: &Peer, actor: &Actor, by: By<'_>) -> Result<SignedIn, Denied> {
    let (token, now) = (random(TokenKind::Session), fresh::now());
    let session = NewSession {
        id: fresh::unique(),
        user: actor.user.clone(),
        token_hash: hash(&token),
        expires_at: now + LASTS,
        provider: by.provider().map(str::to_owned),
        confirmed_at: by.confirmed_at(now),
        device: peer.device.clone(),
        address: peer.address.to_string(),
        at: now,
    };
    let until = session.expires_at;
    let who = Who::Person { user: actor.user.clone(), name: actor.name.clone() };
    let opened = from_there(who, Kind::SessionCreated, format!("session:{}", session.id), peer);
    let opened = opened.with_some("provider", by.provider());
    service.parts.store.noting(opened).open_session(session).await.map_err(Refusal::from)?;
    Ok(SignedIn { token, name: actor.name.clone(), admin: actor.admin, until })
}
