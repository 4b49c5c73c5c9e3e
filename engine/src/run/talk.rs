//! The conversation with one CLI, from its first line to its last: everything that can happen during a run wakes this loop,
//! and each wake is handled whole before the next.

use super::brief::Brief;
use super::heartbeat::Pulse;
use super::launch::{Boarded, Live, Origin, allowance, sandbox_failed};
use super::limits::Interruption;
use super::progress::Progress;
use super::{Ending, Entry, published};
use crate::bus::Ring;
use crate::claude::{Outgoing, RequestId};
use crate::fresh;
use crate::gateway::Notice;
use crate::hub::chain;
use crate::parts::Parts;
use crate::sandbox::{Collector, Line, SandboxError};
use crate::store::{Fenced, Progress as Recorded};
use signalbox_core::event::EventKind;
use signalbox_core::id::{ApprovalId, ToolUseId};
use signalbox_core::task::FailureKind;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A question that waits for people.
pub(super) struct Asked {
    pub(super) approval: ApprovalId,
    /// When the task is parked, or the container paused, if nobody has decided by then.
    pub(super) hold_until: Option<Instant>,
}

/// One run's talk.
pub(super) struct Talk {
    pub(super) parts: Arc<Parts>,
    pub(super) brief: Brief,
    pub(super) live: Live,
    pub(super) ending: Option<Ending>,
    /// What has happened and is not recorded yet.
    pub(super) events: Vec<EventKind>,
    pub(super) asked: HashMap<RequestId, Asked>,
    pub(super) paused: bool,
    /// The approval whose call was answered `defer`.
    pub(super) deferred: Option<ApprovalId>,
    pub(super) tools: HashMap<ToolUseId, String>,
    pub(super) collector: Option<tokio::task::JoinHandle<Result<Collector, SandboxError>>>,
    pub(super) progress: Progress,
    pub(super) budget_reached: bool,
    /// The conversation's session is gone: the next run begins a new one.
    pub(super) session_lost: bool,
    /// The plan that the call now judged is about.
    pub(super) plan: Option<String>,
    opening: Vec<Outgoing>,
    pub(super) origin: Origin,
    pub(super) pulse: watch::Receiver<Pulse>,
    rings: broadcast::Receiver<Ring>,
    pub(super) interrupted: Option<(Interruption, Instant)>,
    pub(super) began: Instant,
    pub(super) heard: Instant,
    /// Recorded with the next events, whether or not there are any.
    dirty: bool,
}

/// What wakes the loop.
enum Wake {
    Line(Option<Line>),
    Ring,
    Pulse(Pulse),
    Notice(Notice),
    Deadline,
    HubStops,
}

impl Talk {
    pub(super) fn new(parts: Arc<Parts>, brief: Brief, boarded: Boarded, pulse: watch::Receiver<Pulse>) -> Self {
        let Boarded { live, origin, opening } = boarded;
        let rings = parts.bus.listen();
        let now = Instant::now();
        Self {
            progress: Progress::new(&brief),
            parts,
            brief,
            live,
            ending: None,
            events: Vec::new(),
            asked: HashMap::new(),
            paused: false,
            deferred: None,
            tools: HashMap::new(),
            collector: None,
            budget_reached: false,
            session_lost: false,
            plan: None,
            opening,
            origin,
            pulse,
            rings,
            interrupted: None,
            began: now,
            heard: now,
            dirty: true,
        }
    }

    /// Follows the CLI until the run ends.
    pub(super) async fn follow(mut self, entry: Entry, stop: &CancellationToken) -> (Brief, Live, Ending) {
        self.open(entry).await;
        loop {
            if self.ending.as_ref().is_some_and(|ending| !matches!(ending, Ending::Lost | Ending::Detached)) {
                // It may find that the lease is gone.
                self.flush().await;
            }
            if let Some(ending) = self.ending.take() {
                self.forget_lost_session().await;
                self.live.collector = self.collector.take();
                return (self.brief, self.live, ending);
            }
            let wake = self.wait(stop).await;
            self.handle(wake).await;
        }
    }

