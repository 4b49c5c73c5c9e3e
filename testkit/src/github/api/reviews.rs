//! Reviews.

use super::Here;
use super::pulls::{READ, WRITE, find_pull};
use super::review_comments::remark;
use crate::github::deeds::NewReview;
use crate::github::form::{Kind, check, items, may, must};
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page};
use crate::github::request;
use crate::github::world::World;

const EVENTS: &[(&str, &str)] =
    &[("APPROVE", "APPROVED"), ("REQUEST_CHANGES", "CHANGES_REQUESTED"), ("COMMENT", "COMMENTED")];

pub(super) fn list(world: &World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page"])?;
    let (one, issue, pull) = find_pull(world, &here, number)?;
    page(
        here.asked.request,
        &world.web,
        pull.reviews.iter().map(|review| world.review_json(one, issue, review)).collect(),
    )
}

pub(super) fn get(world: &World, here: Here<'_>, number: &str, id: &str) -> Outcome {
    here.need(world, READ)?;
    let (one, issue, pull) = find_pull(world, &here, number)?;
    let id = request::number(id)?;
    let review = pull.reviews.iter().find(|review| review.id == id).ok_or_else(Refusal::not_found)?;
    Ok(Reply::ok(world.review_json(one, issue, review)))
}

pub(super) fn comments(world: &World, here: Here<'_>, number: &str, id: &str) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page"])?;
    let (one, issue, pull) = find_pull(world, &here, number)?;
    let id = request::number(id)?;
    let of = pull.comments.iter().filter(|comment| comment.review == id);
    page(here.asked.request, &world.web, of.map(|comment| world.review_comment_json(one, issue, comment)).collect())
}

pub(super) fn create(world: &mut World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, WRITE)?;
    let events = Kind::OneOf(&["APPROVE", "REQUEST_CHANGES", "COMMENT"]);
    let fields = [
        may("commit_id", Kind::Text),
        may("body", Kind::Text),
        must("event", events),
        may("comments", Kind::List(1000)),
    ];
    check(here.body(), &fields)?;
    let (_, issue, pull) = find_pull(world, &here, number)?;
    let event = here.text("event").unwrap_or_default();
    let state = EVENTS.iter().find(|(name, _)| *name == event).map_or("COMMENTED", |(_, state)| state);
    let own = world.actor(here.asked.caller) == Some(issue.writing.author);
    if own && event != "COMMENT" {
        let words = if event == "APPROVE" {
            "Can not approve your own pull request"
        } else {
            "Can not request changes on your own pull request"
        };
        return Err(Refusal::new(422, format!("Unprocessable Entity: {words}")));
    }
    let comments = items(&here.body()["comments"]);
    let line = [
        must("path", Kind::Text),
        must("body", Kind::Text),
        must("line", Kind::Integer),
        may("side", Kind::Text),
        may("start_line", Kind::Integer),
        may("start_side", Kind::Text),
    ];
    let mut remarks = Vec::new();
    for comment in comments {
        check(comment, &line)?;
        remarks.push(remark(world, &here, pull, comment)?);
    }
    let body = here.text("body").unwrap_or_default().to_owned();
    if body.trim().is_empty() && (event == "REQUEST_CHANGES" || event == "COMMENT" && remarks.is_empty()) {
        return Err(Refusal::new(422, "Unprocessable Entity: Review body can't be blank"));
    }
    let (told, app) = (here.told(world, issue.number), here.app(world));
    let id = world.review(told, NewReview { body, state, remarks, app }).ok_or_else(Refusal::not_found)?;
    get(world, here, number, &id.to_string())
}
