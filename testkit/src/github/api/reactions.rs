//! Reactions.

use super::Here;
use super::issues::{COMMENT, READ, find};
use crate::github::access::Need;
use crate::github::deeds::Subject;
use crate::github::form::{Kind, check, must};
use crate::github::grants::Role;
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page};
use crate::github::request::number;
use crate::github::view::REACTIONS;
use crate::github::world::World;

pub(super) fn route(world: &mut World, here: Here<'_>, path: &[&str]) -> Outcome {
    match path {
        ["comments", id, "reactions", rest @ ..] => serve(world, here, Subject::Comment(number(id)?), rest),
        [at, "reactions", rest @ ..] => {
            let issue = find(world, &here, at)?.1.number;
            serve(world, here, Subject::Issue(issue), rest)
        }
        _ => Err(Refusal::not_found()),
    }
}

pub(super) fn route_review_comment(world: &mut World, here: Here<'_>, id: &str, path: &[&str]) -> Outcome {
    match path {
        ["reactions", rest @ ..] => {
            let subject = Subject::ReviewComment(number(id)?);
            serve(world, here, subject, rest)
        }
        _ => Err(Refusal::not_found()),
    }
}

fn serve(world: &mut World, here: Here<'_>, subject: Subject, rest: &[&str]) -> Outcome {
    match (here.asked.request.method.as_str(), rest) {
        ("GET", []) => list(world, here, subject),
        ("POST", []) => create(world, here, subject),
        ("DELETE", [id]) => delete(world, here, subject, number(id)?),
        _ => Err(Refusal::not_found()),
    }
}

fn list(world: &mut World, here: Here<'_>, subject: Subject) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page", "content"])?;
    let writing = world.writing_mut(here.repository, subject).ok_or_else(Refusal::not_found)?;
    let reactions = writing.reactions.clone();
    let shown = reactions.iter().map(|reaction| world.reaction_json(reaction)).collect();
    page(here.asked.request, &world.web, shown)
}

/// 201 for a new one, 200 for one that was there.
fn create(world: &mut World, here: Here<'_>, subject: Subject) -> Outcome {
    let review = Need::write(&["pull_requests"], Role::Read);
    here.need(world, if matches!(subject, Subject::ReviewComment(_)) { review } else { COMMENT })?;
    check(here.body(), &[must("content", Kind::Text)])?;
    let content = here.text("content").unwrap_or_default();
    if !REACTIONS.contains(&content) {
        return Err(Refusal::validation("Reaction", "content", "invalid"));
    }
    let actor = world.actor(here.asked.caller).unwrap_or_default();
    let reacted = world.react(here.repository, subject, (actor, content)).ok_or_else(Refusal::not_found)?;
    let (reaction, new) = reacted;
    Ok(Reply::new(if new { 201 } else { 200 }, world.reaction_json(&reaction)))
}

fn delete(world: &mut World, here: Here<'_>, subject: Subject, id: u64) -> Outcome {
    here.need(world, COMMENT)?;
    let actor = world.actor(here.asked.caller);
    let writing = world.writing_mut(here.repository, subject).ok_or_else(Refusal::not_found)?;
    let before = writing.reactions.len();
    writing.reactions.retain(|reaction| reaction.id != id || Some(reaction.user) != actor);
    if writing.reactions.len() == before { Err(Refusal::not_found()) } else { Ok(Reply::nothing()) }
}