    async fn forget_lost_session(&self) {
        if !self.session_lost {
            return;
        }
        if let Err(error) = self.parts.store.forget_session(&self.brief.lease).await {
            // The next run will find out the same, and try again.
            tracing::warn!(task = %self.brief.task.id, error = chain(&error), "a lost session could not be forgotten");
        }
    }

    async fn open(&mut self, entry: Entry) {
        self.live.exit.allow(allowance(&self.parts, &self.brief));
        let base = self.brief.base.as_ref().map(ToString::to_string);
        let run = self.brief.lease.run.clone();
        self.events.push(match entry {
            Entry::Leased => EventKind::SandboxReady { run, warm: self.origin == Origin::Warm, base },
            Entry::Adopted => EventKind::Reattached { run },
        });
        self.flush().await;
        for line in std::mem::take(&mut self.opening) {
            self.write(line).await;
        }
        if self.origin == Origin::Reattached || self.brief.lease.number > 1 {
            // What was allowed before, in this run or in one that broke off, may have changed something.
            self.arm_collector();
        }
        if self.origin == Origin::Reattached {
            self.recall_questions().await;
        }
    }

    async fn wait(&mut self, stop: &CancellationToken) -> Wake {
        let deadline = self.next_deadline();
        // Without an order: a sandbox that never stops writing must not keep the deadlines from being looked at.
        tokio::select! {
            () = stop.cancelled() => Wake::HubStops,
            changed = self.pulse.changed() => match changed {
                Ok(()) => Wake::Pulse(*self.pulse.borrow_and_update()),
                Err(_) => Wake::Pulse(Pulse { stop_requested: false, lost: true }),
            },
            line = self.live.output.next() => Wake::Line(line),
            Some(notice) = self.live.notices.recv() => Wake::Notice(notice),
            () = rung(&mut self.rings, &self.brief.task.id) => Wake::Ring,
            () = tokio::time::sleep_until(deadline) => Wake::Deadline,
        }
    }

    async fn handle(&mut self, wake: Wake) {
        match wake {
            Wake::Line(Some(line)) => self.hear(line).await,
            Wake::Line(None) => self.after_exit().await,
            Wake::Ring => self.look_again().await,
            Wake::Pulse(Pulse { lost: true, .. }) => self.ending = Some(Ending::Lost),
            Wake::Pulse(Pulse { stop_requested, .. }) => {
                if stop_requested {
                    self.interrupt(Interruption::Stop).await;
                }
            }
            Wake::Notice(notice) => self.notice(notice).await,
            Wake::Deadline => self.deadline().await,
            Wake::HubStops => {
                self.flush().await;
                self.ending = Some(Ending::Detached);
            }
        }
    }

    async fn hear(&mut self, line: Line) {
        self.heard = Instant::now();
        match line {
            Line::Stdout { number, bytes } => {
                for signal in self.live.dialogue.on_line(&bytes) {
                    self.on_signal(signal).await;
                    if self.ending.is_some() {
                        break;
                    }
                }
                self.live.lines = number;
            }
            Line::TooLong { number, bytes } => {
                let message =
                    format!("the sandbox wrote a line of {bytes} bytes, which is too long; it was passed over");
                self.events.push(EventKind::Warning { message });
                self.live.lines = number;
            }
            Line::Stderr(bytes) => {
                self.live.dialogue.on_stderr(&bytes);
                tracing::debug!(task = %self.brief.task.id, bytes = bytes.len(), "the sandbox wrote to its standard error");
            }
        }
        if !self.events.is_empty() {
            self.flush().await;
        }
    }

