//! Signatures of tokens: the few algorithms that are taken, each for its own kind of key. `none` and everything with a shared
//! secret are not among them, so that a public key can never be used as one.

use super::jwk::Key;
use ring::digest;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use serde::Deserialize;

/// An algorithm that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Algorithm {
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "PS256")]
    Ps256,
    #[serde(rename = "ES256")]
    Es256,
    /// With Ed25519; the name of RFC 9864 means nothing else.
    #[serde(rename = "EdDSA", alias = "Ed25519")]
    EdDsa,
}

impl Algorithm {
    /// Whether `signature` is what the holder of `key` made of `message`. A key of another kind has made none.
    pub(super) fn is_signed(self, key: &Key, message: &[u8], signature: &[u8]) -> bool {
        let right = match (self, key) {
            (Self::Rs256, Key::Rsa(key)) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            (Self::Ps256, Key::Rsa(key)) => key.verify(&RSA_PSS_2048_8192_SHA256, message, signature),
            (Self::Es256, Key::P256(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (Self::EdDsa, Key::Ed25519(point)) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
            (Self::Rs256 | Self::Ps256 | Self::Es256 | Self::EdDsa, _) => return false,
        };
        right.is_ok()
    }

    /// Whether it goes with such a key.
    pub(super) fn fits(self, key: &Key) -> bool {
        matches!(
            (self, key),
            (Self::Rs256 | Self::Ps256, Key::Rsa(_)) | (Self::Es256, Key::P256(_)) | (Self::EdDsa, Key::Ed25519(_))
        )
    }

    /// The left half of an access token's hash, as `at_hash` has it (OpenID Connect Core 1.0, section 3.1.3.6). For Ed25519 the
    /// hash is the one that is inside of the signature.
    pub(super) fn half_hash(self, text: &str) -> Vec<u8> {
        let hash = match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 => &digest::SHA256,
            Self::EdDsa => &digest::SHA512,
        };
        let hashed = digest::digest(hash, text.as_bytes());
        let hashed = hashed.as_ref();
        hashed[..hashed.len() / 2].to_vec()
    }
}
