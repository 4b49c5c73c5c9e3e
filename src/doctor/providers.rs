//! The providers by which people sign in: whether each answers, is who it should be, and can send people back.

use super::finding::{Finding, chain};
use crate::config::Config;
use crate::hub::providers;
use signalbox_engine::openid::{Fault, Provider, ProviderSettings};
use signalbox_web::PublicUrl;

const CHECK: &str = "sign-in provider";

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for settings in providers(config) {
        findings.push(ask(settings).await);
    }
    if !findings.is_empty() {
        findings.push(way_back(config));
    }
    findings
}

async fn ask(settings: ProviderSettings) -> Finding {
    let (name, issuer) = (settings.name.clone(), settings.issuer.clone());
    let provider = match Provider::new(settings) {
        Ok(provider) => provider,
        Err(error) => return Finding::fail(CHECK, format!("{name}: {}", chain(&error)), format!("mend openid.{name}")),
    };
    match provider.check().await {
        Ok(()) => Finding::ok(CHECK, format!("{name}: {issuer} answers, and has keys")),
        Err(fault) => Finding::fail(CHECK, format!("{name}: {}", chain(&fault)), mend(&name, &fault)),
    }
}

fn mend(name: &str, fault: &Fault) -> String {
    match fault {
        Fault::Another(_) => format!("write openid.{name}.issuer exactly as the provider names itself"),
        Fault::Status(404) => {
            format!("check openid.{name}.issuer: its document is looked for at ISSUER/.well-known/openid-configuration")
        }
        _ => format!("check openid.{name}.issuer, the network, and openid.{name}.ca_file for an authority of your own"),
    }
}

/// Providers send people back to one address, with what opens a session.
fn way_back(config: &Config) -> Finding {
    let mend = "set web.public_url to the https:// address that browsers use, and register it with each provider";
    match PublicUrl::parse(&config.web.public_url) {
        Ok(url) if url.is_https() => {
            Finding::ok(CHECK, format!("people are sent back to {url}/sign-in/openid/NAME; register that"))
        }
        Ok(url) => Finding::warn(CHECK, format!("people are sent back to {url}, where anybody can listen in"), mend),
        Err(_) => Finding::warn(CHECK, "people can be sent back to this machine alone", mend),
    }
}
