//! How requests reach GitHub: with the right credential, not while GitHub wants to be left alone, and asked again only for
//! what has changed.
//!
//! Answers are read for the fields that are needed and no others: an answer with something new in it must not make a comment
//! that was written look like one that was not.

use crate::error::GitHubError;
use crate::etags::{Etags, Kept};
use crate::fault::Fault;
use crate::gates::Gates;
use crate::repo::Repo;
use crate::settings::GitHubSettings;
use crate::tokens::Keys;
use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, LINK};
use reqwest::{Certificate, Client, Method, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a request may take.
const USUAL: Duration = Duration::from_secs(20);
/// The version of the API that is spoken.
const VERSION: &str = "2022-11-28";
const VERSION_HEADER: HeaderName = HeaderName::from_static("x-github-api-version");

/// As whom something is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who<'a> {
    /// As the App itself; with a token, as its account.
    Ourselves,
    /// As whoever may do something in this repository.
    In(&'a Repo),
}

/// How requests reach GitHub.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    client: Client,
    base: Url,
    keys: Keys,
    gates: Gates,
    etags: Etags,
}

/// One request.
#[derive(Debug, Clone)]
struct Request<'a> {
    method: Method,
    path: &'a [&'a str],
    query: &'a [(&'a str, &'a str)],
    body: Option<Value>,
    known: Option<&'a Kept>,
}

