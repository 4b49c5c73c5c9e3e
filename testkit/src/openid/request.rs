//! What a client asks for: that somebody be sent back with a code, and tokens for the code.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest;
use std::collections::HashMap;

use super::page::unescaped;
use super::world::{Grant, World};

/// The fields of a query or a form.
pub(super) type Fields = HashMap<String, String>;

/// A request to send somebody back with a code.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) redirect: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) challenge: String,
    /// The person must show anew who they are.
    pub(super) anew: bool,
}

/// Whether what is asked for is sound.
///
/// # Errors
/// In words, for a page: nobody is sent back to an address that was not registered, nor in a way that could be abused.
pub(super) fn wanted(world: &World, fields: &Fields) -> Result<Wanted, &'static str> {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    if field("client_id") != world.settings.client_id {
        return Err("unknown client");
    }
    if !world.redirects.contains(&field("redirect_uri")) {
        return Err("the redirect_uri is not registered");
    }
    if field("response_type") != "code" || !field("scope").split(' ').any(|scope| scope == "openid") {
        return Err("neither a code nor openid is asked for");
    }
    if field("code_challenge_method") != "S256" || field("code_challenge").len() != 43 {
        return Err("there is no challenge");
    }
    let (state, nonce) = (field("state"), field("nonce"));
    if state.is_empty() || nonce.is_empty() {
        return Err("state or nonce is missing");
    }
    let anew = field("prompt") == "login" || field("max_age") == "0";
    Ok(Wanted { redirect: field("redirect_uri"), state, nonce, challenge: field("code_challenge"), anew })
}

/// What tokens are given for; the code is used up even where they are not.
///
/// # Errors
/// The word of RFC 6749, section 5.2.
pub(super) fn redeemed(world: &mut World, fields: &Fields, authorization: Option<&str>) -> Result<Grant, &'static str> {
    if !is_client(world, fields, authorization) {
        return Err("invalid_client");
    }
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    if field("grant_type") != "authorization_code" {
        return Err("unsupported_grant_type");
    }
    let grant = world.codes.remove(field("code")).ok_or("invalid_grant")?;
    let hash = digest::digest(&digest::SHA256, field("code_verifier").as_bytes());
    let verified = URL_SAFE_NO_PAD.encode(hash.as_ref()) == grant.challenge;
    if verified && field("redirect_uri") == grant.redirect { Ok(grant) } else { Err("invalid_grant") }
}

fn is_client(world: &World, fields: &Fields, authorization: Option<&str>) -> bool {
    let own = &world.settings;
    let in_form = (fields.get("client_id"), fields.get("client_secret"));
    if own.client_secret.is_empty() {
        return authorization.is_none() && in_form == (Some(&own.client_id), None);
    }
    if own.secret_in_form {
        return authorization.is_none() && in_form == (Some(&own.client_id), Some(&own.client_secret));
    }
    let shown = authorization.and_then(|header| header.strip_prefix("Basic "));
    let shown = shown.and_then(|shown| STANDARD.decode(shown).ok()).and_then(|shown| String::from_utf8(shown).ok());
    let Some((id, secret)) = shown.as_deref().and_then(|shown| shown.split_once(':')) else { return false };
    in_form.1.is_none() && unescaped(id) == own.client_id && unescaped(secret) == own.client_secret
}
