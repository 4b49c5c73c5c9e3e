//! Credentials of projects, sealed in the store or lent by a platform, and the tokens of sandboxes, which are derived and never
//! stored.

use crate::git::{Credential, Remote};
use crate::hub::did;
use crate::parts::Parts;
use crate::store::StoreError;
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use sha2::{Digest as _, Sha256};
use signalbox_core::audit::Kind;
use signalbox_core::id::{ProjectId, SandboxId};
use signalbox_core::people::Actor;
use signalbox_core::port::{NewCredential, Project, Refusal, RemoteToken};
use signalbox_core::project::{CredentialKind, CredentialReport};
use signalbox_core::tool::hex;

/// The name under which a project's credential for its remote lies.
const REMOTE: &str = "remote";

/// Derives sandboxes' tokens from the master key: a hub that comes back knows them again, and no row holds them.
pub(crate) struct TokenSeal(SecretSlice<u8>);

impl TokenSeal {
    pub(crate) fn new(key: SecretSlice<u8>) -> Self {
        Self(key)
    }

    /// The token that a sandbox shows to its gateway.
    pub(crate) fn token(&self, sandbox: &SandboxId) -> SecretString {
        // HMAC's nested form: a plain hash of key and text could be extended.
        let inner = Sha256::new().chain_update(b"signalbox sandbox token").chain_update(self.0.expose_secret());
        let inner = inner.chain_update(sandbox.as_str()).finalize();
        let outer = Sha256::new().chain_update(self.0.expose_secret()).chain_update(inner).finalize();
        SecretString::from(format!("sbx-{}", hex(&outer)))
    }
}

fn scope(project: &ProjectId) -> String {
    format!("project:{project}")
}

/// Seals a project's credential.
pub(crate) async fn keep_credential(
    parts: &Parts,
    actor: &Actor,
    project: &Project,
    remote: &Remote,
    credential: NewCredential,
) -> Result<(), Refusal> {
    let fits = match (remote, &credential) {
        (Remote::Https { .. }, NewCredential::Token { .. }) | (Remote::Ssh { .. }, NewCredential::SshKey { .. }) => {
            true
        }
        (Remote::Https { .. } | Remote::Ssh { .. } | Remote::Local { .. }, _) => false,
    };
    if !fits {
        return Err(Refusal::Invalid(
            "this credential does not fit the address: a token goes with https, a key with ssh, a path needs none"
                .to_owned(),
        ));
    }
    let json = serde_json::to_string(&credential)
        .map_err(|_| Refusal::Invalid("the credential cannot be stored".to_owned()))?;
    let set = did(actor, Kind::SecretSet, "project", &project.name).with("secret", REMOTE);
    Ok(parts.store.noting(set).put_secret(&scope(&project.id), REMOTE, &SecretString::from(json)).await?)
}

/// Why it cannot be told what opens a remote.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoCredential {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whose repository it is does not give out a token.
    #[error("no token is to be had for the repository: {0}")]
    Forge(#[source] Refusal),
}

impl From<NoCredential> for Refusal {
    fn from(fault: NoCredential) -> Self {
        match fault {
            NoCredential::Store(error) => error.into(),
            NoCredential::Forge(refusal) => refusal,
        }
    }
}

/// What opens a project's remote at this moment: its own credential, else a token of the platform whose repository it is.
/// Such a token ends within the hour, so it is asked for where it is used and kept nowhere.
pub(crate) async fn credential(
    parts: &Parts,
    project: &ProjectId,
    remote: &Remote,
) -> Result<Credential, NoCredential> {
    if let Some(own) = own_credential(parts, project).await? {
        return Ok(own);
    }
    let (Remote::Https { .. }, Some(forge)) = (remote, &parts.forge) else { return Ok(Credential::None) };
    let token = forge.token_for(&remote.to_string()).await.map_err(NoCredential::Forge)?;
    Ok(token.map_or(Credential::None, |RemoteToken { user, token }| Credential::Token { user, token }))
}

/// The remote did not open: if that was by a platform's token, the next one is made anew.
pub(crate) async fn refused(parts: &Parts, remote: &Remote) {
    if let (Remote::Https { .. }, Some(forge)) = (remote, &parts.forge) {
        forge.forget(&remote.to_string()).await;
    }
}

/// What a project's own credential is, and since when; never the credential.
pub(crate) async fn report(parts: &Parts, project: &ProjectId) -> Result<Option<CredentialReport>, StoreError> {
    let Some(since) = parts.store.secret_set_at(&scope(project), REMOTE).await? else { return Ok(None) };
    let kind = match own_credential(parts, project).await {
        Ok(Some(Credential::Token { .. })) => CredentialKind::Token,
        Ok(Some(Credential::SshKey { .. })) => CredentialKind::SshKey,
        Ok(Some(Credential::None) | None) => return Ok(None),
        Err(StoreError::Sealed { .. } | StoreError::Damaged { .. }) => CredentialKind::Unreadable,
        Err(error) => return Err(error),
    };
    Ok(Some(CredentialReport { kind, since }))
}

/// Removes a project's own credential; says whether there was one.
pub(crate) async fn remove_credential(parts: &Parts, actor: &Actor, project: &Project) -> Result<bool, StoreError> {
    let removed = did(actor, Kind::SecretRemoved, "project", &project.name).with("secret", REMOTE);
    parts.store.noting(removed).remove_secret(&scope(&project.id), REMOTE).await
}

/// Scope and name of a project's credential in the store.
pub(crate) fn credential_of(project: &ProjectId) -> (String, String) {
    (scope(project), REMOTE.to_owned())
}

async fn own_credential(parts: &Parts, project: &ProjectId) -> Result<Option<Credential>, StoreError> {
    let Some(json) = parts.store.secret(&scope(project), REMOTE).await? else { return Ok(None) };
    match serde_json::from_str(json.expose_secret()) {
        Ok(NewCredential::Token { user, token }) => Ok(Some(Credential::Token { user, token: token.into() })),
        Ok(NewCredential::SshKey { private_key, known_hosts }) => {
            Ok(Some(Credential::SshKey { private_key: private_key.into(), known_hosts }))
        }
        Err(_) => Err(StoreError::Damaged { what: "a project's credential".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_by_sandbox_and_by_key_and_come_back_the_same() {
        let seal = |byte: u8| TokenSeal::new(vec![byte; 32].into());
        let token = |seal: &TokenSeal, id: &str| seal.token(&SandboxId::new(id)).expose_secret().to_owned();
        assert_eq!(token(&seal(1), "a"), token(&seal(1), "a"));
        assert_ne!(token(&seal(1), "a"), token(&seal(1), "b"));
        assert_ne!(token(&seal(1), "a"), token(&seal(2), "a"));
    }
}
