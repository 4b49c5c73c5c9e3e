//! Where a subscription may tell: what can be said of an address by looking at it. What its name leads to is looked at again
//! on each connection.

use crate::address::Reach;
use url::{Host, Url};

/// The longest address.
const LONGEST: usize = 2000;

/// Why nothing can be told at an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// It is no address.
    #[error("this is no address: write it as https://example.org/path")]
    Unreadable,
    /// It is too long.
    #[error("the address is longer than {LONGEST} characters")]
    Long,
    /// It has a name or password in it, which would lie open.
    #[error("leave name and password out of the address: requests are signed")]
    Credential,
    /// Anybody on the way could read along.
    #[error("write the address with https://; http:// is for the networks that webhooks.networks names")]
    Plain,
    /// It is of a network that nothing may be told in.
    #[error("the address is private; webhooks.networks can allow its network")]
    Private,
}

/// Reads the address of a receiver.
///
/// # Errors
/// [`BadTarget`], with what to mend.
pub fn target(text: &str, reach: &Reach) -> Result<Url, BadTarget> {
    if text.len() > LONGEST {
        return Err(BadTarget::Long);
    }
    let url = Url::parse(text).map_err(|_| BadTarget::Unreadable)?;
    let is_plain = match url.scheme() {
        "https" => false,
        "http" => true,
        _ => return Err(BadTarget::Unreadable),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadTarget::Credential);
    }
    let address = match url.host().ok_or(BadTarget::Unreadable)? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    };
    match address {
        Some(address) if !reach.permits(address) => Err(BadTarget::Private),
        Some(address) if is_plain && !reach.is_own(address) => Err(BadTarget::Plain),
        None if is_plain && reach.has_none_of_its_own() => Err(BadTarget::Plain),
        Some(_) | None => Ok(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach() -> Reach {
        Reach::with(["10.0.0.0/8"]).unwrap()
    }

    #[test]
    fn what_can_be_told_at() {
        for text in ["https://example.org/a?b=c", "https://1.1.1.1:8443/", "http://10.1.2.3/x", "http://tools.example/"]
        {
            assert!(target(text, &reach()).is_ok(), "{text}");
        }
        assert_eq!(target("http://tools.example/", &Reach::default()), Err(BadTarget::Plain));
    }

    #[test]
    fn what_cannot() {
        let private = [
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:10.1.2.3]/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://[fd00::1]/",
            "https://0.0.0.0/",
        ];
        for text in private {
            assert_eq!(target(text, &reach()), Err(BadTarget::Private), "{text}");
        }
        assert_eq!(target("http://1.1.1.1/", &reach()), Err(BadTarget::Plain));
        assert_eq!(target("https://ann:secret@example.org/", &reach()), Err(BadTarget::Credential));
        for text in ["", "example.org", "ftp://example.org/", "file:///etc/passwd", "https://", "unix:/run/x.sock"] {
            assert_eq!(target(text, &reach()), Err(BadTarget::Unreadable), "{text}");
        }
        assert_eq!(target(&format!("https://example.org/{}", "x".repeat(2000)), &reach()), Err(BadTarget::Long));
    }
}
