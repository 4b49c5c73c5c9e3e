//! A person's own accounts at providers.

use super::{AccountService, confirm, own_deed};
use crate::fresh;
use crate::store::{Unlink, Unlinking};
use signalbox_core::account::{Caller, Denied, LinkedProvider, Peer, Proof, ProveFactor, ProviderButton};
use signalbox_core::audit::Kind;
use signalbox_core::people::Identity;
use signalbox_core::port::Refusal;

pub(super) fn providers(service: &AccountService) -> Vec<ProviderButton> {
    let button =
        |own: &crate::openid::ProviderSettings| ProviderButton { name: own.name.clone(), label: own.label.clone() };
    service.parts.providers.iter().map(|provider| button(provider.settings())).collect()
}

/// Every provider, with what is linked of these accounts.
pub(super) fn linked(service: &AccountService, accounts: &[Identity]) -> Vec<LinkedProvider> {
    let account = |name: &str| accounts.iter().find(|one| one.provider() == Some(name)).map(|one| one.account.clone());
    let all = providers(service).into_iter();
    all.map(|button| LinkedProvider { account: account(&button.name), button }).collect()
}

pub(super) async fn unlink(
    service: &AccountService,
    caller: &Caller,
    peer: &Peer,
    provider: &str,
    proof: &ProveFactor,
) -> Result<(), Denied> {
    confirm::lately(service, caller, peer, proof).await?;
    let platform = Identity::platform_of(provider);
    let keep_session = match &caller.proof {
        Proof::Session { id, .. } => Some(id.clone()),
        Proof::Socket | Proof::Token { .. } | Proof::Access { .. } => None,
    };
    let platforms = service.parts.providers.iter().map(|one| Identity::platform_of(&one.settings().name)).collect();
    let user = caller.actor.user.clone();
    let unlinked = own_deed(caller, Kind::IdentityUnlinked, Some(peer)).with("platform", &platform);
    let unlink = Unlink { user, platform, platforms, keep_session, at: fresh::now() };
    match service.parts.store.noting(unlinked).unlink_provider(unlink).await.map_err(Refusal::from)? {
        Unlinking::Unlinked => Ok(()),
        Unlinking::Missing => Err(Refusal::NotFound("no account of yours there is linked".to_owned()).into()),
        Unlinking::Last => Err(Refusal::Conflict(
            "you could not sign in any more: set a password first, or link another provider".to_owned(),
        )
        .into()),
    }
}
