//! Answering for the gate: what [`super::gate`] decides is recorded first and told to the CLI second, so that nothing runs
//! without a recorded decision. A decision that cannot be recorded is a no.

use super::Ending;
use super::brief::{Brief, store_failed};
use super::gate::{Case, Move, next_move};
use super::talk::Talk;
use crate::claude::{Answer, PermissionMode, RequestId};
use crate::fresh;
use crate::hub::chain;
use crate::parts::Parts;
use crate::store::{Consumed, GateRecord, Gated, StoreError};
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Saying, allowed_input};
use signalbox_core::event::{DecidedBy, EventKind, GateAnswer};
use signalbox_core::id::ApprovalId;
use signalbox_core::tool::ToolCall;

/// What Claude is told when a decision cannot be recorded.
const UNRECORDED: &str = "the hub could not record a decision on this call; try again later";

/// A call that the CLI wants an answer to.
pub(super) struct Question<'a> {
    pub(super) request: &'a RequestId,
    pub(super) call: &'a ToolCall,
    /// How often this call was answered, this time included.
    round: u32,
}

impl<'a> Question<'a> {
    pub(super) fn new(request: &'a RequestId, call: &'a ToolCall, answered: &[GateRecord]) -> Self {
        Self { request, call, round: u32::try_from(answered.len()).unwrap_or(u32::MAX).saturating_add(1) }
    }
}

/// One decision on one call.
pub(super) struct Ruling {
    pub(super) answer: GateAnswer,
    pub(super) by: DecidedBy,
    pub(super) reason: String,
    /// The input to run with, where people changed it by answering.
    pub(super) input: Option<serde_json::Value>,
}

impl Talk {
    /// Decides on a call that the CLI asks about.
    pub(super) async fn ask_gate(&mut self, request: RequestId, call: ToolCall) {
        self.flush().await;
        if let Err(error) = self.decide(&request, &call).await {
            tracing::error!(task = %self.brief.task.id, error = chain(&error), "a decision could not be recorded");
            self.tell(&request, Answer::Deny { reason: UNRECORDED.to_owned() }).await;
        }
    }

    async fn decide(&mut self, request: &RequestId, call: &ToolCall) -> Result<(), StoreError> {
        let store = self.parts.store.clone();
        let task = &self.brief.task;
        let now = fresh::now();
        let records = store.gate_records(&task.id, &call.id).await?;
        let mut approvals = store.approvals_of(&task.id).await?;
        // A question that was taken back by a stop, and not by its time, is asked anew when the task is tried again.
        let taken_back =
            |approval: &Approval| approval.state == ApprovalState::Void && approval.parked && now < approval.expires_at;
        approvals.retain(|approval| approval.call.id == call.id && !taken_back(approval));
        let grants = store.active_grants(task, now).await?;
        let policy = &self.brief.policy;
        let verdict = match self.live.dialogue.mode() {
            _ if self.brief.is_read_only() => policy.judge_reading(call, now),
            PermissionMode::Default => policy.judge(call, &grants, now),
            PermissionMode::Plan => policy.judge_planning(call, now),
        };
        let asking = self.brief.asking;
        let case = Case {
            call,
            request: request.as_str(),
            records: &records,
            approvals: &approvals,
            verdict: &verdict,
            asking,
            after_defer: self.deferred.is_some(),
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
    pub(super) async fn rule(&mut self, question: &Question<'_>, ruling: Ruling) -> Result<(), StoreError> {
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
        self.leave_planning(call, ruling.answer);
        Ok(())
    }

    /// Once its plan was accepted, Claude works.
    fn leave_planning(&mut self, call: &ToolCall, answer: GateAnswer) {
        if answer == GateAnswer::Allow && ApprovalKind::of(call) == ApprovalKind::Plan {
            self.live.dialogue.plan_accepted();
        }
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
        self.leave_planning(call, record.answer);
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

    /// Hands people's decision to the CLI.
    pub(super) async fn hand_over(&mut self, question: &Question<'_>, approval: &Approval) -> Result<(), StoreError> {
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
