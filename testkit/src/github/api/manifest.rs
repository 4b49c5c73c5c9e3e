//! A new App by manifest: the code that the browser came back with is exchanged for its credentials, once.

use serde_json::{Value, json};

use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply};
use crate::github::world::{World, secret};

/// What the code stands for: the App that is tested, with its key and secrets.
pub(super) fn convert(world: &mut World, code: &str) -> Outcome {
    if !world.manifests.remove(code) {
        return Err(Refusal::not_found());
    }
    let app = world.apps.get(&world.app).ok_or_else(Refusal::not_found)?;
    let mut json: Value = world.app_json(app);
    let credentials = json!({
        "client_secret": secret(40), "webhook_secret": app.hook.secret, "pem": world.settings.app_key,
    });
    crate::github::view::merge(&mut json, credentials);
    Ok(Reply::created(json))
}
