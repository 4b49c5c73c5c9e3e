//! The routes of the REST API, by what they are about.

mod apps;
mod branches;
mod checks;
mod comments;
mod contents;
mod hooks;
mod installations;
mod issues;
mod labels;
mod manifest;
mod people;
mod pulls;
mod reactions;
mod repositories;
mod review_comments;
mod reviews;

pub(crate) use hooks::hook_json;
use serde_json::json;

use super::access::Need;
use super::caller::Caller;
use super::dispatch::Asked;
use super::hooks::Told;
use super::refusal::Refusal;
use super::reply::{Outcome, Reply};
use super::world::World;

/// A request about a repository that the caller may know of.
#[derive(Debug, Clone, Copy)]
struct Here<'a> {
    asked: Asked<'a>,
    repository: u64,
}

impl Here<'_> {
    /// Asks for a permission.
    fn need(&self, world: &World, need: Need) -> Result<(), Refusal> {
        let one = world.repositories.get(&self.repository).ok_or_else(Refusal::not_found)?;
        world.allow(self.asked.caller, one, need)
    }

    /// What is told of a deed at an issue.
    fn told(&self, world: &World, number: u64) -> Told {
        let sender = world.actor(self.asked.caller).unwrap_or_default();
        Told { repository: self.repository, number, sender }
    }

    /// The App by which something is written.
    fn app(&self, world: &World) -> Option<u64> {
        world.app_of(self.asked.caller).map(|app| app.id)
    }

    fn body(&self) -> &serde_json::Value {
        &self.asked.request.body
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.asked.request.body[name].as_str()
    }
}

/// Does what a request asks for.
pub(crate) fn route(world: &mut World, asked: Asked<'_>, path: &[&str]) -> Outcome {
    let method = asked.request.method.as_str();
    match (method, path) {
        (_, ["repos", owner, name, rest @ ..]) => {
            if let (Caller::App(_), "GET", ["installation"]) = (asked.caller, method, rest) {
                return installations::of_repository(world, asked, (owner, name));
            }
            let repository = world.find(asked.caller, owner, name)?.id;
            route_repository(world, Here { asked, repository }, rest)
        }
        (_, ["app", rest @ ..]) => apps::route(world, asked, rest),
        ("GET", ["installation", "repositories"]) => installations::repositories(world, asked),
        ("POST", ["app-manifests", code, "conversions"]) => manifest::convert(world, code),
        ("GET", ["user"]) => people::current(world, asked),
        ("GET", ["users", login]) => people::user(world, login),
        ("GET", ["users" | "orgs", login, "installation"]) => installations::of_account(world, asked, login),
        ("GET", ["rate_limit"]) => people::rate_limit(world, asked),
        ("GET", [] | ["meta"]) => Ok(Reply::ok(json!({"verifiable_password_authentication": false}))),
        _ => Err(Refusal::not_found()),
    }
}

fn route_repository(world: &mut World, here: Here<'_>, path: &[&str]) -> Outcome {
    match path.first().copied() {
        Some("issues") => route_issues(world, here, &path[1..]),
        Some("pulls") => route_pulls(world, here, &path[1..]),
        Some("check-runs" | "check-suites") => checks::route(world, here, path),
        Some("hooks") => hooks::route(world, here, &path[1..]),
        Some("commits") => route_commits(world, here, &path[1..]),
        _ => match (here.asked.request.method.as_str(), path) {
            ("GET", []) => repositories::get(world, here),
            ("GET", ["installation"]) => Err(Refusal::unauthorized("A JSON web token could not be decoded")),
            ("GET", ["collaborators", login, "permission"]) => people::permission(world, here, login),
            ("GET", ["collaborators", login]) => people::is_collaborator(world, here, login),
            ("GET", ["branches"]) => branches::list(world, here),
            ("GET", ["branches", name @ .., "protection"]) => branches::protection(world, here, &name.join("/")),
            ("GET", ["branches", name @ ..]) => branches::get(world, here, &name.join("/")),
            ("GET", ["git", "ref", name @ ..]) => branches::reference(world, here, &name.join("/")),
            ("GET", ["compare", range @ ..]) => contents::compare(world, here, &range.join("/")),
            ("GET", ["contents", path @ ..]) => contents::get(world, here, &path.join("/")),
            ("GET", ["labels"]) => labels::list(world, here),
            ("POST", ["labels"]) => labels::create(world, here),
            ("GET", ["labels", name]) => labels::get(world, here, name),
            _ => Err(Refusal::not_found()),
        },
    }
}

