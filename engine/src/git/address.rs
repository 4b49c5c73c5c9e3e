//! Which address a remote's host has, and whether the hub may speak to it.
//!
//! A project's remote is given by people; without this check it could make the hub speak to services of its own
//! network. The address that was checked is the one used: curl and ssh are told it (see [`super::access`]), so a name
//! that resolves to another address a moment later changes nothing.

use super::fault::RemoteFault;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

const RESOLVE_WITHIN: Duration = Duration::from_secs(10);
const PROBE_WITHIN: Duration = Duration::from_secs(5);

/// Whether addresses that are not of the public internet may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PrivateAddresses {
    Refused,
    Allowed,
}

/// Resolves the host; one private address among several refuses them all.
pub(super) async fn resolve(host: &str, port: u16, private: PrivateAddresses) -> Result<Vec<IpAddr>, RemoteFault> {
    let found = timeout(RESOLVE_WITHIN, lookup_host((host, port))).await;
    let found = found.ok().and_then(Result::ok).ok_or(RemoteFault::UnknownHost)?;
    let mut addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    addresses.dedup();
    if addresses.is_empty() {
        return Err(RemoteFault::UnknownHost);
    }
    let refused = private == PrivateAddresses::Refused && !addresses.iter().all(is_public);
    if refused { Err(RemoteFault::PrivateAddress) } else { Ok(addresses) }
}

/// The first address that accepts a connection: ssh is given one only, and must not be given a dead one.
pub(super) async fn first_reachable(addresses: &[IpAddr], port: u16) -> Result<IpAddr, RemoteFault> {
    if let [only] = addresses {
        return Ok(*only);
    }
    for address in addresses {
        if let Ok(Ok(_)) = timeout(PROBE_WITHIN, TcpStream::connect((*address, port))).await {
            return Ok(*address);
        }
    }
    Err(RemoteFault::Unreachable)
}

fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => is_public_v4(*four),
        IpAddr::V6(six) => is_public_v6(*six),
    }
}

/// The registry of special-purpose addresses (RFC 6890 and what came after), without what is globally reachable.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Global unicast (2000::/3) only; where an IPv4 address is carried inside, that address decides.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(four) = address.to_ipv4_mapped() {
        return is_public_v4(four);
    }
    let [a, b, c, d, ..] = address.segments();
    let carried = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b) {
        (0x64, 0xff9b) if (c, d) == (0, 0) => is_public_v4(carried(address.segments()[6], address.segments()[7])),
        (0x2002, _) => is_public_v4(carried(b, c)),
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff) => false,
        _ => (a & 0xe000) == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for text in ["140.82.121.3", "8.8.8.8", "2606:50c0:8000::154", "64:ff9b::8c52:7903", "::ffff:8.8.8.8"] {
            assert!(is_public(&text.parse().unwrap()), "{text}");
        }
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(&text.parse().unwrap()), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_refused_unless_allowed() {
        let refused = resolve("localhost", 443, PrivateAddresses::Refused).await;
        assert!(matches!(refused, Err(RemoteFault::PrivateAddress)), "{refused:?}");
        assert!(!resolve("localhost", 443, PrivateAddresses::Allowed).await.unwrap().is_empty());
        let unknown = resolve("no-such-host.invalid", 443, PrivateAddresses::Allowed).await;
        assert!(matches!(unknown, Err(RemoteFault::UnknownHost)), "{unknown:?}");
    }
}
