//! The terminal while a task runs: lines that stay, Claude's text as it grows, and below them one status line that changes
//! in place. Where output is no terminal, lines are appended and nothing changes in place.

use crate::show::clean::{fit, line, prose};
use crate::show::{Look, Paint, event};
use console::Term;
use signalbox_core::card::TaskCard;
use signalbox_core::event::{EventKind, Excerpt, GateAnswer, Passing, PassingKind};
use signalbox_core::id::ToolUseId;
use signalbox_core::money::MicroUsd;
use signalbox_core::task::TaskState;
use signalbox_core::time::Spoken;
use std::collections::HashSet;
use std::io;
use std::time::{Duration, Instant};

/// What the status line tells.
#[derive(Debug, Clone)]
pub(super) struct Status {
    /// Where the task stands.
    pub(super) state: TaskState,
    /// How many tasks go before it.
    pub(super) position: Option<u64>,
    /// What it cost so far.
    pub(super) cost: MicroUsd,
    /// What it does.
    pub(super) doing: String,
}

/// The status line.
pub(super) fn status_line(status: &Status, elapsed: Duration, look: Look) -> String {
    let state = match (status.state, status.position) {
        (TaskState::Queued, Some(before)) if before > 0 => format!("queued behind {before}"),
        (state, _) => state.to_string(),
    };
    let mut parts = vec![state, Spoken(elapsed).to_string()];
    if status.cost != MicroUsd::default() {
        parts.push(status.cost.to_string());
    }
    if !status.doing.is_empty() {
        parts.push(line(&status.doing, None));
    }
    let whole = parts.join(" · ");
    // The last column stays free: a full line would make some terminals wrap.
    look.width.map_or_else(|| whole.clone(), |width| fit(&whole, width.saturating_sub(1)))
}

/// The terminal.
pub(super) struct Screen {
    term: Term,
    look: Look,
    started: Instant,
    status: Status,
    status_shown: bool,
    in_place: bool,
    /// The question that is open: nothing may be written over what is typed.
    invitation: Option<String>,
    /// Claude's text so far, since the last piece of it was recorded.
    growing: String,
    last_text: Option<String>,
    /// Calls that were refused: what the CLI makes of the refusal need not be shown as well.
    refused: HashSet<ToolUseId>,
}

impl Screen {
    pub(super) fn new() -> Self {
        let term = Term::stdout();
        let in_place = term.is_term() && std::env::var_os("TERM").is_none_or(|kind| kind != "dumb");
        let status =
            Status { state: TaskState::Queued, position: None, cost: MicroUsd::default(), doing: String::new() };
        Self {
            look: Look::of_stdout(),
            term,
            started: Instant::now(),
            status,
            status_shown: false,
            in_place,
            invitation: None,
            growing: String::new(),
            last_text: None,
            refused: HashSet::new(),
        }
    }

    pub(super) fn look(&self) -> Look {
        self.look
    }

    /// Whether Claude's answer is what stands on the screen last.
    pub(super) fn has_shown(&self, answer: &str) -> bool {
        self.last_text.as_deref() == Some(answer.trim())
    }

