//! What the web side is told about where it stands.

use crate::certificate::CertificateFiles;
use secrecy::SecretString;
use signalbox_core::address::Reach;
use std::time::Duration;

/// Where the hub is reached, and whom it believes about that.
#[derive(Debug, Clone, Default)]
pub struct WebSettings {
    /// How people's browsers reach the hub, e.g. `https://signalbox.example.org`; none means by its own address only.
    pub public_url: Option<PublicUrl>,
    /// The proxies whose word on the client's address and scheme is taken.
    pub trusted_proxies: Reach,
    /// How many requests an address, and a person, may make in a minute; 0 means as many as they like.
    pub requests_per_minute: u32,
    /// What one client, and all of them, may take of the hub while they send.
    pub patience: Patience,
    /// The certificate to show; none where a proxy shows one, or nobody comes from elsewhere.
    pub tls: Option<CertificateFiles>,
    /// What figures are read with from the network; none means that they are not.
    pub metrics_token: Option<SecretString>,
}

/// How many may be connected, and how long they may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How many connections there may be.
    pub connections: u32,
    /// How many of them may be from one address. Trusted proxies speak for many, and may have any number.
    pub connections_per_address: u32,
    /// How long the head of a request may take. Its body may take twice as long, and longer the more of it has come.
    pub head: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connections: 500, connections_per_address: 250, head: Duration::from_secs(15) }
    }
}

/// The address under which people's browsers reach the hub: a scheme and an authority, nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    /// Host, and port where it is not the scheme's own; in lower case.
    authority: String,
}

/// A text that is no such address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "web.public_url (SIGNALBOX_WEB_PUBLIC_URL) must look like https://signalbox.example.org, without a path, not `{0}`"
)]
pub struct BadPublicUrl(String);

impl PublicUrl {
    /// Reads it.
    ///
    /// # Errors
    /// [`BadPublicUrl`].
    pub fn parse(text: &str) -> Result<Self, BadPublicUrl> {
        let bad = || BadPublicUrl(text.to_owned());
        let (https, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(bad()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if authority.is_empty() || !authority.chars().all(sound) {
            return Err(bad());
        }
        Ok(Self { https, authority: without_own_port(&authority, https).to_owned() })
    }

    /// Whether browsers reach it by https.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host alone, without its port, as certificates name it.
    pub fn host(&self) -> &str {
        match self.authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => self.authority.split(':').next().unwrap_or_default(),
        }
    }

    /// Whether a request's `Host` means it.
    pub(crate) fn is_host(&self, host: &str) -> bool {
        without_own_port(&host.to_ascii_lowercase(), self.https) == self.authority
    }
}

impl std::fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "http{}://{}", if self.https { "s" } else { "" }, self.authority)
    }
}

fn without_own_port(authority: &str, https: bool) -> &str {
    authority.strip_suffix(if https { ":443" } else { ":80" }).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_an_authority() {
        let url = PublicUrl::parse("https://Hub.Example.org:443/").unwrap();
        assert_eq!(url.to_string(), "https://hub.example.org");
        assert!(url.is_host("hub.example.org") && url.is_host("HUB.example.org:443"));
        assert!(!url.is_host("hub.example.org:80") && !url.is_host("example.org") && !url.is_host("xhub.example.org"));
        assert_eq!(PublicUrl::parse("http://[::1]:8080").unwrap().to_string(), "http://[::1]:8080");
        assert_eq!(PublicUrl::parse("http://[::1]:8080").unwrap().host(), "::1");
        assert_eq!(PublicUrl::parse("https://a.example:8443").unwrap().host(), "a.example");
        for bad in ["", "hub.example.org", "ftp://x", "https://", "https://x/path", "https://a@b", "https://x?y"] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
