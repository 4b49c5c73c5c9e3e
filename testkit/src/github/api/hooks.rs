//! A repository's own webhooks, and their deliveries: what there is without an App.

use serde_json::{Value, json};

use super::Here;
use super::apps::{config_json, get_delivery, list_deliveries, redeliver};
use crate::github::access::Need;
use crate::github::app::Hook;
use crate::github::clock::{stamp, unix_time};
use crate::github::form::{Kind, check, items, may};
use crate::github::grants::{Level, Role};
use crate::github::hooks::Target;
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page};
use crate::github::repository::{Repository, RepositoryHook};
use crate::github::request::number;
use crate::github::world::World;

const READ: Need = Need { permissions: &["repository_hooks"], level: Level::Read, role: Role::Admin };
const WRITE: Need = Need { permissions: &["repository_hooks"], level: Level::Write, role: Role::Admin };

pub(super) fn route(world: &mut World, here: Here<'_>, path: &[&str]) -> Outcome {
    let method = here.asked.request.method.as_str();
    let need = if method == "GET" { READ } else { WRITE };
    // A public repository may be read by all, but not its webhooks.
    if let Some(one) = world.repositories.get(&here.repository) {
        world
            .allow(here.asked.caller, one, Need { level: Level::Write, ..need })
            .map_err(|refusal| if refusal.status == 403 { refusal } else { Refusal::not_found() })?;
    }
    let target = |hook: &str| number(hook).map(|hook| Target::Repository(here.repository, hook));
    match (method, path) {
        ("GET", []) => list(world, here),
        ("POST", []) => create(world, here),
        ("GET", [id]) => get(world, here, number(id)?),
        ("GET", [hook, "deliveries"]) => list_deliveries(world, here.asked.request, target(hook)?),
        ("GET", [hook, "deliveries", id]) => get_delivery(world, here.asked.request, (target(hook)?, number(id)?)),
        ("POST", [hook, "deliveries", id, "attempts"]) => redeliver(world, (target(hook)?, number(id)?)),
        _ => Err(Refusal::not_found()),
    }
}

fn list(world: &World, here: Here<'_>) -> Outcome {
    here.asked.request.check_query(&["per_page", "page"])?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    page(here.asked.request, &world.web, one.hooks.iter().map(|hook| hook_json(world, one, hook)).collect())
}

fn get(world: &World, here: Here<'_>, id: u64) -> Outcome {
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let hook = one.hooks.iter().find(|hook| hook.hook.id == id).ok_or_else(Refusal::not_found)?;
    Ok(Reply::ok(hook_json(world, one, hook)))
}

fn create(world: &mut World, here: Here<'_>) -> Outcome {
    let body = here.body();
    check(
        body,
        &[
            may("name", Kind::OneOf(&["web"])),
            may("config", Kind::Object),
            may("events", Kind::List(100)),
            may("active", Kind::Flag),
        ],
    )?;
    let config = &body["config"];
    check(
        config,
        &[
            may("url", Kind::Text),
            may("content_type", Kind::Text),
            may("secret", Kind::Text),
            may("insecure_ssl", Kind::Text),
        ],
    )?;
    let url = config["url"]
        .as_str()
        .ok_or_else(|| Refusal::custom("Hook", "custom", "url", "url cannot be blank"))?
        .to_owned();
    let secret = config["secret"].as_str().map(str::to_owned);
    let events: Vec<String> =
        items(&body["events"]).iter().filter_map(|event| event.as_str().map(str::to_owned)).collect();
    let events = if events.is_empty() { vec!["push".to_owned()] } else { events };
    let id = world.next_id();
    let hook = RepositoryHook { hook: Hook { id, url: Some(url), secret }, events };
    if let Some(one) = world.repositories.get_mut(&here.repository) {
        one.hooks.push(hook);
    }
    world.ping(Target::Repository(here.repository, id), world.actor(here.asked.caller).unwrap_or_default());
    Ok(Reply { status: 201, ..get(world, here, id)? })
}

pub(crate) fn hook_json(world: &World, one: &Repository, hook: &RepositoryHook) -> Value {
    let url = format!("{}/hooks/{}", world.api_of(one), hook.hook.id);
    json!({
        "type": "Repository", "id": hook.hook.id, "name": "web", "active": true, "events": hook.events,
        "config": config_json(hook.hook.url.as_deref(), hook.hook.secret.is_some()), "url": url,
        "test_url": format!("{url}/tests"), "ping_url": format!("{url}/pings"),
        "deliveries_url": format!("{url}/deliveries"), "created_at": stamp(unix_time()), "updated_at": stamp(unix_time()),
        "last_response": {"code": null, "status": "unused", "message": null},
    })
}
