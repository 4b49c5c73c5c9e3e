//! Which request does what. Credential and limits come first, as with the real API; the tag comes last.

use std::time::Duration;

use super::api;
use super::caller::Caller;
use super::limits::Standing;
use super::refusal::Refusal;
use super::reply::{Content, Outcome, Reply};
use super::request::Request;
use super::world::World;

const VERSIONS: &[&str] = &["2022-11-28", "2026-03-10"];

/// A request, and who sends it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) request: &'a Request,
    pub(crate) caller: &'a Caller,
}

/// What becomes of a request.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) outcome: Outcome,
    pub(crate) standing: Option<Standing>,
    pub(crate) caller: String,
}

/// Does a request.
pub(crate) fn answer(world: &mut World, request: &Request) -> Answered {
    let caller = match check_headers(request).and_then(|()| world.caller(request)) {
        Ok(caller) => caller,
        Err(refusal) => return Answered { outcome: Err(refusal), standing: None, caller: "nobody".to_owned() },
    };
    let name = world.caller_name(&caller);
    let asked = Asked { request, caller: &caller };
    let free = request.path == ["rate_limit"];
    let mut standing = if free { None } else { world.take(&caller, request).transpose() };
    let outcome = match &standing {
        Some(Err(refusal)) => Err(refusal.clone()),
        _ => do_request(world, asked).map(|reply| unless_known(request, reply)),
    };
    if matches!(&outcome, Ok(reply) if reply.status == 304) && world.settings.limits {
        let now = world.clock.now();
        standing = Some(Ok(world.limits.give_back(&caller.key(), now)));
    }
    let now = world.clock.now();
    let standing = standing.map(|standing| standing.unwrap_or_else(|_| world.limits.standing(&caller.key(), now)));
    Answered { outcome, standing, caller: name }
}

fn check_headers(request: &Request) -> Result<(), Refusal> {
    if request.headers.get("user-agent").is_none_or(String::is_empty) {
        let message = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header \
                       (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).";
        return Err(Refusal::forbidden(message));
    }
    match request.headers.get("x-github-api-version") {
        Some(version) if !VERSIONS.contains(&version.as_str()) => {
            Err(Refusal::new(400, format!("API version {version} is not supported")))
        }
        _ => Ok(()),
    }
}

fn do_request(world: &mut World, asked: Asked<'_>) -> Outcome {
    if let Some(refusal) = &asked.request.unreadable {
        return Err(refusal.clone());
    }
    if makes_content(asked.request) {
        world.create(asked.caller)?;
    }
    let path: Vec<&str> = asked.request.path.iter().map(String::as_str).collect();
    api::route(world, asked, &path)
}

/// Whether people are told of what a request makes: that is what the secondary limit counts.
fn makes_content(request: &Request) -> bool {
    let last = request.path.last().map(String::as_str).unwrap_or_default();
    request.method == "POST"
        && request.path.first().is_some_and(|first| first == "repos")
        && matches!(last, "comments" | "issues" | "pulls" | "replies" | "reviews")
}

/// An answer that the caller has already is not sent again.
fn unless_known(request: &Request, reply: Reply) -> Reply {
    if request.method != "GET" || reply.status != 200 {
        return reply;
    }
    let tag = reply.tag();
    let known = request.headers.get("if-none-match").is_some_and(|known| known.split(", ").any(|one| one == tag));
    let reply = if known { Reply { status: 304, content: Content::Nothing, ..reply } } else { reply };
    reply.with("etag", tag)
}

impl World {
    /// Counts a request against the limits that hold for all; none when there are no limits.
    fn take(&mut self, caller: &Caller, request: &Request) -> Result<Option<Standing>, Refusal> {
        if !self.settings.limits {
            return Ok(None);
        }
        let (key, now) = (caller.key(), self.clock.now());
        let points = if matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") { 1 } else { 5 };
        self.limits.spend(&key, points, now).map_err(|wait| self.secondary(wait))?;
        match self.limits.take(&key, now) {
            Ok(standing) => Ok(Some(standing)),
            Err(_) => Err(Refusal::forbidden(format!("API rate limit exceeded for {key}."))),
        }
    }

    /// Counts something new against the secondary limit.
    fn create(&mut self, caller: &Caller) -> Result<(), Refusal> {
        if !self.settings.limits {
            return Ok(());
        }
        let now = self.clock.now();
        self.limits.create(&caller.key(), now).map_err(|wait| self.secondary(wait))
    }

    fn secondary(&self, wait: Duration) -> Refusal {
        let status = if self.settings.secondary_as_429 { 429 } else { 403 };
        let wait = self.clock.real(wait).as_secs_f64().ceil().max(1.0);
        Refusal::secondary(status, wait as u64)
    }
}
