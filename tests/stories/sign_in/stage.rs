//! A hub that people sign in to, and those who speak to it.

use crate::harness::{Serving, World};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

/// A password that nobody guesses.
pub(crate) const GOOD: &str = "seven purple lamps under the bridge";

/// A hub with its web side open on a port of its own.
pub(crate) struct Stage {
    pub(crate) world: World,
    serving: Serving,
    pub(crate) base: String,
    client: Client,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

/// Somebody's browser: it keeps its cookie, and says from where it sends a request.
pub(crate) struct Browser<'a> {
    stage: &'a Stage,
    pub(crate) cookie: Option<String>,
}

impl Stage {
    pub(crate) async fn opens() -> Self {
        Self::opens_with(&[]).await
    }

    pub(crate) async fn opens_with(variables: &[(&str, &str)]) -> Self {
        let world = World::new().await.with("SIGNALBOX_WEB_LISTEN", "127.0.0.1:0");
        let world = variables.iter().fold(world, |world, (name, value)| world.with(name, value));
        let serving = world.serves().await;
        let base = said(&world, "web: ").await;
        Self { world, serving, base, client: Client::new() }
    }

    /// The one-time code that the hub showed when it started.
    pub(crate) async fn first_code(&self) -> String {
        said(&self.world, "within 24 hours: ").await
    }

    /// The hub is started again.
    pub(crate) async fn restarts(self) -> Self {
        self.serving.stops().await;
        std::fs::remove_file(self.world.folder().join("serve.log")).unwrap();
        let serving = self.world.serves().await;
        let base = said(&self.world, "web: ").await;
        Self { serving, base, ..self }
    }

    /// The same, with something set otherwise.
    pub(crate) async fn restarts_with(self, name: &str, value: &str) -> Self {
        let world = self.world.with(name, value);
        Self { world, ..self }.restarts().await
    }

    /// The hub is ended as by `kill -9`, something happens without it, and it is started again.
    pub(crate) async fn falls(self, meanwhile: impl Future<Output = ()>) -> Self {
        self.serving.dies().await;
        meanwhile.await;
        Self { serving: self.world.serves().await, ..self }
    }

    /// The hub's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.serving.pid()
    }

    pub(crate) async fn ends(self) {
        self.serving.stops().await;
        self.world.ends().await;
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { stage: self, cookie: None }
    }

    /// Any request.
    pub(crate) fn asks(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// A request with a token.
    pub(crate) async fn bears(&self, token: &str, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.asks(method, path).bearer_auth(token);
        answered(if body.is_null() { request } else { request.json(body) }).await
    }

    /// A request with nothing.
    pub(crate) async fn posts(&self, path: &str, body: &Value) -> Answer {
        answered(self.asks(Method::POST, path).json(body)).await
    }

    /// The first admin, signed in.
    pub(crate) async fn admin(&self) -> Browser<'_> {
        let mut admin = self.browser();
        let welcome = json!({ "code": self.first_code().await, "name": "ada", "password": GOOD });
        let answer = admin.sends(Method::POST, "/api/v1/welcome", &welcome).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        admin
    }

    /// A further person, signed in by an invitation.
    pub(crate) async fn person(&self, admin: &mut Browser<'_>, name: &str) -> Browser<'_> {
        let add = json!({ "name": name, "role": "member", "project": null, "admin": false, "identities": [] });
        assert_eq!(admin.sends(Method::POST, "/api/v1/users", &add).await.status, 200);
        self.invited(admin, name).await
    }

    /// A person who is there already, signed in by an invitation.
    pub(crate) async fn invited(&self, admin: &mut Browser<'_>, name: &str) -> Browser<'_> {
        let invited = admin.sends(Method::POST, &format!("/api/v1/users/{name}/invitation"), &json!({})).await;
        let mut browser = self.browser();
        let welcome = json!({ "code": invited.body["code"], "password": GOOD });
        assert_eq!(browser.sends(Method::POST, "/api/v1/welcome", &welcome).await.status, 200, "{invited:?}");
        browser
    }
}

impl Browser<'_> {
    pub(crate) async fn sends(&mut self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.stage.asks(method, path).header("sec-fetch-site", "same-origin");
        let request = request.header("origin", &self.stage.base);
        let request = if body.is_null() { request } else { request.json(body) };
        let request = self.cookie.iter().fold(request, |request, cookie| request.header("cookie", cookie));
        let answer = answered(request).await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let gone = line.contains("Max-Age=0");
            self.cookie = (!gone).then(|| line.split(';').next().unwrap().to_owned());
        }
        answer
    }

    /// Any request, without what a browser adds.
    pub(crate) fn asks(&self, method: Method, path: &str) -> RequestBuilder {
        self.stage.asks(method, path)
    }

    /// Adds the project `site`, on the world's repository.
    pub(crate) async fn adds_site(&mut self) {
        let git = self.stage.world.repository();
        let project = json!({ "name": "site", "git": git.to_str().unwrap(), "policy": null, "credential": null });
        let answer = self.posts("/api/v1/projects", project).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Asks for a task on it, with what is different from what is usual; gives its id.
    pub(crate) async fn submits(&mut self, prompt: &str, different: Value) -> String {
        let key = format!("{:x}", rand::random::<u64>());
        let mut task = json!({ "source": "web", "key": key, "project": "site", "conversation": null, "place": "web:story",
            "prompt": prompt, "attachments": [], "model": null, "priority": 0, "not_before": null, "limits": {},
            "asking": "ask" });
        for (name, value) in different.as_object().unwrap() {
            task[name] = value.clone();
        }
        let answer = self.posts("/api/v1/tasks", task).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["task"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn gets(&mut self, path: &str) -> Answer {
        self.sends(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn posts(&mut self, path: &str, body: Value) -> Answer {
        self.sends(Method::POST, path, &body).await
    }

    pub(crate) async fn signs_in(&mut self, name: &str, password: &str) -> Answer {
        self.posts("/api/v1/session", json!({ "name": name, "password": password })).await
    }
}

/// Sends a request and reads what is answered.
pub(crate) async fn answered(request: RequestBuilder) -> Answer {
    let response = request.timeout(Duration::from_secs(60)).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    // A stream has no end to be waited for.
    let streams = headers.get("content-type").is_some_and(|kind| kind == "application/x-ndjson");
    let text = if streams { String::new() } else { response.text().await.unwrap() };
    Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

/// What the hub printed behind some words.
pub(crate) async fn said(world: &World, words: &str) -> String {
    for _ in 0..200 {
        let log = std::fs::read_to_string(world.folder().join("serve.log")).unwrap_or_default();
        if let Some((_, rest)) = log.split_once(words)
            && let Some((found, _)) = rest.split_once('\n')
        {
            return found.trim().to_owned();
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("the hub did not say `{words}`");
}
