//! How many may be connected: in all, and from one address, so that no one client keeps all others out.
//!
//! While every seat is taken nobody is let in: who comes waits in the kernel's queue. Who has too many already is turned away at
//! once, and costs the others nothing.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The seats.
#[derive(Clone)]
pub(crate) struct Seats {
    all: Arc<Semaphore>,
    each: u32,
    taken: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

/// A seat, until it is dropped.
pub(crate) struct Seat {
    _of_all: OwnedSemaphorePermit,
    _of_one: Option<Share>,
}

/// One of the seats that an address may take.
struct Share {
    taken: Arc<Mutex<HashMap<IpAddr, u32>>>,
    address: IpAddr,
}

/// Who comes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Guest {
    /// Somebody at an address.
    At(IpAddr),
    /// A proxy that is trusted, who speaks for many.
    Proxy,
}

impl Seats {
    pub(crate) fn new(all: u32, each: u32) -> Self {
        Self { all: Arc::new(Semaphore::new(all as usize)), each, taken: Arc::default() }
    }

    /// Waits until there is one for whoever comes next.
    pub(crate) async fn free(&self) -> Option<OwnedSemaphorePermit> {
        // It is closed never.
        self.all.clone().acquire_owned().await.ok()
    }

    /// Gives it to a guest; none for who has too many.
    pub(crate) fn give(&self, free: OwnedSemaphorePermit, guest: Guest) -> Option<Seat> {
        let of_one = match guest {
            Guest::Proxy => None,
            Guest::At(address) => Some(self.share(address)?),
        };
        Some(Seat { _of_all: free, _of_one: of_one })
    }

    fn share(&self, address: IpAddr) -> Option<Share> {
        let address = network(address);
        // No code panics while it holds the lock.
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Share { taken: self.taken.clone(), address })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

/// What counts as one address: whoever has one of IPv6 has the 2^64 beside it, too.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sit(seats: &Seats, guest: Guest) -> Option<Seat> {
        seats.give(seats.free().await.unwrap(), guest)
    }

    fn at(address: &str) -> Guest {
        Guest::At(address.parse().unwrap())
    }

    #[tokio::test]
    async fn one_address_has_its_seats_and_leaves_the_others() {
        let seats = Seats::new(6, 2);
        let first = sit(&seats, at("192.0.2.1")).await.unwrap();
        let _second = sit(&seats, at("::ffff:192.0.2.1")).await.unwrap();
        assert!(sit(&seats, at("192.0.2.1")).await.is_none());
        let _other = sit(&seats, at("192.0.2.2")).await.unwrap();
        let _proxy = sit(&seats, Guest::Proxy).await.unwrap();
        drop(first);
        let _third = sit(&seats, at("192.0.2.1")).await.unwrap();
        assert_eq!(seats.all.available_permits(), 2, "who was turned away holds none");
    }

    #[tokio::test]
    async fn a_network_of_64_bits_is_one_address() {
        let seats = Seats::new(6, 1);
        let seat = sit(&seats, at("2001:db8::1")).await.unwrap();
        assert!(sit(&seats, at("2001:db8::2")).await.is_none());
        assert!(sit(&seats, at("2001:db8:0:1::1")).await.is_some());
        drop(seat);
        assert!(seats.taken.lock().unwrap().is_empty(), "nothing is kept of who has gone");
    }
}
