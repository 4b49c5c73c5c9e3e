//! The App about itself: its installations and tokens, and the deliveries of its webhook.

use serde_json::{Value, json};

use super::installations;
use crate::github::caller::Caller;
use crate::github::dispatch::Asked;
use crate::github::form::{Kind, check, may};
use crate::github::hooks::{Delivery, Target};
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply};
use crate::github::request::{Request, number};
use crate::github::world::World;

pub(super) fn route(world: &mut World, asked: Asked<'_>, path: &[&str]) -> Outcome {
    let Caller::App(app) = *asked.caller else {
        return Err(Refusal::unauthorized("A JSON web token could not be decoded"));
    };
    match (asked.request.method.as_str(), path) {
        ("GET", []) => get(world, app),
        ("GET", ["installations"]) => installations::list(world, asked, app),
        ("GET", ["installations", id]) => installations::get(world, app, number(id)?),
        ("POST", ["installations", id, "access_tokens"]) => installations::create_token(world, asked, number(id)?),
        ("GET", ["hook", "config"]) => get_config(world, app),
        ("PATCH", ["hook", "config"]) => set_config(world, asked, app),
        ("GET", ["hook", "deliveries"]) => list_deliveries(world, asked.request, Target::App(app)),
        ("GET", ["hook", "deliveries", id]) => get_delivery(world, asked.request, (Target::App(app), number(id)?)),
        ("POST", ["hook", "deliveries", id, "attempts"]) => redeliver(world, (Target::App(app), number(id)?)),
        _ => Err(Refusal::not_found()),
    }
}

fn get(world: &World, app: u64) -> Outcome {
    let app = world.apps.get(&app).ok_or_else(Refusal::not_found)?;
    let mut json = world.app_json(app);
    json["installations_count"] = world.installations.values().filter(|one| one.app == app.id).count().into();
    Ok(Reply::ok(json))
}

fn config(world: &World, app: u64) -> Value {
    let hook = world.apps.get(&app).map(|app| app.hook.clone()).unwrap_or_default();
    config_json(hook.url.as_deref(), hook.secret.is_some())
}

/// How a webhook is set up; nobody is told its secret.
pub(super) fn config_json(url: Option<&str>, secret: bool) -> Value {
    let mut json = json!({"content_type": "json", "insecure_ssl": "0", "url": url});
    if secret {
        json["secret"] = "********".into();
    }
    json
}

fn get_config(world: &World, app: u64) -> Outcome {
    Ok(Reply::ok(config(world, app)))
}

fn set_config(world: &mut World, asked: Asked<'_>, app: u64) -> Outcome {
    let body = &asked.request.body;
    let kinds = Kind::OneOf(&["json", "form"]);
    let fields = [
        may("url", Kind::Text),
        may("content_type", kinds),
        may("secret", Kind::Text),
        may("insecure_ssl", Kind::Text),
    ];
    check(body, &fields)?;
    if let Some(app) = world.apps.get_mut(&app) {
        if let Some(url) = body["url"].as_str() {
            app.hook.url = Some(url.to_owned());
        }
        if let Some(secret) = body["secret"].as_str() {
            app.hook.secret = Some(secret.to_owned());
        }
    }
    Ok(Reply::ok(config(world, app)))
}

/// Deliveries, latest first, a page after a cursor.
pub(super) fn list_deliveries(world: &World, request: &Request, target: Target) -> Outcome {
    request.check_query(&["per_page", "cursor", "status"])?;
    let size = request.query.get("per_page").and_then(|size| size.parse().ok()).unwrap_or(30).clamp(1, 100);
    let before: u64 = match request.query.get("cursor") {
        Some(cursor) => cursor.trim_start_matches("v1_").parse().map_err(|_| Refusal::new(400, "Invalid cursor"))?,
        None => u64::MAX,
    };
    let wanted = |delivery: &&Delivery| match request.query.get("status").map(String::as_str) {
        Some("success") => (200..300).contains(&delivery.status_code),
        Some("failure") => !(200..300).contains(&delivery.status_code),
        _ => true,
    };
    let mut listed = world.hooks.listed(target, world.clock.now()).filter(|one| one.id < before).filter(wanted);
    let shown: Vec<&Delivery> = listed.by_ref().take(size).collect();
    let reply = Reply::ok(shown.iter().map(|delivery| delivery.to_item()).collect());
    match (listed.next(), shown.last()) {
        (Some(_), Some(last)) => {
            let others =
                request.written_query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
            let cursor = format!("cursor=v1_{}", last.id);
            let query: Vec<&str> = others.chain([cursor.as_str()]).collect();
            let next = format!("<{}{}?{}>; rel=\"next\"", world.web, request.written, query.join("&"));
            Ok(reply.with("link", next))
        }
        _ => Ok(reply),
    }
}

fn find(world: &World, (target, id): (Target, u64)) -> Result<&Delivery, Refusal> {
    let found = world.hooks.listed(target, world.clock.now()).find(|delivery| delivery.id == id);
    found.ok_or_else(Refusal::not_found)
}

pub(super) fn get_delivery(world: &World, request: &Request, which: (Target, u64)) -> Outcome {
    Ok(Reply::ok(find(world, which)?.to_json(&format!("{}{}", world.web, request.written))))
}

/// Sends a delivery again: a new one with the same GUID and body.
pub(super) fn redeliver(world: &mut World, which: (Target, u64)) -> Outcome {
    let again = find(world, which)?.clone();
    world.redeliver(again);
    Ok(Reply::new(202, json!({})))
}