fn route_commits(world: &mut World, here: Here<'_>, path: &[&str]) -> Outcome {
    match (here.asked.request.method.as_str(), path) {
        ("GET", [name @ .., "check-runs"]) => checks::list_at(world, here, &name.join("/")),
        ("GET", [name @ .., "check-suites"]) => checks::suites_at(world, here, &name.join("/")),
        ("GET", [sha, "pulls"]) => pulls::list_at(world, here, sha),
        ("GET", name) if !name.is_empty() => contents::commit(world, here, &name.join("/")),
        _ => Err(Refusal::not_found()),
    }
}

fn route_issues(world: &mut World, here: Here<'_>, path: &[&str]) -> Outcome {
    match (here.asked.request.method.as_str(), path) {
        ("GET", []) => issues::list(world, here),
        ("POST", []) => issues::create(world, here),
        ("GET", [number]) => issues::get(world, here, number),
        ("PATCH", [number]) => issues::update(world, here, number),
        ("GET", ["comments", id]) => comments::get(world, here, id),
        ("PATCH", ["comments", id]) => comments::update(world, here, id),
        ("DELETE", ["comments", id]) => comments::delete(world, here, id),
        ("GET", [number, "comments"]) => comments::list(world, here, number),
        ("POST", [number, "comments"]) => comments::create(world, here, number),
        ("GET", [number, "labels"]) => labels::of_issue(world, here, number),
        ("POST", [number, "labels"]) => labels::add(world, here, number),
        ("DELETE", [number, "labels", name]) => labels::remove(world, here, number, name),
        ("POST", [number, "assignees"]) => issues::assign(world, here, number),
        (_, [.., "reactions"] | [.., "reactions", _]) => reactions::route(world, here, path),
        _ => Err(Refusal::not_found()),
    }
}

fn route_pulls(world: &mut World, here: Here<'_>, path: &[&str]) -> Outcome {
    match (here.asked.request.method.as_str(), path) {
        ("GET", []) => pulls::list(world, here),
        ("POST", []) => pulls::create(world, here),
        ("GET", ["comments", id]) => review_comments::get(world, here, id),
        ("PATCH", ["comments", id]) => review_comments::update(world, here, id),
        (_, ["comments", id, "reactions", ..]) => reactions::route_review_comment(world, here, id, &path[2..]),
        ("GET", [number]) => pulls::get(world, here, number),
        ("PATCH", [number]) => pulls::update(world, here, number),
        ("GET", [number, "files"]) => pulls::files(world, here, number),
        ("GET", [number, "commits"]) => pulls::commits(world, here, number),
        ("GET", [number, "comments"]) => review_comments::list(world, here, number),
        ("POST", [number, "comments"]) => review_comments::create(world, here, number),
        ("POST", [number, "comments", id, "replies"]) => review_comments::reply(world, here, number, id),
        ("GET", [number, "reviews"]) => reviews::list(world, here, number),
        ("POST", [number, "reviews"]) => reviews::create(world, here, number),
        ("GET", [number, "reviews", id]) => reviews::get(world, here, number, id),
        ("GET", [number, "reviews", id, "comments"]) => reviews::comments(world, here, number, id),
        _ => Err(Refusal::not_found()),
    }
}
