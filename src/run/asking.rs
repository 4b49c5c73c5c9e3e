//! The approvals on this terminal: shown, asked about, decided here or elsewhere.

use super::desk::Settled;
use super::keyboard::Keyboard;
use super::prompt::{Prompt, Step};
use super::session::Session;
use crate::reach::operator;
use crate::show::approval;
use signalbox_core::approval::{Approval, ApprovalState, Saying};
use signalbox_core::card::Card;
use signalbox_core::grant::GrantSpan;
use signalbox_core::id::ApprovalId;
use signalbox_core::port::{Decide, Decided, Handed, Hub as _};
use signalbox_core::words;
use signalbox_engine::fresh;

/// Whether somebody can be asked here.
pub(super) enum Keys {
    /// Nobody.
    Nobody,
    /// Somebody, as soon as there is something to ask.
    Later,
    /// Somebody types.
    Open(Keyboard),
}

impl Session<'_> {
    /// Shows a card. It is acknowledged once it was shown; one that waits behind another question is handed over again.
    pub(super) async fn on_handed(&mut self, handed: Handed) -> anyhow::Result<()> {
        if !self.desk.was_shown(&handed.delivery) {
            match handed.card {
                Card::Task(card) => self.view.card(&card)?,
                Card::Outcome(_) | Card::Reply(_) | Card::Event(_) => {}
                Card::Approval(approval) if approval.state == ApprovalState::Open => {
                    if self.desk.queue(handed.delivery.clone(), *approval) {
                        return Ok(());
                    }
                }
                Card::Approval(approval) => {
                    if let Some(text) = words::settled(&approval) {
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
    pub(super) async fn ask_next(&mut self) -> anyhow::Result<()> {
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

    pub(super) async fn on_line(&mut self, line: Option<String>) -> anyhow::Result<()> {
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
                let text = words::settled(&approval).unwrap_or_default();
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
    pub(super) fn settle(&mut self, id: &ApprovalId, text: &str) -> anyhow::Result<()> {
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

    pub(super) fn break_off(&mut self) -> anyhow::Result<()> {
        if let Some(screen) = self.view.screen() {
            screen.break_off()?;
        }
        Ok(())
    }
}

/// The next line that is typed, once there is something to ask.
pub(super) async fn typed(keyboard: &mut Keys) -> Option<String> {
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
