//! Personal tokens: named, for what their person says, with an end.

use super::session::EXACTLY;
use super::token::{TokenKind, hash, hash_shown, random};
use super::{AccountService, confirm, not_the_operator, own_deed};
use crate::fresh;
use crate::store::NewToken;
use secrecy::ExposeSecret as _;
use signalbox_core::account::{
    Caller, Denied, MadeToken, MakeToken, Peer, Proof, ProveFactor, Scope, Scopes, TokenReport,
};
use signalbox_core::audit::{Deed, Kind, named};
use signalbox_core::people::{Actor, Role};
use signalbox_core::port::Refusal;
use signalbox_core::time::Timestamp;
use std::time::Duration;

/// For how many days a token is good when nothing is said, and at most.
const DAYS: (u32, u32) = (90, 366);
/// How many a person may have.
const MOST: usize = 50;
/// The longest name of one, in characters.
const NAME: usize = 64;

pub(super) async fn find(service: &AccountService, shown: &str) -> Result<Option<Caller>, Refusal> {
    let Some(hash) = hash_shown(TokenKind::Personal, shown) else { return Ok(None) };
    let (store, now) = (&service.parts.store, fresh::now());
    let Some((report, actor)) = store.token(&hash, now).await? else { return Ok(None) };
    if report.used_at.is_none_or(|used| now.since(used) >= EXACTLY) {
        store.token_used(&report.id, now).await?;
    }
    let actor = limited(actor, &report.scopes);
    Ok(Some(Caller { actor, proof: Proof::Token { id: report.id, scopes: report.scopes } }))
}

/// The person, with no more than what a token for these scopes may do at most.
pub(super) fn limited(actor: Actor, scopes: &Scopes) -> Actor {
    Actor { at_most: scopes.only_read().then_some(Role::Viewer), ..actor }
}

pub(super) async fn make(
    service: &AccountService,
    caller: &Caller,
    peer: &Peer,
    request: MakeToken,
) -> Result<MadeToken, Denied> {
    let (store, user) = (&service.parts.store, &caller.actor.user);
    not_the_operator(user)?;
    let report = report(&request)?;
    confirm::lately(service, caller, peer, &ProveFactor { password: request.password, code: None }).await?;
    if store.tokens_of(user).await.map_err(Refusal::from)?.len() >= MOST {
        return Err(Refusal::Conflict(format!("you have {MOST} tokens already; revoke one first")).into());
    }
    let token = random(TokenKind::Personal);
    let new = NewToken { user: user.clone(), token_hash: hash(&token), report: report.clone() };
    let made = Deed { object: format!("token:{}", report.id), ..own_deed(caller, Kind::TokenCreated, Some(peer)) };
    let made = made.with("scopes", listed(&report.scopes));
    store.noting(made).add_token(new).await.map_err(Refusal::from)?;
    Ok(MadeToken { token: token.expose_secret().to_owned(), report })
}

/// Scopes in one line.
pub(super) fn listed(scopes: &Scopes) -> String {
    let all = Scope::ALL.into_iter().filter(|scope| scopes.permit(*scope)).map(Scope::as_str);
    all.collect::<Vec<_>>().join(" ")
}

fn report(request: &MakeToken) -> Result<TokenReport, Refusal> {
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(Refusal::Invalid(format!("give the token a name of at most {NAME} characters: what it is for")));
    }
    if request.scopes.is_empty() {
        return Err(Refusal::Invalid("say what the token is for: read, work, decide or manage".to_owned()));
    }
    let (usual, most) = DAYS;
    let days = request.days.unwrap_or(usual);
    if !(1..=most).contains(&days) {
        return Err(Refusal::Invalid(format!("a token is good for 1 to {most} days")));
    }
    let now = fresh::now();
    Ok(TokenReport {
        id: fresh::unique(),
        name: name.to_owned(),
        scopes: request.scopes.clone(),
        created_at: now,
        used_at: None,
        expires_at: Some(end(now, days)),
    })
}

fn end(now: Timestamp, days: u32) -> Timestamp {
    now + Duration::from_secs(u64::from(days) * 24 * 3600)
}

pub(super) async fn revoke(service: &AccountService, caller: &Caller, id: &str) -> Result<(), Refusal> {
    let revoked = Deed { object: named("token", id), ..own_deed(caller, Kind::TokenRevoked, None) };
    match service.parts.store.noting(revoked).remove_token(&caller.actor.user, id).await? {
        true => Ok(()),
        false => Err(Refusal::NotFound("there is no such token of yours (any more)".to_owned())),
    }
}
