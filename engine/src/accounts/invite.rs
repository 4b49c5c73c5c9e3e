//! One-time codes: an admin invites a person to set a password, and the first admin makes themselves.

use super::sign_in::{By, begin, open};
use super::token::hash_code;
use super::{AccountService, from_there, not_the_operator, password};
use crate::fresh;
use crate::hub::{check_name, did};
use crate::store::{Acceptance, Invited, WayIn};
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
    if store.has_admin_who_can_sign_in().await? {
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
    let (invited, name) = judge(service, peer, &code_hash, welcome.name).await?;
    password::check_rules(&welcome.password, &name)?;
    let by = WayIn::Password(service.passwords.hash(&welcome.password).await.map_err(Refusal::from)?);
    let actor = accept(service, peer, Acceptance { code_hash, invited, name, by, at: fresh::now() }).await?;
    open(service, peer, &actor, By::Password).await
}

/// Whom a code is for, and the name that they have or will have. Nothing is used up.
pub(super) async fn judge(
    service: &AccountService,
    peer: &Peer,
    code_hash: &str,
    name: Option<String>,
) -> Result<(Invited, String), Denied> {
    let attempt = begin(service, peer, code_hash).await?;
    let invited = service.parts.store.invited(code_hash, fresh::now()).await.map_err(Refusal::from)?;
    let Some(invited) = still_wanted(service, invited).await? else {
        let object = "invitation:?".to_owned();
        service.enter(from_there(Who::Anonymous, Kind::InvitationRefused, object, peer)).await?;
        return Err(Denied::Wrong);
    };
    service.throttle.right(attempt);
    let name = name_of(&invited, name)?;
    Ok((invited, name))
}

/// Uses a code up.
pub(super) async fn accept(service: &AccountService, peer: &Peer, acceptance: Acceptance) -> Result<Actor, Denied> {
    let who = match &acceptance.invited {
        Invited::Person(user, name) => Who::Person { user: user.clone(), name: name.clone() },
        Invited::FirstAdmin => Who::Anonymous,
    };
    let account = match &acceptance.by {
        WayIn::Password(_) => None,
        WayIn::Account(account) => Some(format!("{}:{}", account.platform, account.account)),
    };
    let accepted = from_there(who, Kind::InvitationAccepted, format!("user:{}", acceptance.name), peer);
    let accepted = accepted.with_some("account", account);
    let store = service.parts.store.noting(accepted);
    let user = store.accept_invitation(acceptance).await.map_err(Refusal::from)?.ok_or(Denied::Wrong)?;
    store.actor(&user).await.map_err(Refusal::from)?.ok_or(Denied::Wrong)
}

/// The code of the first admin is worth nothing once an admin can sign in.
async fn still_wanted(service: &AccountService, invited: Option<Invited>) -> Result<Option<Invited>, Refusal> {
    match invited {
        Some(Invited::FirstAdmin) if service.parts.store.has_admin_who_can_sign_in().await? => Ok(None),
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
