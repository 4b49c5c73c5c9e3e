//! What an operator wants to know: as whom we speak, and what is missing for it.

use crate::api::Api;
use crate::calls::{AppItself, HookConfig};
use crate::endpoint::PATH;
use crate::error::GitHubError;
use crate::fault::Fault;
use crate::settings::GitHubSettings;

/// What the App must be allowed to do, and what for.
const PERMISSIONS: [(&str, &str, &str); 5] = [
    ("issues", "write", "comments at issues"),
    ("pull_requests", "write", "comments at pull requests, and opening them"),
    ("contents", "write", "fetching the repository, and pushing branches"),
    ("checks", "write", "check runs with buttons"),
    ("metadata", "read", "asking what somebody may do"),
];

/// What the App must be told of, and what for.
const EVENTS: [(&str, &str); 6] = [
    ("issue_comment", "mentions and commands in comments"),
    ("pull_request_review_comment", "mentions in comments at lines"),
    ("pull_request_review", "mentions in reviews"),
    ("issues", "mentions and labels at issues"),
    ("pull_request", "mentions and labels at pull requests"),
    ("check_run", "buttons of check runs"),
];

/// What GitHub says of us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The login that our comments stand under.
    pub login: String,
    /// The name that people mention, without `@`.
    pub name: String,
    /// Where the App is installed from; none with a token.
    pub page: Option<String>,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What, and what does not work without it.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

/// Asks GitHub for the number of an account.
///
/// # Errors
/// [`GitHubError`] when the settings cannot work, or GitHub does not answer or knows nobody of that login.
pub async fn find_account(settings: &GitHubSettings, login: &str) -> Result<u64, GitHubError> {
    settings.check()?;
    match Api::new(settings)?.account(login).await {
        Ok(account) => Ok(account.id),
        Err(Fault::Said { code: 404, .. }) => Err(GitHubError::NoAccount(login.to_owned(), settings.api_url.clone())),
        Err(fault) => Err(GitHubError::at(&settings.api_url)(fault)),
    }
}

/// Asks GitHub about us.
///
/// # Errors
/// [`GitHubError`] when the settings cannot work, or GitHub does not answer or does not know the credential.
pub async fn examine(settings: &GitHubSettings) -> Result<About, GitHubError> {
    settings.check()?;
    let api = Api::new(settings)?;
    let away = GitHubError::at(&settings.api_url);
    let named = |own: &str| if settings.name.is_empty() { own.to_owned() } else { settings.name.clone() };
    if !api.is_app() {
        let user = api.user().await.map_err(&away)?;
        let mut missing = Vec::new();
        if !user.login.eq_ignore_ascii_case(&settings.name) {
            let what = format!("the token is of {}, and github.name says {}", user.login, settings.name);
            missing.push(Missing { what, mend: format!("set github.name to {}", user.login) });
        }
        return Ok(About { name: named(&user.login), login: user.login, page: None, missing });
    }
    let app = api.app().await.map_err(&away)?;
    let (login, name) = (format!("{}[bot]", app.slug), named(&app.slug));
    let hook = api.hook_config().await.map_err(&away)?;
    let missing = missing(&app).into_iter().chain(unheard(&app, &hook)).collect();
    Ok(About { missing, login, name, page: app.html_url })
}

fn missing(app: &AppItself) -> Vec<Missing> {
    let granted = |name: &str| app.permissions.get(name).map(String::as_str);
    let is_enough = |name: &str, level: &str| match granted(name) {
        Some("write" | "admin") => true,
        other => other == Some(level),
    };
    let permissions = PERMISSIONS.iter().filter(|(name, level, _)| !is_enough(name, level));
    let permissions = permissions.map(|(name, level, why)| Missing {
        what: format!("the permission {name} ({level}) is missing: {why}"),
        mend: "grant it in the App's settings, and accept it where the App is installed".to_owned(),
    });
    let events = EVENTS.iter().filter(|(name, _)| !app.events.iter().any(|event| event == name));
    let events = events.map(|(name, why)| Missing {
        what: format!("the event {name} is not sent: {why}"),
        mend: "tick it in the App's settings, under Permissions & events".to_owned(),
    });
    permissions.chain(events).collect()
}

/// Why nothing would be heard, whatever the App may do.
fn unheard(app: &AppItself, hook: &HookConfig) -> Vec<Missing> {
    let url = hook.url.as_deref().unwrap_or_default();
    let checks = [
        (url.is_empty(), "the App has no webhook".to_owned(), format!("set it in the App's settings: https://…{PATH}")),
        (
            !url.is_empty() && !url.ends_with(PATH),
            format!("webhooks go to {url}"),
            format!("the address must lead to the hub and end in {PATH}"),
        ),
        (
            !url.is_empty() && hook.secret.is_none(),
            "the App's webhook has no secret, so nothing that it brings is believed".to_owned(),
            "set the one of github.webhook_secret in the App's settings".to_owned(),
        ),
        (
            app.installations_count == Some(0),
            "the App is installed nowhere".to_owned(),
            "install it from its page".to_owned(),
        ),
    ];
    checks.into_iter().filter(|(wrong, ..)| *wrong).map(|(_, what, mend)| Missing { what, mend }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_how_to_mend_it() {
        let app = serde_json::json!({
            "id": 7, "slug": "signalbox",
            "permissions": {"issues": "write", "pull_requests": "read", "contents": "write", "metadata": "read"},
            "events": ["issue_comment", "issues", "pull_request", "pull_request_review", "pull_request_review_comment"],
        });
        let missing = missing(&serde_json::from_value(app).unwrap());
        let lines: Vec<_> = missing.iter().map(|missing| missing.what.as_str()).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        the permission pull_requests (write) is missing: comments at pull requests, and opening them
        the permission checks (write) is missing: check runs with buttons
        the event check_run is not sent: buttons of check runs
        ");
    }
}
