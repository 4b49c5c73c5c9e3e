//! Answering for the gate: what [`super::gate`] decides is recorded first and told to the CLI second, so that nothing runs
//! without a recorded decision. A decision that cannot be recorded is a no.

use super::brief::{Brief, store_failed};
use super::gate::{Case, Move, next_move};
use super::talk::{Asked, Talk};
use super::{Ending, published};
use crate::bus::Ring;
use crate::claude::{Answer, RequestId};
use crate::fresh;
use crate::hub::chain;
use crate::outcome::audience;
use crate::parts::Parts;
use crate::store::{Consumed, GateRecord, Gated, OpenApproval, StoreError, owed};
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Saying, allowed_input};
use signalbox_core::card::Card;
use signalbox_core::event::{DecidedBy, EventKind, GateAnswer};
use signalbox_core::id::ApprovalId;
use signalbox_core::policy::Verdict;
use signalbox_core::tool::ToolCall;
use tokio::time::Instant;

/// What Claude is told when a decision cannot be recorded.
const UNRECORDED: &str = "the hub could not record a decision on this call; try again later";

/// A call that the CLI wants an answer to.
struct Question<'a> {
    request: &'a RequestId,
    call: &'a ToolCall,
    /// How often this call was answered, this time included.
    round: u32,
}

impl<'a> Question<'a> {
    fn new(request: &'a RequestId, call: &'a ToolCall, answered: &[GateRecord]) -> Self {
        Self { request, call, round: u32::try_from(answered.len()).unwrap_or(u32::MAX).saturating_add(1) }
    }
}

/// One decision on one call.
struct Ruling {
    answer: GateAnswer,
    by: DecidedBy,
    reason: String,
    /// The input to run with, where people changed it by answering.
    input: Option<serde_json::Value>,
}

impl Talk {
    /// Decides on a call that the CLI asks about.
    pub(super) async fn ask_gate(&mut self, request: RequestId, call: ToolCall, after_defer: bool) {
        self.flush().await;
        if let Err(error) = self.decide(&request, &call, after_defer).await {
            tracing::error!(task = %self.brief.task.id, error = chain(&error), "a decision could not be recorded");
            self.tell(&request, Answer::Deny { reason: UNRECORDED.to_owned() }).await;
        }
    }

    async fn decide(&mut self, request: &RequestId, call: &ToolCall, after_defer: bool) -> Result<(), StoreError> {
        let store = self.parts.store.clone();
        let task = &self.brief.task;
        let now = fresh::now();
        let records = store.gate_records(&task.id, &call.id).await?;
        let mut approvals = store.approvals_of(&task.id).await?;
        approvals.retain(|approval| approval.call.id == call.id);
        let grants = store.active_grants(task, now).await?;
        let verdict = self.brief.policy.judge(call, &grants, now);
        let asking = self.brief.asking;
        let case = Case {
            call,
            request: request.as_str(),
            records: &records,
            approvals: &approvals,
            verdict: &verdict,
            asking,
            after_defer,
        };
        let question = Question::new(request, call, &records);
        match next_move(&case) {
            Move::Repeat(record) => self.repeat(request, call, &record).await,
            Move::Await(approval) => {
                self.wait_for(request.clone(), &approval);
                Ok(())
            }
            Move::HandOver(approval) => self.hand_over(&question, &approval).await,
            Move::Ask { may_have_run } => self.open_approval(&question, &verdict, may_have_run).await,
            Move::Allow(by, reason) => {
                let ruling = Ruling { answer: GateAnswer::Allow, by, reason, input: None };
                self.rule(&question, ruling).await
            }
            Move::Deny(by, reason) => {
                let ruling = Ruling { answer: GateAnswer::Deny, by, reason, input: None };
                self.rule(&question, ruling).await
            }
        }
    }

    /// Records a ruling, then tells it.
    async fn rule(&mut self, question: &Question<'_>, ruling: Ruling) -> Result<(), StoreError> {
        let Question { request, call, round } = *question;
        let record = GateRecord {
            task: self.brief.task.id.clone(),
            call: call.id.clone(),
            round,
            hash: call.hash(),
            answer: ruling.answer,
            by: ruling.by.clone(),
            reason: ruling.reason.clone(),
            run: self.brief.lease.run.clone(),
            request: request.as_str().to_owned(),
            consumed: true,
            at: fresh::now(),
        };
        let event = EventKind::GateAnswered {
            call: call.id.clone(),
            tool: call.tool.clone(),
            answer: ruling.answer,
            by: ruling.by,
            reason: ruling.reason.clone(),
        };
        let written = self.parts.store.record_gate(&self.brief.lease, record, vec![event]).await?;
        match self.fenced(written) {
            None => return Ok(()),
            Some(Gated::Recorded(events)) => self.parts.bus.publish(&events),
            Some(Gated::Exists(_)) => {
                // Two answers to one call at once cannot come from one run.
                self.tell(request, Answer::Deny { reason: UNRECORDED.to_owned() }).await;
                return Ok(());
            }
        }
        metrics::counter!("signalbox_gate_answers_total", "answer" => answer_word(ruling.answer)).increment(1);
        let answer = match ruling.answer {
            GateAnswer::Allow => Answer::Allow { updated_input: ruling.input },
            GateAnswer::Deny => Answer::Deny { reason: ruling.reason },
            GateAnswer::Defer => Answer::Defer,
        };
        self.tell(request, answer).await;
        Ok(())
    }

