//! A person's word on an approval: judged at this moment, counted, and the first decision wins.

use super::{access, did};
use crate::bus::Ring;
use crate::fresh;
use crate::parts::Parts;
use crate::store::{Verdict, Vote};
use signalbox_core::approval::{Approval, ApprovalKind, Saying};
use signalbox_core::audit::Kind;
use signalbox_core::grant::{Grant, GrantPattern, GrantScope, GrantSpan};
use signalbox_core::people::{Actor, Standing};
use signalbox_core::port::{Decide, Decided, Refusal};
use signalbox_core::time::Timestamp;

/// The longest reason that is kept, in bytes.
const REASON_LIMIT: usize = 4096;

pub(crate) async fn decide(parts: &Parts, actor: &Actor, request: Decide) -> Result<Decided, Refusal> {
    let (approval, standing) = access::approval(parts, actor, &request.approval).await?;
    let yes = !matches!(request.saying, Saying::Deny { .. });
    entitled(parts, &standing, &approval, yes).await?;
    let saying = sound_saying(&approval, request.saying)?;
    let grant = grant(&standing, &approval, &saying, request.span)?;
    let decided = did(actor, Kind::ApprovalDecided, "approval", approval.id.as_str())
        .with("task", &approval.task)
        .with("tool", &approval.call.tool)
        .with("answer", word(&saying))
        .with("span", span_of(grant.as_ref()));
    let vote = Vote {
        by: actor.user.clone(),
        name: actor.name.clone(),
        place: actor.place.clone(),
        saying,
        grant,
        at: fresh::now(),
    };
    let missing = || Refusal::NotFound(format!("there is no approval `{}`", request.approval));
    match parts.store.noting(decided).decide(&approval.id, vote).await?.ok_or_else(missing)? {
        Verdict::Applied { approval, events, task_requeued } => {
            tracing::info!(approval = %approval.id, task = %approval.task, by = %actor.user, state = approval.state.as_str(),
                "approval {} is decided", approval.id);
            metrics::counter!("signalbox_approvals_decided_total", "state" => approval.state.as_str()).increment(1);
            parts.bus.publish(&events);
            parts.bus.ring(if task_requeued { Ring::Queue } else { Ring::Touched(approval.task.clone()) });
            parts.bus.ring(Ring::Outbox);
            Ok(Decided::Applied { approval })
        }
        Verdict::Counted { missing } => Ok(Decided::Counted { missing }),
        Verdict::Late(approval) => Ok(Decided::Late { approval }),
    }
}

/// What was said, without its words.
fn word(saying: &Saying) -> &'static str {
    match saying {
        Saying::Allow => "allow",
        Saying::Deny { .. } => "deny",
        Saying::Answer { .. } => "answer",
    }
}

/// For what it holds.
fn span_of(grant: Option<&Grant>) -> &'static str {
    match grant {
        None => "once",
        Some(Grant { scope: GrantScope::Task(_), .. }) => "task",
        Some(Grant { scope: GrantScope::Conversation(_), until, .. }) if *until == Timestamp::NEVER => "conversation",
        Some(Grant { scope: GrantScope::Conversation(_), .. }) => "a while",
        Some(Grant { scope: GrantScope::Project(_), .. }) => "always",
    }
}

async fn entitled(parts: &Parts, standing: &Standing, approval: &Approval, yes: bool) -> Result<(), Refusal> {
    let policy = parts.policy_of(&approval.project).await?;
    let settings = &policy.settings.approval;
    // Where the requester alone is not enough for a dangerous call, their own yes does not count at all.
    let other_needed = approval.dangerous && !settings.requester_alone && yes;
    let own = standing.actor.user == approval.requester;
    if settings.entitles(standing, &approval.requester) && !(own && other_needed) {
        return Ok(());
    }
    Err(Refusal::Forbidden("the project's policy leaves this decision to others".to_owned()))
}

/// A question wants answers, a tool a yes or no.
fn sound_saying(approval: &Approval, saying: Saying) -> Result<Saying, Refusal> {
    match (approval.kind, saying) {
        (ApprovalKind::Question, Saying::Allow) => Err(Refusal::Invalid(
            "Claude asks a question here: answer it with `signalbox approve ID --answer TEXT`".to_owned(),
        )),
        (ApprovalKind::Tool | ApprovalKind::Plan, Saying::Answer { .. }) => {
            Err(Refusal::Invalid("this is no question: say yes or no".to_owned()))
        }
        (_, Saying::Deny { reason }) => {
            let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
            if reason.as_ref().is_some_and(|reason| reason.len() > REASON_LIMIT) {
                return Err(Refusal::Invalid(format!("the reason is longer than {REASON_LIMIT} bytes")));
            }
            Ok(Saying::Deny { reason })
        }
        (_, saying) => Ok(saying),
    }
}

/// The grant that goes with a yes for more than this once.
fn grant(standing: &Standing, approval: &Approval, saying: &Saying, span: GrantSpan) -> Result<Option<Grant>, Refusal> {
    let now = fresh::now();
    let (scope, until) = match span {
        GrantSpan::Once => return Ok(None),
        GrantSpan::For(span) => (GrantScope::Conversation(approval.conversation.clone()), now + span),
        GrantSpan::Conversation => (GrantScope::Conversation(approval.conversation.clone()), Timestamp::NEVER),
        GrantSpan::Always => {
            if !standing.may_configure() {
                return Err(Refusal::Forbidden(
                    "a yes for always changes the project's policy: a maintainer may say so; say yes for this \
                     conversation instead"
                        .to_owned(),
                ));
            }
            (GrantScope::Project(approval.project.clone()), Timestamp::NEVER)
        }
    };
    if !matches!(saying, Saying::Allow) || approval.kind != ApprovalKind::Tool {
        return Err(Refusal::Invalid("only a yes to a tool can be given for longer than once".to_owned()));
    }
    let pattern = GrantPattern::from_call(&approval.call).filter(|_| !approval.dangerous).ok_or_else(|| {
        Refusal::Invalid(
            "this call can be allowed only once: it is dangerous, or cannot be understood well enough to recognise \
             another like it"
                .to_owned(),
        )
    })?;
    let given_by = standing.actor.user.clone();
    Ok(Some(Grant { id: fresh::grant_id(), scope, pattern, until, given_by, given_at: now }))
}
