//! What belongs to one visit at a provider: state, nonce and the verifier of PKCE (RFC 7636).
//!
//! They are made of what the browser holds (its ticket) and what the hub keeps (a salt), and are themselves kept nowhere: who has
//! read the database knows none of them, nor does who has stolen a ticket.

use data_encoding::BASE64URL_NOPAD;
use ring::{digest, hmac};
use secrecy::{ExposeSecret as _, SecretString};

/// The secrets of one visit.
pub struct VisitSecrets {
    key: hmac::Key,
    salt: String,
}

impl VisitSecrets {
    /// Those of the visit with this ticket and salt.
    pub fn of(ticket: &SecretString, salt: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, ticket.expose_secret().as_bytes());
        Self { key, salt: salt.to_owned() }
    }

    /// What the provider hands back to the browser, and the browser to us.
    pub fn state(&self) -> String {
        self.made("state")
    }

    /// Whether that is what was handed back.
    pub fn is_state(&self, shown: &str) -> bool {
        let tag = BASE64URL_NOPAD.decode(shown.as_bytes()).unwrap_or_default();
        hmac::verify(&self.key, self.message("state").as_bytes(), &tag).is_ok()
    }

    /// What the ID token of this visit says.
    pub fn nonce(&self) -> String {
        self.made("nonce")
    }

    /// What shows that whoever fetches the token is who asked for the code.
    pub fn verifier(&self) -> SecretString {
        self.made("verifier").into()
    }

    /// What is told of the verifier beforehand.
    pub fn challenge(&self) -> String {
        BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, self.made("verifier").as_bytes()).as_ref())
    }

    fn made(&self, what: &str) -> String {
        BASE64URL_NOPAD.encode(hmac::sign(&self.key, self.message(what).as_bytes()).as_ref())
    }

    fn message(&self, what: &str) -> String {
        format!("{what}:{}", self.salt)
    }
}

impl std::fmt::Debug for VisitSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitSecrets(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_the_ticket_nor_the_salt_alone_makes_them() {
        let visit = |ticket: &str, salt: &str| VisitSecrets::of(&ticket.to_owned().into(), salt);
        let own = visit("ticket", "salt");
        assert!(own.is_state(&visit("ticket", "salt").state()));
        for other in [visit("ticket", "other"), visit("other", "salt")] {
            assert!(!own.is_state(&other.state()));
            assert_ne!(own.nonce(), other.nonce());
            assert_ne!(own.challenge(), other.challenge());
        }
        assert!(!own.is_state("") && !own.is_state(&own.nonce()));
    }

    #[test]
    fn the_challenge_is_the_verifiers_hash() {
        let own = VisitSecrets::of(&"ticket".to_owned().into(), "salt");
        let verifier = own.verifier();
        assert_eq!(verifier.expose_secret().len(), 43, "RFC 7636 wants 43 to 128 characters");
        let hash = digest::digest(&digest::SHA256, verifier.expose_secret().as_bytes());
        assert_eq!(own.challenge(), BASE64URL_NOPAD.encode(hash.as_ref()));
    }
}
