//! The key that seals the audit log: random, kept among the secrets and so under the master key. Whoever has the database and not
//! the master key can enter nothing that passes for the hub's.

use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use signalbox_core::audit::{Digest, Seal};

/// What is sealed, and how: nothing else that the key might ever sign is taken for it.
const TAG: &[u8] = b"signalbox audit seal v1\n";

/// The key.
#[derive(Debug)]
pub(super) struct SealKey(hmac::Key);

impl SealKey {
    pub(super) fn new(secret: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()))
    }

    /// The seal of an entry's hash.
    pub(super) fn seal(&self, hash: &Digest) -> Digest {
        let tag = hmac::sign(&self.0, &message(hash));
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        bytes.into()
    }

    /// Whether a seal is of this key.
    pub(super) fn judge(&self, hash: &Digest, seal: &Digest) -> Seal {
        match hmac::verify(&self.0, &message(hash), seal.as_bytes()) {
            Ok(()) => Seal::Right,
            Err(_) => Seal::Wrong,
        }
    }
}

fn message(hash: &Digest) -> Vec<u8> {
    [TAG, hash.as_bytes()].concat()
}
