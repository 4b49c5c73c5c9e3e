//! Credentials: the App's own, and the tokens of its installations, each for one repository alone, kept until shortly before
//! they end.

use crate::api::{Api, Who};
use crate::error::GitHubError;
use crate::fault::Fault;
use crate::jwt::AppKey;
use crate::moment;
use crate::repo::Repo;
use crate::settings::Credentials;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So long before its end a token is renewed.
const EARLY: u64 = 5 * 60;
/// So long an App's token is shown, though it is good for a little longer.
const OWN: Duration = Duration::from_secs(5 * 60);
/// How many repositories' tokens are kept before those that ended are dropped.
const MANY: usize = 256;

/// As whom we speak.
pub(crate) enum Keys {
    /// As an App.
    App(Box<App>),
    /// With the token of one account.
    Token(SecretString),
}

/// An App's credentials.
pub(crate) struct App {
    id: u64,
    key: AppKey,
    own: Mutex<Option<(SecretString, Instant)>>,
    tokens: Mutex<HashMap<Repo, Held>>,
    /// One token at a time is made for a repository.
    making: Mutex<HashMap<Repo, Arc<tokio::sync::Mutex<()>>>>,
}

/// A token of an installation.
#[derive(Clone)]
struct Held {
    token: SecretString,
    until: Instant,
}

#[derive(Deserialize)]
struct Installation {
    id: u64,
}

#[derive(Deserialize)]
struct Made {
    token: SecretString,
    expires_at: String,
}

impl Keys {
    pub(crate) fn new(credentials: &Credentials) -> Result<Self, GitHubError> {
        Ok(match credentials {
            Credentials::Token(token) => Self::Token(token.clone()),
            Credentials::App { id, private_key } => Self::App(Box::new(App {
                id: *id,
                key: AppKey::read(private_key)?,
                own: Mutex::default(),
                tokens: Mutex::default(),
                making: Mutex::default(),
            })),
        })
    }

    pub(crate) fn is_app(&self) -> bool {
        matches!(self, Self::App(_))
    }

    /// Whose limits something counts against: each installation has its own.
    pub(crate) fn payer(&self, who: Who<'_>) -> String {
        match (self, who) {
            (Self::Token(_), _) => "token".to_owned(),
            (Self::App(_), Who::Ourselves) => "app".to_owned(),
            (Self::App(_), Who::In(repo)) => format!("installation {}", repo.owner.to_lowercase()),
        }
    }

    /// The token to show.
    pub(crate) async fn token(&self, api: &Api, who: Who<'_>) -> Result<SecretString, Fault> {
        match (self, who) {
            (Self::Token(token), _) => Ok(token.clone()),
            (Self::App(app), Who::Ourselves) => app.own(),
            (Self::App(app), Who::In(repo)) => app.within(api, repo).await,
        }
    }

    /// Forgets a token that GitHub does not take any more; false where there is no other to be had.
    pub(crate) fn forget(&self, who: Who<'_>) -> bool {
        match (self, who) {
            (Self::App(app), Who::In(repo)) => lock(&app.tokens).remove(repo).is_some(),
            _ => false,
        }
    }
}

impl App {
    fn own(&self) -> Result<SecretString, Fault> {
        let mut own = lock(&self.own);
        if let Some((token, _)) = own.as_ref().filter(|(_, made)| made.elapsed() < OWN) {
            return Ok(token.clone());
        }
        let token = self.key.token(self.id).map_err(|_| Fault::Credential)?;
        *own = Some((token.clone(), Instant::now()));
        Ok(token)
    }

    async fn within(&self, api: &Api, repo: &Repo) -> Result<SecretString, Fault> {
        if let Some(token) = self.held(repo) {
            return Ok(token);
        }
        let turn = lock(&self.making).entry(repo.clone()).or_default().clone();
        let _turn = turn.lock().await;
        // Whoever had the turn before may have made it.
        if let Some(token) = self.held(repo) {
            return Ok(token);
        }
        let made = self.make(api, repo).await?;
        let left = moment::read(&made.expires_at).unwrap_or_default().saturating_sub(moment::now() + EARLY);
        let held = Held { token: made.token.clone(), until: Instant::now() + Duration::from_secs(left) };
        let mut tokens = lock(&self.tokens);
        if tokens.len() > MANY {
            let now = Instant::now();
            tokens.retain(|_, held| held.until > now);
            lock(&self.making).retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        tokens.insert(repo.clone(), held);
        Ok(made.token)
    }

    fn held(&self, repo: &Repo) -> Option<SecretString> {
        let now = Instant::now();
        lock(&self.tokens).get(repo).filter(|held| held.until > now).map(|held| held.token.clone())
    }

    /// A token for this repository and no other, with all that the installation grants.
    async fn make(&self, api: &Api, repo: &Repo) -> Result<Made, Fault> {
        let own = self.own()?;
        let path = ["repos", &repo.owner, &repo.name, "installation"];
        let installation: Installation = api.get_as_app(&own, &path).await.map_err(absent)?;
        let id = installation.id.to_string();
        let path = ["app", "installations", &id, "access_tokens"];
        api.post_as_app(&own, &path, json!({ "repositories": [repo.name] })).await.map_err(absent)
    }
}

/// An installation that is not there, or is suspended.
fn absent(fault: Fault) -> Fault {
    match fault {
        Fault::Said { code: 403 | 404 | 422, .. } => Fault::NotInstalled,
        Fault::Said { code: 401, .. } => Fault::Credential,
        other => other,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it holds the lock; a poisoned one is as good as any.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
