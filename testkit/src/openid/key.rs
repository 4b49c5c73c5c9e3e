//! Keys that tokens are signed with.

use std::io;
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use serde_json::{Value, json};

/// An algorithm, by the name that it has in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// RSA as it was.
    Rs256,
    /// RSA as it should be.
    Ps256,
    /// P-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

#[derive(Clone)]
enum Pair {
    Rsa(Arc<RsaKeyPair>),
    P256(Arc<EcdsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
}

/// A key with its name.
#[derive(Clone)]
pub(super) struct SigningKey {
    pub(super) id: String,
    pub(super) kind: Kind,
    pair: Pair,
}

impl SigningKey {
    /// Makes one.
    ///
    /// # Errors
    /// When ring or openssl makes none.
    pub(super) fn new(kind: Kind) -> io::Result<Self> {
        let random = SystemRandom::new();
        let refused = |_| io::Error::other("no key was made");
        let pair = match kind {
            Kind::Rs256 | Kind::Ps256 => {
                let made = rsa()?;
                // Versions of openssl write it in different forms.
                let pair = RsaKeyPair::from_pkcs8(&made).or_else(|_| RsaKeyPair::from_der(&made));
                Pair::Rsa(Arc::new(pair.map_err(|_| io::Error::other("openssl made no key"))?))
            }
            Kind::Es256 => {
                let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(refused)?;
                let pair = EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random);
                Pair::P256(Arc::new(pair.map_err(|_| io::Error::other("ring made no key"))?))
            }
            Kind::EdDsa => {
                let made = Ed25519KeyPair::generate_pkcs8(&random).map_err(refused)?;
                let pair = Ed25519KeyPair::from_pkcs8(made.as_ref());
                Pair::Ed25519(Arc::new(pair.map_err(|_| io::Error::other("ring made no key"))?))
            }
        };
        Ok(Self { id: format!("{:016x}", rand::random::<u64>()), kind, pair })
    }

    /// Signs.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let padding: &dyn ring::signature::RsaEncoding =
                    if self.kind == Kind::Ps256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                // A signature that could not be made is a wrong one.
                let _ = pair.sign(padding, &random, message, &mut signature);
                signature
            }
            Pair::P256(pair) => pair.sign(&random, message).map(|made| made.as_ref().to_vec()).unwrap_or_default(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// The bytes of the public key.
    pub(super) fn public(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair) => pair.public().as_ref().to_vec(),
            Pair::P256(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    /// The public key, as it is published.
    pub(super) fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let public = self.public();
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let parts: ring::rsa::PublicKeyComponents<Vec<u8>> = pair.public().into();
                json!({ "kty": "RSA", "n": text(&parts.n), "e": text(&parts.e) })
            }
            Pair::P256(_) => {
                json!({ "kty": "EC", "crv": "P-256", "x": text(&public[1..33]), "y": text(&public[33..]) })
            }
            Pair::Ed25519(_) => json!({ "kty": "OKP", "crv": "Ed25519", "x": text(&public) }),
        };
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(self.kind.name());
        jwk
    }
}

/// Ring signs with such keys, and makes none.
fn rsa() -> io::Result<Vec<u8>> {
    let arguments = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER"];
    let made = Command::new("openssl").args(arguments).stderr(Stdio::null()).output()?;
    if made.status.success() { Ok(made.stdout) } else { Err(io::Error::other("openssl made no key")) }
}
