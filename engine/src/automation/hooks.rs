//! Hooks as people manage them.

use super::secret::{self, scope};
use super::template::{self, Made, Making};
use super::{doors, entitle};
use crate::fresh;
use crate::hub::{check_name, did, hidden};
use crate::parts::Parts;
use crate::store::{Hook, NewHook};
use signalbox_core::audit::Kind;
use signalbox_core::hook::{self, AddHook, HookReport, MadeHook, Rules, Trial, TryHook};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;

pub(super) async fn add(parts: &Parts, actor: &Actor, request: AddHook) -> Result<MadeHook, Refusal> {
    let (project, standing) = entitle::configured(parts, actor, &request.project).await?;
    check_name("hook", &request.name)?;
    let rules = checked(&request.rules)?;
    let person = entitle::spokesperson(parts, &standing, &request.user).await?;
    let places = entitle::places(parts, actor, &project.id, request.places).await?;
    let made = request.secret.is_none();
    let secret = request.secret.unwrap_or_else(|| secret::make(&rules.scheme));
    secret::check(&rules.scheme, &secret)?;
    let new = NewHook {
        id: fresh::unique(),
        name: request.name.clone(),
        project: project.id,
        user: person.user,
        made_by: actor.user.clone(),
        rules: request.rules,
        places,
        at: fresh::now(),
    };
    let scope = scope(&new.id);
    secret::keep(&parts.store, &scope, &secret).await?;
    let created =
        did(actor, Kind::HookCreated, "hook", &request.name).with("project", &project.name).with("user", &request.user);
    if let Err(error) = parts.store.noting(created).add_hook(new).await {
        secret::remove(parts, &scope).await?;
        return Err(error.into());
    }
    doors::reload(parts).await?;
    Ok(MadeHook { path: path(&request.name), secret: made.then_some(secret), previous_until: None })
}

pub(super) async fn list(parts: &Parts, actor: &Actor) -> Result<Vec<HookReport>, Refusal> {
    let mut reports = Vec::new();
    for hook in parts.store.hooks().await? {
        if entitle::may_configure(parts, actor, &hook.project).await? {
            reports.push(report(hook));
        }
    }
    Ok(reports)
}

pub(super) async fn remove(parts: &Parts, actor: &Actor, name: &str) -> Result<(), Refusal> {
    let hook = find(parts, actor, name).await?;
    let removed = did(actor, Kind::HookRemoved, "hook", &hook.name);
    parts.store.noting(removed).remove_hook(&hook.id, fresh::now()).await?;
    secret::remove(parts, &scope(&hook.id)).await?;
    doors::reload(parts).await
}

pub(super) async fn rotate(parts: &Parts, actor: &Actor, name: &str) -> Result<MadeHook, Refusal> {
    let hook = find(parts, actor, name).await?;
    let rules = checked(&hook.rules)?;
    let scope = scope(&hook.id);
    // The old one opens under its second name before it loses its first.
    let until = secret::lay_aside(parts, &scope).await?;
    if let Some(until) = until {
        parts.store.hook_rotated(&hook.id, until).await?;
    }
    let secret = secret::make(&rules.scheme);
    let rotated = did(actor, Kind::HookRotated, "hook", &hook.name);
    secret::keep(&parts.store.noting(rotated), &scope, &secret).await?;
    doors::reload(parts).await?;
    Ok(MadeHook { path: path(&hook.name), secret: Some(secret), previous_until: until })
}

pub(super) async fn try_out(parts: &Parts, actor: &Actor, name: &str, request: TryHook) -> Result<Trial, Refusal> {
    let hook = find(parts, actor, name).await?;
    let rules = checked(&hook.rules)?;
    let code = fresh::link_code();
    let making = Making { hook: hook.name, code, limit: parts.settings.run.prompt_bytes };
    match template::make_in_time(rules, request.told, making).await {
        Ok(Made::Unwanted) => Ok(Trial::Unwanted),
        Ok(Made::Prompt(prompt)) => Ok(Trial::Asked { prompt }),
        Err(error) => Err(Refusal::Invalid(error.to_string())),
    }
}

fn checked(text: &str) -> Result<Rules, Refusal> {
    let rules = Rules::parse(text).map_err(|error| Refusal::Invalid(error.to_string()))?;
    template::check(&rules).map_err(|error| Refusal::Invalid(error.to_string()))?;
    Ok(rules)
}

/// A hook, as long as the actor may configure its project.
async fn find(parts: &Parts, actor: &Actor, name: &str) -> Result<Hook, Refusal> {
    let missing = || Refusal::NotFound(format!("there is no hook `{name}`; `signalbox hook list` shows yours"));
    let hook = parts.store.hook(name).await?.ok_or_else(missing)?;
    if entitle::may_configure(parts, actor, &hook.project).await? {
        return Ok(hook);
    }
    hidden(parts, actor, "hook", name).await;
    Err(missing())
}

fn path(name: &str) -> String {
    format!("{}{name}", hook::PATH)
}

fn report(hook: Hook) -> HookReport {
    let rules = Rules::parse(&hook.rules).ok();
    HookReport {
        name: hook.name,
        project: hook.project_name,
        user: hook.user_name,
        scheme: rules.as_ref().map_or("unreadable", |rules| rules.scheme.as_str()).to_owned(),
        when: rules.and_then(|rules| rules.when),
        places: hook.places,
        last_at: hook.last_at,
        last_task: hook.last_task,
        refusal: hook.refusal,
    }
}
