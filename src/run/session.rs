//! Watching a task from this terminal to its outcome: its events, what is owed to this place, what is typed, Ctrl-C, and
//! the hub going away.

use super::desk::{Desk, Settled};
use super::keyboard::Keyboard;
use super::prompt::{Prompt, Step};
use super::view::View;
use crate::client::{Attachment, Following, Heard, Presence, SocketHub};
use crate::exit::Exit;
use crate::hub::{self, HubStartError, RunningHub};
use crate::reach::{Reached, operator};
use crate::roles;
use crate::show::approval;
use crate::show::clean::line;
use crate::surroundings::Surroundings;
use signalbox_core::approval::{Approval, ApprovalState, Saying};
use signalbox_core::card::{Card, OutcomeCard};
use signalbox_core::event::{EventKind, Live};
use signalbox_core::grant::GrantSpan;
use signalbox_core::id::{ApprovalId, TaskId};
use signalbox_core::money::MicroUsd;
use signalbox_core::port::{Decide, Decided, Handed, Hub as _, Refusal, Submitted};
use signalbox_engine::fresh;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
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
    hub: SocketHub,
    own: Option<RunningHub>,
    view: View,
    task: TaskId,
    desk: Desk,
    keyboard: Keys,
    pushed: bool,
    stopping: bool,
}

/// Whether somebody can be asked here.
enum Keys {
    /// Nobody.
    Nobody,
    /// Somebody, as soon as there is something to ask.
    Later,
    /// Somebody types.
    Open(Keyboard),
}

/// How watching ended.
enum End {
    /// The task came to its outcome.
    Outcome(Box<OutcomeCard>),
    /// The person left.
    Left,
}

