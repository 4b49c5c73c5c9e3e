//! Asking people, waiting for them, and parking what has waited long enough.

use super::answer::{Question, Ruling, deferred_in};
use super::talk::{Asked, Talk};
use super::{Ending, published};
use crate::bus::Ring;
use crate::claude::RequestId;
use crate::fresh;
use crate::hub::chain;
use crate::outcome::audience;
use crate::store::{OpenApproval, StoreError, owed};
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Context};
use signalbox_core::card::Card;
use signalbox_core::event::{DecidedBy, EventKind, GateAnswer};
use signalbox_core::place::Place;
use signalbox_core::policy::Verdict;
use signalbox_core::task::FailureKind;
use tokio::time::Instant;

impl Talk {
    /// Asks people.
    pub(super) async fn open_approval(
        &mut self,
        question: &Question<'_>,
        verdict: &Verdict,
        may_have_run: bool,
    ) -> Result<(), StoreError> {
        let Question { request, call, .. } = *question;
        let now = fresh::now();
        let own = &self.brief.policy.settings.approval;
        let task = &self.brief.task;
        let approval = Approval {
            id: fresh::approval_id(),
            task: task.id.clone(),
            run: self.brief.lease.run.clone(),
            conversation: task.conversation.clone(),
            project: task.project.clone(),
            requester: task.requester.clone(),
            kind: ApprovalKind::of(call),
            call: call.clone(),
            hash: call.hash(),
            request: request.as_str().to_owned(),
            reason: self.plan.take().unwrap_or_else(|| verdict.reason.clone()),
            dangerous: verdict.dangerous,
            may_have_run,
            votes_needed: own.votes.max(1),
            state: ApprovalState::Open,
            parked: false,
            decision: None,
            opened_at: now,
            expires_at: now + own.expires.unwrap_or(self.parts.settings.approval.expires),
            context: Context::default(),
        };
        let event = EventKind::ApprovalOpened {
            approval: approval.id.clone(),
            kind: approval.kind,
            tool: call.tool.clone(),
            input: self.excerpt(call.input.to_string()).await,
            reason: approval.reason.clone(),
        };
        let card = || Card::Approval(Box::new(approval.clone()));
        let deliveries =
            beside(audience(task), &own.places).into_iter().map(|place| owed(place, card(), now)).collect();
        let opening = OpenApproval { approval: approval.clone(), events: vec![event], deliveries };
        let written = self.parts.store.open_approval(&self.brief.lease, opening).await?;
        if !published(&self.parts, written) {
            self.ending = Some(Ending::Lost);
            return Ok(());
        }
        metrics::counter!("signalbox_approvals_opened_total").increment(1);
        tracing::info!(task = %task.id, approval = %approval.id, "task {} asks by approval {}", task.id, approval.id);
        self.parts.bus.ring(Ring::Outbox);
        self.wait_for(request.clone(), &approval);
        Ok(())
    }

    pub(super) fn wait_for(&mut self, request: RequestId, approval: &Approval) {
        let hold = self.brief.policy.settings.approval.hold.unwrap_or(self.parts.settings.approval.hold);
        let waited = fresh::now().since(approval.opened_at);
        let hold_until = Some(Instant::now() + hold.saturating_sub(waited));
        self.asked.insert(request, Asked { approval: approval.id.clone(), hold_until });
    }

