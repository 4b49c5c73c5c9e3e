//! The second factor of somebody whom a provider has sent back, where it is asked for here.

use super::sign_in::{By, begin, is_code, open};
use super::token::{TokenKind, hash_shown};
use super::{AccountService, from_there};
use crate::fresh;
use crate::store::VisitPurpose;
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::account::{Arrived, Denied, Peer};
use signalbox_core::audit::{Kind, Who};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::time::Timestamp;

/// Somebody who owes a code.
struct Owing {
    actor: Actor,
    provider: String,
    next: String,
    shown_at: Option<Timestamp>,
}

pub(super) async fn give_code(
    service: &AccountService,
    peer: &Peer,
    ticket: &SecretString,
    code: &SecretString,
) -> Result<Arrived, Denied> {
    let hash = hash_shown(TokenKind::Visit, ticket.expose_secret()).ok_or_else(over)?;
    let owing = owing(service, &hash).await?.ok_or_else(over)?;
    let attempt = begin(service, peer, &owing.actor.name).await?;
    if !is_code(service, &owing.actor.user, code).await? {
        let refused = from_there(Who::Anonymous, Kind::SessionRefused, format!("user:{}", owing.actor.name), peer);
        service.enter(refused.with("wrong", "code").with("provider", &owing.provider)).await?;
        return Err(Denied::Wrong);
    }
    service.throttle.right(attempt);
    if !service.parts.store.end_visit(&hash).await.map_err(Refusal::from)? {
        return Err(over().into());
    }
    let session = open(service, peer, &owing.actor, By::Provider(&owing.provider, owing.shown_at)).await?;
    Ok(Arrived::SignedIn { session, next: owing.next })
}

fn over() -> Refusal {
    Refusal::Conflict("this sign-in took more than ten minutes, or is done already; begin again".to_owned())
}

/// Whoever holds this ticket, as long as the account by which they came is theirs.
async fn owing(service: &AccountService, hash: &str) -> Result<Option<Owing>, Refusal> {
    let store = &service.parts.store;
    let Some(visit) = store.visit(hash, fresh::now()).await? else { return Ok(None) };
    let (VisitPurpose::GiveCode { next, shown_at }, Some(user)) = (visit.purpose, visit.user) else { return Ok(None) };
    let linked = store.identities_of(&user).await?;
    if !linked.iter().any(|account| account.provider() == Some(visit.provider.as_str())) {
        return Ok(None);
    }
    let actor = store.actor(&user).await?;
    Ok(actor.map(|actor| Owing { actor, provider: visit.provider, next, shown_at }))
}
