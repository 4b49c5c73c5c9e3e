//! What may be sent when, told by the clock alone: a little less than Telegram takes.
//!
//! When Telegram counts a message is not known, only that it is between its start and its answer. So a message takes up room
//! for as long as it is on its way, and from when it has landed for as long as Telegram remembers it: however late or out of
//! order messages arrive, they are never too many.

use crate::settings::Pace;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// How many messages may come at once in a chat that was quiet.
const BURST: u32 = 3;
/// How many messages a window of Telegram's holds at most; a slower pace has smaller ones.
const IN_A_GROUP: f64 = 20.0;
const IN_ALL: f64 = 30.0;
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
    traffic: Traffic,
    stopped: Option<Instant>,
    chats: HashMap<i64, Chat>,
}

#[derive(Debug, Default)]
struct Chat {
    /// When the next message would be due if there were no burst, and none were on its way.
    due: Option<Instant>,
    traffic: Traffic,
    stopped: Option<Instant>,
}

/// Messages that Telegram may count, now or soon.
#[derive(Debug, Default)]
struct Traffic {
    flying: usize,
    landed: VecDeque<Instant>,
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
            group: Span::of(sound(pace.group_per_minute) / 60.0, IN_A_GROUP.min(sound(pace.group_per_minute))),
            all: Span::of(sound(pace.all_per_second), IN_ALL.min(sound(pace.all_per_second))),
            traffic: Traffic::default(),
            stopped: None,
            chats: HashMap::new(),
        }
    }

    /// Takes room for so many messages, or says how long to wait for it. What became of them is to be said afterwards.
    pub(crate) fn take(&mut self, chat: i64, messages: usize, haste: Haste, now: Instant) -> Result<(), Duration> {
        self.forget_idle(now);
        let kept = if haste == Haste::Passing { KEPT } else { 0 };
        let wait = self.all.wait(&mut self.traffic, messages, kept, now).max(left(self.stopped, now));
        let (interval, group) = (self.interval, self.group);
        let known = self.chats.entry(chat).or_default();
        let mut wait = wait.max(known.wait(interval, haste, now)).max(left(known.stopped, now));
        if chat < 0 {
            wait = wait.max(group.wait(&mut known.traffic, messages, kept, now));
        }
        if !wait.is_zero() {
            return Err(wait);
        }
        known.traffic.flying += messages;
        self.traffic.flying += messages;
        Ok(())
    }

    /// They have landed by now, or will never; from here on the next message counts.
    pub(crate) fn landed(&mut self, chat: i64, messages: usize, now: Instant) {
        let interval = self.interval;
        let known = self.chats.entry(chat).or_default();
        known.due = Some(known.due.unwrap_or(now).max(now) + interval * messages as u32);
        known.traffic.land(messages, now);
        self.traffic.land(messages, now);
    }

    /// Telegram did not take them and wants to be left alone in a chat. It does not say whether that is the chat's fault, so
    /// that everything pauses for a moment.
    pub(crate) fn refused(&mut self, chat: i64, messages: usize, wait: Duration, now: Instant) {
        let wait = wait.mul_f64(MARGIN);
        let known = self.chats.entry(chat).or_default();
        known.stopped = known.stopped.max(Some(now + wait));
        known.traffic.flying = known.traffic.flying.saturating_sub(messages);
        self.traffic.flying = self.traffic.flying.saturating_sub(messages);
        self.stopped = self.stopped.max(Some(now + wait.min(self.all.window)));
    }

    fn forget_idle(&mut self, now: Instant) {
        if self.chats.len() < CHATS {
            return;
        }
        let window = self.group.window;
        self.chats.retain(|_, chat| {
            let lately = chat.traffic.landed.back().is_some_and(|last| *last + window > now);
            lately || chat.traffic.flying > 0 || !left(chat.due, now).is_zero() || !left(chat.stopped, now).is_zero()
        });
    }
}

impl Chat {
    /// How long until the burst has room for one more; what passes leaves the last place to what is awaited.
    fn wait(&self, interval: Duration, haste: Haste, now: Instant) -> Duration {
        let burst = if haste == Haste::Passing { BURST - 1 } else { BURST };
        (left(self.due, now) + interval * self.traffic.flying as u32).saturating_sub(interval * (burst - 1))
    }
}

impl Traffic {
    fn land(&mut self, messages: usize, now: Instant) {
        self.flying = self.flying.saturating_sub(messages);
        self.landed.extend((0..messages).map(|_| now));
    }
}

impl Span {
    fn of(per_second: f64, most: f64) -> Self {
        let most = most.floor().max(1.0);
        Self { most: most as usize, window: Duration::from_secs_f64(most / per_second * MARGIN) }
    }

