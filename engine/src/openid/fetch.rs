//! How a provider is asked: at the address that is meant and nowhere else, for a short time, and up to a size.

use super::fault::{BadProvider, Fault};
use super::settings::ProviderSettings;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, RequestBuilder, Response, StatusCode, Url};
use std::path::Path;
use std::time::Duration;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take, to its end.
const USUAL: Duration = Duration::from_secs(10);
/// The longest answer, in bytes: a document or a set of keys has a few thousand.
const LONGEST: usize = 512 << 10;

/// What a provider answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

/// A client for one provider.
#[derive(Debug, Clone)]
pub(super) struct Fetch(Client);

impl Fetch {
    pub(super) fn new(settings: &ProviderSettings) -> Result<Self, BadProvider> {
        // No proxy from the environment and no redirect: the client's secret goes to the provider's own address alone.
        let builder = Client::builder().no_proxy().redirect(Policy::none()).connect_timeout(CONNECT).timeout(USUAL);
        let mut builder = builder.user_agent(concat!("signalbox/", env!("CARGO_PKG_VERSION")));
        if let Some(file) = &settings.ca_file {
            builder = builder.tls_certs_only(authorities(file)?);
        }
        builder.build().map(Self).map_err(BadProvider::Client)
    }

    /// Gets a document.
    pub(super) async fn get(&self, url: &Url) -> Result<Vec<u8>, Fault> {
        let answer = sent(self.0.get(url.clone())).await?;
        if answer.status == StatusCode::OK { Ok(answer.body) } else { Err(Fault::Status(answer.status.as_u16())) }
    }

    /// Sends a form that somebody has filled in.
    pub(super) async fn post(
        &self,
        url: &Url,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, Fault> {
        sent(fill(self.0.post(url.clone()))).await
    }
}

/// What is there at an address that a person has not chosen: over https, or on this very machine.
pub(super) fn is_trustworthy(url: &Url) -> bool {
    let own = match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && own)
}

async fn sent(request: RequestBuilder) -> Result<Answer, Fault> {
    let request = request.header(reqwest::header::ACCEPT, "application/json");
    let response = request.send().await.map_err(|error| Fault::Silent(error.without_url()))?;
    let status = response.status();
    Ok(Answer { status, body: limited(response).await? })
}

async fn limited(mut response: Response) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| Fault::Silent(error.without_url()))? {
        if body.len() + part.len() > LONGEST {
            return Err(Fault::Senseless("it is too long"));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn authorities(file: &Path) -> Result<Vec<Certificate>, BadProvider> {
    let unreadable = |source| BadProvider::Authorities { file: file.to_owned(), source };
    let pem = std::fs::read(file).map_err(|error| unreadable(error.into()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| unreadable(error.into()))?;
    if found.is_empty() { Err(unreadable("there is none in it".into())) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_can_listen_in_on_is_asked() {
        let is = |text: &str| is_trustworthy(&Url::parse(text).unwrap());
        for good in ["https://idp.example", "http://127.0.0.1:8080/realms/x", "http://[::1]:9", "http://localhost:9"] {
            assert!(is(good), "{good}");
        }
        for bad in ["http://idp.example", "http://10.0.0.1", "http://localhost.example", "ftp://127.0.0.1", "data:x"] {
            assert!(!is(bad), "{bad}");
        }
    }
}
