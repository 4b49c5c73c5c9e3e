//! How often somebody may be wrong. Counted by account, by address, and by both together, in this process: a restart forgets it,
//! which gives nobody more than a few attempts.
//!
//! An attempt is counted before it is looked at, so that a hundred at once are no more than a hundred one after another; one that
//! turns out right is taken back. Whoever has signed in from an address lately is not held up there by what others try elsewhere.

use signalbox_core::time::Timestamp;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// After how long without an attempt it is forgotten that somebody was wrong.
const MEMORY: Duration = Duration::from_secs(3600);
/// How many counters are kept at most; beyond that the oldest go first.
const MOST: usize = 50_000;

/// How many may be wrong before there is a wait, and how long it becomes at most.
#[derive(Debug, Clone, Copy)]
struct Patience {
    free: u32,
    longest: Duration,
}

const BOTH: Patience = Patience { free: 5, longest: Duration::from_secs(15 * 60) };
const ADDRESS: Patience = Patience { free: 20, longest: Duration::from_secs(15 * 60) };
/// Nobody is to be locked out by others: whoever knows the password gets a try each minute.
const ACCOUNT: Patience = Patience { free: 20, longest: Duration::from_secs(60) };

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
    Both(String, IpAddr),
}

impl Key {
    fn patience(&self) -> Patience {
        match self {
            Self::Account(_) => ACCOUNT,
            Self::Address(_) => ADDRESS,
            Self::Both(..) => BOTH,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Count {
    wrong: u32,
    last: Timestamp,
    until: Timestamp,
    /// Somebody was told to wait for it.
    told: bool,
}

/// Counts who was wrong.
#[derive(Default)]
pub(super) struct Throttle {
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    by: HashMap<Key, Count>,
    /// Who has signed in from where.
    proven: HashSet<(String, IpAddr)>,
}

/// An attempt that counts as wrong until it is known to be right.
#[must_use]
pub(super) struct Attempt {
    account: String,
    address: IpAddr,
    keys: Vec<Key>,
}

impl Throttle {
    /// Begins an attempt on an account, which need not exist, or says how long to wait.
    pub(super) fn begin(&self, account: &str, address: IpAddr, now: Timestamp) -> Result<Attempt, Duration> {
        // Names have an end; what somebody sends in their place may not.
        let account: String = account.chars().take(64).collect();
        let address = network(address);
        let mut counts = self.lock();
        let mut keys = vec![Key::Address(address), Key::Both(account.clone(), address)];
        if !counts.proven.contains(&(account.clone(), address)) {
            keys.push(Key::Account(account.clone()));
        }
        let wait = keys.iter().filter_map(|key| counts.by.get(key)).map(|count| count.until.since(now)).max();
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        counts.make_room(now);
        for key in &keys {
            counts.add(key, now);
        }
        Ok(Attempt { account, address, keys })
    }

    /// Whether nobody asked before during the wait that is on now.
    pub(super) fn is_news(&self, account: &str, address: IpAddr, now: Timestamp) -> bool {
        let account: String = account.chars().take(64).collect();
        let address = network(address);
        let keys = [Key::Address(address), Key::Both(account.clone(), address), Key::Account(account)];
        let mut counts = self.lock();
        let mut news = false;
        for key in keys {
            if let Some(count) = counts.by.get_mut(&key).filter(|count| count.until > now) {
                news |= !std::mem::replace(&mut count.told, true);
            }
        }
        news
    }

    /// The attempt was right.
    pub(super) fn right(&self, attempt: Attempt) {
        let mut counts = self.lock();
        for key in &attempt.keys {
            match key {
                // Somebody with an account of their own does not wipe out what they tried on others.
                Key::Address(_) => counts.take_back(key),
                Key::Account(_) | Key::Both(..) => {
                    counts.by.remove(key);
                }
            }
        }
        if counts.proven.len() >= MOST {
            counts.proven.clear();
        }
        counts.proven.insert((attempt.account, attempt.address));
    }

    /// The attempt was neither right nor wrong.
    pub(super) fn undecided(&self, attempt: &Attempt) {
        let mut counts = self.lock();
        attempt.keys.iter().for_each(|key| counts.take_back(key));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        // No code panics while it holds the lock.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn add(&mut self, key: &Key, now: Timestamp) {
        let fresh = Count { wrong: 0, last: now, until: now, told: false };
        let count = self.by.entry(key.clone()).or_insert(fresh);
        if now.since(count.last) > MEMORY {
            *count = fresh;
        }
        count.wrong = count.wrong.saturating_add(1);
        count.last = now;
        count.told = false;
        count.until = now + wait(count.wrong, key.patience());
    }

    fn take_back(&mut self, key: &Key) {
        if let Some(count) = self.by.get_mut(key) {
            count.wrong = count.wrong.saturating_sub(1);
            count.until = count.last;
        }
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.by.len() < MOST {
            return;
        }
        self.by.retain(|_, count| now.since(count.last) <= MEMORY);
        if self.by.len() >= MOST {
            let mut ages: Vec<Timestamp> = self.by.values().map(|count| count.last).collect();
            let (_, median, _) = ages.select_nth_unstable(MOST / 2);
            let median = *median;
            self.by.retain(|_, count| count.last > median || count.until > now);
        }
    }
}

/// How long to wait after so many that were wrong.
fn wait(wrong: u32, patience: Patience) -> Duration {
    match wrong.checked_sub(patience.free) {
        None | Some(0) => Duration::ZERO,
        Some(over) => Duration::from_secs(1_u64.checked_shl(over.min(32)).unwrap_or(u64::MAX)).min(patience.longest),
    }
}

/// Who has one address of a network of IPv6 has them all.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn from(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    fn wrong(throttle: &Throttle, account: &str, address: &str, now: i64) -> Result<(), Duration> {
        throttle.begin(account, from(address), at(now)).map(drop)
    }

    #[test]
    fn a_wait_is_news_once() {
        let throttle = Throttle::default();
        for attempt in 0..6 {
            wrong(&throttle, "ann", "192.0.2.1", attempt).unwrap();
        }
        let news = |now| throttle.is_news("ann", from("192.0.2.1"), at(now));
        assert!(wrong(&throttle, "ann", "192.0.2.1", 6).is_err());
        assert_eq!([news(6), news(6), news(99)], [true, false, false]);
        wrong(&throttle, "ann", "192.0.2.1", 99).unwrap();
        assert_eq!([news(99), news(99)], [true, false], "the next wait is another one");
    }

    #[test]
    fn waits_grow_and_have_an_end() {
        let waits: Vec<u64> = (4..18).map(|wrong| wait(wrong, BOTH).as_secs()).collect();
        assert_eq!(waits, [0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        assert_eq!(wait(u32::MAX, ACCOUNT).as_secs(), 60);
    }

    #[test]
    fn who_is_wrong_waits_longer_each_time() {
        let throttle = Throttle::default();
        for _ in 0..6 {
            wrong(&throttle, "ann", "192.0.2.1", 0).unwrap();
        }
        assert_eq!(wrong(&throttle, "ann", "192.0.2.1", 1), Err(Duration::from_secs(1)));
        wrong(&throttle, "ann", "192.0.2.1", 2).unwrap();
        assert_eq!(wrong(&throttle, "ann", "192.0.2.1", 2), Err(Duration::from_secs(4)));
        wrong(&throttle, "bob", "192.0.2.1", 2).unwrap();
        wrong(&throttle, "ann", "192.0.2.2", 2).unwrap();
        for _ in 0..6 {
            wrong(&throttle, "ann", "192.0.2.1", 4000).unwrap();
        }
    }

    #[test]
    fn attempts_that_come_together_are_counted_before_they_are_looked_at() {
        let throttle = Throttle::default();
        let begun = (0..100).filter_map(|_| throttle.begin("ann", from("192.0.2.1"), at(0)).ok()).count();
        assert_eq!(begun, 6);
    }

    #[test]
    fn one_address_cannot_try_one_password_on_everybody() {
        let throttle = Throttle::default();
        let tried = (0..100).filter(|n| wrong(&throttle, &format!("person{n}"), "192.0.2.1", 0).is_ok()).count();
        assert_eq!(tried, 21);
        // Nor by signing in between with an account of its own.
        let throttle = Throttle::default();
        let mut tried = 0;
        for n in 0..100 {
            tried += usize::from(wrong(&throttle, &format!("person{n}"), "192.0.2.1", 0).is_ok());
            if let Ok(own) = throttle.begin("mallory", from("192.0.2.1"), at(0)) {
                throttle.right(own);
            }
        }
        assert!(tried <= 21, "{tried}");
    }

    #[test]
    fn many_addresses_cannot_try_one_account_but_its_owner_is_not_locked_out() {
        let throttle = Throttle::default();
        let home = throttle.begin("ann", from("198.51.100.1"), at(0)).unwrap();
        throttle.right(home);
        let tried = (0..200).filter(|n| wrong(&throttle, "ann", &format!("192.0.2.{n}"), 0).is_ok()).count();
        assert_eq!(tried, 21);
        assert!(throttle.begin("ann", from("198.51.100.1"), at(0)).is_ok(), "from where she signs in usually");
        assert!(wrong(&throttle, "ann", "203.0.113.1", 0).unwrap_err() <= Duration::from_secs(60));
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let throttle = Throttle::default();
        let tried = (0..50).filter(|n| wrong(&throttle, "ann", &format!("2001:db8::{n:x}"), 0).is_ok()).count();
        assert_eq!(tried, 6);
        assert_eq!(network(from("::ffff:192.0.2.1")), from("192.0.2.1"));
    }

    #[test]
    fn what_was_right_or_undecided_is_not_counted() {
        let throttle = Throttle::default();
        for _ in 0..50 {
            let attempt = throttle.begin("ann", from("192.0.2.1"), at(0)).unwrap();
            throttle.right(attempt);
            let attempt = throttle.begin("bob", from("192.0.2.1"), at(0)).unwrap();
            throttle.undecided(&attempt);
        }
    }

    #[test]
    fn a_flood_of_names_takes_no_more_room() {
        let throttle = Throttle::default();
        for n in 0..60_000_u32 {
            let address = IpAddr::from(std::net::Ipv4Addr::from(n + 0x0a00_0000));
            let _ = throttle.begin(&format!("p{n}"), address, at(i64::from(n) / 100));
        }
        assert!(throttle.lock().by.len() <= MOST + 3);
    }
}