    /// How long until so many more fit at the earliest, with `kept` places left free.
    fn wait(self, traffic: &mut Traffic, messages: usize, kept: usize, now: Instant) -> Duration {
        let Traffic { flying, landed } = traffic;
        while landed.front().is_some_and(|at| *at + self.window <= now) {
            landed.pop_front();
        }
        let most = self.most.saturating_sub(kept.min(self.most / 2));
        let over = (landed.len() + *flying + messages).saturating_sub(most.max(messages));
        if over == 0 {
            return Duration::ZERO;
        }
        // What is still on its way lands now at the earliest.
        left(Some(landed.get(over - 1).copied().unwrap_or(now) + self.window), now)
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
                Ok(()) => {
                    budget.landed(chat, 1, now);
                    times.push(now.duration_since(start).as_secs_f64());
                }
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
            let taken: Vec<_> = (1..100).filter(|chat| budget.take(*chat, 1, Haste::Awaited, now).is_ok()).collect();
            taken.iter().for_each(|chat| budget.landed(*chat, 1, now));
            times.extend(taken.iter().map(|_| now.duration_since(start).as_secs_f64()));
            now += Duration::from_millis(10);
        }
        assert!(most_within(&times, 1.0) <= 30);
        assert!(times.len() >= 20 * 25, "{}", times.len());
    }

    #[test]
    fn a_refusal_stops_the_chat_for_as_long_as_was_said_and_all_others_for_a_moment() {
        let (mut budget, now) = (Budget::new(Pace::default()), Instant::now());
        budget.take(5, 1, Haste::Awaited, now).unwrap();
        budget.refused(5, 1, Duration::from_secs(40), now);
        assert!(budget.take(5, 1, Haste::Awaited, now + Duration::from_secs(40)).is_err());
        assert!(budget.take(5, 1, Haste::Awaited, now + Duration::from_secs(42)).is_ok());
        assert!(budget.take(6, 1, Haste::Awaited, now).is_err());
        assert!(budget.take(6, 1, Haste::Awaited, now + Duration::from_secs(2)).is_ok());
    }

    #[test]
    fn messages_that_take_long_to_land_are_never_too_many_in_a_chat() {
        let (mut budget, start) = (Budget::new(Pace::default()), Instant::now());
        for _ in 0..3 {
            budget.take(5, 1, Haste::Awaited, start).unwrap();
        }
        assert!(budget.take(5, 1, Haste::Awaited, start + Duration::from_secs(2)).is_err(), "all may land just now");
        let late = start + Duration::from_secs(3);
        (0..3).for_each(|_| budget.landed(5, 1, late));
        assert!(budget.take(5, 1, Haste::Awaited, late + Duration::from_millis(900)).is_err());
        assert!(budget.take(5, 1, Haste::Awaited, late + Duration::from_millis(1100)).is_ok());
    }

    #[test]
    fn messages_that_land_out_of_order_are_never_too_many_in_all() {
        let (mut budget, start) = (Budget::new(Pace::default()), Instant::now());
        let (mut now, mut landing, mut times) = (start, Vec::<(Instant, i64)>::new(), Vec::new());
        while now < start + Duration::from_secs(30) {
            for chat in 1..100 {
                if budget.take(chat, 1, Haste::Awaited, now).is_ok() {
                    // Some take ten times as long as others.
                    landing.push((now + Duration::from_millis(60 * (1 + chat as u64 % 10)), chat));
                }
            }
            for (at, chat) in landing.extract_if(.., |(at, _)| *at <= now) {
                budget.landed(chat, 1, now);
                times.push(at.duration_since(start).as_secs_f64());
            }
            now += Duration::from_millis(10);
        }
        assert!(most_within(&times, 1.0) <= 30, "{}", most_within(&times, 1.0));
        assert!(times.len() >= 30 * 15, "{}", times.len());
    }

    #[test]
    fn what_was_refused_takes_up_no_room() {
        let (mut budget, start) = (Budget::new(Pace::default()), Instant::now());
        (1..=30).for_each(|chat| budget.take(chat, 1, Haste::Awaited, start).unwrap());
        (1..=30).for_each(|chat| budget.refused(chat, 1, Duration::from_secs(1), start));
        let later = start + Duration::from_secs(2);
        assert!((1..=30).all(|chat| budget.take(chat, 1, Haste::Awaited, later).is_ok()));
    }

    #[test]
    fn an_album_counts_as_many_and_a_large_one_still_fits() {
        let (mut budget, now) = (Budget::new(Pace::default()), Instant::now());
        assert!(budget.take(-5, 10, Haste::Awaited, now).is_ok());
        budget.landed(-5, 10, now);
        let wait = budget.take(-5, 1, Haste::Awaited, now).unwrap_err();
        assert!(wait > Duration::from_secs(7), "{wait:?}");
        let slow = Pace { group_per_minute: 4.0, ..Pace::default() };
        assert!(Budget::new(slow).take(-5, 10, Haste::Awaited, now).is_ok());
    }
}