    /// Writes lines that stay. An open question is put again below them.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        self.clear()?;
        self.end_growing()?;
        if self.invitation.is_some() {
            self.term.write_str("\n")?;
        }
        self.term.write_str(text)?;
        if !text.ends_with('\n') {
            self.term.write_str("\n")?;
        }
        match &self.invitation {
            Some(invitation) => self.term.write_str(invitation),
            None => self.draw(),
        }
    }

    /// Writes an invitation to type, and leaves the line to the person until [`Self::entered`] or [`Self::break_off`].
    pub(super) fn invite(&mut self, invitation: String) -> io::Result<()> {
        self.clear()?;
        self.end_growing()?;
        self.term.write_str(&invitation)?;
        self.invitation = Some(invitation);
        Ok(())
    }

    /// The person has typed a line; the terminal has ended it.
    pub(super) fn entered(&mut self) {
        self.invitation = None;
    }

    /// The question was answered elsewhere while the person was about to type.
    pub(super) fn break_off(&mut self) -> io::Result<()> {
        if self.invitation.take().is_some() { self.term.write_str("\n") } else { Ok(()) }
    }

    pub(super) fn event(&mut self, kind: &EventKind) -> io::Result<()> {
        self.note(kind);
        if let EventKind::Text { text, agent: None } = kind {
            return self.text(text);
        }
        match event::told(kind, self.look).filter(|_| !self.is_echo(kind)) {
            Some(told) => self.say(&told),
            None => self.redraw(),
        }
    }

    /// Whether this only repeats that a call was refused.
    fn is_echo(&mut self, kind: &EventKind) -> bool {
        match kind {
            EventKind::GateAnswered { call, answer: GateAnswer::Deny, .. } => {
                self.refused.insert(call.clone());
                false
            }
            EventKind::ToolFinished { call, .. } => self.refused.remove(call),
            _ => false,
        }
    }

    pub(super) fn passing(&mut self, passing: &Passing) -> io::Result<()> {
        match &passing.kind {
            PassingKind::TextDelta { text } => self.grow(text),
            PassingKind::Spent { cost } => {
                self.status.cost = *cost;
                self.redraw()
            }
            PassingKind::Delayed { message } => self.say(&self.look.paint(Paint::Warn, &line(message, None))),
        }
    }

    pub(super) fn card(&mut self, card: &TaskCard) -> io::Result<()> {
        let queued = card.state == TaskState::Queued && card.position.is_some_and(|before| before > 0);
        let news = queued && card.position != self.status.position;
        self.status.position = card.position;
        self.status.cost = self.status.cost.max(card.cost);
        if news && !self.in_place {
            return self.say(&status_line(&self.status, self.started.elapsed(), self.look));
        }
        self.redraw()
    }

    /// Brings the clock in the status line up to date.
    pub(super) fn redraw(&mut self) -> io::Result<()> {
        if self.growing.is_empty() {
            self.clear()?;
            self.draw()?;
        }
        Ok(())
    }

    /// Takes the status line away for good.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.clear()?;
        self.end_growing()?;
        self.in_place = false;
        Ok(())
    }

    fn note(&mut self, kind: &EventKind) {
        let status = &mut self.status;
        match kind {
            EventKind::RunStarted { .. } => {
                status.state = TaskState::Running;
                status.doing = "making a sandbox".to_owned();
            }
            EventKind::SandboxReady { .. } | EventKind::ToolFinished { .. } => {
                status.doing = "Claude thinks".to_owned()
            }
            EventKind::ToolCalled { tool, input, .. } => {
                status.doing = format!("{tool} {}", event::call_line(tool, input))
            }
            EventKind::ApprovalOpened { .. } => status.doing = "waiting for a yes or no".to_owned(),
            EventKind::Parked { .. } => status.state = TaskState::Parked,
            EventKind::RunFailed { .. } | EventKind::RetryRequested { .. } => status.state = TaskState::Queued,
            EventKind::ApprovalDecided { .. } | EventKind::ApprovalVoided { .. } => {
                status.doing = String::new();
                if status.state == TaskState::Parked {
                    status.state = TaskState::Queued;
                }
            }
            EventKind::Finished { state, cost_usd, .. } => {
                status.state = *state;
                status.cost = MicroUsd::from_dollars(*cost_usd);
            }
            _ => {}
        }
    }

    /// Text as it grows, written where the last piece ended.
    fn grow(&mut self, text: &str) -> io::Result<()> {
        if !self.in_place || self.invitation.is_some() {
            return Ok(());
        }
        self.clear()?;
        self.growing.push_str(text);
        self.term.write_str(&prose(text))
    }

    /// A piece of text is complete. What grew before is on the screen already.
    fn text(&mut self, text: &Excerpt) -> io::Result<()> {
        self.last_text = (!text.is_cut()).then(|| text.text.trim().to_owned());
        let grown = std::mem::take(&mut self.growing);
        if grown.is_empty() {
            return self.say(&prose(&text.text));
        }
        let (grown, whole) = (grown.trim_end(), text.text.trim_end());
        self.term.write_str("\n")?;
        if grown.starts_with(whole) { self.draw() } else { self.say(&prose(whole)) }
    }

    fn end_growing(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.growing).is_empty() { Ok(()) } else { self.term.write_str("\n") }
    }

    fn clear(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.status_shown) { self.term.clear_line() } else { Ok(()) }
    }

    fn draw(&mut self) -> io::Result<()> {
        if !self.in_place || self.invitation.is_some() || self.status_shown {
            return Ok(());
        }
        self.status_shown = true;
        let status = status_line(&self.status, self.started.elapsed(), self.look);
        self.term.write_str(&self.look.paint(Paint::Faint, &status))
    }
}
