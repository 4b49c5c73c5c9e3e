//! Issues, and pull requests as issues.

use serde_json::Value;

use super::Here;
use crate::github::access::Need;
use crate::github::deeds::NewIssue;
use crate::github::form::{Kind, check, check_text, items, may, must};
use crate::github::grants::Role;
use crate::github::issue::Issue;
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page};
use crate::github::repository::Repository;
use crate::github::request;
use crate::github::world::World;

pub(super) const READ: Need = Need::read(&["issues", "pull_requests"]);
/// Whoever can read can comment.
pub(super) const COMMENT: Need = Need::write(&["issues", "pull_requests"], Role::Read);
pub(super) const TEND: Need = Need::write(&["issues", "pull_requests"], Role::Triage);

/// An issue by its number in a path.
pub(super) fn find<'a>(
    world: &'a World,
    here: &Here<'_>,
    number: &str,
) -> Result<(&'a Repository, &'a Issue), Refusal> {
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let issue = one.issues.get(&request::number(number)?).ok_or_else(Refusal::not_found)?;
    Ok((one, issue))
}

/// An issue that something may be written at.
pub(super) fn find_open_to<'a>(world: &'a World, here: &Here<'_>, number: &str) -> Result<&'a Issue, Refusal> {
    let (one, issue) = find(world, here, number)?;
    let writes = world.actor(here.asked.caller).is_some_and(|actor| one.role(actor) >= Role::Write);
    if issue.locked && !writes && here.app(world).is_none() {
        return Err(Refusal::forbidden("Unable to create comment because issue is locked."));
    }
    Ok(issue)
}

pub(super) fn get(world: &World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, READ)?;
    let (one, issue) = find(world, &here, number)?;
    Ok(Reply::ok(world.issue_json(one, issue)))
}

pub(super) fn list(world: &World, here: Here<'_>) -> Outcome {
    here.need(world, READ)?;
    let request = here.asked.request;
    request.check_query(&[
        "per_page",
        "page",
        "state",
        "labels",
        "assignee",
        "sort",
        "direction",
        "since",
        "creator",
    ])?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let state = request.query.get("state").map_or("open", String::as_str);
    let wanted = |issue: &&Issue| state == "all" || issue.open == (state == "open");
    let labels: Vec<&str> = request.query.get("labels").map(|labels| labels.split(',').collect()).unwrap_or_default();
    let labelled = |issue: &&Issue| labels.iter().all(|name| issue.labels.iter().any(|label| label == name));
    let listed = one.issues.values().rev().filter(wanted).filter(labelled);
    page(request, &world.web, listed.map(|issue| world.issue_json(one, issue)).collect())
}

pub(super) fn create(world: &mut World, here: Here<'_>) -> Outcome {
    here.need(world, Need::write(&["issues"], Role::Read))?;
    let list = Kind::List(100);
    let fields = [
        must("title", Kind::Text),
        may("body", Kind::Text),
        may("labels", list),
        may("assignees", list),
        may("milestone", Kind::Integer),
    ];
    check(here.body(), &fields)?;
    let (title, body) = (here.text("title").unwrap_or_default(), here.text("body").unwrap_or_default());
    if title.trim().is_empty() {
        return Err(Refusal::validation("Issue", "title", "missing_field"));
    }
    check_text("Issue", body)?;
    let author = world.actor(here.asked.caller).unwrap_or_default();
    let new = NewIssue { repository: here.repository, author, title, body, app: here.app(world) };
    let number = world.open_issue(&new);
    let told = here.told(world, number);
    for label in items(&here.body()["labels"]).iter().filter_map(Value::as_str) {
        world.add_label(told, label);
    }
    Ok(Reply { status: 201, ..get(world, here, &number.to_string())? })
}

pub(super) fn update(world: &mut World, here: Here<'_>, number: &str) -> Outcome {
    let list = Kind::List(100);
    let states = Kind::OneOf(&["open", "closed"]);
    let fields = [
        may("title", Kind::Text),
        may("body", Kind::Text),
        may("state", states),
        may("state_reason", Kind::OneOf(&["completed", "not_planned", "reopened", "duplicate"])),
        may("labels", list),
        may("assignees", list),
    ];
    let (_, issue) = find(world, &here, number)?;
    let own = world.actor(here.asked.caller) == Some(issue.writing.author);
    here.need(world, if own { COMMENT } else { TEND })?;
    check(here.body(), &fields)?;
    let told = here.told(world, issue.number);
    if let Some(body) = here.text("body") {
        check_text("Issue", body)?;
        world.edit_body(told, body);
    }
    if let Some(title) = here.text("title") {
        world.set_title(told, title);
    }
    if let Some(state) = here.text("state") {
        world.set_open(told, state == "open");
    }
    if let Some(labels) = here.body()["labels"].as_array() {
        set_labels(world, told, labels);
    }
    get(world, here, number)
}

fn set_labels(world: &mut World, told: crate::github::hooks::Told, labels: &[Value]) {
    let wanted: Vec<&str> = labels.iter().filter_map(Value::as_str).collect();
    let before = world.issue_mut(told.repository, told.number).map(|issue| issue.labels.clone()).unwrap_or_default();
    for gone in before.iter().filter(|label| !wanted.contains(&label.as_str())) {
        world.remove_label(told, gone);
    }
    for label in wanted {
        world.add_label(told, label);
    }
}

pub(super) fn assign(world: &mut World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, TEND)?;
    check(here.body(), &[must("assignees", Kind::List(10))])?;
    let told = here.told(world, find(world, &here, number)?.1.number);
    let names = items(&here.body()["assignees"]).iter().filter_map(Value::as_str);
    let accounts: Vec<u64> = names.filter_map(|name| world.account_named(name).map(|account| account.id)).collect();
    for account in accounts {
        world.assign(told, account);
    }
    Ok(Reply { status: 201, ..get(world, here, number)? })
}
