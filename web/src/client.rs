//! Who is at the other end of a connection from the network, behind every proxy that is trusted: from where, by which scheme, and
//! under which name they reached us.

use crate::Problem;
use crate::settings::WebSettings;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use signalbox_core::account::Peer;
use signalbox_core::port::Refusal;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

/// How much of what a program says of itself is kept, in characters.
const DEVICE: usize = 160;

/// The other end of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    /// From where.
    pub(crate) address: IpAddr,
    /// What the program there says of itself.
    pub(crate) device: Option<String>,
    /// Whether nobody on the way could read or change it.
    pub(crate) https: bool,
    /// The name by which they reached us, with its port.
    pub(crate) host: String,
}

impl Client {
    /// Judges a request from the network.
    ///
    /// # Errors
    /// When it came in the open from elsewhere, or under a name that is not ours.
    pub(crate) fn of(settings: &WebSettings, connection: Connection, headers: &HeaderMap) -> Result<Self, Problem> {
        let trusted = settings.trusted_proxies.is_own(connection.peer);
        let host = text(headers, header::HOST.as_str()).unwrap_or_default().to_owned();
        let client = Self {
            address: if trusted { forwarded_for(settings, connection.peer, headers) } else { connection.peer },
            device: device(headers),
            https: connection.tls || (trusted && forwarded_https(settings, headers)),
            host,
        };
        let near = connection.peer.is_loopback() || trusted;
        let unheard = client.https || (near && is_loopback_name(&client.host));
        if !unheard {
            return Err(in_the_open());
        }
        if is_ours(settings, &client.host) { Ok(client) } else { Err(not_ours()) }
    }

    /// The origin of our own pages, as a browser names it.
    pub(crate) fn origin(&self) -> String {
        format!("http{}://{}", if self.https { "s" } else { "" }, self.host)
    }

    /// The same, as accounts want it.
    pub(crate) fn peer(&self) -> Peer {
        Peer { address: self.address, device: self.device.clone() }
    }

    /// The other end of the hub's own socket.
    pub(crate) fn local() -> Self {
        let address = Ipv4Addr::LOCALHOST.into();
        Self { address, device: Some("local socket".to_owned()), https: false, host: "localhost".to_owned() }
    }
}

/// What is known of a connection itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Connection {
    /// Its other end.
    pub(crate) peer: IpAddr,
    /// Whether it is encrypted here.
    pub(crate) tls: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        // Only requests from the network pass the guard that puts it there.
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::local))
    }
}

fn in_the_open() -> Problem {
    Problem::of(
        StatusCode::FORBIDDEN,
        Refusal::Forbidden(
            "passwords and tokens are not taken in the open: reach this hub by https. Let a proxy do it and name it in \
             web.trusted_proxies, with web.public_url; on the hub's own machine http://localhost will do"
                .to_owned(),
        ),
    )
}

