//! Which addresses are public. Everything that is not known to be so counts as private: loopback, private and shared
//! networks, link-local, multicast, documentation, and every form of IPv6 that carries an IPv4 address within.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not public (IANA's special-purpose registry, multicast and the reserved class E).
const SPECIAL_V4: [Ipv4Net; 16] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 31, 196, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

/// The only IPv6 network that is handed out for public use; all the rest (loopback, mapped and translated IPv4, unique
/// local, link-local, multicast) lies outside of it.
const PUBLIC_V6: Ipv6Net = v6([0x2000, 0], 3);

/// Within the public network: protocol assignments (Teredo and ORCHID among them), documentation, 6to4.
const SPECIAL_V6: [Ipv6Net; 4] =
    [v6([0x2001, 0], 23), v6([0x2001, 0xdb8], 32), v6([0x2002, 0], 16), v6([0x3fff, 0], 20)];

/// Whether the address is one of the open internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => PUBLIC_V6.contains(&address) && !SPECIAL_V6.iter().any(|net| net.contains(&address)),
    }
}

/// A text that names no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network: write it as 10.1.0.0/16 or fd12::/16")]
pub struct BadNetwork(String);

/// Whom the hub may speak to where others have said the address: the open internet, and what the operator names besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    own: Vec<IpNet>,
}

impl Reach {
    /// The open internet, and these networks, as in `10.1.0.0/16`.
    ///
    /// # Errors
    /// The first that is no network.
    pub fn with<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self, BadNetwork> {
        let read = |text: &str| text.parse().map_err(|_| BadNetwork(text.to_owned()));
        Ok(Self { own: networks.into_iter().map(read).collect::<Result<_, _>>()? })
    }

    /// Whether it may speak to this address.
    pub fn permits(&self, address: IpAddr) -> bool {
        is_public(address) || self.is_own(address)
    }

    /// Whether the address is in a network that the operator names.
    pub fn is_own(&self, address: IpAddr) -> bool {
        self.own.iter().any(|net| net.contains(&address))
    }

    /// Whether the operator names none.
    pub fn has_none_of_its_own(&self) -> bool {
        self.own.is_empty()
    }
}

const fn v4(start: [u8; 4], bits: u8) -> Ipv4Net {
    let [a, b, c, d] = start;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(start: [u16; 2], bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(start[0], start[1], 0, 0, 0, 0, 0, 0), bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn well_known_addresses() {
        for text in ["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"] {
            assert!(public(text), "{text}");
        }
        let private = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.0.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:8.8.8.8",
            "::8.8.8.8",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "2002:808:808::1",
            "2001::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "5f00::1",
        ];
        for text in private {
            assert!(!public(text), "{text}");
        }
    }

    #[test]
    fn only_what_is_named_is_reached_besides() {
        let reach = Reach::with(["10.1.0.0/16", "fd00::/8"]).unwrap();
        let permits = |text: &str| reach.permits(text.parse().unwrap());
        assert!(permits("10.1.2.3") && permits("fd00::1") && permits("1.1.1.1"));
        assert!(!permits("10.2.0.1") && !permits("::ffff:10.1.2.3") && !permits("127.0.0.1"));
        assert!(Reach::with(["10.1.2.3"]).is_err());
        assert!(!Reach::default().permits("10.1.2.3".parse().unwrap()));
    }

    /// What the standard library knows to be special, as a second opinion.
    fn special_by_std(a: Ipv4Addr) -> bool {
        a.is_private()
            || a.is_loopback()
            || a.is_link_local()
            || a.is_broadcast()
            || a.is_documentation()
            || a.is_multicast()
            || a.is_unspecified()
            || (a.octets()[0] == 100 && a.octets()[1] & 0xc0 == 64)
            || a.octets()[0] >= 240
    }

    proptest! {
        #[test]
        fn what_std_calls_special_is_never_public(bits: u32) {
            let address = Ipv4Addr::from(bits);
            prop_assert!(!(special_by_std(address) && is_public(address.into())));
        }

        #[test]
        fn all_of_a_special_network_is_refused(net in 0..SPECIAL_V4.len(), host: u32) {
            let net = SPECIAL_V4[net];
            let inside = u32::from(net.network()) | (host & u32::from(net.hostmask()));
            prop_assert!(!is_public(Ipv4Addr::from(inside).into()));
        }

        #[test]
        fn no_ipv6_form_carries_an_ipv4_address_out(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            let [high, low] = [(bits >> 16) as u16, bits as u16];
            let forms = [
                v4.to_ipv6_mapped(),
                v4.to_ipv6_compatible(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, high, low, 0, 0, !high, !low),
            ];
            for form in forms {
                prop_assert!(!is_public(form.into()), "{form}");
            }
        }

        #[test]
        fn ipv6_is_public_within_2000_slash_3_alone(bits: u128) {
            let address = Ipv6Addr::from(bits);
            prop_assert!(!is_public(address.into()) || address.segments()[0] & 0xe000 == 0x2000);
        }
    }
}
