//! Opaque tokens: 256 random bits behind a prefix that says what they are, so that one that leaked is recognised. Only hashes of
//! them are kept; they are random enough for a plain one.

use data_encoding::BASE64URL_NOPAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use signalbox_core::tool::hex;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A browser's session.
    Session,
    /// A person's program.
    Personal,
    /// The next access token.
    Refresh,
    /// A visit at a provider.
    Visit,
}

impl TokenKind {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Session => "sbs_",
            Self::Personal => "sbp_",
            Self::Refresh => "sbr_",
            Self::Visit => "sbv_",
        }
    }
}

/// A new token.
pub(super) fn random(kind: TokenKind) -> SecretString {
    SecretString::from(format!("{}{}", kind.prefix(), BASE64URL_NOPAD.encode(&rand::random::<[u8; 32]>())))
}

/// What is kept of a token.
pub(super) fn hash(token: &SecretString) -> String {
    hash_of(token.expose_secret())
}

/// What is kept of a token that somebody shows; none for what cannot be one.
pub(super) fn hash_shown(kind: TokenKind, shown: &str) -> Option<String> {
    let random = shown.strip_prefix(kind.prefix())?;
    (random.len() == 43).then(|| hash_of(shown))
}

/// What is kept of a one-time code. Case, blanks and hyphens are for people.
pub(super) fn hash_code(code: &str) -> String {
    let digits: String = code.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
    hash_of(&digits)
}

fn hash_of(text: &str) -> String {
    hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_random_and_known_by_their_prefix() {
        let one = random(TokenKind::Personal);
        assert!(one.expose_secret().starts_with("sbp_") && one.expose_secret().len() == 47);
        assert_ne!(one.expose_secret(), random(TokenKind::Personal).expose_secret());
        assert_eq!(hash_shown(TokenKind::Personal, one.expose_secret()), Some(hash(&one)));
        assert_eq!(hash_shown(TokenKind::Session, one.expose_secret()), None);
        assert_eq!(hash_shown(TokenKind::Personal, "sbp_short"), None);
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(hash_code("ABCD-efgh 1234"), hash_code("abcdefgh1234"));
        assert_ne!(hash_code("abcd"), hash_code("abce"));
    }
}