impl<'a> Session<'a> {
    pub(super) fn new(surroundings: &'a Surroundings, reached: Reached, view: View, submitted: Submitted) -> Self {
        let asks = matches!(view, View::Human(_)) && Keyboard::is_there();
        let keyboard = if asks { Keys::Later } else { Keys::Nobody };
        Self {
            surroundings,
            hub: reached.hub,
            own: reached.own,
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
        let mut events = pump_events(self.hub.following(self.task.clone(), 0));
        let mut cards = pump_cards(attachment);
        let ended = self.attend(&mut events, &mut cards).await;
        let exit = match ended {
            Ok(End::Outcome(card)) => {
                self.view.finish(&card)?;
                self.linger(&mut cards).await;
                Ok(Exit::of_task(card.state))
            }
            Ok(End::Left) => {
                if let Some(own) = self.own.take() {
                    let _ = timeout(HURRY, own.stop()).await;
                }
                Ok(Exit::Stopped)
            }
            Err(error) => Err(error),
        };
        if let Some(own) = self.own.take() {
            own.stop().await?;
        }
        exit
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
                self.settle(approval, &approval::decided(by, saying, None))?;
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

    /// Shows a card. It is acknowledged once it was shown; one that waits behind another question is handed over again.
    async fn on_handed(&mut self, handed: Handed) -> anyhow::Result<()> {
        if !self.desk.was_shown(&handed.delivery) {
            match handed.card {
                Card::Task(card) => self.view.card(&card)?,
                Card::Outcome(_) => {}
                Card::Approval(approval) if approval.state == ApprovalState::Open => {
                    if self.desk.queue(handed.delivery.clone(), *approval) {
                        return Ok(());
                    }
                }
                Card::Approval(approval) => {
                    if let Some(text) = approval::settled(&approval) {
                        self.settle(&approval.id, &text)?;
                    }
                }
            }
            self.desk.showed(handed.delivery.clone());
        }
        self.hub.acknowledge(&handed.delivery).await;
        Ok(())
    }

    /// Puts the next approval on the screen, if none is there.
    async fn ask_next(&mut self) -> anyhow::Result<()> {
        while let Some((delivery, approval)) = self.desk.next() {
            let asked = approval::asked(&approval, self.view.look());
            self.view.say(&format!("\n{asked}"))?;
            self.desk.showed(delivery.clone());
            self.hub.acknowledge(&delivery).await;
            if self.can_ask() {
                self.desk.prompt = Some(Prompt::new(approval, self.view.look()));
                self.invite()?;
            } else {
                self.view.say(&elsewhere(&approval))?;
            }
        }
        Ok(())
    }

    fn can_ask(&mut self) -> bool {
        match &mut self.keyboard {
            Keys::Nobody => return false,
            Keys::Open(keyboard) => keyboard.forget(),
            Keys::Later => match Keyboard::listen() {
                Ok(keyboard) => self.keyboard = Keys::Open(keyboard),
                Err(error) => {
                    tracing::warn!(%error, "nothing can be typed here");
                    self.keyboard = Keys::Nobody;
                }
            },
        }
        matches!(self.keyboard, Keys::Open(_))
    }

    /// Writes the invitation to type.
    fn invite(&mut self) -> anyhow::Result<()> {
        if let (Some(prompt), Some(screen)) = (&self.desk.prompt, self.view.screen()) {
            screen.invite(prompt.invitation())?;
        }
        Ok(())
    }

    async fn on_line(&mut self, line: Option<String>) -> anyhow::Result<()> {
        let Some(line) = line else {
            self.keyboard = Keys::Nobody;
            if let Some(prompt) = self.desk.prompt.take() {
                self.break_off()?;
                self.view.say(&elsewhere(prompt.approval()))?;
            }
            return Ok(());
        };
        let Some(prompt) = &mut self.desk.prompt else { return Ok(()) };
        if let Some(screen) = self.view.screen() {
            screen.entered();
        }
        let text = match prompt.hear(&line) {
            Step::Decide { saying, span } => {
                let approval = prompt.approval().id.clone();
                return self.decide(approval, saying, span).await;
            }
            Step::Details => approval::details(prompt.approval(), fresh::now()),
            Step::Again(text) => text,
        };
        if !text.is_empty() {
            self.view.say(&text)?;
        }
        self.invite()
    }

    async fn decide(&mut self, approval: ApprovalId, saying: Saying, span: GrantSpan) -> anyhow::Result<()> {
        let request = Decide { approval: approval.to_string(), saying, span };
        match self.hub.decide(&operator(), request).await {
            Ok(Decided::Applied { approval } | Decided::Late { approval }) => {
                let text = approval::settled(&approval).unwrap_or_default();
                self.desk.settle(&approval.id);
                self.view.say(&format!("  {text}"))?;
            }
            Ok(Decided::Counted { missing }) => {
                self.desk.prompt = None;
                self.view.say(&format!("  your yes is counted; {missing} more must say yes"))?;
            }
            Err(refusal) => {
                self.view.notice(&refusal.to_string())?;
                self.invite()?;
            }
        }
        Ok(())
    }

    /// An approval was decided; says so if it was asked here.
    fn settle(&mut self, id: &ApprovalId, text: &str) -> anyhow::Result<()> {
        match self.desk.settle(id) {
            Settled::Known => return Ok(()),
            Settled::WasAsked => self.break_off()?,
            Settled::WasNot => {}
        }
        if self.desk.has_asked(id) {
            self.view.say(&format!("  {text}"))?;
        }
        Ok(())
    }

    fn break_off(&mut self) -> anyhow::Result<()> {
        if let Some(screen) = self.view.screen() {
            screen.break_off()?;
        }
        Ok(())
    }

    fn on_presence(&mut self, now: Presence) -> anyhow::Result<()> {
        match now {
            Presence::Away => self.view.notice("the hub is away, waiting")?,
            Presence::Here => self.view.notice("the hub is back")?,
        }
        Ok(())
    }

    /// The hub that we relied on is away. When nobody else has its home, this process becomes the hub.
    async fn stand_in(&mut self) -> anyhow::Result<()> {
        if self.own.is_some() {
            return Ok(());
        }
        match hub::start(self.surroundings.config()?, roles::one_task()).await {
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

type Events = mpsc::Receiver<Result<Heard, Refusal>>;
type Cards = mpsc::Receiver<Handed>;

/// Follows in a task of its own: waiting for a hub that is away must not be broken off by a moving clock.
fn pump_events(mut following: Following) -> Events {
    let (sender, events) = mpsc::channel(64);
    tokio::spawn(async move {
        while let Some(heard) = following.next().await {
            if sender.send(heard).await.is_err() {
                break;
            }
        }
    });
    events
}

fn pump_cards(mut attachment: Attachment) -> Cards {
    let (sender, cards) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            let handed = tokio::select! {
                handed = attachment.next() => handed,
                () = sender.closed() => break,
            };
            match handed {
                Ok(handed) => {
                    if sender.send(handed).await.is_err() {
                        break;
                    }
                }
                Err(refusal) => {
                    tracing::warn!(%refusal, "this terminal cannot be attached any more");
                    break;
                }
            }
        }
    });
    cards
}

async fn typed(keyboard: &mut Keys) -> Option<String> {
    match keyboard {
        Keys::Open(keyboard) => keyboard.line().await,
        Keys::Nobody | Keys::Later => std::future::pending().await,
    }
}

/// How to decide where nobody can be asked.
fn elsewhere(approval: &Approval) -> String {
    format!(
        "  nobody can be asked here; decide in another terminal, or with `--approve all|none`:\n    \
         signalbox approve {id}\n    signalbox deny {id} --because '…'",
        id = approval.id
    )
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
    })
}
