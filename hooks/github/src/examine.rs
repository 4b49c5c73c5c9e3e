//! What an operator wants to know: as whom we speak, and what is missing for it.

use crate::api::Api;
use crate::calls::AppItself;
use crate::error::GitHubError;
use crate::settings::GitHubSettings;

/// What the App must be allowed to do, and what for.
const PERMISSIONS: [(&str, &str, &str); 5] = [
    ("issues", "write", "comments at issues"),
    ("pull_requests", "write", "comments at pull requests"),
    ("contents", "write", "pushing branches"),
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
    /// What is missing, a sentence each, with how to mend it.
    pub missing: Vec<String>,
}

/// Asks GitHub about us.
///
/// # Errors
/// [`GitHubError`] when the settings cannot work, or GitHub does not answer or does not know the credential.
pub async fn examine(settings: &GitHubSettings) -> Result<About, GitHubError> {
    settings.check()?;
    let api = Api::new(settings)?;
    let named = |own: &str| if settings.name.is_empty() { own.to_owned() } else { settings.name.clone() };
    if !api.is_app() {
        let user = api.user().await?;
        let mut missing = Vec::new();
        if !user.login.eq_ignore_ascii_case(&settings.name) {
            missing.push(format!(
                "the token is {}'s, and github.name says {}: set it to the login",
                user.login, settings.name
            ));
        }
        return Ok(About { name: named(&user.login), login: user.login, page: None, missing });
    }
    let app = api.app().await?;
    let (login, name) = (format!("{}[bot]", app.slug), named(&app.slug));
    Ok(About { missing: missing(&app), login, name, page: app.html_url })
}

fn missing(app: &AppItself) -> Vec<String> {
    let granted = |name: &str| app.permissions.get(name).map_or("none", String::as_str);
    let enough = |name: &str, level: &str| {
        granted(name) == level || granted(name) == "admin" || (level == "read" && granted(name) == "write")
    };
    let permissions = PERMISSIONS.iter().filter(|(name, level, _)| !enough(name, level)).map(|(name, level, why)| {
        format!("permission {name}: {level} is missing ({why}); grant it in the App's settings and accept it where it is installed")
    });
    let told = |name: &str| app.events.iter().any(|event| event == name);
    let events = EVENTS.iter().filter(|(name, _)| !told(name)).map(|(name, why)| {
        format!("event {name} is not sent ({why}); tick it in the App's settings, under Permissions & events")
    });
    permissions.chain(events).collect()
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
        insta::assert_snapshot!(missing(&serde_json::from_value(app).unwrap()).join("\n"), @r"
        permission pull_requests: write is missing (comments at pull requests); grant it in the App's settings and accept it where it is installed
        permission checks: write is missing (check runs with buttons); grant it in the App's settings and accept it where it is installed
        event check_run is not sent (buttons of check runs); tick it in the App's settings, under Permissions & events
        ");
    }
}
