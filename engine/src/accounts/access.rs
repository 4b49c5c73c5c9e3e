//! Access tokens: short-lived JSON Web Tokens (RFC 7519) that the hub signs for itself with HMAC-SHA-256. One header is written
//! and one is accepted, so there is no algorithm to choose. What a token is good for, and whether its sign-in still lives, is
//! read from the database each time; it names neither.

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;
use serde::{Deserialize, Serialize};
use signalbox_core::time::Timestamp;
use std::time::Duration;

/// For how long one is good.
pub(super) const LIFE: Duration = Duration::from_secs(10 * 60);
/// Who makes them, and for whom.
const SELF: &str = "signalbox";
/// The one header: `{"alg":"HS256","typ":"JWT"}`.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
/// The longest text that is looked at.
const LONGEST: usize = 1024;

/// Signs access tokens and knows them again.
pub(super) struct AccessKey(hmac::Key);

/// What is in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    /// The person's id.
    pub(super) sub: String,
    /// The sign-in that it comes from.
    pub(super) family: String,
    iat: i64,
    exp: i64,
}

impl AccessKey {
    pub(super) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// A token for a person, good from now on.
    pub(super) fn sign(&self, person: &str, family: &str, now: Timestamp) -> String {
        let iat = now.millis() / 1000;
        let claims = Claims {
            iss: SELF.to_owned(),
            aud: SELF.to_owned(),
            sub: person.to_owned(),
            family: family.to_owned(),
            iat,
            exp: iat + i64::try_from(LIFE.as_secs()).unwrap_or(0),
        };
        // Of such claims JSON can hold all.
        let claims = serde_json::to_vec(&claims).unwrap_or_default();
        let signed = format!("{HEADER}.{}", BASE64URL_NOPAD.encode(&claims));
        let tag = hmac::sign(&self.0, signed.as_bytes());
        format!("{signed}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
    }

    /// What is in a token, if it is one of ours and good at this moment.
    pub(super) fn read(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let (signed, tag) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST)?;
        let claims = signed.strip_prefix(HEADER)?.strip_prefix('.')?;
        let tag = BASE64URL_NOPAD.decode(tag.as_bytes()).ok()?;
        hmac::verify(&self.0, signed.as_bytes(), &tag).ok()?;
        let claims: Claims = serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).ok()?).ok()?;
        let good = claims.iss == SELF && claims.aud == SELF && claims.exp > now.millis() / 1000;
        good.then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn a_token_is_known_again_until_it_ends() {
        let key = AccessKey::new(&[7; 32]);
        let token = key.sign("ann", "f1", at(1000));
        let claims = key.read(&token, at(1599)).unwrap();
        assert_eq!((claims.sub.as_str(), claims.family.as_str()), ("ann", "f1"));
        assert_eq!(key.read(&token, at(1600)), None, "it has ended");
        assert_eq!(AccessKey::new(&[8; 32]).read(&token, at(1001)), None, "another key");
    }

    #[test]
    fn what_was_changed_is_no_token() {
        let key = AccessKey::new(&[7; 32]);
        let token = key.sign("ann", "f1", at(1000));
        let [header, claims, tag] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
        let none = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"JWT"}"#);
        let others =
            String::from_utf8(BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap()).unwrap().replace("ann", "bob");
        let others = BASE64URL_NOPAD.encode(others.as_bytes());
        let forged = [
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{tag}"),
            format!("{header}.{others}.{tag}"),
            format!("{header}.{claims}."),
            format!("{header}.{claims}"),
            format!("{header}.{claims}.{}", &tag[..tag.len() - 2]),
            format!("{token}."),
            String::new(),
            "x".repeat(5000),
        ];
        for forged in forged {
            assert_eq!(key.read(&forged, at(1001)), None, "{forged}");
        }
    }
}
