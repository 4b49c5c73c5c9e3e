//! Lanes: what is done in one chat is done in the order in which it came, and different chats do not wait for each other.
//! Presses of buttons, and the word that stops something, have a lane of their own beside that of messages, so that they
//! are not stuck behind files that are being fetched.

use crate::album::PATIENCE;
use crate::hear::Written;
use crate::press::Pressing;
use crate::sources::Fetched;
use signalbox_core::desk::PlaceChange;
use signalbox_core::place::Place;
use std::collections::{HashMap, VecDeque};
use std::time::Instant;

/// A lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Lane {
    pub(crate) chat: i64,
    pub(crate) quick: bool,
}

/// One thing to be done.
#[derive(Debug)]
pub(crate) enum Work {
    /// A place has changed.
    Changed { update: String, place: Place, change: PlaceChange },
    /// Somebody wrote something; an album has several parts.
    Written { parts: Vec<Written>, fetched: Option<Fetched>, ready: Instant },
    /// Somebody pressed a button.
    Pressed(Box<Pressing>),
}

/// What a lane's worker does next.
#[derive(Debug)]
pub(crate) enum Next {
    /// This.
    Do(Work),
    /// Wait: more of an album may come.
    Wait(Instant),
    /// End: there is nothing.
    End,
}

/// What waits in which lane.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    waiting: HashMap<Lane, VecDeque<Work>>,
}

impl Lanes {
    /// Puts something at the end of a lane. True when the lane has no worker yet.
    #[must_use]
    pub(crate) fn push(&mut self, lane: Lane, work: Work) -> bool {
        let idle = !self.waiting.contains_key(&lane);
        self.waiting.entry(lane).or_default().push_back(work);
        idle
    }

    /// Puts a part of an album to the others, if they still wait.
    pub(crate) fn join(&mut self, lane: Lane, part: Box<Written>, now: Instant) -> Result<(), Box<Written>> {
        let album = part.album.clone();
        let waiting = self.waiting.get_mut(&lane).into_iter().flatten();
        let others = waiting.filter_map(|work| match work {
            Work::Written { parts, ready, .. } => Some((parts, ready)),
            Work::Changed { .. } | Work::Pressed(_) => None,
        });
        let same = |parts: &Vec<Written>| parts.iter().any(|other| album.is_some() && other.album == album);
        let Some((parts, ready)) = others.into_iter().find(|(parts, _)| same(parts)) else { return Err(part) };
        parts.push(*part);
        *ready = now + PATIENCE;
        Ok(())
    }

    /// What comes next in a lane. At its end the lane is gone, and with it its worker.
    pub(crate) fn next(&mut self, lane: Lane, now: Instant) -> Next {
        let Some(waiting) = self.waiting.get_mut(&lane) else { return Next::End };
        if let Some(Work::Written { ready, .. }) = waiting.front()
            && *ready > now
        {
            return Next::Wait(*ready);
        }
        match waiting.pop_front() {
            Some(work) => Next::Do(work),
            None => {
                self.waiting.remove(&lane);
                Next::End
            }
        }
    }
}

impl Work {
    /// Something that somebody wrote.
    pub(crate) fn written(part: Written, now: Instant) -> Self {
        let ready = if part.album.is_some() { now + PATIENCE } else { now };
        Self::Written { parts: vec![part], fetched: None, ready }
    }

    /// The updates that it came in.
    pub(crate) fn updates(&self) -> Vec<String> {
        match self {
            Self::Changed { update, .. } => vec![update.clone()],
            Self::Written { parts, .. } => crate::album::ids(parts),
            Self::Pressed(pressing) => vec![pressing.heard.id.clone()],
        }
    }
}
