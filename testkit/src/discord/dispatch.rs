//! Which request does what. Token and limits come first, as with the real API.

use serde_json::Value;

use super::callback::create_response;
use super::followups::{create_followup, delete_answer, edit_answer, get_answer};
use super::limits::{self, Standing, TooMany};
use super::messages::{create_message, delete_message, edit_message, get_message, list_messages};
use super::places;
use super::reactions::{add_reaction, remove_reaction};
use super::refusal::{Reason, Refusal, Wait};
use super::request::{Request, id_in};
use super::threads;
use super::world::World;

/// An answer that is no error; null stands for no body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    pub(crate) fn nothing() -> Self {
        Self { status: 204, body: Value::Null }
    }
}

pub(crate) type Outcome = Result<Reply, Refusal>;

/// What becomes of a request, and how its bucket stands then.
pub(crate) struct Answered {
    pub(crate) outcome: Outcome,
    pub(crate) standing: Option<(limits::Route, Standing)>,
}

/// Does a request.
pub(crate) fn answer(world: &mut World, request: &Request) -> Answered {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    if let Err(refusal) = authorize(world, request, &path) {
        return Answered { outcome: Err(refusal), standing: None };
    }
    let standing = match take(world, request, &path) {
        Ok(standing) => standing,
        Err(refusal) => return Answered { outcome: Err(refusal), standing: None },
    };
    let outcome = match &request.unreadable {
        Some(refusal) => Err(refusal.clone()),
        None => route(world, request, &path),
    };
    Answered { outcome, standing }
}

/// Answers to interactions are authorised by the tokens in their paths.
fn is_by_token(path: &[&str]) -> bool {
    matches!(path, ["interactions", _, _, "callback"] | ["webhooks", _, _, ..])
}

/// Whether a request is the bot's.
pub(crate) fn authorize(world: &World, request: &Request, path: &[&str]) -> Result<(), Refusal> {
    let token = request.authorization.as_deref().and_then(|value| value.strip_prefix("Bot "));
    let known = token == Some(world.settings.token.as_str());
    if known || is_by_token(path) { Ok(()) } else { Err(Reason::Unauthorized.into()) }
}

fn take(world: &mut World, request: &Request, path: &[&str]) -> Result<Option<(limits::Route, Standing)>, Refusal> {
    if !world.settings.limits {
        return Ok(None);
    }
    let now = world.clock.now();
    let global = if is_by_token(path) { Ok(()) } else { world.limits.take_global(now) };
    let renames = request.body.get("name").is_some();
    let taken = global.and_then(|()| match limits::key(&request.method, path, renames) {
        Some(key) => world.limits.take(&key, now).map(|standing| Some((key.route, standing))),
        None => Ok(None),
    });
    taken.map_err(|TooMany { after, scope }| Refusal::too_many(Wait { after: world.clock.real(after), scope }))
}

fn route(world: &mut World, request: &Request, path: &[&str]) -> Outcome {
    match path.first().copied() {
        Some("channels") => route_channel(world, request, path),
        Some("guilds") => route_guild(world, request, path),
        Some("applications") => route_application(world, request, path),
        Some("interactions" | "webhooks") => route_interaction(world, request, path),
        _ => match (request.method.as_str(), path) {
            ("GET", ["gateway", "bot"]) => places::get_gateway_bot(world),
            ("GET", ["gateway"]) => Ok(Reply::ok(serde_json::json!({"url": world.gateway_url()}))),
            ("GET", ["users", "@me"]) => places::get_current_user(world),
            ("POST", ["users", "@me", "channels"]) => places::open_direct(world, &request.body),
            ("GET", ["oauth2", "applications", "@me"]) => places::get_application(world),
            _ => Err(Reason::NotFound.into()),
        },
    }
}

fn route_channel(world: &mut World, request: &Request, path: &[&str]) -> Outcome {
    let Some(id) = path.get(1) else { return Err(Reason::NotFound.into()) };
    let channel = id_in(id)?;
    match (request.method.as_str(), &path[2..]) {
        ("GET", []) => places::get_channel(world, channel),
        ("PATCH", []) => places::patch_channel(world, channel, request),
        ("DELETE", []) => places::delete_channel(world, channel),
        ("POST", ["messages"]) => create_message(world, channel, request),
        ("GET", ["messages"]) => list_messages(world, channel, request),
        ("GET", ["messages", id]) => get_message(world, channel, id_in(id)?),
        ("PATCH", ["messages", id]) => edit_message(world, channel, id_in(id)?, request),
        ("DELETE", ["messages", id]) => delete_message(world, channel, id_in(id)?),
        ("PUT", ["messages", id, "reactions", emoji, "@me"]) => add_reaction(world, channel, id_in(id)?, emoji),
        ("DELETE", ["messages", id, "reactions", emoji, "@me"]) => remove_reaction(world, channel, id_in(id)?, emoji),
        ("POST", ["messages", id, "threads"]) => threads::open_at_message(world, channel, id_in(id)?, request),
        ("POST", ["threads"]) => threads::open_alone(world, channel, request),
        ("PUT", ["thread-members", "@me"]) => threads::join_thread(world, channel),
        ("POST", ["typing"]) => places::type_in(world, channel),
        _ => Err(Reason::NotFound.into()),
    }
}

fn route_guild(world: &mut World, request: &Request, path: &[&str]) -> Outcome {
    let Some(id) = path.get(1) else { return Err(Reason::NotFound.into()) };
    let guild = id_in(id)?;
    match (request.method.as_str(), &path[2..]) {
        ("GET", []) => places::get_guild(world, guild),
        ("GET", ["channels"]) => places::list_channels(world, guild),
        ("GET", ["members", user]) => places::get_member(world, guild, id_in(user)?),
        ("GET", ["threads", "active"]) => {
            places::get_guild(world, guild)?;
            threads::list_active(world, guild)
        }
        _ => Err(Reason::NotFound.into()),
    }
}

fn route_application(world: &mut World, request: &Request, path: &[&str]) -> Outcome {
    match (request.method.as_str(), path) {
        ("GET", ["applications", "@me"]) => places::get_application(world),
        (method, ["applications", id, rest @ ..]) => {
            places::check_application(world, id)?;
            let guild = match rest {
                ["commands"] => None,
                ["guilds", guild, "commands"] => Some(id_in(guild)?),
                _ => return Err(Reason::NotFound.into()),
            };
            match method {
                "GET" => places::get_commands(world, guild),
                "PUT" => places::put_commands(world, guild, &request.body),
                _ => Err(Reason::NotFound.into()),
            }
        }
        _ => Err(Reason::NotFound.into()),
    }
}

fn route_interaction(world: &mut World, request: &Request, path: &[&str]) -> Outcome {
    if let ["webhooks", application, ..] = path {
        places::check_application(world, application).map_err(|_| Reason::UnknownWebhook)?;
    }
    match (request.method.as_str(), path) {
        ("POST", ["interactions", id, token, "callback"]) => create_response(world, (id_in(id)?, token), request),
        ("POST", ["webhooks", _, token]) => create_followup(world, token, request),
        ("GET", ["webhooks", _, token, "messages", which]) => get_answer(world, token, which),
        ("PATCH", ["webhooks", _, token, "messages", which]) => edit_answer(world, token, which, request),
        ("DELETE", ["webhooks", _, token, "messages", which]) => delete_answer(world, token, which),
        _ => Err(Reason::NotFound.into()),
    }
}
