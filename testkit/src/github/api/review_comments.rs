//! Comments at lines.

use serde_json::Value;

use super::Here;
use super::comments::body_of;
use super::pulls::{READ, WRITE, find_pull};
use crate::github::deeds::{NewReview, Remark};
use crate::github::form::{Kind, check, check_text, may, must};
use crate::github::issue::{Issue, Pull, ReviewComment};
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page};
use crate::github::repository::Repository;
use crate::github::request::number;
use crate::github::world::World;

const SIDES: Kind = Kind::OneOf(&["LEFT", "RIGHT"]);

fn find_comment<'a>(
    world: &'a World,
    here: &Here<'_>,
    id: u64,
) -> Result<(&'a Repository, &'a Issue, &'a ReviewComment), Refusal> {
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let issue = one.pull_of_comment(id).and_then(|number| one.issues.get(&number)).ok_or_else(Refusal::not_found)?;
    let comments = issue.pull.as_ref().map(|pull| pull.comments.as_slice()).unwrap_or_default();
    Ok((one, issue, comments.iter().find(|comment| comment.id == id).ok_or_else(Refusal::not_found)?))
}

fn show(world: &World, here: &Here<'_>, id: u64) -> Result<Value, Refusal> {
    let (one, issue, comment) = find_comment(world, here, id)?;
    Ok(world.review_comment_json(one, issue, comment))
}

pub(super) fn get(world: &World, here: Here<'_>, id: &str) -> Outcome {
    here.need(world, READ)?;
    Ok(Reply::ok(show(world, &here, number(id)?)?))
}

pub(super) fn list(world: &World, here: Here<'_>, at: &str) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page", "sort", "direction", "since"])?;
    let (one, issue, pull) = find_pull(world, &here, at)?;
    let shown = pull.comments.iter().map(|comment| world.review_comment_json(one, issue, comment)).collect();
    page(here.asked.request, &world.web, shown)
}

/// What a comment at a line says, and where.
///
/// # Errors
/// When the line is not part of the difference.
pub(super) fn remark(world: &World, here: &Here<'_>, pull: &Pull, body: &Value) -> Result<Remark, Refusal> {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let remark = Remark {
        path: text("path"),
        line: body["line"].as_u64().unwrap_or_default(),
        start_line: body["start_line"].as_u64(),
        side: body["side"].as_str().unwrap_or("RIGHT").to_owned(),
        body: text("body"),
    };
    check_text("PullRequestReviewComment", &remark.body)?;
    let message = "pull_request_review_thread.line must be part of the diff";
    let missing = || Refusal::custom("PullRequestReviewComment", "custom", "pull_request_review_thread.line", message);
    world.hunk(here.repository, pull, &remark).ok_or_else(missing)?;
    Ok(remark)
}

pub(super) fn create(world: &mut World, here: Here<'_>, at: &str) -> Outcome {
    here.need(world, WRITE)?;
    if here.body()["in_reply_to"].is_u64() {
        check(here.body(), &[must("body", Kind::Text), must("in_reply_to", Kind::Integer)])?;
        let to = here.body()["in_reply_to"].as_u64().unwrap_or_default();
        return reply_to(world, here, (at, to), here.text("body").unwrap_or_default());
    }
    let fields = [
        must("body", Kind::Text),
        must("commit_id", Kind::Text),
        must("path", Kind::Text),
        must("line", Kind::Integer),
        may("side", SIDES),
        may("start_line", Kind::Integer),
        may("start_side", SIDES),
        may("subject_type", Kind::OneOf(&["line"])),
    ];
    check(here.body(), &fields)?;
    let (one, issue, pull) = find_pull(world, &here, at)?;
    if one.git.commit_at(here.text("commit_id").unwrap_or_default()).is_none() {
        return Err(Refusal::custom(
            "PullRequestReviewComment",
            "custom",
            "commit_id",
            "commit_id is not part of the pull request",
        ));
    }
    let remark = remark(world, &here, pull, here.body())?;
    let (told, app) = (here.told(world, issue.number), here.app(world));
    let new = NewReview { body: String::new(), state: "COMMENTED", remarks: vec![remark], app };
    let review = world.review(told, new).ok_or_else(Refusal::not_found)?;
    let (_, _, pull) = find_pull(world, &here, at)?;
    let made = pull.comments.iter().find(|comment| comment.review == review).ok_or_else(Refusal::not_found)?;
    Ok(Reply::created(show(world, &here, made.id)?))
}

pub(super) fn reply(world: &mut World, here: Here<'_>, at: &str, to: &str) -> Outcome {
    here.need(world, WRITE)?;
    let body = body_of(&here, "PullRequestReviewComment")?;
    reply_to(world, here, (at, number(to)?), body)
}

fn reply_to(world: &mut World, here: Here<'_>, (at, to): (&str, u64), body: &str) -> Outcome {
    check_text("PullRequestReviewComment", body)?;
    let (_, issue, pull) = find_pull(world, &here, at)?;
    pull.comments.iter().find(|comment| comment.id == to).ok_or_else(Refusal::not_found)?;
    let (told, app) = (here.told(world, issue.number), here.app(world));
    let id = world.reply(told, to, (body, app)).ok_or_else(Refusal::not_found)?;
    Ok(Reply::created(show(world, &here, id)?))
}

pub(super) fn update(world: &mut World, here: Here<'_>, id: &str) -> Outcome {
    here.need(world, WRITE)?;
    let body = body_of(&here, "PullRequestReviewComment")?;
    let (_, issue, comment) = find_comment(world, &here, number(id)?)?;
    if world.actor(here.asked.caller) != Some(comment.writing.author) {
        return Err(Refusal::forbidden("Resource not accessible by integration"));
    }
    let told = here.told(world, issue.number);
    world.edit_review_comment(told, number(id)?, body);
    get(world, here, id)
}
