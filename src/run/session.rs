//! Watching a task from this terminal to its outcome: its events, what is owed to this place, what is typed, Ctrl-C, and
//! the hub going away.

use super::asking::{Keys, typed};
use super::desk::Desk;
use super::feed::{self, Cards, Events};
use super::keyboard::Keyboard;
use super::view::View;
use crate::client::{Attachment, Heard, Presence, SocketHub};
use crate::exit::Exit;
use crate::hub::{self, HubStartError, RunningHub};
use crate::reach::{Reached, operator};
use crate::roles;
use crate::show::clean::line;
use crate::surroundings::Surroundings;
use signalbox_core::card::{Card, OutcomeCard};
use signalbox_core::event::{EventKind, Live};
use signalbox_core::id::TaskId;
use signalbox_core::money::MicroUsd;
use signalbox_core::port::{Hub as _, Refusal, Submitted};
use signalbox_core::words;
use signalbox_web::About;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often the clock on the screen moves.
const TICK: Duration = Duration::from_millis(250);
/// How long the last messages of a task may take to arrive once it is over.
const LINGER: Duration = Duration::from_secs(3);
/// How long our own hub may take to stop when the person wants to leave at once.
const HURRY: Duration = Duration::from_secs(2);

/// Watching one task.
pub(super) struct Session<'a> {
    surroundings: &'a Surroundings,
    pub(super) hub: SocketHub,
    own: Option<RunningHub>,
    /// The hub that the task was handed to.
    about: About,
    pub(super) view: View,
    task: TaskId,
    pub(super) desk: Desk,
    pub(super) keyboard: Keys,
    pushed: bool,
    stopping: bool,
}

