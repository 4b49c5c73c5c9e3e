//! Comments at issues and pull requests.

use super::Here;
use super::issues::{COMMENT, READ, find, find_open_to};
use crate::github::access::Need;
use crate::github::form::{Kind, check, check_text, must};
use crate::github::grants::Role;
use crate::github::issue::{Comment, Issue};
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page};
use crate::github::repository::Repository;
use crate::github::request::number;
use crate::github::world::World;

fn find_comment<'a>(
    world: &'a World,
    here: &Here<'_>,
    id: &str,
) -> Result<(&'a Repository, &'a Issue, &'a Comment), Refusal> {
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let id = number(id)?;
    let issue = one.issue_of_comment(id).and_then(|number| one.issues.get(&number)).ok_or_else(Refusal::not_found)?;
    let comment = issue.comments.iter().find(|comment| comment.id == id).ok_or_else(Refusal::not_found)?;
    Ok((one, issue, comment))
}

pub(super) fn get(world: &World, here: Here<'_>, id: &str) -> Outcome {
    here.need(world, READ)?;
    let (one, issue, comment) = find_comment(world, &here, id)?;
    Ok(Reply::ok(world.comment_json(one, issue, comment)))
}

pub(super) fn list(world: &World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page", "since"])?;
    let (one, issue) = find(world, &here, number)?;
    // Dates as the API writes them sort as text.
    let since = here.asked.request.query.get("since").cloned().unwrap_or_default();
    let recent = |comment: &&Comment| crate::github::clock::stamp(comment.writing.updated) >= since;
    let shown = issue.comments.iter().filter(recent).map(|comment| world.comment_json(one, issue, comment)).collect();
    page(here.asked.request, &world.web, shown)
}

/// The text that a request brings.
pub(super) fn body_of<'a>(here: &'a Here<'_>, resource: &str) -> Result<&'a str, Refusal> {
    check(here.body(), &[must("body", Kind::Text)])?;
    let body = here.text("body").unwrap_or_default();
    check_text(resource, body)?;
    Ok(body)
}

pub(super) fn create(world: &mut World, here: Here<'_>, number: &str) -> Outcome {
    let (_, issue) = find(world, &here, number)?;
    // At an issue, leave for pull requests does not help, nor the other way round.
    let permissions: &[&str] = if issue.pull.is_some() { &["pull_requests", "issues"] } else { &["issues"] };
    here.need(world, Need::write(permissions, Role::Read))?;
    let number = find_open_to(world, &here, number)?.number;
    let body = body_of(&here, "IssueComment")?;
    let (told, app) = (here.told(world, number), here.app(world));
    let id = world.comment(told, body, app);
    let (one, issue, comment) = find_comment(world, &here, &id.to_string())?;
    let shown = world.comment_json(one, issue, comment);
    let url = shown["url"].as_str().unwrap_or_default().to_owned();
    Ok(Reply::created(shown).with("location", url))
}

/// Only whoever wrote a comment may change it, or who may push; an App its own alone.
fn own(world: &World, here: &Here<'_>, id: &str) -> Result<u64, Refusal> {
    here.need(world, COMMENT)?;
    let (one, issue, comment) = find_comment(world, here, id)?;
    let actor = world.actor(here.asked.caller).unwrap_or_default();
    if comment.writing.author == actor || one.role(actor) >= Role::Write {
        return Ok(issue.number);
    }
    Err(Refusal::forbidden(match here.app(world) {
        Some(_) => "Resource not accessible by integration",
        None => "Must have admin rights to Repository.",
    }))
}

pub(super) fn update(world: &mut World, here: Here<'_>, id: &str) -> Outcome {
    let at = own(world, &here, id)?;
    let body = body_of(&here, "IssueComment")?;
    let told = here.told(world, at);
    world.edit_comment(told, number(id)?, body);
    get(world, here, id)
}

pub(super) fn delete(world: &mut World, here: Here<'_>, id: &str) -> Outcome {
    let at = own(world, &here, id)?;
    let told = here.told(world, at);
    world.delete_comment(told, number(id)?);
    Ok(Reply::nothing())
}