    /// Looks whether people have decided.
    pub(super) async fn look_again(&mut self) {
        let asked: Vec<_> =
            self.asked.iter().map(|(request, asked)| (request.clone(), asked.approval.clone())).collect();
        for (request, id) in asked {
            let approval = match self.parts.store.approval(&id).await {
                Ok(Some(approval)) if approval.state != ApprovalState::Open => approval,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(error = chain(&error), "an approval could not be looked at");
                    continue;
                }
            };
            self.wake_up().await;
            self.asked.remove(&request);
            let records = self.parts.store.gate_records(&approval.task, &approval.call.id).await;
            let handed = match records {
                Ok(records) => self.hand_over(&Question::new(&request, &approval.call, &records), &approval).await,
                Err(error) => Err(error),
            };
            if let Err(error) = handed {
                tracing::error!(task = %approval.task, error = chain(&error), "a decision could not be handed over yet");
                self.asked.insert(request, Asked { approval: id, hold_until: None });
            }
        }
    }

    /// The CLI took its question back.
    pub(super) async fn withdrawn(&mut self, request: &RequestId) {
        let Some(asked) = self.asked.remove(request) else { return };
        match self.parts.store.void_approval(&asked.approval, "Claude took the question back", fresh::now()).await {
            Ok(Some(voided)) => {
                self.parts.bus.publish(&voided.events);
                self.parts.bus.ring(Ring::Outbox);
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(error = chain(&error), "a withdrawn approval could not be closed"),
        }
    }

    /// Questions that were open when the hub died are waited for again, or answered if people have decided meanwhile.
    pub(super) async fn recall_questions(&mut self) {
        let open = self.live.dialogue.open_requests();
        let approvals = match self.parts.store.approvals_of(&self.brief.task.id).await {
            Ok(approvals) => approvals,
            Err(error) => {
                tracing::error!(error = chain(&error), "the open approvals could not be read");
                return self.fail(FailureKind::SandboxFailed, "the hub could not read its approvals");
            }
        };
        for request in open {
            let asked = approvals.iter().rev().find(|approval| approval.request == request.as_str());
            if let Some(approval) = asked {
                self.wait_for(request, approval);
            }
        }
        match deferred_in(&self.parts, &self.brief).await {
            Ok(deferred) => self.deferred = deferred,
            Err(ending) => self.ending = Some(ending),
        }
        self.look_again().await;
    }

    /// Parks what has waited long enough. What cannot be deferred is paused with its container.
    pub(super) async fn park_overdue(&mut self, now: Instant) {
        let overdue = |asked: &Asked| asked.hold_until.is_some_and(|until| now >= until);
        let due: Vec<_> =
            self.asked.iter().filter(|(_, asked)| overdue(asked)).map(|(request, _)| request.clone()).collect();
        for request in due {
            if let Err(error) = self.park(&request).await {
                tracing::error!(error = chain(&error), "a task could not be parked yet");
            }
        }
    }

    async fn park(&mut self, request: &RequestId) -> Result<(), StoreError> {
        let Some(asked) = self.asked.get_mut(request) else { return Ok(()) };
        asked.hold_until = None;
        let id = asked.approval.clone();
        let Some(approval) = self.parts.store.approval(&id).await? else { return Ok(()) };
        if self.asked.len() > 1 || !self.live.dialogue.may_defer(request) {
            if !self.paused {
                match self.live.control.pause().await {
                    Ok(()) => self.paused = true,
                    Err(error) => tracing::warn!(error = chain(&error), "a waiting sandbox could not be paused"),
                }
            }
            return Ok(());
        }
        let records = self.parts.store.gate_records(&approval.task, &approval.call.id).await?;
        self.asked.remove(request);
        self.deferred = Some(id.clone());
        let ruling = Ruling {
            answer: GateAnswer::Defer,
            by: DecidedBy::Approval(id),
            reason: "people are given more time".to_owned(),
            input: None,
        };
        self.rule(&Question::new(request, &approval.call, &records), ruling).await
    }
}

/// The places, and those besides in which policy wants approvals to be shown.
fn beside(mut shown: Vec<Place>, places: &[Place]) -> Vec<Place> {
    for place in places {
        if !shown.contains(place) {
            shown.push(place.clone());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_is_shown_once_in_each_place() {
        let place = |text: &str| text.parse::<Place>().unwrap();
        let wanted = [place("telegram:-100"), place("discord:7"), place("telegram:-100")];
        let shown = beside(vec![place("discord:7")], &wanted);
        assert_eq!(shown, [place("discord:7"), place("telegram:-100")]);
        assert_eq!(beside(vec![place("discord:7")], &[]), [place("discord:7")]);
    }
}
