//! ID tokens, good ones and others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

use super::key::{Kind, SigningKey};
use super::misdeed::Misdeed;
use super::world::{Grant, World};

/// For how long a token is good, in seconds.
const LIFE: i64 = 300;

/// The token of a grant.
pub(super) fn id_token(world: &World, grant: &Grant, access_token: &str) -> String {
    let key = &world.key;
    let mut claims = json!({
        "iss": world.issuer,
        "sub": format!("subject-of-{}", grant.person),
        "aud": world.settings.client_id,
        "exp": now() + LIFE,
        "iat": now(),
        "auth_time": grant.shown_at,
        "nonce": grant.nonce,
        "at_hash": half_hash(key.kind, access_token),
        "email": format!("{}@example.org", grant.person),
        "email_verified": true,
    });
    let mut header = json!({ "alg": key.kind.name(), "kid": key.id, "typ": "JWT" });
    if let Some(misdeed) = &world.misdeed {
        spoil(misdeed, &mut header, &mut claims, &world.settings.client_id);
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = signature(world, key, &signed);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn spoil(misdeed: &Misdeed, header: &mut Value, claims: &mut Value, client: &str) {
    match misdeed {
        Misdeed::Nonce => claims["nonce"] = json!("of-another-visit"),
        Misdeed::NoNonce => claims["nonce"] = Value::Null,
        Misdeed::Audience => claims["aud"] = json!("somebody-else"),
        Misdeed::SharedAudience => claims["aud"] = json!([client, "somebody-else"]),
        Misdeed::AuthorizedParty => claims["azp"] = json!("somebody-else"),
        Misdeed::Expired => claims["exp"] = json!(now() - 3600),
        Misdeed::Stale => claims["iat"] = json!(now() - 3600),
        Misdeed::Tomorrow => claims["nbf"] = json!(now() + 86_400),
        Misdeed::Issuer => claims["iss"] = json!("https://somebody-else.example"),
        Misdeed::Subject(subject) => claims["sub"] = json!(subject),
        Misdeed::AccessToken => claims["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA"),
        Misdeed::NoMoment => claims["auth_time"] = Value::Null,
        Misdeed::Unsigned => header["alg"] = json!("none"),
        Misdeed::PublicKeyAsSecret => header["alg"] = json!("HS256"),
        Misdeed::UnknownKey => header["kid"] = json!("nobodys"),
        Misdeed::Critical => header["crit"] = json!(["exp"]),
        _ => {}
    }
}

fn signature(world: &World, key: &SigningKey, signed: &str) -> Vec<u8> {
    match &world.misdeed {
        Some(Misdeed::Unsigned) => Vec::new(),
        Some(Misdeed::PublicKeyAsSecret) => {
            let shared = hmac::Key::new(hmac::HMAC_SHA256, &key.public());
            hmac::sign(&shared, signed.as_bytes()).as_ref().to_vec()
        }
        Some(Misdeed::ForeignKey) => {
            SigningKey::new(key.kind).map(|foreign| foreign.sign(signed.as_bytes())).unwrap_or_default()
        }
        _ => key.sign(signed.as_bytes()),
    }
}

/// The left half of its hash.
fn half_hash(kind: Kind, text: &str) -> String {
    let hash = if kind == Kind::EdDsa { &digest::SHA512 } else { &digest::SHA256 };
    let hashed = digest::digest(hash, text.as_bytes());
    let hashed = hashed.as_ref();
    URL_SAFE_NO_PAD.encode(&hashed[..hashed.len() / 2])
}

/// Now, in seconds.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
