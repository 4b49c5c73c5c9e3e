//! Branches, their protection, and references.

use serde_json::{Value, json};

use super::Here;
use crate::github::access::Need;
use crate::github::grants::{Level, Role};
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page};
use crate::github::view::node_id;
use crate::github::world::World;

const READ: Need = Need::read(&["contents"]);
const PROTECTION: Need = Need { permissions: &["administration"], level: Level::Read, role: Role::Admin };

pub(super) fn list(world: &World, here: Here<'_>) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page", "protected"])?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let api = world.api_of(one);
    let refs = one.git.refs();
    let heads = refs.iter().filter_map(|(name, sha)| Some((name.strip_prefix("refs/heads/")?, sha)));
    let show = |(name, sha): (&str, &String)| {
        let commit = json!({"sha": sha, "url": format!("{api}/commits/{sha}")});
        json!({"name": name, "commit": commit, "protected": one.protected.contains(name)})
    };
    page(here.asked.request, &world.web, heads.map(show).collect())
}

pub(super) fn get(world: &World, here: Here<'_>, name: &str) -> Outcome {
    here.need(world, READ)?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let sha = one.git.branch(name).ok_or_else(|| Refusal::new(404, "Branch not found"))?;
    Ok(Reply::ok(world.branch_json(one, name, &sha)))
}

pub(super) fn protection(world: &World, here: Here<'_>, name: &str) -> Outcome {
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    // As with webhooks: that the repository is public does not open this.
    world.allow(here.asked.caller, one, Need { level: Level::Write, ..PROTECTION })?;
    if !one.protected.contains(name) {
        return Err(Refusal::new(404, "Branch not protected"));
    }
    let url = format!("{}/branches/{name}/protection", world.api_of(one));
    let off = |name: &str| json!({"enabled": name == "enforce_admins", "url": format!("{url}/{name}")});
    Ok(Reply::ok(json!({
        "url": url, "enforce_admins": off("enforce_admins"), "allow_force_pushes": {"enabled": false},
        "allow_deletions": {"enabled": false}, "required_linear_history": {"enabled": false},
    })))
}

/// One reference by its full name behind `refs/`.
pub(super) fn reference(world: &World, here: Here<'_>, name: &str) -> Outcome {
    here.need(world, READ)?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let full = format!("refs/{name}");
    let sha = one.git.exact_ref(&full).ok_or_else(Refusal::not_found)?;
    let api = world.api_of(one);
    let object: Value = json!({"type": "commit", "sha": sha, "url": format!("{api}/git/commits/{sha}")});
    let (node, url) = (node_id("REF", one.id), format!("{api}/git/{full}"));
    Ok(Reply::ok(json!({"ref": full, "node_id": node, "url": url, "object": object})))
}
