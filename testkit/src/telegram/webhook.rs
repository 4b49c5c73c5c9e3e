//! `setWebhook`, `deleteWebhook` and `getWebhookInfo`.

use serde_json::{Value, json};

use super::params::Params;
use super::post::Address;
use super::refusal::Refusal;
use super::world::World;

const LONGEST_SECRET: usize = 256;
const MOST_CONNECTIONS: i64 = 100;

/// Where updates are posted to.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) url: String,
    pub(crate) address: Address,
    pub(crate) secret: Option<String>,
    max_connections: i64,
    /// When it last failed, in seconds since 1970, and how.
    pub(crate) last_error: Option<(u64, String)>,
}

/// Sets the webhook. Only addresses of this machine can be reached from here, so only they are taken.
pub(crate) fn set_webhook(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let url = params.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete_webhook(world, params));
    }
    let address = Address::parse(url);
    let address = address.ok_or_else(|| Refusal::bad("bad webhook: HTTPS url must be provided for webhook"))?;
    let secret = params.text("secret_token").map(check_secret).transpose()?;
    let max_connections = params.integer("max_connections").unwrap_or(40);
    if !(1..=MOST_CONNECTIONS).contains(&max_connections) {
        return Err(Refusal::bad("max_connections must be from 1 to 100"));
    }
    world.allow(params)?;
    drop_pending(world, params);
    world.webhook = Some(Webhook { url: url.to_owned(), address, secret, max_connections, last_error: None });
    Ok(json!(true))
}

/// Goes back to polling.
pub(crate) fn delete_webhook(world: &mut World, params: &Params) -> Value {
    drop_pending(world, params);
    world.webhook = None;
    json!(true)
}

/// How the webhook does.
pub(crate) fn get_webhook_info(world: &World) -> Value {
    let pending = world.updates.pending.len();
    let mut info = json!({"url": "", "has_custom_certificate": false, "pending_update_count": pending});
    if let Some(webhook) = &world.webhook {
        info["url"] = webhook.url.as_str().into();
        info["max_connections"] = webhook.max_connections.into();
        info["ip_address"] = "127.0.0.1".into();
        if let Some((date, message)) = &webhook.last_error {
            info["last_error_date"] = (*date).into();
            info["last_error_message"] = message.as_str().into();
        }
    }
    if !world.updates.allowed.is_empty() {
        info["allowed_updates"] = json!(world.updates.allowed);
    }
    info
}

fn check_secret(secret: &str) -> Result<String, Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if secret.is_empty() || secret.len() > LONGEST_SECRET {
        return Err(Refusal::bad("secret token must have 1 to 256 characters"));
    }
    match secret.bytes().all(allowed) {
        true => Ok(secret.to_owned()),
        false => Err(Refusal::bad("secret token contains unallowed characters")),
    }
}

fn drop_pending(world: &mut World, params: &Params) {
    if params.flag("drop_pending_updates") {
        world.updates.pending.clear();
    }
}
