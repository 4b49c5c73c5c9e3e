//! A provider's public keys (RFC 7517). Keys of other kinds and for other uses stand among them, and are passed over.

use super::signature::Algorithm;
use data_encoding::BASE64URL_NOPAD;
use ring::signature::RsaPublicKeyComponents;
use serde::Deserialize;
use serde_json::Value;

/// How many keys are read at most.
const MOST: usize = 100;

/// A public key.
#[derive(Debug, Clone)]
pub(super) enum Key {
    /// Modulus and exponent. Ring takes none below 2048 bits.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// A point of P-256, uncompressed.
    P256(Vec<u8>),
    /// A point of Ed25519.
    Ed25519(Vec<u8>),
}

/// A key with what its owner says of it.
#[derive(Debug, Clone)]
struct Listed {
    id: Option<String>,
    /// The one algorithm that it is for, where that is said.
    algorithm: Option<Value>,
    key: Key,
}

/// Keys that signatures are checked with.
#[derive(Debug, Clone, Default)]
pub(super) struct KeySet(Vec<Listed>);

#[derive(Debug, Deserialize)]
struct WireSet {
    keys: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct WireKey {
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<Value>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// Reads a set; none where it is none.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let set: WireSet = serde_json::from_slice(text).ok()?;
        Some(Self(
            set.keys.into_iter().take(MOST).filter_map(|key| listed(serde_json::from_value(key).ok()?)).collect(),
        ))
    }

    /// The keys that a signature of this algorithm by the key of this name can be of. Without a name it must be the only one.
    pub(super) fn of(&self, id: Option<&str>, algorithm: Algorithm) -> Vec<&Key> {
        let all = self.0.iter().filter(|listed| algorithm.fits(&listed.key) && listed.is_for(algorithm));
        match id {
            Some(id) => all.filter(|listed| listed.id.as_deref() == Some(id)).map(|listed| &listed.key).collect(),
            None => {
                let all: Vec<_> = all.map(|listed| &listed.key).collect();
                if all.len() == 1 { all } else { Vec::new() }
            }
        }
    }
}

impl Listed {
    fn is_for(&self, algorithm: Algorithm) -> bool {
        let Some(said) = &self.algorithm else { return true };
        Algorithm::deserialize(said).is_ok_and(|said| said == algorithm)
    }
}

fn listed(wire: WireKey) -> Option<Listed> {
    let signs = wire.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
    let verifies = wire.key_ops.as_ref().is_none_or(|deeds| deeds.iter().any(|deed| deed == "verify"));
    let key = if signs && verifies { key(&wire)? } else { return None };
    Some(Listed { id: wire.kid, algorithm: wire.alg, key })
}

fn key(wire: &WireKey) -> Option<Key> {
    let part = |text: &Option<String>| BASE64URL_NOPAD.decode(text.as_deref()?.as_bytes()).ok();
    let point = |text: &Option<String>| part(text).filter(|bytes| bytes.len() == 32);
    match (wire.kty.as_str(), wire.crv.as_deref()) {
        ("RSA", _) => {
            // Some write zeros before the number, which ring takes for none.
            let number =
                |text: &Option<String>| part(text).map(|all| all.into_iter().skip_while(|byte| *byte == 0).collect());
            Some(Key::Rsa(RsaPublicKeyComponents { n: number(&wire.n)?, e: number(&wire.e)? }))
        }
        ("EC", Some("P-256")) => Some(Key::P256([vec![4], point(&wire.x)?, point(&wire.y)?].concat())),
        ("OKP", Some("Ed25519")) => Some(Key::Ed25519(point(&wire.x)?)),
        _ => None,
    }
}
