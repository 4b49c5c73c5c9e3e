//! Users, what they may do in a repository, and how the caller's limits stand.

use serde_json::{Value, json};

use super::Here;
use crate::github::access::Need;
use crate::github::caller::Caller;
use crate::github::clock::{stamp, unix_time};
use crate::github::dispatch::Asked;
use crate::github::grants::{Level, Role};
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply};
use crate::github::view::permissions_json;
use crate::github::world::World;

/// Whoever may not push may not ask for others' permissions.
const METADATA: Need = Need { permissions: &["metadata"], level: Level::Read, role: Role::Write };

pub(super) fn current(world: &World, asked: Asked<'_>) -> Outcome {
    match asked.caller {
        Caller::Nobody => Err(Refusal::unauthorized("Requires authentication")),
        Caller::App(_) | Caller::Installation { .. } => {
            Err(Refusal::forbidden("Resource not accessible by integration"))
        }
        Caller::FineGrained { user, .. } => Ok(Reply::ok(public_json(world, *user))),
        Caller::Classic { user, scopes } => {
            Ok(Reply::ok(public_json(world, *user)).with("x-oauth-scopes", scopes.join(", ")))
        }
    }
}

pub(super) fn user(world: &World, login: &str) -> Outcome {
    let account = world.account_named(login).ok_or_else(Refusal::not_found)?;
    Ok(Reply::ok(public_json(world, account.id)))
}

fn public_json(world: &World, id: u64) -> Value {
    let mut json = world.user_json(id);
    let Some(account) = world.accounts.get(&id) else { return json };
    let more = json!({
        "name": account.name, "company": null, "blog": "", "location": null, "email": null, "hireable": null,
        "bio": null, "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0,
        "created_at": stamp(account.made), "updated_at": stamp(account.made),
    });
    crate::github::view::merge(&mut json, more);
    json
}

/// What somebody may do: `none` for who has nothing to do with it, if it is not public.
pub(super) fn permission(world: &World, here: Here<'_>, login: &str) -> Outcome {
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    match here.asked.caller {
        Caller::Nobody => return Err(Refusal::unauthorized("Requires authentication")),
        Caller::Classic { user, .. } | Caller::FineGrained { user, .. } if one.role(*user) < Role::Write => {
            return Err(Refusal::forbidden("Must have push access to view collaborator permission."));
        }
        // A public repository is seen by every installation, but tells this to its own alone.
        Caller::Installation { .. } => world.allow(here.asked.caller, one, Need { level: Level::Write, ..METADATA })?,
        _ => world.allow(here.asked.caller, one, METADATA)?,
    }
    let account = world.account_named(login).ok_or_else(|| Refusal::new(404, format!("{login} is not a user")))?;
    let role = one.role(account.id);
    let mut user = world.user_json(account.id);
    user["permissions"] = permissions_json(role);
    user["role_name"] = role.word().into();
    Ok(Reply::ok(json!({"permission": role.legacy_word(), "role_name": role.word(), "user": user})))
}

pub(super) fn is_collaborator(world: &World, here: Here<'_>, login: &str) -> Outcome {
    here.need(world, METADATA)?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let known = world.account_named(login).is_some_and(|user| user.id == one.owner || one.roles.contains_key(&user.id));
    if known { Ok(Reply::nothing()) } else { Err(Refusal::not_found()) }
}

pub(super) fn rate_limit(world: &mut World, asked: Asked<'_>) -> Outcome {
    let now = world.clock.now();
    let standing = world.limits.standing(&asked.caller.key(), now);
    let reset = unix_time() + world.clock.real(standing.resets).as_secs() + 1;
    let core =
        json!({"limit": standing.limit, "used": standing.used, "remaining": standing.remaining(), "reset": reset});
    let search = json!({"limit": 30, "used": 0, "remaining": 30, "reset": reset});
    Ok(Reply::ok(json!({"resources": {"core": core, "search": search}, "rate": core})))
}
