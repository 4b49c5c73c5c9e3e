//! The token by which an App proves that it has its key: RS256, good for ten minutes at most.
//!
//! <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app>

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::Value;

use super::clock::unix_time;
use super::refusal::Refusal;
use super::world::World;

/// How far `exp` may be ahead, in seconds.
const LONGEST: i64 = 600;

/// The public half of a key that is given as PEM; nothing if it is none.
pub(crate) fn public_half(pem: &str) -> Option<Vec<u8>> {
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(lines).ok()?;
    let pair = RsaKeyPair::from_der(&der).or_else(|_| RsaKeyPair::from_pkcs8(&der)).ok()?;
    Some(pair.public_key().as_ref().to_vec())
}

/// The App that signed a token.
///
/// # Errors
/// In GitHub's words, what is wrong with the token.
pub(crate) fn verify(world: &World, token: &str) -> Result<u64, Refusal> {
    let undecodable = || Refusal::unauthorized("A JSON web token could not be decoded");
    let (signed, signature) = token.rsplit_once('.').ok_or_else(undecodable)?;
    let (header, claims) = signed.split_once('.').ok_or_else(undecodable)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| undecodable())?;
    let (header, claims) = (part(header).ok_or_else(undecodable)?, part(claims).ok_or_else(undecodable)?);
    if header["alg"] != "RS256" {
        return Err(undecodable());
    }
    check_times(&claims)?;
    let app = world.apps.values().find(|app| issued_by(&claims["iss"], app));
    let app = app.ok_or_else(|| Refusal::new(404, "Integration not found"))?;
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &app.key);
    key.verify(signed.as_bytes(), &signature).map_err(|_| undecodable())?;
    Ok(app.id)
}

fn part(text: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// The issuer is the App's id, as number or text, or its client id.
fn issued_by(issuer: &Value, app: &super::app::App) -> bool {
    match issuer {
        Value::Number(id) => id.as_u64() == Some(app.id),
        Value::String(id) => *id == app.id.to_string() || *id == app.client_id,
        _ => false,
    }
}

fn check_times(claims: &Value) -> Result<(), Refusal> {
    let now = i64::try_from(unix_time()).unwrap_or(i64::MAX);
    let issued = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
    let expires = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the \
                   assertion expires";
    let iat = claims["iat"].as_i64().filter(|iat| *iat <= now).ok_or_else(|| Refusal::unauthorized(issued))?;
    let exp = claims["exp"].as_i64().filter(|exp| *exp > now).ok_or_else(|| Refusal::unauthorized(expires))?;
    if exp > now + LONGEST || exp < iat {
        return Err(Refusal::unauthorized("'Expiration time' claim ('exp') is too far in the future"));
    }
    Ok(())
}
