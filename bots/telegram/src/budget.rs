//! What may be sent when, told by the clock alone. A little less than Telegram takes, counted from when a message has landed,
//! so that what travels fast is not ahead of its time.

use crate::settings::Pace;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// How many messages may come at once in a chat that was quiet.
const BURST: u32 = 3;
/// How many messages a window of Telegram's holds at most; a slower pace has smaller ones.
const IN_A_GROUP: f64 = 20.0;
const IN_ALL: f64 = 30.0;
/// How many of those that all chats share are left alone: what many chats send at once lands in another order.
const LEFT_ALONE: f64 = 3.0;
/// How much of a window is kept for messages that somebody waits for.
const KEPT: usize = 8;
/// How much longer we wait than we would have to.
const MARGIN: f64 = 1.04;
/// How many chats are remembered before those are forgotten in which nothing happens.
const CHATS: usize = 512;

/// How much somebody waits for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Haste {
    /// Somebody does.
    Awaited,
    /// Nobody does: it must leave room for what is awaited.
    Passing,
}

/// What was sent of late, and what may be.
#[derive(Debug)]
pub(crate) struct Budget {
    interval: Duration,
    group: Span,
    all: Span,
    recent: VecDeque<Instant>,
    stopped: Option<Instant>,
    chats: HashMap<i64, Chat>,
}

#[derive(Debug, Default)]
struct Chat {
    /// When the next message would be due if there were no burst.
    due: Option<Instant>,
    recent: VecDeque<Instant>,
    stopped: Option<Instant>,
}

/// So many messages in such a window.
#[derive(Debug, Clone, Copy)]
struct Span {
    most: usize,
    window: Duration,
}

impl Budget {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            interval: Duration::from_secs_f64(MARGIN / sound(pace.chat_per_second)),
            group: Span::of(sound(pace.group_per_minute) / 60.0, IN_A_GROUP.min(sound(pace.group_per_minute)), 0.0),
            all: Span::of(sound(pace.all_per_second), IN_ALL.min(sound(pace.all_per_second)), LEFT_ALONE),
            recent: VecDeque::new(),
            stopped: None,
            chats: HashMap::new(),
        }
    }

    /// Takes room for so many messages, or says how long to wait for it.
    pub(crate) fn take(&mut self, chat: i64, messages: usize, haste: Haste, now: Instant) -> Result<(), Duration> {
        self.forget_idle(now);
        let kept = if haste == Haste::Passing { KEPT } else { 0 };
        let wait = self.all.wait(&mut self.recent, messages, kept, now).max(left(self.stopped, now));
        let (interval, group) = (self.interval, self.group);
        let known = self.chats.entry(chat).or_default();
        let mut wait = wait.max(known.wait(interval, haste, now)).max(left(known.stopped, now));
        if chat < 0 {
            wait = wait.max(group.wait(&mut known.recent, messages, kept, now));
        }
        if !wait.is_zero() {
            return Err(wait);
        }
        let count = messages as u32;
        known.due = Some(known.due.unwrap_or(now).max(now) + interval * count);
        known.recent.extend((0..messages).map(|_| now));
        self.recent.extend((0..messages).map(|_| now));
        Ok(())
    }

    /// What was sent has landed by now: from here on the next message counts.
    pub(crate) fn landed(&mut self, chat: i64, now: Instant) {
        let Some(known) = self.chats.get_mut(&chat) else { return };
        known.due = Some(known.due.unwrap_or(now).max(now + self.interval));
        if let Some(last) = known.recent.back_mut() {
            *last = now;
        }
    }

    /// Telegram wants to be left alone in a chat. It does not say whether that is the chat's fault, so that everything
    /// pauses for a moment.
    pub(crate) fn refused(&mut self, chat: i64, wait: Duration, now: Instant) {
        let wait = wait.mul_f64(MARGIN);
        let known = self.chats.entry(chat).or_default();
        known.stopped = known.stopped.max(Some(now + wait));
        self.stopped = self.stopped.max(Some(now + wait.min(self.all.window)));
    }

    fn forget_idle(&mut self, now: Instant) {
        if self.chats.len() < CHATS {
            return;
        }
        let window = self.group.window;
        self.chats.retain(|_, chat| {
            let lately = chat.recent.back().is_some_and(|last| *last + window > now);
            lately || !left(chat.due, now).is_zero() || !left(chat.stopped, now).is_zero()
        });
    }
}

impl Chat {
    /// How long until the burst has room for one more; what passes leaves the last place to what is awaited.
    fn wait(&self, interval: Duration, haste: Haste, now: Instant) -> Duration {
        let burst = if haste == Haste::Passing { BURST - 1 } else { BURST };
        left(self.due, now).saturating_sub(interval * (burst - 1))
    }
}

impl Span {
    fn of(per_second: f64, most: f64, left_alone: f64) -> Self {
        let most = most.floor().max(1.0);
        let window = Duration::from_secs_f64(most / per_second * MARGIN);
        Self { most: (most - left_alone).max(1.0) as usize, window }
    }

    /// How long until so many more fit, with `kept` places left free.
    fn wait(self, sent: &mut VecDeque<Instant>, messages: usize, kept: usize, now: Instant) -> Duration {
        while sent.front().is_some_and(|at| *at + self.window <= now) {
            sent.pop_front();
        }
        let most = self.most.saturating_sub(kept.min(self.most / 2));
        let over = (sent.len() + messages).saturating_sub(most.max(messages));
        if over == 0 {
            return Duration::ZERO;
        }
        sent.get(over - 1).map_or(Duration::ZERO, |at| left(Some(*at + self.window), now))
    }
}

