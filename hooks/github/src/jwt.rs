//! What an App shows of itself: a token signed with its private key (RFC 7519, RS256), good for a few minutes.
//!
//! It is signed with ring, as everything else here: see docs/decisions/0015.

use crate::error::GitHubError;
use crate::moment::now;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// So far back it is dated, for clocks that differ.
const BACK: u64 = 60;
/// So long it is good; GitHub takes at most ten minutes.
const LIFE: u64 = 9 * 60;

/// An App's private key.
#[derive(Clone)]
pub(crate) struct AppKey {
    pair: Arc<RsaKeyPair>,
}

impl AppKey {
    /// Reads a PEM file's text. One that was squeezed into a line with `\n` in it, as an environment's variable, is taken too.
    pub(crate) fn read(pem: &SecretString) -> Result<Self, GitHubError> {
        let text = pem.expose_secret().replace("\\n", "\n");
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| GitHubError::PrivateKey)?;
        let pair = match &key {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            _ => return Err(GitHubError::PrivateKey),
        };
        Ok(Self { pair: Arc::new(pair.map_err(|_| GitHubError::PrivateKey)?) })
    }

    /// A token for the App.
    pub(crate) fn token(&self, app: u64) -> Result<SecretString, GitHubError> {
        let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"RS256","typ":"JWT"}"#);
        let now = now();
        let claims = serde_json::json!({ "iat": now - BACK, "exp": now + LIFE, "iss": app.to_string() });
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        let made = self.pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature);
        made.map_err(|_| GitHubError::PrivateKey)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }
}

impl std::fmt::Debug for AppKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    #[test]
    fn the_token_is_signed_and_dated_as_github_wants_it() {
        let key = AppKey::read(&crate::tests::app_key().into()).unwrap();
        let token = key.token(77).unwrap();
        let (signed, signature) = token.expose_secret().rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.pair.public());
        public.verify(signed.as_bytes(), &signature).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        let (issued, expires) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
        assert_eq!(claims["iss"], "77");
        assert!(issued <= now() - 59 && expires > now() && expires - issued <= 600, "{claims}");
    }

    #[test]
    fn a_key_in_one_line_is_a_key() {
        let squeezed = crate::tests::app_key().replace('\n', "\\n");
        assert!(AppKey::read(&squeezed.into()).is_ok());
        assert!(AppKey::read(&"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----".into()).is_err());
    }
}
