//! Whether a webhook comes from who knows the secret: HMAC-SHA256 over the bytes as they came, compared in constant time.

use ring::hmac;

/// How the signature begins.
const SCHEME: &str = "sha256=";

/// What webhooks are signed with.
#[derive(Clone)]
pub(crate) struct Seal {
    key: hmac::Key,
}

impl Seal {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret) }
    }

    /// Whether `X-Hub-Signature-256` is the one for these bytes.
    pub(crate) fn fits(&self, said: &str, body: &[u8]) -> bool {
        let Some(signature) = said.strip_prefix(SCHEME).and_then(bytes) else { return false };
        hmac::verify(&self.key, body, &signature).is_ok()
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of GitHub's own documentation.
    const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[test]
    fn githubs_own_example_fits() {
        let seal = Seal::new(b"It's a Secret to Everybody");
        assert!(seal.fits(SIGNATURE, b"Hello, World!"));
        assert!(!seal.fits(SIGNATURE, b"Hello, World"));
        assert!(!Seal::new(b"another").fits(SIGNATURE, b"Hello, World!"));
    }

    #[test]
    fn nothing_but_a_whole_signature_is_one() {
        let seal = Seal::new(b"It's a Secret to Everybody");
        let cut = &SIGNATURE[..SIGNATURE.len() - 2];
        let sha1 = SIGNATURE.replace("sha256", "sha1");
        for wrong in ["", "sha256=", cut, sha1.as_str(), "sha256=zz", &SIGNATURE.replace('7', "é")] {
            assert!(!seal.fits(wrong, b"Hello, World!"), "{wrong}");
        }
    }
}