    /// Tells the CLI; what the protocol refuses becomes a no.
    async fn tell(&mut self, request: &RequestId, answer: Answer) {
        let lines = match self.live.dialogue.answer(request, answer) {
            Ok(lines) => lines,
            Err(refused) => {
                tracing::warn!(task = %self.brief.task.id, ?refused, "an answer was refused by the protocol");
                let no = Answer::Deny { reason: "this call can no longer be answered".to_owned() };
                self.live.dialogue.answer(request, no).unwrap_or_default()
            }
        };
        for line in lines {
            self.write(line).await;
        }
    }

    async fn repeat(&mut self, request: &RequestId, call: &ToolCall, record: &GateRecord) -> Result<(), StoreError> {
        let answer = match record.answer {
            GateAnswer::Deny => Answer::Deny { reason: record.reason.clone() },
            GateAnswer::Allow => Answer::Allow { updated_input: self.answered_input(call, record).await? },
            GateAnswer::Defer => {
                if let DecidedBy::Approval(id) = &record.by {
                    self.deferred = Some(id.clone());
                }
                Answer::Defer
            }
        };
        self.tell(request, answer).await;
        Ok(())
    }

    async fn answered_input(
        &self,
        call: &ToolCall,
        record: &GateRecord,
    ) -> Result<Option<serde_json::Value>, StoreError> {
        let DecidedBy::Approval(id) = &record.by else { return Ok(None) };
        let approval = self.parts.store.approval(id).await?;
        let saying = approval.and_then(|approval| approval.decision).map(|decision| decision.saying);
        Ok(saying.as_ref().and_then(|saying| changed_input(call, saying)))
    }

    /// Asks people.
    async fn open_approval(
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
        };
        let event = EventKind::ApprovalOpened {
            approval: approval.id.clone(),
            kind: approval.kind,
            tool: call.tool.clone(),
            input: self.excerpt(call.input.to_string()).await,
            reason: approval.reason.clone(),
        };
        let card = || Card::Approval(Box::new(approval.clone()));
        let deliveries = audience(task).into_iter().map(|place| owed(place, card(), now)).collect();
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

    fn wait_for(&mut self, request: RequestId, approval: &Approval) {
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

    /// Hands people's decision to the CLI.
    async fn hand_over(&mut self, question: &Question<'_>, approval: &Approval) -> Result<(), StoreError> {
        let request = question.request;
        let by = DecidedBy::Approval(approval.id.clone());
        let Some(decision) = &approval.decision else {
            let reason = "the question was withdrawn; ask again if it is still needed".to_owned();
            let ruling = Ruling { answer: GateAnswer::Deny, by, reason, input: None };
            return self.rule(question, ruling).await;
        };
        if let Saying::Deny { reason } = &decision.saying {
            let reason = match reason {
                Some(reason) => format!("{} said no: {reason}", decision.name),
                None => format!("{} said no", decision.name),
            };
            let ruling = Ruling { answer: GateAnswer::Deny, by, reason, input: None };
            return self.rule(question, ruling).await;
        }
        let consumed = self.parts.store.consume(&self.brief.lease, &approval.id, request.as_str()).await?;
        let taken = match self.fenced(consumed) {
            None => return Ok(()),
            Some(Consumed::Now) => true,
            Some(Consumed::Already { request: other }) => other == request.as_str(),
            Some(Consumed::NotAllowed(_)) => false,
        };
        let ruling = if taken {
            let reason = format!("{} said yes", decision.name);
            Ruling { answer: GateAnswer::Allow, by, reason, input: changed_input(&approval.call, &decision.saying) }
        } else {
            let reason = "this decision was used already; ask again".to_owned();
            Ruling { answer: GateAnswer::Deny, by, reason, input: None }
        };
        self.rule(question, ruling).await
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
                return self
                    .fail(signalbox_core::task::FailureKind::SandboxFailed, "the hub could not read its approvals");
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

/// The approval whose call was answered `defer` in this run, if there is one.
pub(super) async fn deferred_in(parts: &Parts, brief: &Brief) -> Result<Option<ApprovalId>, Ending> {
    let approvals = parts.store.approvals_of(&brief.task.id).await.map_err(store_failed)?;
    let Some(last) = approvals.into_iter().rev().find(|approval| approval.run == brief.lease.run) else {
        return Ok(None);
    };
    let records = parts.store.gate_records(&brief.task.id, &last.call.id).await.map_err(store_failed)?;
    let deferred = |record: &GateRecord| record.run == brief.lease.run && record.answer == GateAnswer::Defer;
    Ok(records.last().is_some_and(deferred).then_some(last.id))
}

fn changed_input(call: &ToolCall, saying: &Saying) -> Option<serde_json::Value> {
    matches!(saying, Saying::Answer { .. }).then(|| allowed_input(call, saying))
}

fn answer_word(answer: GateAnswer) -> &'static str {
    match answer {
        GateAnswer::Allow => "allow",
        GateAnswer::Deny => "deny",
        GateAnswer::Defer => "defer",
    }
}
