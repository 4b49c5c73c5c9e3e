//! Names are looked up here, and only addresses that may be spoken to come out: the connection is made to the very addresses
//! that were looked at, so what the name leads to a moment later changes nothing.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use signalbox_core::address::Reach;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::lookup_host;

/// Looks names up.
pub(super) struct Guard {
    reach: Arc<Reach>,
    is_plain: bool,
}

/// A name leads where nothing may be told.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotPermitted {
    #[error("the name leads to an address that is private; webhooks.networks can allow its network")]
    Private,
    #[error("the name leads out of webhooks.networks: write the address with https://")]
    Plain,
}

impl Guard {
    /// Of what comes by plain http, the operator's own networks alone are permitted.
    pub(super) fn new(reach: Arc<Reach>, is_plain: bool) -> Self {
        Self { reach, is_plain }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, is_plain) = (self.reach.clone(), self.is_plain);
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            check(&found, &reach, is_plain)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// One address among several that is not permitted refuses them all.
fn check(found: &[SocketAddr], reach: &Reach, is_plain: bool) -> Result<(), NotPermitted> {
    if !found.iter().all(|address| reach.permits(address.ip())) {
        return Err(NotPermitted::Private);
    }
    if is_plain && !found.iter().all(|address| reach.is_own(address.ip())) {
        return Err(NotPermitted::Plain);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(addresses: &[&str], networks: &[&str], is_plain: bool) -> Result<(), String> {
        let found: Vec<SocketAddr> = addresses.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 443)).collect();
        let reach = Reach::with(networks.iter().copied()).unwrap();
        check(&found, &reach, is_plain).map_err(|error| error.to_string())
    }

    #[test]
    fn one_address_that_is_private_refuses_all() {
        assert_eq!(checked(&["1.1.1.1", "2606:4700::1111"], &[], false), Ok(()));
        for private in ["127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "10.1.2.3"] {
            assert!(checked(&["1.1.1.1", private], &[], false).unwrap_err().contains("private"), "{private}");
        }
        assert_eq!(checked(&["1.1.1.1", "10.1.2.3"], &["10.0.0.0/8"], false), Ok(()));
    }

    #[test]
    fn plain_requests_stay_in_the_networks_that_are_named() {
        assert_eq!(checked(&["10.1.2.3"], &["10.0.0.0/8"], true), Ok(()));
        assert!(checked(&["10.1.2.3", "1.1.1.1"], &["10.0.0.0/8"], true).unwrap_err().contains("https"));
        assert!(checked(&["127.0.0.1"], &["10.0.0.0/8"], true).unwrap_err().contains("private"));
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_refused() {
        let guard = Guard::new(Arc::new(Reach::default()), false);
        let refused = guard.resolve("localhost".parse().unwrap()).await.err().expect("refused");
        assert!(refused.is::<NotPermitted>(), "{refused}");
        let own = Guard::new(Arc::new(Reach::with(["127.0.0.0/8", "::1/128"]).unwrap()), true);
        assert!(own.resolve("localhost".parse().unwrap()).await.is_ok());
    }
}
