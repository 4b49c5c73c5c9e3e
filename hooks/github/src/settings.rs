//! How the adapter is set up.

use crate::error::GitHubError;
use crate::jwt::AppKey;
use crate::repo::Repo;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;

/// GitHub's own address; an Enterprise server has `https://HOST/api/v3`.
pub const API_URL: &str = "https://api.github.com";

/// The shortest secret that webhooks may be signed with, in bytes. Whoever has read one delivery can try shorter ones at home.
pub const SHORTEST_SECRET: usize = 16;

/// How the adapter is set up.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    /// As whom it speaks.
    pub credentials: Credentials,
    /// What webhooks are signed with.
    pub webhook_secret: SecretString,
    /// Where the API is.
    pub api_url: String,
    /// The authorities to trust there, in PEM, instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// By which name people call it, without `@`. With an App it may be left empty: then it is the App's own.
    pub name: String,
    /// Labelling an issue with this asks for work on it; empty: no label does.
    pub label: String,
    /// The repositories whose webhooks are asked for what could not be delivered. An App has one webhook for all, and needs
    /// none named.
    pub repositories: Vec<String>,
    /// How much is written at most.
    pub pace: Pace,
}

/// As whom the adapter speaks.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// As a GitHub App.
    App {
        /// The App's id, a number.
        id: u64,
        /// Its private key, as PEM.
        private_key: SecretString,
    },
    /// With the token of one account. There are no check runs then.
    Token(SecretString),
}

/// How much is written at most. The default is what GitHub takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Comments a minute.
    pub per_minute: usize,
    /// Comments an hour.
    pub per_hour: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { per_minute: 80, per_hour: 500 }
    }
}

impl GitHubSettings {
    /// What its deliveries are filed under.
    pub(crate) fn source(&self) -> String {
        match &self.credentials {
            Credentials::App { id, .. } => format!("{}:app-{id}", crate::KIND),
            Credentials::Token(_) => format!("{}:{}", crate::KIND, self.name.to_lowercase()),
        }
    }

    /// What cannot work.
    pub(crate) fn check(&self) -> Result<(), GitHubError> {
        self.base()?;
        match &self.credentials {
            Credentials::App { private_key, .. } => AppKey::read(private_key).map(|_| ())?,
            Credentials::Token(token) if !is_token(token.expose_secret()) => return Err(GitHubError::Token),
            Credentials::Token(_) if self.name.is_empty() => return Err(GitHubError::Name(String::new())),
            Credentials::Token(_) => {}
        }
        if self.webhook_secret.expose_secret().len() < SHORTEST_SECRET {
            return Err(GitHubError::WebhookSecret);
        }
        if !self.name.is_empty() && !is_login(&self.name) {
            return Err(GitHubError::Name(self.name.clone()));
        }
        self.repos().map(|_| ())
    }

    /// The API's address.
    pub(crate) fn base(&self) -> Result<Url, GitHubError> {
        let bad = || GitHubError::ApiUrl(self.api_url.clone());
        let url = Url::parse(self.api_url.trim_end_matches('/')).map_err(|_| bad())?;
        let sound = matches!(url.scheme(), "http" | "https") && !url.cannot_be_a_base();
        if sound { Ok(url) } else { Err(bad()) }
    }

    /// The repositories that are named.
    pub(crate) fn repos(&self) -> Result<Vec<Repo>, GitHubError> {
        let read = |name: &String| name.parse().map_err(|_| GitHubError::Repository(name.clone()));
        self.repositories.iter().map(read).collect()
    }
}

fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_login(name: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.len() <= 39 && name.bytes().all(sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(token: &str, name: &str) -> GitHubSettings {
        GitHubSettings {
            credentials: Credentials::Token(token.into()),
            webhook_secret: "s3cret-and-long-enough".into(),
            api_url: API_URL.to_owned(),
            ca_file: None,
            name: name.to_owned(),
            label: String::new(),
            repositories: vec!["acme/site".to_owned()],
            pace: Pace::default(),
        }
    }

    #[test]
    fn what_cannot_work_is_said_at_once() {
        assert!(with("ghp_abc", "signalbox").check().is_ok());
        assert!(matches!(with("", "signalbox").check(), Err(GitHubError::Token)));
        assert!(matches!(with("a b", "signalbox").check(), Err(GitHubError::Token)));
        assert!(matches!(with("ghp_abc", "").check(), Err(GitHubError::Name(_))));
        assert!(matches!(with("ghp_abc", "@signalbox").check(), Err(GitHubError::Name(_))));
        for secret in ["", "x", "fifteen-letters"] {
            let bad = GitHubSettings { webhook_secret: secret.into(), ..with("ghp_abc", "signalbox") };
            assert!(matches!(bad.check(), Err(GitHubError::WebhookSecret)), "{secret}");
        }
        let bad = GitHubSettings { repositories: vec!["acme".to_owned()], ..with("ghp_abc", "signalbox") };
        assert!(matches!(bad.check(), Err(GitHubError::Repository(_))));
        for url in ["", "api.github.com", "ftp://api.github.com"] {
            let bad = GitHubSettings { api_url: url.to_owned(), ..with("ghp_abc", "signalbox") };
            assert!(matches!(bad.check(), Err(GitHubError::ApiUrl(_))), "{url}");
        }
        let key = Credentials::App { id: 7, private_key: "no key".into() };
        let bad = GitHubSettings { credentials: key, ..with("", "") };
        assert!(matches!(bad.check(), Err(GitHubError::PrivateKey)));
    }

    #[test]
    fn nothing_that_is_printed_holds_a_secret() {
        let printed = format!("{:?}", with("very_secret", "signalbox"));
        assert!(!printed.contains("very_secret") && !printed.contains("s3cret-and"), "{printed}");
    }
}