/// How watching ended.
enum End {
    /// The task came to its outcome.
    Outcome(Box<OutcomeCard>),
    /// The person left.
    Left,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        surroundings: &'a Surroundings,
        (reached, about): (Reached, About),
        view: View,
        submitted: Submitted,
    ) -> Self {
        let asks = matches!(view, View::Human(_)) && Keyboard::is_there();
        let keyboard = if asks { Keys::Later } else { Keys::Nobody };
        Self {
            surroundings,
            hub: reached.hub,
            own: reached.own,
            about,
            view,
            task: submitted.task,
            desk: Desk::default(),
            keyboard,
            pushed: false,
            stopping: false,
        }
    }

    /// Watches the task to its end.
    ///
    /// # Errors
    /// When the hub refuses to tell about it, or standard output is gone.
    pub(super) async fn watch(mut self, attachment: Attachment) -> anyhow::Result<Exit> {
        let mut events = feed::events(self.hub.following(self.task.clone(), 0));
        let mut cards = feed::cards(attachment);
        let ended = self.attend(&mut events, &mut cards).await;
        let exit = match ended {
            Ok(End::Outcome(card)) => {
                let shown = self.view.finish(&card);
                self.linger(&mut cards).await;
                shown.map(|()| Exit::of_task(card.state)).map_err(Into::into)
            }
            Ok(End::Left) => self.leave().await,
            Err(error) => Err(error),
        };
        if let Some(own) = self.own.take() {
            own.stop().await?;
        }
        exit
    }

    /// Leaves at once. With a hub of its own the task is let go of, and the next hub on this home takes it up.
    async fn leave(&mut self) -> anyhow::Result<Exit> {
        let goes_on = match self.own.take() {
            None => "it goes on in the hub",
            Some(own) => {
                let _ = timeout(HURRY, own.stop()).await;
                "the next hub takes it up"
            }
        };
        self.view
            .leave(&format!("left task {task}: {goes_on}; `signalbox show {task}` tells about it", task = self.task))?;
        Ok(Exit::Stopped)
    }

    async fn attend(&mut self, events: &mut Events, cards: &mut Cards) -> anyhow::Result<End> {
        let mut presence = self.hub.presence();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        let mut clock = interval(TICK);
        clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                heard = events.recv() => match heard {
                    Some(heard) => if let Some(card) = self.on_heard(&heard?)? {
                        return Ok(End::Outcome(Box::new(card)));
                    },
                    None => return Err(Refusal::Internal("the task's events broke off".to_owned()).into()),
                },
                Some(handed) = cards.recv() => self.on_handed(handed).await?,
                line = typed(&mut self.keyboard) => self.on_line(line).await?,
                Ok(()) = presence.changed() => {
                    let now = *presence.borrow_and_update();
                    self.on_presence(now)?;
                }
                _ = interrupt.recv() => if !self.on_interrupt(&mut interrupt).await? {
                    return Ok(End::Left);
                },
                _ = terminate.recv() => return Ok(End::Left),
                _ = hang_up.recv() => return Ok(End::Left),
                _ = clock.tick() => {
                    self.view.tick()?;
                    if *presence.borrow() == Presence::Away {
                        self.stand_in().await?;
                    }
                }
            }
            self.ask_next().await?;
        }
    }

    /// Shows an event; the outcome when it was the last.
    fn on_heard(&mut self, heard: &Heard) -> anyhow::Result<Option<OutcomeCard>> {
        let kind = match &heard.live {
            Some(Live::Event(event)) => Some(&event.kind),
            _ => None,
        };
        match kind {
            Some(EventKind::ApprovalDecided { approval, by, saying }) => {
                self.settle(approval, &words::decided(by, saying, None))?;
            }
            Some(EventKind::ApprovalVoided { approval, reason }) => {
                self.settle(approval, &format!("no longer asked: {}", line(reason, None)))?;
            }
            Some(EventKind::Pushed { .. }) => self.pushed = true,
            _ => {}
        }
        self.view.heard(heard)?;
        Ok(kind.and_then(|kind| outcome_of(&self.task, kind, self.pushed)))
    }

    fn on_presence(&mut self, now: Presence) -> anyhow::Result<()> {
        match now {
            Presence::Away => self.view.notice("the hub is away, waiting")?,
            Presence::Here if self.own.is_some() => {}
            Presence::Here => self.view.notice("the hub is back")?,
        }
        Ok(())
    }

    /// The hub that we relied on is away. If it was another terminal's, this process becomes the hub when nobody else has
    /// the home. A hub that was served comes back by itself, with its own key and configuration: it is waited for.
    async fn stand_in(&mut self) -> anyhow::Result<()> {
        if self.own.is_some() || !self.about.ad_hoc {
            return Ok(());
        }
        let config = self.surroundings.config()?;
        if hub::rehearses(&config) != self.about.rehearsal {
            // A task that was begun with a real model must not be ended by a scripted one, nor the other way round.
            return Ok(());
        }
        match hub::start(config, roles::one_task()).await {
            Ok(own) => {
                self.own = Some(own);
                self.view.notice("the hub has ended; this terminal goes on with the task by itself")?;
                Ok(())
            }
            Err(HubStartError::HomeBusy(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Ctrl-C: asks to stop at first; false when the person wants to leave at once.
    async fn on_interrupt(&mut self, interrupt: &mut Signal) -> anyhow::Result<bool> {
        if self.stopping {
            return Ok(false);
        }
        self.stopping = true;
        self.desk.prompt = None;
        self.break_off()?;
        self.view.notice("asked to stop; Ctrl-C again leaves at once")?;
        let (hub, task, actor) = (self.hub.clone(), self.task.to_string(), operator());
        tokio::select! {
            asked = hub.stop(&actor, &task) => if let Err(refusal) = asked {
                // A refusal for good (the task is over) is told by its outcome; else another Ctrl-C may ask again.
                self.stopping = !matches!(refusal, Refusal::Unavailable(_));
                self.view.notice(&refusal.to_string())?;
            },
            _ = interrupt.recv() => return Ok(false),
        }
        Ok(true)
    }

    /// Takes what is still owed to this place, so that it is not tried in vain for days.
    async fn linger(&mut self, cards: &mut Cards) {
        let outcome = async {
            while let Some(handed) = cards.recv().await {
                self.hub.acknowledge(&handed.delivery).await;
                if matches!(handed.card, Card::Outcome(_)) {
                    break;
                }
            }
        };
        if timeout(LINGER, outcome).await.is_err() {
            tracing::debug!(task = %self.task, "the outcome's card of task {} did not come in time", self.task);
        }
    }
}

fn outcome_of(task: &TaskId, kind: &EventKind, pushed: bool) -> Option<OutcomeCard> {
    let EventKind::Finished { state, result, failure, branch, commit, stat, cost_usd, elapsed_ms, .. } = kind else {
        return None;
    };
    Some(OutcomeCard {
        task: task.clone(),
        project: String::new(),
        state: *state,
        answer: result.clone(),
        failure: failure.clone(),
        branch: branch.clone(),
        commit: commit.clone(),
        pushed,
        stat: stat.clone(),
        cost: MicroUsd::from_dollars(*cost_usd),
        elapsed_ms: *elapsed_ms,
        files: Vec::new(),
        proposal: None,
    })
}