/// An answer that is a success.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Api {
    pub(crate) fn new(settings: &GitHubSettings) -> Result<Self, GitHubError> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
        headers.insert(VERSION_HEADER, HeaderValue::from_static(VERSION));
        let builder = Client::builder().connect_timeout(CONNECT).timeout(USUAL).tcp_nodelay(true);
        let builder = builder.user_agent(concat!("signalbox/", env!("CARGO_PKG_VERSION"))).default_headers(headers);
        // Where an answer leads elsewhere, the credential must not go along.
        let mut builder = builder.redirect(reqwest::redirect::Policy::none());
        if let Some(file) = &settings.ca_file {
            builder = builder.tls_certs_only(authorities(file)?);
        }
        let client = builder.build();
        let client = client.map_err(|error| GitHubError::Client(error.without_url()))?;
        let (base, keys) = (settings.base()?, Keys::new(&settings.credentials)?);
        let inner = Inner { client, base, keys, gates: Gates::default(), etags: Etags::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Where it is.
    pub(crate) fn base(&self) -> &Url {
        &self.inner.base
    }

    /// Whether we are an App; else it is one account's token.
    pub(crate) fn is_app(&self) -> bool {
        self.inner.keys.is_app()
    }

    /// Whose limits a request in a repository counts against.
    pub(crate) fn payer(&self, repo: &Repo) -> String {
        self.inner.keys.payer(Who::In(repo))
    }

    /// What opens a repository to git.
    pub(crate) async fn token(&self, repo: &Repo) -> Result<SecretString, Fault> {
        self.inner.keys.token(self, Who::In(repo)).await
    }

    /// The token of a repository is not taken any more.
    pub(crate) fn forget_token(&self, repo: &Repo) {
        self.inner.keys.forget(Who::In(repo));
    }

    /// Asks something; what has not changed since it was asked last is not sent again.
    pub(crate) async fn get<T: DeserializeOwned>(&self, who: Who<'_>, path: &[&str]) -> Result<T, Fault> {
        let key = format!("{} {}", self.inner.keys.payer(who), path.join("/"));
        let known = self.inner.etags.get(&key);
        let request = Request { method: Method::GET, path, query: &[], body: None, known: known.as_ref() };
        let answer = self.run(who, &request).await?;
        if let (StatusCode::NOT_MODIFIED, Some(known)) = (answer.status, &known) {
            return read(&known.body);
        }
        if let Some(tag) = answer.headers.get(ETAG).and_then(|tag| tag.to_str().ok()) {
            self.inner.etags.keep(key, Kept { tag: tag.to_owned(), body: answer.body.clone() });
        }
        read(&answer.body)
    }

    /// Asks for something that is asked for once.
    pub(crate) async fn one<T: DeserializeOwned>(&self, who: Who<'_>, path: &[&str]) -> Result<T, Fault> {
        let request = Request { method: Method::GET, path, query: &[], body: None, known: None };
        read(&self.run(who, &request).await?.body)
    }

    /// Asks for a page of a list; the cursor of the next one comes with it.
    pub(crate) async fn page<T: DeserializeOwned>(
        &self,
        who: Who<'_>,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<(Vec<T>, Option<String>), Fault> {
        let answer = self.run(who, &Request { method: Method::GET, path, query, body: None, known: None }).await?;
        let next = answer.headers.get(LINK).and_then(|link| link.to_str().ok()).and_then(next_cursor);
        Ok((read(&answer.body)?, next))
    }

    /// Makes something.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        who: Who<'_>,
        path: &[&str],
        body: impl Serialize,
    ) -> Result<T, Fault> {
        self.write(Method::POST, who, path, body).await
    }

    /// Changes something.
    pub(crate) async fn patch<T: DeserializeOwned>(
        &self,
        who: Who<'_>,
        path: &[&str],
        body: impl Serialize,
    ) -> Result<T, Fault> {
        self.write(Method::PATCH, who, path, body).await
    }

    async fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        who: Who<'_>,
        path: &[&str],
        body: impl Serialize,
    ) -> Result<T, Fault> {
        let body = serde_json::to_value(body).map_err(|_| Fault::Garbled)?;
        let request = Request { method, path, query: &[], body: Some(body), known: None };
        read(&self.run(who, &request).await?.body)
    }

    /// Sends it; once more, where the credential was good until a moment ago.
    async fn run(&self, who: Who<'_>, request: &Request<'_>) -> Result<Answer, Fault> {
        let keys = &self.inner.keys;
        let token = keys.token(self, who).await?;
        match self.send(&keys.payer(who), &token, request).await {
            Err(Fault::Said { code: 401, .. }) if keys.forget(who) => {
                let token = keys.token(self, who).await?;
                self.send(&keys.payer(who), &token, request).await
            }
            outcome => outcome,
        }
    }

    /// Makes something as the App, which needs no token of an installation.
    pub(crate) async fn post_as_app<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        path: &[&str],
        body: Value,
    ) -> Result<T, Fault> {
        let request = Request { method: Method::POST, path, query: &[], body: Some(body), known: None };
        read(&self.send(&self.inner.keys.payer(Who::Ourselves), token, &request).await?.body)
    }

    /// The same for a question.
    pub(crate) async fn get_as_app<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        path: &[&str],
    ) -> Result<T, Fault> {
        let request = Request { method: Method::GET, path, query: &[], body: None, known: None };
        read(&self.send(&self.inner.keys.payer(Who::Ourselves), token, &request).await?.body)
    }

    /// Asks for what everybody may see: with the token if we have one, else as nobody.
    pub(crate) async fn get_in_public<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Fault> {
        if !self.is_app() {
            return self.one(Who::Ourselves, path).await;
        }
        let sent = self.inner.client.get(self.address(path)).send().await;
        let response = sent.map_err(|error| Fault::network(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(|error| Fault::network(&error))?;
        if status.is_success() { read(&body) } else { Err(Fault::read(status.as_u16(), &headers, &body)) }
    }

    async fn send(&self, payer: &str, token: &SecretString, request: &Request<'_>) -> Result<Answer, Fault> {
        self.inner.gates.check(payer)?;
        let mut address = self.address(request.path);
        if !request.query.is_empty() {
            address.query_pairs_mut().extend_pairs(request.query);
        }
        let mut builder = self.inner.client.request(request.method.clone(), address);
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        if let Some(known) = request.known {
            builder = builder.header(IF_NONE_MATCH, &known.tag);
        }
        let bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
        let mut bearer = bearer.map_err(|_| Fault::Credential)?;
        bearer.set_sensitive(true);
        let response = builder.header(AUTHORIZATION, bearer).send().await.map_err(|error| Fault::network(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(|error| Fault::network(&error))?;
        let outcome = if status.is_success() || (status == StatusCode::NOT_MODIFIED && request.known.is_some()) {
            Ok(Answer { status, headers, body })
        } else {
            Err(Fault::read(status.as_u16(), &headers, &body))
        };
        if let Err(Fault::Wait(wait)) = &outcome {
            metrics::counter!("signalbox_github_refused_for_pace_total").increment(1);
            self.inner.gates.shut(payer, *wait);
        }
        outcome
    }

    fn address(&self, segments: &[&str]) -> Url {
        let mut url = self.inner.base.clone();
        // An address of http or https always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

/// The authorities in a PEM file; a file without any is a mistake.
fn authorities(file: &Path) -> Result<Vec<Certificate>, GitHubError> {
    let unusable = |why: String| GitHubError::CaFile { path: file.to_owned(), why };
    let text = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&text).map_err(|error| unusable(error.to_string()))?;
    if found.is_empty() { Err(unusable("there is no certificate in it".to_owned())) } else { Ok(found) }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    // Some answers have no body at all.
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body).map_err(|_| Fault::Garbled)
}

/// The cursor, or the number, of the page that a `Link` header calls the next one. Nothing else of the address is used.
fn next_cursor(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let address = next.split_once('<')?.1.split_once('>')?.0;
    let url = Url::parse(address).ok()?;
    let named = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    named("cursor").or_else(|| named("page"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_ones_own_is_below_a_path() {
        let settings =
            GitHubSettings { api_url: "https://git.example.org/api/v3/".to_owned(), ..crate::tests::with_token() };
        let api = Api::new(&settings).unwrap();
        let address = api.address(&["repos", "a", "b", "issues", "1"]);
        assert_eq!(address.as_str(), "https://git.example.org/api/v3/repos/a/b/issues/1");
        assert_eq!(api.address(&["users", "x/../y"]).as_str(), "https://git.example.org/api/v3/users/x%2F..%2Fy");
    }

    #[test]
    fn the_next_page_is_found() {
        let link = r#"<https://api.github.com/app/hook/deliveries?per_page=100&cursor=v1_12>; rel="next""#;
        assert_eq!(next_cursor(link).as_deref(), Some("v1_12"));
        let link = r#"<https://x.org/a?page=1>; rel="prev", <https://x.org/a?page=3>; rel="next""#;
        assert_eq!(next_cursor(link).as_deref(), Some("3"));
        assert_eq!(next_cursor(r#"<https://x.org/a?page=1>; rel="last""#), None);
    }

    #[tokio::test]
    async fn no_error_holds_the_token() {
        let settings = GitHubSettings { api_url: "http://127.0.0.1:9".to_owned(), ..crate::tests::with_token() };
        let api = Api::new(&settings).unwrap();
        let fault = api.get::<Value>(Who::Ourselves, &["user"]).await.unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains("ghp_"), "{fault:?}");
        assert_eq!(fault, Fault::Network("GitHub cannot be reached"));
    }
}
