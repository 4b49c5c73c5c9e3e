//! A hub made of the plainest parts: an HTTP client, a key, and git.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::HeaderMap;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use signalbox_testkit::github::{GithubServer, GithubSettings, Repo, Role, User, Visibility};

/// Long enough for anything on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server with a team's repository, where Ann may push and Bob may read, and the App is installed.
pub(crate) struct Hub {
    pub(crate) server: GithubServer,
    pub(crate) ann: User,
    pub(crate) bob: User,
    pub(crate) repo: Repo,
    pub(crate) installation: u64,
    client: reqwest::Client,
}

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of an answer that is no error.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status < 300, "{self:?}");
        self.body
    }

    /// Status and message of one that is.
    #[track_caller]
    pub(crate) fn refused(self) -> (u16, String) {
        assert!(self.status >= 400, "{self:?}");
        assert_eq!(self.body["status"], self.status.to_string());
        assert!(self.body["documentation_url"].as_str().unwrap().starts_with("https://docs.github.com/"));
        (self.status, self.body["message"].as_str().unwrap().to_owned())
    }
}

impl Hub {
    /// On a server without limits, for tests that are about something else.
    pub(crate) fn new() -> Self {
        Self::start(GithubSettings { limits: false, ..GithubSettings::default() })
    }

    pub(crate) fn start(settings: GithubSettings) -> Self {
        // Only the first test of the process installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = GithubServer::start(settings).unwrap();
        let (ann, bob) = (server.user("ann"), server.user("bob"));
        let repo = server.repository("team/app", Visibility::Private);
        repo.grants(&ann, Role::Write);
        repo.grants(&bob, Role::Read);
        let installation = repo.installs_app();
        Self { server, ann, bob, repo, installation, client: reqwest::Client::new() }
    }

    /// A JWT as the App would make it now.
    pub(crate) fn jwt(&self) -> String {
        let now = now();
        sign(&self.server.app_key(), &json!({"iat": now - 60, "exp": now + 540, "iss": self.server.app_id()}))
    }

    pub(crate) async fn send(&self, method: &str, path: &str, token: &str, body: Value) -> Answer {
        self.try_send(method, path, token, body).await.unwrap()
    }

    pub(crate) async fn try_send(&self, method: &str, path: &str, token: &str, body: Value) -> reqwest::Result<Answer> {
        self.send_with(method, path, token, (body, &[])).await
    }

    pub(crate) async fn send_with(
        &self,
        method: &str,
        path: &str,
        token: &str,
        (body, headers): (Value, &[(&str, &str)]),
    ) -> reqwest::Result<Answer> {
        let url = format!("{}{path}", self.server.base_url());
        let request = self.client.request(method.parse().unwrap(), url).header("user-agent", "a-hub");
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let request = if body.is_null() { request } else { request.json(&body) };
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, headers, body })
    }

    /// A token for the installation.
    pub(crate) async fn token(&self) -> String {
        let path = format!("/app/installations/{}/access_tokens", self.installation);
        let made = self.send("POST", &path, &self.jwt(), Value::Null).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.body["token"].as_str().unwrap().to_owned()
    }

    /// A call of the installation in the repository: `/issues/1`.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let token = self.token().await;
        self.send(method, &format!("/repos/team/app{path}"), &token, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, Value::Null).await.ok()
    }
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Signs claims with RS256.
pub(crate) fn sign(pem: &str, claims: &Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "RS256", "typ": "JWT"}).to_string());
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let der: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = RsaKeyPair::from_der(&STANDARD.decode(der).unwrap()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Runs git in a directory, without the configuration of whoever runs the tests.
pub(crate) async fn git(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Hub", "-c", "user.email=hub@example.com"]).args(arguments).current_dir(directory);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0");
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// The same, for what has to go well.
pub(crate) async fn git_ok(directory: &Path, arguments: &[&str]) -> String {
    let output = git(directory, arguments).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The repository's address with a token in it.
pub(crate) fn with_token(url: &str, token: &str) -> String {
    url.replace("http://", &format!("http://x-access-token:{token}@"))
}
