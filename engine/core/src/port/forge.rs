//! A platform that keeps repositories, where the hub has an account of its own.

use super::Refusal;
use crate::place::Place;
use async_trait::async_trait;
use secrecy::SecretString;

/// What opens a repository by https, for a while.
#[derive(Debug, Clone)]
pub struct RemoteToken {
    /// The user name that goes with it, e.g. `x-access-token`.
    pub user: String,
    /// The token.
    pub token: SecretString,
}

/// A place as its platform knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPlace {
    /// Its name, as the platform writes it.
    pub place: Place,
    /// Its number there, which stays when the name passes on.
    pub number: String,
}

/// A platform that keeps repositories: it opens those for which a project has no credential of its own.
#[async_trait]
pub trait Forge: Send + Sync + 'static {
    /// The token for a repository by its address; none where the address is of no platform that is known here, or we were
    /// not let in there. It may end soon: it is asked for anew each time that it is needed.
    async fn token_for(&self, address: &str) -> Result<Option<RemoteToken>, Refusal>;
    /// A place as the platform knows it; none where it is a place of another platform.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] and [`Refusal::NotFound`] where it is no place or there is none that we may see,
    /// [`Refusal::Unavailable`] where the platform does not answer.
    async fn place(&self, place: &Place) -> Result<Option<KnownPlace>, Refusal>;
    /// The token was not accepted: the next one is made anew.
    async fn forget(&self, address: &str);
    /// Whether the repository's own rules guard a branch; false where that is not known here.
    async fn is_protected(&self, address: &str, branch: &str) -> Result<bool, Refusal>;
}
