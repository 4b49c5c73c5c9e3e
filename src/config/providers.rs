//! The providers by which people may sign in: `[openid.NAME]`, each with the same keys.
//!
//! A name has small letters and digits alone, so that `SIGNALBOX_OPENID_NAME_CLIENT_ID` can mean one thing only.

use super::Config;
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use toml::{Table, Value};

/// The section that they stand in.
pub(super) const SECTION: &str = "openid";
/// What stands before the variables that set them.
const VARIABLE: &str = "SIGNALBOX_OPENID_";
/// The longest name, in characters.
const LONGEST: usize = 24;
/// What is said of a provider that is not said by anybody.
const DEFAULT: &str = "issuer = \"\"\nclient_id = \"\"\nclient_secret = \"\"\nlabel = \"\"\nscopes = []\n\
     second_factor = \"ours\"\nca_file = \"\"\n";

/// A provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderSection {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) label: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) second_factor: FactorBy,
    pub(crate) ca_file: PathBuf,
}

/// Who asks for the second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FactorBy {
    /// The hub, whoever has one here.
    Ours,
    /// The provider.
    Theirs,
}

/// The keys of a provider, with their defaults.
pub(super) fn default_of(name: &str) -> Table {
    let mut table = DEFAULT.parse::<Table>().unwrap_or_default();
    table.insert("label".to_owned(), Value::String(name.to_owned()));
    table
}

/// The providers that a file names.
pub(super) fn named_in(file: &Table) -> Vec<String> {
    let section = file.get(SECTION).and_then(Value::as_table);
    section.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// The providers that the environment names.
pub(super) fn named_by(environment: &BTreeMap<String, String>) -> Vec<String> {
    let keys: Vec<String> = default_of("").keys().map(|key| key.to_uppercase()).collect();
    let named = |variable: &String| {
        let variable = variable.strip_prefix(VARIABLE)?;
        let (name, key) = variable.split_once('_')?;
        let known = keys.iter().any(|own| own == key) || key == "CLIENT_SECRET_FILE";
        (known && !name.is_empty()).then(|| name.to_lowercase())
    };
    environment.keys().filter_map(named).collect()
}

/// What is wrong with them although each value by itself is of the right type.
pub(super) fn contradictions(config: &Config) -> Vec<String> {
    let mut faults: Vec<String> = config.openid.iter().flat_map(|(name, provider)| faults_of(name, provider)).collect();
    if !config.openid.is_empty() && config.web.listen.is_empty() {
        faults.push("signing in by a provider ([openid.NAME]) needs web.listen".to_owned());
    }
    faults
}

fn faults_of(name: &str, provider: &ProviderSection) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |wrong: bool, fault: String| {
        if wrong {
            faults.push(fault);
        }
    };
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_name = !name.is_empty() && name.len() <= LONGEST && name.chars().all(sound);
    check(!is_name, format!("openid.{name}: a provider's name has small letters and digits, at most {LONGEST}"));
    let issuer = &provider.issuer;
    let wanted = "as the provider names itself, e.g. https://accounts.google.com (http:// only on this machine)";
    check(!signalbox_engine::openid::is_issuer(issuer), format!("openid.{name}.issuer must be its address {wanted}"));
    check(provider.client_id.is_empty(), format!("openid.{name} needs client_id: the provider gives it to the hub"));
    check(provider.label.trim().is_empty(), format!("openid.{name}.label must say what its button says"));
    let is_scope = |scope: &String| !scope.is_empty() && scope.chars().all(|c| c.is_ascii_graphic());
    check(!provider.scopes.iter().all(is_scope), format!("openid.{name}.scopes must be words without blanks"));
    faults
}
