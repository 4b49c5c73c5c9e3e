//! Making sure once more that it is the person, before something changes by which they, or somebody else, could sign in.

use super::session::is_confirmed_since;
use super::sign_in::{begin, is_code};
use super::{AccountService, own_deed};
use crate::fresh;
use secrecy::SecretString;
use signalbox_core::account::{Caller, Denied, Peer, Proof, ProveFactor};
use signalbox_core::audit::Kind;
use signalbox_core::port::Refusal;
use std::time::Duration;

/// How long a password that was given in a session does for further changes.
const DOES: Duration = Duration::from_secs(15 * 60);

/// Passes where a password was given lately, or one is given now.
pub(super) async fn lately(
    service: &AccountService,
    caller: &Caller,
    peer: &Peer,
    proof: &ProveFactor,
) -> Result<(), Denied> {
    if is_confirmed_since(caller, fresh::now() - DOES) {
        return Ok(());
    }
    now(service, caller, peer, proof).await
}

/// Passes where a password or a code is given now.
pub(super) async fn now(
    service: &AccountService,
    caller: &Caller,
    peer: &Peer,
    proof: &ProveFactor,
) -> Result<(), Denied> {
    if proof.password.is_none() && proof.code.is_none() {
        return Err(Denied::PasswordNeeded);
    }
    let attempt = begin(service, peer, &caller.actor.name).await?;
    match is_right(service, caller, proof).await {
        Ok(true) => {
            service.throttle.right(attempt);
            if let Proof::Session { id, .. } = &caller.proof {
                service.parts.store.session_confirmed(id, fresh::now()).await.map_err(Refusal::from)?;
            }
            Ok(())
        }
        Ok(false) => {
            let wrong = if proof.password.is_some() { "password" } else { "code" };
            service.enter(own_deed(caller, Kind::ProofRefused, Some(peer)).with("wrong", wrong)).await?;
            Err(Denied::Wrong)
        }
        Err(refusal) => {
            service.throttle.undecided(&attempt);
            Err(refusal.into())
        }
    }
}

async fn is_right(service: &AccountService, caller: &Caller, proof: &ProveFactor) -> Result<bool, Refusal> {
    let known = service.parts.store.credentials(&caller.actor.name).await?;
    let Some(known) = known.filter(|known| known.actor.user == caller.actor.user) else { return Ok(false) };
    // All that is shown must be right.
    if let Some(password) = &proof.password
        && !is_password(service, password, known.password_hash).await?
    {
        return Ok(false);
    }
    match &proof.code {
        Some(code) => Ok(known.second_factor && is_code(service, &caller.actor.user, code).await?),
        None => Ok(proof.password.is_some()),
    }
}

async fn is_password(service: &AccountService, password: &SecretString, kept: Option<String>) -> Result<bool, Refusal> {
    Ok(service.passwords.check(password, kept).await?)
}
