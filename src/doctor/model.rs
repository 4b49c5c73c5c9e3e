//! The model's side: whether there is a credential, and whether it can be reached. Nothing is sent that costs anything, and
//! the credential stays here.

use super::finding::{Finding, chain};
use crate::config::Config;
use secrecy::ExposeSecret as _;
use std::time::Duration;

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let set = |secret: &secrecy::SecretString| !secret.expose_secret().is_empty();
    if !set(&config.model.api_key) && !set(&config.model.oauth_token) {
        return vec![Finding::warn(
            "model",
            "no credential is set: the hub rehearses with a scripted model",
            "set SIGNALBOX_MODEL_API_KEY (or …_FILE), or SIGNALBOX_MODEL_OAUTH_TOKEN",
        )];
    }
    let credential =
        Finding::ok("model", if set(&config.model.api_key) { "an API key is set" } else { "a token is set" });
    vec![credential, check_reach(&config.model.base_url).await]
}

async fn check_reach(base_url: &str) -> Finding {
    let mend = "check model.base_url, the network and what stands between";
    let asked = async { reqwest::Client::builder().timeout(PATIENCE).build()?.head(base_url).send().await };
    match asked.await {
        Ok(_) => Finding::ok("model's side", format!("{base_url} answers")),
        Err(error) => Finding::fail("model's side", format!("{base_url} cannot be reached: {}", chain(&error)), mend),
    }
}
