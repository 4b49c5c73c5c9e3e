//! The way to a provider: what somebody goes for is kept for a few minutes, and their browser is given a ticket, by which alone
//! they can come back.

use super::token::{TokenKind, hash, hash_code, random};
use super::{AccountService, confirm, invite, not_the_operator};
use crate::fresh;
use crate::openid::{Fault, Going, Provider, VisitSecrets};
use crate::store::{VisitPurpose, Visited};
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::account::{Caller, Denied, Departure, OfTheirOwn, Peer, Proof, ProveFactor, ToComeIn, Visit};
use signalbox_core::id::UserId;
use signalbox_core::port::Refusal;
use std::time::Duration;

/// How long somebody may be away.
pub(super) const LASTS: Duration = Duration::from_secs(10 * 60);

pub(super) async fn depart(service: &AccountService, peer: &Peer, visit: Visit<ToComeIn>) -> Result<Departure, Denied> {
    let provider = known(service, &visit.provider)?;
    let purpose = match visit.purpose {
        ToComeIn::SignIn { next } => VisitPurpose::SignIn { next },
        ToComeIn::Welcome { code, name } => {
            let code_hash = hash_code(code.expose_secret());
            let (_, name) = invite::judge(service, peer, &code_hash, name).await?;
            VisitPurpose::Welcome { code_hash, name: Some(name) }
        }
    };
    begin(service, peer, provider, Begun { redirect: visit.redirect, purpose, user: None }).await
}

pub(super) async fn depart_as(
    service: &AccountService,
    caller: &Caller,
    peer: &Peer,
    visit: Visit<OfTheirOwn>,
    proof: &ProveFactor,
) -> Result<Departure, Denied> {
    not_the_operator(&caller.actor.user)?;
    let provider = known(service, &visit.provider)?;
    let Proof::Session { id, .. } = &caller.proof else {
        return Err(Refusal::Invalid("this is done in a browser, where one is signed in".to_owned()).into());
    };
    let session = id.clone();
    let purpose = match visit.purpose {
        OfTheirOwn::Confirm => VisitPurpose::Confirm { session },
        OfTheirOwn::Link => {
            confirm::lately(service, caller, peer, proof).await?;
            VisitPurpose::Link { session }
        }
    };
    let user = Some(caller.actor.user.clone());
    begin(service, peer, provider, Begun { redirect: visit.redirect, purpose, user }).await
}

/// A visit that begins.
struct Begun {
    redirect: String,
    purpose: VisitPurpose,
    user: Option<UserId>,
}

async fn begin(service: &AccountService, peer: &Peer, provider: &Provider, begun: Begun) -> Result<Departure, Denied> {
    stays_itself(service, provider).await?;
    let (ticket, salt) = (random(TokenKind::Visit), fresh::unique());
    let secrets = VisitSecrets::of(&ticket, &salt);
    let anew = matches!(begun.purpose, VisitPurpose::Confirm { .. });
    let going = Going { secrets: &secrets, redirect: &begun.redirect, anew };
    let url = provider.way(&going).await.map_err(|fault| unwell(provider, &fault))?;
    let name = provider.settings().name.clone();
    keep(service, peer, Leaving { ticket: &ticket, salt, name, begun }).await?;
    Ok(Departure { url: url.into(), ticket })
}

/// Somebody back from a provider goes for something more, with a new ticket.
pub(super) async fn go_on(
    service: &AccountService,
    peer: &Peer,
    provider: &Provider,
    (user, purpose): (UserId, VisitPurpose),
) -> Result<SecretString, Denied> {
    let (ticket, name) = (random(TokenKind::Visit), provider.settings().name.clone());
    let begun = Begun { redirect: String::new(), purpose, user: Some(user) };
    keep(service, peer, Leaving { ticket: &ticket, salt: String::new(), name, begun }).await?;
    Ok(ticket)
}

/// A visit that is to be kept.
struct Leaving<'a> {
    ticket: &'a SecretString,
    salt: String,
    name: String,
    begun: Begun,
}

async fn keep(service: &AccountService, peer: &Peer, leaving: Leaving<'_>) -> Result<(), Denied> {
    let (now, begun) = (fresh::now(), leaving.begun);
    let visit = Visited {
        ticket_hash: hash(leaving.ticket),
        provider: leaving.name,
        purpose: begun.purpose,
        salt: leaving.salt,
        redirect: begun.redirect,
        address: super::throttle::network(peer.address).to_string(),
        user: begun.user,
        at: now,
        until: now + LASTS,
    };
    if service.parts.store.begin_visit(visit).await.map_err(Refusal::from)? {
        return Ok(());
    }
    let crowd = "too many from your address are on their way to a provider; wait a few minutes and try again";
    Err(Refusal::Throttled(crowd.to_owned()).into())
}

/// The provider of a name.
pub(super) fn known<'a>(service: &'a AccountService, name: &str) -> Result<&'a Provider, Refusal> {
    let unknown = || Refusal::NotFound("this hub does not know such a provider (any more)".to_owned());
    service.parts.providers.named(name).ok_or_else(unknown)
}

/// Accounts are linked to a provider by the name that it goes by here. Should that name come to mean somebody else, who could
/// call anybody by a number that is linked, then nobody is believed from there.
pub(super) async fn stays_itself(service: &AccountService, provider: &Provider) -> Result<(), Refusal> {
    let own = provider.settings();
    let first = service.parts.store.issuer_of(&own.name, &own.issuer, fresh::now()).await?;
    if first == own.issuer {
        return Ok(());
    }
    tracing::error!(
        provider = %own.name,
        "openid.{}.issuer is another one than when accounts were linked: give the new provider another name",
        own.name
    );
    Err(Refusal::Unavailable(format!(
        "{} cannot be used: it is another one than when accounts were linked to it, and an admin has to give it another name",
        own.label
    )))
}

/// A provider that is not well, in words for whoever wanted to go there or comes from there.
pub(super) fn unwell(provider: &Provider, fault: &Fault) -> Refusal {
    let own = provider.settings();
    tracing::warn!(provider = %own.name, fault = crate::hub::chain(fault), "the provider {} cannot be used", own.name);
    Refusal::Unavailable(format!(
        "{} does not answer as it should at the moment. Try again in a minute; a password goes on working",
        own.label
    ))
}
