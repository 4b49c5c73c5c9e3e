//! The approvals that this terminal has been handed: one is asked at a time, each is shown once, and each is settled once,
//! wherever it was decided.

use super::prompt::Prompt;
use signalbox_core::approval::Approval;
use signalbox_core::id::{ApprovalId, DeliveryId};
use std::collections::{HashSet, VecDeque};

/// The approvals of one task.
#[derive(Default)]
pub(super) struct Desk {
    waiting: VecDeque<(DeliveryId, Approval)>,
    /// The one that is asked now.
    pub(super) prompt: Option<Prompt>,
    shown: HashSet<DeliveryId>,
    asked: HashSet<ApprovalId>,
    settled: HashSet<ApprovalId>,
}

/// What is to be done about an approval that was decided or became void.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It was on the screen as a question.
    WasAsked,
    /// It was shown here some time before, or never.
    WasNot,
    /// It is known already.
    Known,
}

impl Desk {
    /// Whether a delivery was shown before: then it is only acknowledged again.
    pub(super) fn was_shown(&self, delivery: &DeliveryId) -> bool {
        self.shown.contains(delivery)
    }

    /// Remembers that a delivery was shown.
    pub(super) fn showed(&mut self, delivery: DeliveryId) {
        self.shown.insert(delivery);
    }

    /// Puts an open approval in the queue; false when it was asked or settled here before.
    pub(super) fn queue(&mut self, delivery: DeliveryId, approval: Approval) -> bool {
        if self.settled.contains(&approval.id) || self.asked.contains(&approval.id) {
            return false;
        }
        if !self.waiting.iter().any(|(waiting, _)| *waiting == delivery) {
            self.waiting.retain(|(_, waiting)| waiting.id != approval.id);
            self.waiting.push_back((delivery, approval));
        }
        true
    }

    /// The next one to ask about, if nothing is asked now.
    pub(super) fn next(&mut self) -> Option<(DeliveryId, Approval)> {
        if self.prompt.is_some() {
            return None;
        }
        let (delivery, approval) = self.waiting.pop_front()?;
        self.asked.insert(approval.id.clone());
        Some((delivery, approval))
    }

    /// Takes note that an approval was decided or became void.
    pub(super) fn settle(&mut self, id: &ApprovalId) -> Settled {
        if !self.settled.insert(id.clone()) {
            return Settled::Known;
        }
        self.waiting.retain(|(_, waiting)| &waiting.id != id);
        if self.prompt.as_ref().is_some_and(|prompt| &prompt.approval().id == id) {
            self.prompt = None;
            return Settled::WasAsked;
        }
        Settled::WasNot
    }

    /// Whether the question was put here.
    pub(super) fn has_asked(&self, id: &ApprovalId) -> bool {
        self.asked.contains(id)
    }
}
