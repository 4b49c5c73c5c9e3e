//! Discord's limits, kept from our side: buckets by route and channel as its headers tell them, and 50 requests a second
//! in all. What the headers say is believed before a request is sent, so that 429 is the exception; one that comes all the
//! same is waited for to its end.
//!
//! One request of a route and channel is under way at a time. That costs nothing where five are allowed in five seconds,
//! and keeps their order.

use crate::error::CallError;
use reqwest::header::HeaderMap;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

/// How many requests a second are sent in all; Discord takes 50.
const ALL_PER_SECOND: usize = 45;
/// What is waited beyond a limit's end, for clocks that differ and packets that overtake.
const MARGIN: Duration = Duration::from_millis(40);
/// Above so many windows, those that nobody uses are forgotten.
const MANY: usize = 1024;

/// The limits as they are known now.
#[derive(Default)]
pub(crate) struct Limits {
    windows: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Window>>>>,
    all: Mutex<All>,
}

/// What is left of one route's bucket in one channel.
#[derive(Default)]
pub(crate) struct Window {
    remaining: Option<u32>,
    reset: Option<Instant>,
}

#[derive(Default)]
struct All {
    sent: VecDeque<Instant>,
    blocked_until: Option<Instant>,
}

/// The right to send one request of a route; the answer's headers are to be handed back.
pub(crate) struct Permit(Option<OwnedMutexGuard<Window>>);

impl Limits {
    /// Waits until there is room for a request of this route, at most until `deadline`. A route without a name has no
    /// bucket and does not count (answers to interactions).
    pub(crate) async fn acquire(&self, route: Option<&str>, deadline: Instant) -> Result<Permit, CallError> {
        let Some(route) = route else { return Ok(Permit(None)) };
        let window = self.window(route);
        let Ok(mut held) = tokio::time::timeout_at(deadline, window.lock_owned()).await else {
            return Err(CallError::Busy { after: Duration::from_secs(1) });
        };
        if let Some(reset) = held.shut_until() {
            wait(reset, deadline).await?;
            *held = Window::default();
        }
        while let Some(free) = self.take_one() {
            wait(free, deadline).await?;
        }
        Ok(Permit(Some(held)))
    }

    /// Everything is shut until then: the global limit.
    pub(crate) fn shut_all(&self, after: Duration) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).blocked_until = Some(Instant::now() + after + MARGIN);
    }

    fn window(&self, route: &str) -> Arc<tokio::sync::Mutex<Window>> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() > MANY {
            windows.retain(|_, window| {
                Arc::strong_count(window) > 1 || window.try_lock().is_ok_and(|window| window.shut_until().is_some())
            });
        }
        windows.entry(route.to_owned()).or_default().clone()
    }

    /// Counts one request of all, or says when there is room for it.
    fn take_one(&self) -> Option<Instant> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(until) = all.blocked_until.filter(|until| *until > now) {
            return Some(until);
        }
        let second = Duration::from_secs(1) + MARGIN;
        while all.sent.front().is_some_and(|sent| now.duration_since(*sent) >= second) {
            all.sent.pop_front();
        }
        if all.sent.len() >= ALL_PER_SECOND {
            return all.sent.front().map(|first| *first + second);
        }
        all.sent.push_back(now);
        None
    }
}

impl Window {
    fn shut_until(&self) -> Option<Instant> {
        self.reset.filter(|reset| self.remaining == Some(0) && *reset > Instant::now())
    }
}

impl Permit {
    /// Takes what an answer says of the bucket.
    pub(crate) fn learn(&mut self, headers: &HeaderMap) {
        let Some(window) = &mut self.0 else { return };
        let read = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let remaining = read("x-ratelimit-remaining").and_then(|value| value.parse().ok());
        let after = read("x-ratelimit-reset-after").and_then(|value| value.parse().ok()).and_then(span);
        if let (Some(remaining), Some(after)) = (remaining, after) {
            **window = Window { remaining: Some(remaining), reset: Some(Instant::now() + after + MARGIN) };
        }
    }

    /// Discord said 429 to this route: it is shut for so long, whatever was known.
    pub(crate) fn shut(&mut self, after: Duration) {
        if let Some(window) = &mut self.0 {
            **window = Window { remaining: Some(0), reset: Some(Instant::now() + after + MARGIN) };
        }
    }
}

/// A span as Discord writes it, in seconds.
pub(crate) fn span(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

async fn wait(until: Instant, deadline: Instant) -> Result<(), CallError> {
    if until > deadline {
        return Err(CallError::Busy { after: until.duration_since(Instant::now()) });
    }
    tokio::time::sleep_until(until).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(remaining: &str, after: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-remaining", remaining.parse().unwrap());
        headers.insert("x-ratelimit-reset-after", after.parse().unwrap());
        headers
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_bucket_is_waited_for_and_others_are_not_held_up() {
        let limits = Limits::default();
        let start = Instant::now();
        limits.acquire(Some("send 1"), soon()).await.unwrap().learn(&told("0", "3.5"));
        limits.acquire(Some("send 2"), soon()).await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        limits.acquire(Some("send 1"), soon()).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_millis(3540));
    }

    #[tokio::test(start_paused = true)]
    async fn who_cannot_wait_so_long_is_told_when_there_is_room() {
        let limits = Limits::default();
        limits.acquire(Some("edit 1"), soon()).await.unwrap().shut(Duration::from_secs(60));
        let refused = limits.acquire(Some("edit 1"), soon()).await.err();
        assert_eq!(refused, Some(CallError::Busy { after: Duration::from_millis(60_040) }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_holds_forty_five_requests_and_answers_to_interactions_do_not_count() {
        let limits = Limits::default();
        let start = Instant::now();
        for channel in 0..90 {
            limits.acquire(None, soon()).await.unwrap();
            limits.acquire(Some(&format!("send {channel}")), soon()).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::from_millis(1040));
        limits.shut_all(Duration::from_secs(4));
        limits.acquire(Some("send 0"), soon()).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_millis(1040 + 4040));
    }
}