fn left(until: Option<Instant>, now: Instant) -> Duration {
    until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
}

/// A pace that makes sense: more than nothing.
fn sound(rate: f64) -> f64 {
    if rate.is_finite() && rate > 0.01 { rate } else { 0.01 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as fast as it may for so long; when each message went out.
    fn sent(budget: &mut Budget, chat: i64, haste: Haste, start: Instant, span: Duration) -> Vec<f64> {
        let (mut now, mut times) = (start, Vec::new());
        while now < start + span {
            match budget.take(chat, 1, haste, now) {
                Ok(()) => times.push(now.duration_since(start).as_secs_f64()),
                Err(wait) => now += wait,
            }
        }
        times
    }

    fn most_within(times: &[f64], window: f64) -> usize {
        let within = |from: &f64| times.iter().filter(|at| **at >= *from && **at < from + window).count();
        times.iter().map(within).max().unwrap_or_default()
    }

    #[test]
    fn a_chat_gets_a_few_at_once_and_then_one_a_second() {
        let mut budget = Budget::new(Pace::default());
        let times = sent(&mut budget, 5, Haste::Awaited, Instant::now(), Duration::from_secs(60));
        assert_eq!(times[..3], [0.0, 0.0, 0.0]);
        assert!(times.len() > 55 && times.len() < 62, "{}", times.len());
        assert_eq!(most_within(&times[3..], 1.0), 1);
    }

    #[test]
    fn a_group_never_gets_more_than_twenty_a_minute() {
        let mut budget = Budget::new(Pace::default());
        let times = sent(&mut budget, -5, Haste::Awaited, Instant::now(), Duration::from_secs(300));
        assert_eq!(most_within(&times, 60.0), 20);
        assert!(times.len() >= 90, "{}", times.len());
    }

    #[test]
    fn what_passes_leaves_room_for_what_is_awaited() {
        let (mut budget, start) = (Budget::new(Pace::default()), Instant::now());
        let passing = sent(&mut budget, -5, Haste::Passing, start, Duration::from_secs(30));
        assert_eq!(passing.len(), 12);
        let awaited = sent(&mut budget, -5, Haste::Awaited, start + Duration::from_secs(30), Duration::from_secs(10));
        assert_eq!(awaited.len(), 8);
        let mut budget = Budget::new(Pace::default());
        sent(&mut budget, 5, Haste::Passing, start, Duration::from_secs(20));
        assert_eq!(budget.take(5, 1, Haste::Awaited, start + Duration::from_secs(20)), Ok(()));
    }

    #[test]
    fn all_chats_together_never_get_more_than_thirty_a_second() {
        let (mut budget, start) = (Budget::new(Pace::default()), Instant::now());
        let (mut now, mut times) = (start, Vec::new());
        while now < start + Duration::from_secs(20) {
            let taken = (1..100).filter(|chat| budget.take(*chat, 1, Haste::Awaited, now).is_ok()).count();
            times.extend((0..taken).map(|_| now.duration_since(start).as_secs_f64()));
            now += Duration::from_millis(10);
        }
        assert!(most_within(&times, 1.0) <= 30);
        assert!(times.len() >= 20 * 25, "{}", times.len());
    }

    #[test]
    fn a_refusal_stops_the_chat_for_as_long_as_was_said_and_all_others_for_a_moment() {
        let (mut budget, now) = (Budget::new(Pace::default()), Instant::now());
        budget.refused(5, Duration::from_secs(40), now);
        assert!(budget.take(5, 1, Haste::Awaited, now + Duration::from_secs(40)).is_err());
        assert!(budget.take(5, 1, Haste::Awaited, now + Duration::from_secs(42)).is_ok());
        assert!(budget.take(6, 1, Haste::Awaited, now).is_err());
        assert!(budget.take(6, 1, Haste::Awaited, now + Duration::from_secs(2)).is_ok());
    }

    #[test]
    fn a_message_counts_from_when_it_landed() {
        let (mut budget, start) = (Budget::new(Pace::default()), Instant::now());
        for _ in 0..3 {
            budget.take(5, 1, Haste::Awaited, start).unwrap();
        }
        budget.landed(5, start + Duration::from_secs(3));
        let next = start + Duration::from_secs(3);
        assert!(budget.take(5, 1, Haste::Awaited, next).is_ok());
        assert!(budget.take(5, 1, Haste::Awaited, next).is_ok());
        assert!(budget.take(5, 1, Haste::Awaited, next).is_err());
    }

    #[test]
    fn an_album_counts_as_many_and_a_large_one_still_fits() {
        let (mut budget, now) = (Budget::new(Pace::default()), Instant::now());
        assert!(budget.take(-5, 10, Haste::Awaited, now).is_ok());
        let wait = budget.take(-5, 1, Haste::Awaited, now).unwrap_err();
        assert!(wait > Duration::from_secs(7), "{wait:?}");
        let slow = Pace { group_per_minute: 4.0, ..Pace::default() };
        assert!(Budget::new(slow).take(-5, 10, Haste::Awaited, now).is_ok());
    }
}
