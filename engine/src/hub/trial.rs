//! Trying a policy: what it would make of a call, by the same pure functions that the gate asks.

use super::project::configured;
use super::{access, grants};
use crate::fresh;
use crate::parts::Parts;
use signalbox_core::grant::{Grant, GrantPattern, GrantScope};
use signalbox_core::people::{Actor, Standing};
use signalbox_core::policy::{Decision, Policy, PolicyError, Verdict};
use signalbox_core::port::{Project, Refusal};
use signalbox_core::project::{Approvers, PolicyTrial, TryPolicy};

/// How many people are named who would be asked.
const NAMED: usize = 50;

pub(super) async fn try_policy(
    parts: &Parts,
    actor: &Actor,
    name: &str,
    tried: TryPolicy,
) -> Result<PolicyTrial, Refusal> {
    let (project, own) = configured(parts, actor, name).await?;
    let requester = match tried.requester.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => requester(parts, &project, name).await?,
        None => own,
    };
    let policy = match policy(&project, &tried) {
        Ok(policy) => policy,
        Err(PolicyError { faults }) => return Ok(PolicyTrial { faults, ..PolicyTrial::default() }),
    };
    let (call, now) = (tried.call(), fresh::now());
    let known = parts.store.grants_in(&project.id, now).await?;
    let (wide, _): (Vec<Grant>, Vec<Grant>) =
        known.iter().cloned().partition(|grant| matches!(grant.scope, GrantScope::Project(_)));
    let verdict = tried.verdict(&policy, &wide, now);
    let covering: Vec<Grant> = known.into_iter().filter(|grant| policy.honours(grant, &call)).collect();
    Ok(PolicyTrial {
        faults: Vec::new(),
        approvers: match verdict.decision {
            Decision::Ask => Some(approvers(parts, &policy, &requester, &verdict).await?),
            Decision::Allow | Decision::Deny => None,
        },
        grants: grants::reports(parts, &covering).await?,
        covers: GrantPattern::from_call(&call).filter(|_| !verdict.dangerous).map(|pattern| pattern.describe()),
        verdict: Some(verdict),
    })
}

/// Who would have asked for the task.
async fn requester(parts: &Parts, project: &Project, name: &str) -> Result<Standing, Refusal> {
    let missing = || Refusal::Invalid(format!("`{name}` may not ask for tasks in `{}`", project.name));
    let person = parts.store.user(name).await?.ok_or_else(missing)?;
    let standing = access::standing(parts, &person, &project.id).await?;
    if standing.may_submit() { Ok(standing) } else { Err(missing()) }
}

fn policy(project: &Project, tried: &TryPolicy) -> Result<Policy, PolicyError> {
    match tried.policy.as_ref().unwrap_or(&project.policy) {
        None => Ok(Policy::default()),
        Some(text) => Policy::parse(text),
    }
}

async fn approvers(
    parts: &Parts,
    policy: &Policy,
    requester: &Standing,
    verdict: &Verdict,
) -> Result<Approvers, Refusal> {
    let settings = &policy.settings.approval;
    let asked = &requester.actor.user;
    let another = verdict.dangerous && !settings.requester_alone;
    let mut people = Vec::new();
    for (actor, role) in parts.store.people_in(&requester.project).await? {
        let standing = Standing { actor, project: requester.project.clone(), role };
        if settings.entitles(&standing, asked) && !(another && &standing.actor.user == asked) {
            people.push(standing.actor.name);
        }
    }
    people.truncate(NAMED);
    Ok(Approvers { by: settings.by.clone(), votes: settings.votes, another, people })
}
