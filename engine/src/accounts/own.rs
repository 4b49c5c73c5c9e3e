//! A person's own account: how they see it, their password, and codes by which they link accounts elsewhere.

use super::{AccountService, confirm, linked, not_the_operator, own_deed, password};
use crate::fresh;
use crate::store::NewPassword;
use signalbox_core::account::{Caller, ChangePassword, Denied, Me, Peer, Proof, ProveFactor};
use signalbox_core::audit::Kind;
use signalbox_core::port::{NewLinkCode, Refusal};
use std::time::Duration;

/// How long a link code can be used.
const LINK_CODE_LASTS: Duration = Duration::from_secs(3600);

pub(super) async fn me(service: &AccountService, caller: &Caller) -> Result<Me, Refusal> {
    let store = &service.parts.store;
    let known = store.credentials(&caller.actor.name).await?;
    let known = known.filter(|known| known.actor.user == caller.actor.user);
    let person = store.person(caller.actor.clone()).await?;
    Ok(Me {
        providers: linked::linked(service, &person.accounts),
        person,
        second_factor: known.as_ref().is_some_and(|known| known.second_factor),
        recovery_codes: store.recovery_codes_left(&caller.actor.user).await?,
        password_set: known.is_some_and(|known| known.password_hash.is_some()),
    })
}

pub(super) async fn change_password(
    service: &AccountService,
    caller: &Caller,
    peer: &Peer,
    change: ChangePassword,
) -> Result<(), Denied> {
    not_the_operator(&caller.actor.user)?;
    password::check_rules(&change.new, &caller.actor.name)?;
    let proof = ProveFactor { password: change.old, code: None };
    match me(service, caller).await?.password_set {
        true => confirm::now(service, caller, peer, &proof).await?,
        false => confirm::lately(service, caller, peer, &proof).await?,
    }
    let keep_session = match &caller.proof {
        Proof::Session { id, .. } => Some(id.clone()),
        Proof::Socket | Proof::Token { .. } | Proof::Access { .. } => None,
    };
    let hash = service.passwords.hash(&change.new).await.map_err(Refusal::from)?;
    let new = NewPassword { user: caller.actor.user.clone(), hash, keep_session, at: fresh::now() };
    let changed = own_deed(caller, Kind::PasswordChanged, Some(peer));
    service.parts.store.noting(changed).set_password(new).await.map_err(Refusal::from)?;
    Ok(())
}

pub(super) async fn link_code(service: &AccountService, caller: &Caller) -> Result<NewLinkCode, Refusal> {
    let (code, now) = (fresh::link_code(), fresh::now());
    let until = now + LINK_CODE_LASTS;
    let created = own_deed(caller, Kind::LinkCodeCreated, None);
    service.parts.store.noting(created).keep_link_code(&caller.actor.user, &code, now, until).await?;
    Ok(NewLinkCode { code, until })
}
