//! Rate limits: a bucket per route and channel, and one for all together, on the virtual clock.
//!
//! Answers to interactions are outside of what all share, as with the real one.

use std::collections::HashMap;
use std::time::Duration;

use super::refusal::Scope;

/// How many requests a second all routes take together.
const GLOBAL: Rule = Rule { limit: 50, window: Duration::from_secs(1) };

/// What a bucket takes in a window of time.
#[derive(Debug, Clone, Copy)]
struct Rule {
    limit: u32,
    window: Duration,
}

/// A route that is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    Messages,
    Edits,
    Deletions,
    Reactions,
    Typing,
    Threads,
    Renames,
    FollowUps,
    FollowUpEdits,
}

impl Route {
    fn rule(self) -> Rule {
        let (limit, millis) = match self {
            Self::Messages | Self::Edits | Self::Deletions | Self::Typing | Self::Threads | Self::FollowUpEdits => {
                (5, 5000)
            }
            Self::FollowUps => (5, 2000),
            Self::Reactions => (1, 250),
            Self::Renames => (2, 600_000),
        };
        Rule { limit, window: Duration::from_millis(millis) }
    }

    /// The bucket's name, as the header gives it.
    pub(crate) fn bucket(self) -> &'static str {
        match self {
            Self::Messages => "80c17d2f203122d936070c88c8d10f33",
            Self::Edits => "d5cf2a1a1d5b8cd7ea4e8f9eb3a3e1fd",
            Self::Deletions => "e06c0b1e4b0a4a1db8fd3b4c3b56d7aa",
            Self::Reactions => "b7b0c5dd3f1e4a6c8a7d2d7e5b9f0c11",
            Self::Typing => "4ee23ee1a0b44b5d9d0b9a6de2c0a7f2",
            Self::Threads => "1f5c2e7b6a9d4f3e8b1c0d2a3e4f5a6b",
            Self::Renames => "9c3d8e7f6a5b4c3d2e1f0a9b8c7d6e5f",
            Self::FollowUps => "6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e",
            Self::FollowUpEdits => "2d3c4b5a6f7e8d9c0b1a2f3e4d5c6b7a",
        }
    }
}

/// A limited route with what it is limited for: a channel, or an interaction's token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) route: Route,
    pub(crate) within: String,
}

/// The bucket that a request falls into.
pub(crate) fn key(method: &str, path: &[&str], renames: bool) -> Option<Key> {
    let (route, within) = match (method, path) {
        ("POST", ["channels", channel, "messages"]) => (Route::Messages, channel),
        ("PATCH", ["channels", channel, "messages", _]) => (Route::Edits, channel),
        ("DELETE", ["channels", channel, "messages", _]) => (Route::Deletions, channel),
        (_, ["channels", channel, "messages", _, "reactions", ..]) => (Route::Reactions, channel),
        ("POST", ["channels", channel, "typing"]) => (Route::Typing, channel),
        ("POST", ["channels", channel, "threads"] | ["channels", channel, "messages", _, "threads"]) => {
            (Route::Threads, channel)
        }
        ("PATCH", ["channels", channel]) if renames => (Route::Renames, channel),
        ("POST", ["webhooks", _, token]) => (Route::FollowUps, token),
        ("PATCH", ["webhooks", _, token, ..]) => (Route::FollowUpEdits, token),
        _ => return None,
    };
    Some(Key { route, within: (*within).to_owned() })
}

/// How full a bucket is.
#[derive(Debug, Default)]
struct Bucket {
    taken: u32,
    resets: Duration,
    /// Whether the last request was one too many.
    overrun: bool,
}

impl Bucket {
    fn take(&mut self, rule: Rule, now: Duration) -> Taken {
        if now >= self.resets {
            (self.taken, self.resets) = (0, now + rule.window);
        }
        let after = self.resets - now;
        let refused = self.taken >= rule.limit;
        let repeated = refused && self.overrun;
        self.overrun = refused;
        if refused {
            return Taken::TooMany { after, repeated };
        }
        self.taken += 1;
        Taken::Taken(Standing { limit: rule.limit, remaining: rule.limit - self.taken, resets_after: after })
    }
}

enum Taken {
    Taken(Standing),
    TooMany { after: Duration, repeated: bool },
}

/// How a bucket stands after a request, in virtual time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) resets_after: Duration,
}

/// A request was one too many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TooMany {
    pub(crate) after: Duration,
    pub(crate) scope: Scope,
}

/// All buckets.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    buckets: HashMap<Key, Bucket>,
    global: Bucket,
    pub(crate) refused: u32,
    pub(crate) refused_again: u32,
}

impl Limits {
    /// Counts a request against what all share.
    pub(crate) fn take_global(&mut self, now: Duration) -> Result<(), TooMany> {
        let taken = self.global.take(GLOBAL, now);
        self.count(taken, Scope::Global).map(|_| ())
    }

    /// Counts a request against its bucket.
    pub(crate) fn take(&mut self, key: &Key, now: Duration) -> Result<Standing, TooMany> {
        let taken = self.buckets.entry(key.clone()).or_default().take(key.route.rule(), now);
        self.count(taken, Scope::User)
    }

    fn count(&mut self, taken: Taken, scope: Scope) -> Result<Standing, TooMany> {
        match taken {
            Taken::Taken(standing) => Ok(standing),
            Taken::TooMany { after, repeated } => {
                self.refused += 1;
                self.refused_again += u32::from(repeated);
                Err(TooMany { after, scope })
            }
        }
    }
}
