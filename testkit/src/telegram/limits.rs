//! What Telegram takes of a bot: a message a second in a chat, twenty a minute in a group, thirty a second in all.
//!
//! Whoever sends on while a wait runs makes it longer, and that is counted apart: a bot may run into a limit, but it must
//! not ignore it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

const INTERVAL: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const IN_A_MINUTE: usize = 20;
const IN_A_SECOND: usize = 30;
/// However stubborn a bot is, it need not wait longer.
const LONGEST: Duration = Duration::from_secs(120);

/// What a call costs, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) chat: i64,
    pub(crate) group: bool,
    pub(crate) messages: u32,
}

/// What was sent of late, and who has to wait.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    burst: u32,
    chats: BTreeMap<i64, Pace>,
    recent: VecDeque<Duration>,
    pub(crate) refused: u64,
    pub(crate) refused_again: u64,
}

#[derive(Debug, Default)]
struct Pace {
    /// When the next message would be due if there were no burst.
    due: Duration,
    minute: VecDeque<Duration>,
    wait_until: Duration,
    /// Whether the last call was refused.
    refused: bool,
}

impl Limits {
    pub(crate) fn new(burst: u32) -> Self {
        Self { burst: burst.max(1), ..Self::default() }
    }

    /// Counts the messages, or says how long to wait.
    pub(crate) fn charge(&mut self, cost: Cost, now: Duration) -> Result<(), Duration> {
        let pace = self.chats.entry(cost.chat).or_default();
        let needed = pace.needed(cost, self.burst, now).max(window(&mut self.recent, INTERVAL, IN_A_SECOND, cost, now));
        let waiting = pace.wait_until.saturating_sub(now);
        if needed.is_zero() && waiting.is_zero() {
            pace.count(cost, now);
            self.recent.extend((0..cost.messages).map(|_| now));
            return Ok(());
        }
        self.refused += 1;
        self.refused_again += u64::from(pace.refused);
        let wait = if waiting.is_zero() { needed } else { needed.max(waiting * 2).min(LONGEST).max(waiting) };
        let wait = Duration::from_secs(wait.as_secs_f64().ceil() as u64).max(INTERVAL);
        pace.wait_until = now + wait;
        pace.refused = true;
        Err(wait)
    }
}

impl Pace {
    fn needed(&mut self, cost: Cost, burst: u32, now: Duration) -> Duration {
        let single = self.due.saturating_sub(now + INTERVAL * (burst - 1));
        if cost.group { single.max(window(&mut self.minute, MINUTE, IN_A_MINUTE, cost, now)) } else { single }
    }

    fn count(&mut self, cost: Cost, now: Duration) {
        self.due = self.due.max(now) + INTERVAL * cost.messages;
        self.minute.extend((0..cost.messages).map(|_| now));
        self.refused = false;
    }
}

/// How long until so many messages fit into a sliding window.
fn window(sent: &mut VecDeque<Duration>, span: Duration, most: usize, cost: Cost, now: Duration) -> Duration {
    while sent.front().is_some_and(|at| *at + span <= now) {
        sent.pop_front();
    }
    let over = (sent.len() + cost.messages as usize).saturating_sub(most);
    if over == 0 {
        return Duration::ZERO;
    }
    sent.get(over - 1).or(sent.back()).map_or(Duration::ZERO, |at| *at + span - now)
}