fn not_ours() -> Problem {
    Problem::of(
        StatusCode::MISDIRECTED_REQUEST,
        Refusal::Forbidden(
            "this hub is not known by the name that you asked for; set web.public_url (SIGNALBOX_WEB_PUBLIC_URL) to the \
             address that browsers use"
                .to_owned(),
        ),
    )
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn device(headers: &HeaderMap) -> Option<String> {
    let said = text(headers, header::USER_AGENT.as_str())?;
    Some(said.chars().filter(|c| !c.is_control()).take(DEVICE).collect())
}

/// The right-most address that is no trusted proxy's: what stands left of it, anybody may have written.
fn forwarded_for(settings: &WebSettings, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let all = headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
    let mut hops: Vec<&str> = all.flat_map(|value| value.split(',')).map(str::trim).collect();
    hops.reverse();
    let mut nearest = peer;
    for hop in hops {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        nearest = address;
        if !settings.trusted_proxies.is_own(address) {
            break;
        }
    }
    nearest
}

/// What the proxy says of the scheme; where it says nothing, the address that is configured does.
fn forwarded_https(settings: &WebSettings, headers: &HeaderMap) -> bool {
    match headers.get_all("x-forwarded-proto").into_iter().next_back() {
        Some(said) => {
            said.to_str().is_ok_and(|said| said.rsplit(',').next().is_some_and(|last| last.trim() == "https"))
        }
        None => settings.public_url.as_ref().is_some_and(|url| url.is_https()),
    }
}

fn is_ours(settings: &WebSettings, host: &str) -> bool {
    let by_name = settings.public_url.as_ref().is_some_and(|url| url.is_host(host));
    // A name that somebody else's DNS made lead here is neither.
    by_name || is_loopback_name(host) || (settings.public_url.is_none() && bare(host).parse::<IpAddr>().is_ok())
}

fn is_loopback_name(host: &str) -> bool {
    let bare = bare(host);
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The host without its port and brackets.
fn bare(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::PublicUrl;
    use signalbox_core::address::Reach;

    fn settings(url: &str, proxies: &[&str]) -> WebSettings {
        WebSettings {
            public_url: (!url.is_empty()).then(|| PublicUrl::parse(url).unwrap()),
            trusted_proxies: Reach::with(proxies.iter().copied()).unwrap(),
            ..WebSettings::default()
        }
    }

    fn ask(settings: &WebSettings, peer: &str, said: &[(&str, &str)]) -> Result<Client, u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.append(axum::http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        let connection = Connection { peer: peer.parse().unwrap(), tls: false };
        Client::of(settings, connection, &headers).map_err(|problem| problem.status)
    }

    #[test]
    fn nothing_is_taken_in_the_open_but_on_the_own_machine() {
        let plain = settings("", &[]);
        assert!(!ask(&plain, "127.0.0.1", &[("host", "localhost:8080")]).unwrap().https);
        assert!(ask(&plain, "::1", &[("host", "[::1]:8080")]).is_ok());
        assert_eq!(ask(&plain, "192.0.2.9", &[("host", "192.0.2.1:8080")]), Err(403));
        assert_eq!(ask(&plain, "192.0.2.9", &[("host", "localhost")]), Err(403), "it says so of itself only");
        assert_eq!(ask(&plain, "192.0.2.9", &[("host", "192.0.2.1"), ("x-forwarded-proto", "https")]), Err(403));
    }

    #[test]
    fn a_name_that_leads_here_by_somebody_elses_dns_is_not_ours() {
        assert_eq!(ask(&settings("", &[]), "127.0.0.1", &[("host", "evil.example")]), Err(403));
        let proxied = settings("https://hub.example.org", &["10.0.0.0/8"]);
        assert!(ask(&proxied, "10.0.0.1", &[("host", "hub.example.org")]).unwrap().https);
        assert_eq!(ask(&proxied, "10.0.0.1", &[("host", "evil.example")]), Err(421));
        assert_eq!(ask(&proxied, "10.0.0.1", &[("host", "10.0.0.9")]), Err(421));
        assert_eq!(ask(&proxied, "10.0.0.1", &[]), Err(421));
    }

    #[test]
    fn a_proxy_is_believed_only_where_it_is_named() {
        let proxied = settings("https://hub.example.org", &["10.0.0.0/8"]);
        let host = ("host", "hub.example.org");
        let seen = |peer, hops| ask(&proxied, peer, &[host, ("x-forwarded-for", hops)]).unwrap().address.to_string();
        assert_eq!(seen("10.0.0.1", "203.0.113.7"), "203.0.113.7");
        assert_eq!(
            seen("10.0.0.1", "198.51.100.1, 203.0.113.7, 10.2.3.4"),
            "203.0.113.7",
            "what is left of it is hearsay"
        );
        assert_eq!(seen("10.0.0.1", "198.51.100.1, rubbish"), "10.0.0.1");
        assert_eq!(ask(&proxied, "203.0.113.9", &[host, ("x-forwarded-for", "10.0.0.1")]), Err(403));
        let insecure = [host, ("x-forwarded-proto", "https"), ("x-forwarded-proto", "http")];
        assert_eq!(ask(&proxied, "10.0.0.1", &insecure), Err(403), "the proxy's own word is the last");
    }
}
