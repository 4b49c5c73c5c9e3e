//! What all connections of one sandbox share.

use super::Hub;
use super::allowance::Allowance;
use super::ledger::Ledger;
use super::notice::Bell;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use signalbox_core::id::SandboxId;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The hub's side of one sandbox's exit.
pub(super) struct Post {
    pub(super) hub: Arc<Hub>,
    pub(super) sandbox: SandboxId,
    pub(super) token: TokenDigest,
    /// Nothing before the first task.
    pub(super) allowance: watch::Sender<Option<Arc<Allowance>>>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) bell: Bell,
    /// One permit for each KiB of request bodies.
    pub(super) bodies: Semaphore,
    pub(super) lookups: Arc<Semaphore>,
    pub(super) closing: CancellationToken,
    pub(super) tasks: TaskTracker,
}

impl Post {
    pub(super) fn allowance(&self) -> Option<Arc<Allowance>> {
        self.allowance.borrow().clone()
    }

    pub(super) fn allows_host(&self, host: &str) -> bool {
        self.allowance.borrow().as_ref().is_some_and(|allowance| allowance.allows_host(host))
    }
}

/// A token's SHA-256. Digests are compared instead of tokens, so that the time it takes tells nothing about the token.
pub(super) struct TokenDigest([u8; 32]);

impl TokenDigest {
    pub(super) fn of(token: &SecretString) -> Self {
        Self(Sha256::digest(token.expose_secret()).into())
    }

    pub(super) fn fits(&self, shown: &[u8]) -> bool {
        self.0 == <[u8; 32]>::from(Sha256::digest(shown))
    }
}
