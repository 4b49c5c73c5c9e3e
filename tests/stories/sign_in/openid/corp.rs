//! A hub, a provider by which people sign in to it, and somebody who goes to and fro between them.

use crate::sign_in::stage::{Answer, Stage, answered};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use signalbox_testkit::openid::{OpenIdServer, OpenIdSettings};
use std::collections::BTreeMap;

/// A hub, and a provider that it calls `corp`.
pub(crate) struct Corp {
    pub(crate) stage: Stage,
    pub(crate) server: OpenIdServer,
}

/// Somebody's browser, which keeps its cookies and follows nothing by itself.
pub(crate) struct Traveller<'a> {
    corp: &'a Corp,
    client: Client,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Corp {
    pub(crate) async fn opens() -> Self {
        Self::opens_with(&[]).await
    }

    pub(crate) async fn opens_with(variables: &[(&str, &str)]) -> Self {
        let server = OpenIdServer::start(OpenIdSettings::default()).expect("the provider starts");
        let (issuer, (client, secret)) = (server.issuer(), server.client());
        let own = [
            ("SIGNALBOX_OPENID_CORP_ISSUER", issuer.as_str()),
            ("SIGNALBOX_OPENID_CORP_CLIENT_ID", client.as_str()),
            ("SIGNALBOX_OPENID_CORP_CLIENT_SECRET", secret.as_str()),
            ("SIGNALBOX_OPENID_CORP_LABEL", "Corp"),
        ];
        let stage = Stage::opens_with(&[&own, variables].concat()).await;
        server.sends_back_to(&format!("{}/sign-in/openid/corp", stage.base));
        Self { stage, server }
    }

    pub(crate) fn traveller(&self) -> Traveller<'_> {
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Traveller { corp: self, client, cookies: BTreeMap::new() }
    }

    /// The first admin `ada`, who has linked the provider's `ann`.
    pub(crate) async fn linked_admin(&self) -> Traveller<'_> {
        let mut ada = self.admin().await;
        assert_eq!(ada.links("ann").await, "/account?done=linked");
        ada
    }

    /// The first admin, signed in by a password.
    pub(crate) async fn admin(&self) -> Traveller<'_> {
        let session = self.stage.admin().await.cookie.expect("a session");
        let mut ada = self.traveller();
        ada.keeps(&session);
        ada
    }

    pub(crate) async fn ends(self) {
        self.stage.ends().await;
    }
}

impl Traveller<'_> {
    fn keeps(&mut self, cookie: &str) {
        let (name, value) = cookie.split_once('=').expect("a cookie");
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) async fn sends(&mut self, method: Method, path: &str, body: &Value) -> Answer {
        let base = &self.corp.stage.base;
        let request = self.client.request(method, format!("{base}{path}"));
        let request = request.header("sec-fetch-site", "same-origin").header("origin", base);
        self.sent(if body.is_null() { request } else { request.json(body) }).await
    }

    async fn sent(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let kept: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if kept.is_empty() { request } else { request.header("cookie", kept.join("; ")) };
        let answer = answered(request).await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("a cookie");
            assert!(line.contains("; Path=/; HttpOnly; SameSite=Lax"), "{line}");
            self.keeps(line.split(';').next().expect("a cookie"));
            self.cookies.retain(|_, value| !value.is_empty());
        }
        answer
    }

    pub(crate) async fn gets(&mut self, path: &str) -> Answer {
        self.sends(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn posts(&mut self, path: &str, body: Value) -> Answer {
        self.sends(Method::POST, path, &body).await
    }

    /// Presses the button on the sign-in page; gives where it leads.
    pub(crate) async fn goes(&mut self, next: &str) -> String {
        let answer = self.posts("/api/v1/session/visit", json!({ "provider": "corp", "next": next })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["url"].as_str().expect("an address").to_owned()
    }

    /// Comes back to the hub as from a page elsewhere.
    pub(crate) async fn comes(&mut self, back: &str) -> Answer {
        let request = self.client.get(back).header("sec-fetch-site", "cross-site");
        self.sent(request).await
    }

    /// Goes to the provider, says who they are, and comes back.
    pub(crate) async fn signs_in_as(&mut self, person: &str) -> Answer {
        let way = self.goes("/").await;
        let back = self.corp.server.chooses(&way, person).expect("the provider sends back");
        self.comes(&back).await
    }

    /// Links somebody's account at the provider; gives where one is led then.
    pub(crate) async fn links(&mut self, person: &str) -> String {
        let way = self.posts("/api/v1/me/providers/corp", json!({})).await;
        assert_eq!(way.status, 200, "{way:?}");
        let back = self.corp.server.chooses(way.body["url"].as_str().expect("an address"), person);
        let answer = self.comes(&back.expect("the provider sends back")).await;
        led_to(&answer)
    }

    /// Whose session this browser has; nobody's where it has none.
    pub(crate) async fn name(&mut self) -> Option<String> {
        let me = self.gets("/api/v1/me").await;
        me.body["name"].as_str().map(str::to_owned)
    }

    /// The entries of the audit log of a kind, the latest first, as an admin reads them.
    pub(crate) async fn entries(&mut self, kind: &str) -> Vec<Value> {
        let answer = self.gets(&format!("/api/v1/audit?kind={kind}")).await;
        answer.body["entries"].as_array().unwrap_or_else(|| panic!("{answer:?}")).clone()
    }
}

/// Where an answer leads to.
pub(crate) fn led_to(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.headers["location"].to_str().expect("an address").to_owned()
}

/// What a page says to whoever was turned away, with a reference.
pub(crate) fn turned_away(answer: &Answer, status: u16, words: &str) {
    let page = answer.body.as_str().unwrap_or_default();
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(page.contains("That did not work") && page.contains(words) && page.contains("Reference "), "{page}");
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
}
