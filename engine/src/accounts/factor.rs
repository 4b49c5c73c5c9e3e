//! The second factor of an account: made, put in force by a code of it, taken away.

use super::sign_in::{FACTOR, begin as begin_attempt};
use super::token::hash_code;
use super::totp::FactorSecret;
use super::{AccountService, confirm as prove, not_the_operator, own_deed};
use crate::fresh;
use crate::store::factor_scope;
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::account::{Caller, ConfirmFactor, Denied, NewFactor, Peer, ProveFactor, RecoveryCodes};
use signalbox_core::audit::Kind;
use signalbox_core::port::Refusal;

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

pub(super) async fn begin(
    service: &AccountService,
    caller: &Caller,
    peer: &Peer,
    proof: ProveFactor,
) -> Result<NewFactor, Denied> {
    not_the_operator(&caller.actor.user)?;
    prove::lately(service, caller, peer, &proof).await?;
    let (store, user) = (&service.parts.store, &caller.actor.user);
    if !store.begin_factor(user, fresh::now()).await.map_err(Refusal::from)? {
        return Err(Refusal::Conflict("a second factor is in force already; remove it first".to_owned()).into());
    }
    let secret = FactorSecret::random();
    let sealed = SecretString::from(secret.base32());
    store.put_secret(&factor_scope(user), FACTOR, &sealed).await.map_err(Refusal::from)?;
    Ok(NewFactor { secret: secret.base32(), uri: secret.uri(&caller.actor.name) })
}

pub(super) async fn confirm(
    service: &AccountService,
    caller: &Caller,
    peer: &Peer,
    confirm: ConfirmFactor,
) -> Result<RecoveryCodes, Denied> {
    let (store, user) = (&service.parts.store, &caller.actor.user);
    let attempt = begin_attempt(service, peer, &caller.actor.name).await?;
    let secret = store.secret(&factor_scope(user), FACTOR).await.map_err(Refusal::from)?;
    let secret = secret.and_then(|secret| FactorSecret::read(secret.expose_secret()));
    let step = secret.and_then(|secret| secret.step_of(confirm.code.expose_secret(), fresh::now()));
    let Some(step) = step else {
        service.enter(own_deed(caller, Kind::ProofRefused, Some(peer)).with("wrong", "code")).await?;
        return Err(Denied::Wrong);
    };
    service.throttle.right(attempt);
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| fresh::link_code()).collect();
    let hashes = codes.iter().map(|code| hash_code(code)).collect();
    let store = store.noting(own_deed(caller, Kind::FactorAdded, Some(peer)));
    if !store.confirm_factor(user, step, hashes, fresh::now()).await.map_err(Refusal::from)? {
        return Err(Refusal::Conflict("there is no second factor that waits to be confirmed".to_owned()).into());
    }
    Ok(RecoveryCodes { recovery_codes: codes })
}

pub(super) async fn remove(
    service: &AccountService,
    caller: &Caller,
    peer: &Peer,
    proof: ProveFactor,
) -> Result<(), Denied> {
    // Whoever has found out the password alone must not get rid of what it is not enough for. One that was begun and
    // never put in force has no codes yet.
    if proof.password.is_some() && proof.code.is_none() && is_in_force(service, caller).await? {
        let needed = "a code of the second factor, or a recovery code, is needed to remove it";
        return Err(Refusal::Forbidden(needed.to_owned()).into());
    }
    prove::now(service, caller, peer, &proof).await?;
    let removed = own_deed(caller, Kind::FactorRemoved, Some(peer));
    service.parts.store.noting(removed).remove_factor(&caller.actor.user).await.map_err(Refusal::from)?;
    Ok(())
}

async fn is_in_force(service: &AccountService, caller: &Caller) -> Result<bool, Refusal> {
    let known = service.parts.store.credentials(&caller.actor.name).await?;
    Ok(known.is_some_and(|known| known.second_factor))
}
