//! What is known of channels and threads: learnt from the gateway as it tells of them, asked for where it has not.

use crate::error::CallError;
use crate::rest::Rest;
use crate::snowflake::Snowflake;
use crate::wire::{Channel, Guild};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Above so many, all are forgotten and asked for anew.
const MANY: usize = 100_000;

/// What kind of place a channel is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// One person and us.
    Direct,
    /// A thread.
    Thread {
        /// Whether we began it.
        ours: bool,
        /// The channel that it is in.
        parent: Option<Snowflake>,
    },
    /// A channel of a guild.
    Room {
        /// Whether threads can be started from its messages.
        threads: bool,
    },
}

#[derive(Debug, Clone, Copy)]
struct Known {
    kind: u8,
    guild: Option<Snowflake>,
    parent: Option<Snowflake>,
    owner: Option<Snowflake>,
}

/// The channels that are known.
#[derive(Default)]
pub(crate) struct Channels {
    known: Mutex<HashMap<Snowflake, Known>>,
    /// Where somebody spoke to us, or we spoke.
    used: Mutex<HashSet<Snowflake>>,
    /// The guilds that we were removed from.
    left: Mutex<HashSet<Snowflake>>,
}

impl Channels {
    /// Takes what is told of a channel.
    pub(crate) fn learn(&self, channel: &Channel, guild: Option<Snowflake>) {
        let mut known = self.lock();
        if known.len() >= MANY {
            known.clear();
        }
        let guild = channel.guild_id.or(guild);
        let one = Known { kind: channel.kind, guild, parent: channel.parent_id, owner: channel.owner_id };
        known.insert(channel.id, one);
    }

    /// Takes what is told of a guild.
    pub(crate) fn learn_guild(&self, guild: &Guild) {
        for channel in guild.channels.iter().chain(&guild.threads) {
            self.learn(channel, Some(guild.id));
        }
    }

    /// Somebody spoke to us in a channel, or we spoke there.
    pub(crate) fn use_one(&self, channel: Snowflake) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MANY {
            used.clear();
        }
        used.insert(channel);
    }

    /// Whether a channel matters to us: a thread of ours, or one where we were spoken to.
    pub(crate) fn matters(&self, channel: Snowflake, bot: Snowflake) -> bool {
        let ours = matches!(self.known(channel, bot), Some(Setting::Thread { ours: true, .. }));
        ours || self.used.lock().unwrap_or_else(PoisonError::into_inner).contains(&channel)
    }

    /// The channels and threads of a guild that matter to us.
    pub(crate) fn of_guild(&self, guild: Snowflake, bot: Snowflake) -> Vec<Snowflake> {
        let all: Vec<_> = self.lock().iter().filter(|(_, one)| one.guild == Some(guild)).map(|(id, _)| *id).collect();
        all.into_iter().filter(|id| self.matters(*id, bot)).collect()
    }

    /// We were removed from a guild.
    pub(crate) fn leave(&self, guild: Snowflake) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).insert(guild);
    }

    /// We are in a guild. True if we had been removed from it.
    pub(crate) fn come_back(&self, guild: Snowflake) -> bool {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).remove(&guild)
    }

    /// What a channel is to the bot of this id, as far as it is known.
    pub(crate) fn known(&self, channel: Snowflake, bot: Snowflake) -> Option<Setting> {
        self.lock().get(&channel).map(|known| setting(*known, bot))
    }

    /// What a channel is to the bot of this id; Discord is asked where that is not known.
    pub(crate) async fn setting(&self, rest: &Rest, id: Snowflake, bot: Snowflake) -> Result<Setting, CallError> {
        if let Some(setting) = self.known(id, bot) {
            return Ok(setting);
        }
        let channel = rest.channel(id).await?;
        self.learn(&channel, None);
        Ok(read(&channel, bot))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Snowflake, Known>> {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a channel is, by what Discord says of it.
pub(crate) fn read(channel: &Channel, bot: Snowflake) -> Setting {
    let (kind, parent) = (channel.kind, channel.parent_id);
    setting(Known { kind, guild: channel.guild_id, parent, owner: channel.owner_id }, bot)
}

/// By the documentation's "Channel Types".
fn setting(known: Known, bot: Snowflake) -> Setting {
    match known.kind {
        1 => Setting::Direct,
        10..=12 => Setting::Thread { ours: known.owner == Some(bot), parent: known.parent },
        kind => Setting::Room { threads: matches!(kind, 0 | 5) },
    }
}
