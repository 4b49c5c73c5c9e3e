//! One-time codes: an admin invites a person to set a password, and the first admin makes themselves.

use super::sign_in::{begin, open};
use super::token::hash_code;
use super::{AccountService, from_there, not_the_operator, password};
use crate::fresh;
use crate::hub::{check_name, did};
use crate::store::{Acceptance, Invited};
use secrecy::ExposeSecret as _;
use signalbox_core::account::{Denied, Invitation, Peer, SignedIn, Welcome};
use signalbox_core::audit::{Deed, Kind, Who};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use std::time::Duration;

/// How long an invitation can be used.
const LASTS: Duration = Duration::from_secs(3 * 24 * 3600);
/// How long the first admin's code can be used.
const FIRST_LASTS: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn invite(service: &AccountService, actor: &Actor, person: &str) -> Result<Invitation, Refusal> {
    if !actor.admin {
        return Err(Refusal::Forbidden("an admin of the hub may do this".to_owned()));
    }
    let missing = || Refusal::NotFound(format!("there is no person `{person}`; `signalbox user add` adds one"));
    let store = &service.parts.store;
    let user = store.user(person).await?.ok_or_else(missing)?.user;
    not_the_operator(&user)?;
    let (code, now) = (fresh::link_code(), fresh::now());
    let until = now + LASTS;
    let created = did(actor, Kind::InvitationCreated, "user", person);
    store.noting(created).keep_invitation(Some(&user), &hash_code(&code), now, until).await?;
    Ok(Invitation { code, until })
}

pub(super) async fn first_code(service: &AccountService) -> Result<Option<Invitation>, Refusal> {
    let store = &service.parts.store;
    if store.has_admin_with_password().await? {
        return Ok(None);
    }
    let (code, now) = (fresh::link_code(), fresh::now());
    let until = now + FIRST_LASTS;
    let created = Deed::by(Who::Hub, Kind::InvitationCreated, "hub:first-admin", now);
    store.noting(created).keep_invitation(None, &hash_code(&code), now, until).await?;
    Ok(Some(Invitation { code, until }))
}

pub(super) async fn welcome(service: &AccountService, peer: &Peer, welcome: Welcome) -> Result<SignedIn, Denied> {
    let code_hash = hash_code(welcome.code.expose_secret());
    let attempt = begin(service, peer, &code_hash).await?;
    let invited = service.parts.store.invited(&code_hash, fresh::now()).await.map_err(Refusal::from)?;
    let Some(invited) = still_wanted(service, invited).await? else {
        let object = "invitation:?".to_owned();
        service.enter(from_there(Who::Anonymous, Kind::InvitationRefused, object, peer)).await?;
        return Err(Denied::Wrong);
    };
    service.throttle.right(attempt);
    let name = name_of(&invited, welcome.name)?;
    password::check_rules(&welcome.password, &name)?;
    let password_hash = service.passwords.hash(&welcome.password).await.map_err(Refusal::from)?;
    let acceptance = Acceptance { code_hash, invited, name, password_hash, at: fresh::now() };
    accept(service, peer, acceptance).await
}

async fn accept(service: &AccountService, peer: &Peer, acceptance: Acceptance) -> Result<SignedIn, Denied> {
    let who = match &acceptance.invited {
        Invited::Person(user, name) => Who::Person { user: user.clone(), name: name.clone() },
        Invited::FirstAdmin => Who::Anonymous,
    };
    let accepted = from_there(who, Kind::InvitationAccepted, format!("user:{}", acceptance.name), peer);
    let store = service.parts.store.noting(accepted);
    let user = store.accept_invitation(acceptance).await.map_err(Refusal::from)?.ok_or(Denied::Wrong)?;
    let actor = store.actor(&user).await.map_err(Refusal::from)?.ok_or(Denied::Wrong)?;
    open(service, peer, &actor).await
}

/// The code of the first admin is worth nothing once an admin can sign in.
async fn still_wanted(service: &AccountService, invited: Option<Invited>) -> Result<Option<Invited>, Refusal> {
    match invited {
        Some(Invited::FirstAdmin) if service.parts.store.has_admin_with_password().await? => Ok(None),
        invited => Ok(invited),
    }
}

fn name_of(invited: &Invited, given: Option<String>) -> Result<String, Refusal> {
    match invited {
        Invited::Person(_, name) => Ok(name.clone()),
        Invited::FirstAdmin => {
            let name = given.filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| Refusal::Invalid("say which name you want to have here".to_owned()))?;
            check_name("person", &name).map(|()| name)
        }
    }
}
