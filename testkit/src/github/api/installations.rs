//! Where the App is installed, and the tokens for it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::github::app::{Installation, Selection};
use crate::github::caller::{Caller, Token};
use crate::github::clock::{stamp, unix_time};
use crate::github::dispatch::Asked;
use crate::github::form::{Kind, check, items, may};
use crate::github::grants::{Grants, Level, Role};
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page, page_within};
use crate::github::view::{grants_json, permissions_json};
use crate::github::world::{World, secret};

/// How long a token is good, in virtual time.
const TOKEN_LIFE: Duration = Duration::from_secs(3600);

pub(super) fn list(world: &World, asked: Asked<'_>, app: u64) -> Outcome {
    asked.request.check_query(&["per_page", "page", "since", "outdated"])?;
    let of = world.installations.values().filter(|one| one.app == app);
    page(asked.request, &world.web, of.map(|one| world.installation_json(one)).collect())
}

pub(super) fn get(world: &World, app: u64, id: u64) -> Outcome {
    let found = world.installations.get(&id).filter(|one| one.app == app).ok_or_else(Refusal::not_found)?;
    Ok(Reply::ok(world.installation_json(found)))
}

/// The installation that has a repository, asked for by the App.
pub(super) fn of_repository(world: &World, asked: Asked<'_>, (owner, name): (&str, &str)) -> Outcome {
    let Caller::App(app) = asked.caller else { return Err(Refusal::not_found()) };
    let one = world.repository_named(owner, name).ok_or_else(Refusal::not_found)?;
    let found = world.installations.values().find(|each| each.app == *app && each.covers(one.owner, one.id));
    Ok(Reply::ok(world.installation_json(found.ok_or_else(Refusal::not_found)?)))
}

pub(super) fn of_account(world: &World, asked: Asked<'_>, login: &str) -> Outcome {
    let Caller::App(app) = asked.caller else {
        return Err(Refusal::unauthorized("A JSON web token could not be decoded"));
    };
    let account = world.account_named(login).ok_or_else(Refusal::not_found)?.id;
    let found = world.installations.values().find(|each| each.app == *app && each.account == account);
    Ok(Reply::ok(world.installation_json(found.ok_or_else(Refusal::not_found)?)))
}

/// A token for an installation, for all that it may do or less.
pub(super) fn create_token(world: &mut World, asked: Asked<'_>, id: u64) -> Outcome {
    let Caller::App(app) = asked.caller else { return Err(Refusal::not_found()) };
    let body = &asked.request.body;
    check(
        body,
        &[
            may("repositories", Kind::List(500)),
            may("repository_ids", Kind::List(500)),
            may("permissions", Kind::Object),
        ],
    )?;
    let found = world.installations.get(&id).filter(|one| one.app == *app).ok_or_else(Refusal::not_found)?.clone();
    if found.suspended.is_some() {
        return Err(Refusal::forbidden("This installation has been suspended"));
    }
    let grants = narrowed(&found, &body["permissions"])?;
    let repositories = chosen(world, &found, body)?;
    let caller = Caller::Installation { id, grants: grants.clone(), repositories: repositories.clone() };
    let token = format!("ghs_{}", secret(36));
    let expires = world.clock.now() + TOKEN_LIFE;
    world.tokens.insert(token.clone(), Token { caller, expires: Some(expires) });
    let narrow = repositories.is_some() || found.selection != Selection::All;
    let mut json = json!({
        "token": token, "expires_at": stamp(unix_time() + world.clock.real(TOKEN_LIFE).as_secs()),
        "permissions": grants_json(&grants), "repository_selection": if narrow { "selected" } else { "all" },
    });
    if let Some(repositories) = &repositories {
        let listed = repositories.iter().filter_map(|id| world.repositories.get(id));
        json["repositories"] = listed.map(|one| world.repository_json(one)).collect();
    }
    Ok(Reply::created(json))
}

fn narrowed(installation: &Installation, asked: &Value) -> Result<Grants, Refusal> {
    let Some(asked) = asked.as_object() else { return Ok(installation.permissions.clone()) };
    let mut grants = Grants::new();
    for (name, level) in asked {
        let level =
            level.as_str().and_then(Level::parse).ok_or_else(|| Refusal::invalid("Invalid permission level."))?;
        if installation.permissions.get(name).is_none_or(|granted| *granted < level) {
            return Err(Refusal::new(422, "The permissions requested are not granted to this installation."));
        }
        grants.insert(name.clone(), level);
    }
    Ok(grants)
}

fn chosen(world: &World, installation: &Installation, body: &Value) -> Result<Option<BTreeSet<u64>>, Refusal> {
    let (names, ids) = (items(&body["repositories"]), items(&body["repository_ids"]));
    if names.is_empty() && ids.is_empty() {
        return Ok(None);
    }
    let covered = |id: &u64| world.repositories.get(id).is_some_and(|one| installation.covers(one.owner, one.id));
    let by_name = |name: &Value| {
        let mut all = world.repositories.values().filter(|one| one.owner == installation.account);
        all.find(|one| name.as_str().is_some_and(|name| one.name.eq_ignore_ascii_case(name))).map(|one| one.id)
    };
    let all = names.iter().map(by_name).chain(ids.iter().map(Value::as_u64));
    let message =
        "There is at least one repository that does not exist or is not accessible to the parent installation.";
    let refuse = || Refusal::new(422, message);
    all.map(|id| id.filter(|id| covered(id)).ok_or_else(refuse)).collect::<Result<_, _>>().map(Some)
}

/// What an installation's token is for.
pub(super) fn repositories(world: &World, asked: Asked<'_>) -> Outcome {
    asked.request.check_query(&["per_page", "page"])?;
    let Caller::Installation { id, repositories, grants } = asked.caller else {
        let message = "You must authenticate with an installation access token in order to list repositories for an installation.";
        return Err(Refusal::forbidden(message));
    };
    let installation = world.installations.get(id).ok_or_else(Refusal::not_found)?;
    let covered = world.repositories.values().filter(|one| installation.covers(one.owner, one.id));
    let chosen = covered.filter(|one| repositories.as_ref().is_none_or(|chosen| chosen.contains(&one.id)));
    let role = if grants.get("contents") >= Some(&Level::Write) { Role::Write } else { Role::Read };
    let show = |one| {
        let mut json = world.repository_json(one);
        json["permissions"] = permissions_json(role);
        json
    };
    let shown: Vec<Value> = chosen.map(show).collect();
    let (total, selection) = (shown.len(), world.installation_json(installation)["repository_selection"].clone());
    page_within(
        asked.request,
        &world.web,
        shown,
        |shown| json!({"total_count": total, "repository_selection": selection, "repositories": shown}),
    )
}
