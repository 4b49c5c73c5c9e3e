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

    /// Whether it is the signature of these bytes.
    pub(crate) fn fits(&self, signature: &Signature, body: &[u8]) -> bool {
        hmac::verify(&self.key, body, &signature.0).is_ok()
    }
}

/// What a webhook says it is signed with; whether that is so is not known yet.
pub(crate) struct Signature(Vec<u8>);

impl Signature {
    /// Reads `X-Hub-Signature-256`; none where it can be no signature of anything.
    pub(crate) fn read(said: &str) -> Option<Self> {
        said.strip_prefix(SCHEME).and_then(bytes).map(Self)
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
        let fits = |secret: &[u8], body: &[u8]| Seal::new(secret).fits(&Signature::read(SIGNATURE).unwrap(), body);
        assert!(fits(b"It's a Secret to Everybody", b"Hello, World!"));
        assert!(!fits(b"It's a Secret to Everybody", b"Hello, World"));
        assert!(!fits(b"another", b"Hello, World!"));
    }

    #[test]
    fn nothing_but_a_whole_signature_is_one() {
        let cut = &SIGNATURE[..SIGNATURE.len() - 2];
        let sha1 = SIGNATURE.replace("sha256", "sha1");
        for wrong in ["", "sha256=", cut, sha1.as_str(), "sha256=zz", &SIGNATURE.replace('7', "é")] {
            assert!(Signature::read(wrong).is_none(), "{wrong}");
        }
    }
}
