//! Sessions: whose one is, where a person is signed in, and the end of it.

use super::token::{TokenKind, hash_shown};
use super::{AccountService, own_deed};
use crate::fresh;
use signalbox_core::account::{Caller, Proof, SessionReport};
use signalbox_core::audit::{Deed, Kind, named};
use signalbox_core::port::Refusal;
use signalbox_core::time::Timestamp;
use std::time::Duration;

/// After how long unused a session ends.
const IDLE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How exactly it is kept when something was last used: not every request is to be a write.
pub(super) const EXACTLY: Duration = Duration::from_secs(5 * 60);

pub(super) async fn find(service: &AccountService, token: &str) -> Result<Option<Caller>, Refusal> {
    let Some(hash) = hash_shown(TokenKind::Session, token) else { return Ok(None) };
    let (store, now) = (&service.parts.store, fresh::now());
    let Some(session) = store.session(&hash, now, now - IDLE).await? else { return Ok(None) };
    if now.since(session.seen_at) >= EXACTLY {
        store.session_seen(&session.id, now).await?;
    }
    let proof = Proof::Session { id: session.id, confirmed_at: session.confirmed_at };
    Ok(Some(Caller { actor: session.actor, proof }))
}

pub(super) async fn list(service: &AccountService, caller: &Caller) -> Result<Vec<SessionReport>, Refusal> {
    let (store, user, now) = (&service.parts.store, &caller.actor.user, fresh::now());
    let mut all = store.sessions_of(user, now, now - IDLE).await?;
    all.extend(store.families_of(user, now).await?);
    all.sort_by_key(|report| std::cmp::Reverse(report.seen_at));
    let own = own_id(caller);
    all.iter_mut().for_each(|report| report.current = Some(report.id.as_str()) == own);
    Ok(all)
}

pub(super) async fn end(service: &AccountService, caller: &Caller, id: &str) -> Result<(), Refusal> {
    let (store, user) = (&service.parts.store, &caller.actor.user);
    let ended = Deed { object: named("session", id), ..own_deed(caller, Kind::SessionEnded, None) };
    let store = store.noting(ended);
    if store.end_session(user, id).await? || store.end_family(user, id).await? {
        return Ok(());
    }
    Err(Refusal::NotFound("there is no such session of yours (any more)".to_owned()))
}

pub(super) async fn end_others(service: &AccountService, caller: &Caller) -> Result<(), Refusal> {
    let keep = match &caller.proof {
        Proof::Session { id, .. } => Some(id.as_str()),
        Proof::Socket | Proof::Token { .. } | Proof::Access { .. } => None,
    };
    let ended = own_deed(caller, Kind::SessionEnded, None).with("which", "all others");
    Ok(service.parts.store.noting(ended).end_sessions_but(&caller.actor.user, keep).await?)
}

pub(super) async fn sign_out(service: &AccountService, caller: &Caller) -> Result<(), Refusal> {
    match own_id(caller) {
        Some(id) => end(service, caller, id).await,
        None => Err(Refusal::Invalid(
            "nobody is signed in here by a session; a personal token is revoked instead (`DELETE /api/v1/me/tokens/ID`)"
                .to_owned(),
        )),
    }
}

fn own_id(caller: &Caller) -> Option<&str> {
    match &caller.proof {
        Proof::Session { id, .. } => Some(id),
        Proof::Access { family, .. } => Some(family),
        Proof::Socket | Proof::Token { .. } => None,
    }
}

/// Whether a password was given in the caller's session since then.
pub(super) fn is_confirmed_since(caller: &Caller, moment: Timestamp) -> bool {
    matches!(&caller.proof, Proof::Session { confirmed_at, .. } if *confirmed_at > moment)
}