    /// Records what has happened. What cannot be recorded now is kept for the next time.
    pub(super) async fn flush(&mut self) {
        let spent = self.live.exit.spent();
        let new = spent.since(&self.live.counted);
        if self.events.is_empty() && new.requests == 0 && !self.dirty {
            return;
        }
        let events = std::mem::take(&mut self.events);
        // The line that ends the run is not done with before the end is settled: a hub that dies in between hears it again.
        let under_way = self.ending.is_none();
        let progress = Recorded {
            log_lines: under_way.then_some(self.live.lines),
            spent: (new.requests != 0).then_some((new.cost, new.usage)),
            session: self.live.dialogue.session().filter(|_| under_way).cloned(),
            base: self.brief.base.as_ref().map(ToString::to_string),
            sandbox: Some(self.live.control.id().clone()),
            volumes: Some(self.live.volumes.clone()),
            memory: serde_json::to_string(&self.live.dialogue.memory()).ok().filter(|_| under_way),
            ..Recorded::at(fresh::now())
        };
        match self.parts.store.record(&self.brief.lease, events.clone(), progress).await {
            Ok(written) => {
                self.dirty = false;
                self.live.counted = spent;
                self.brief.task.cost = self.brief.task.cost + new.cost;
                self.brief.task.usage = self.brief.task.usage + new.usage;
                self.progress.spent(self.brief.task.cost);
                self.progress.recorded(&events);
                if !published(&self.parts, written) {
                    self.ending = Some(Ending::Lost);
                }
            }
            Err(error) => {
                tracing::error!(task = %self.brief.task.id, error = chain(&error), "the record of task {} waits", self.brief.task.id);
                self.events = events;
            }
        }
        self.progress.show(&self.parts).await;
    }

    /// Writes one line to the CLI.
    pub(super) async fn write(&mut self, line: Outgoing) {
        if let Err(error) = self.live.control.send(line.as_bytes()).await {
            // Its output will end soon and say more; from now on no success is believed.
            tracing::warn!(task = %self.brief.task.id, error = chain(&error), "the CLI cannot be written to");
            self.live.dialogue.stdin_lost();
        }
    }

    pub(super) fn fail(&mut self, kind: FailureKind, message: impl Into<String>) {
        self.ending = Some(Ending::failed(kind, message));
    }

    /// The lease is gone: nothing more is written.
    pub(super) fn fenced<T>(&mut self, written: Fenced<T>) -> Option<T> {
        match written {
            Fenced::Applied(value) => Some(value),
            Fenced::Stale => {
                self.ending = Some(Ending::Lost);
                None
            }
        }
    }

    /// Lets a paused container go on.
    pub(super) async fn wake_up(&mut self) {
        if !self.paused {
            return;
        }
        match self.live.control.unpause().await {
            Ok(()) => self.paused = false,
            Err(error) => self.ending = Some(sandbox_failed(&error)),
        }
    }

    async fn notice(&mut self, notice: Notice) {
        match notice {
            Notice::KeyRefused { status, .. } => self.fail(
                FailureKind::KeyRefused,
                format!("the model's side refused the key ({status}): check model.api_key or model.oauth_token"),
            ),
            Notice::BudgetReached => self.budget_reached = true,
            Notice::HostRefused { host, reason } => {
                self.events.push(EventKind::Warning { message: format!("the sandbox may not reach {host}: {reason}") });
            }
            Notice::Refused { reason } => {
                self.events
                    .push(EventKind::Warning { message: format!("a request to the model was refused: {reason}") });
            }
            Notice::Usage { .. }
            | Notice::Overloaded { .. }
            | Notice::UpstreamUnreachable
            | Notice::FirstByte { .. }
            | Notice::Connected { .. } => {}
        }
        if self.events.len() > 64 {
            // A hostile sandbox can cause notices without end; those of one run are worth this much space at once.
            self.flush().await;
        }
    }
}

/// Returns when something may have changed for this task.
pub(super) async fn rung(rings: &mut broadcast::Receiver<Ring>, task: &signalbox_core::id::TaskId) {
    loop {
        match rings.recv().await {
            Ok(Ring::Touched(touched)) if &touched == task => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            // The bus lives as long as the engine; without it, only deadlines wake.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
