//! Check runs and suites. Only Apps may make them.
//!
//! <https://docs.github.com/en/rest/checks/runs>

use serde_json::{Value, json};

use super::Here;
use crate::github::access::Need;
use crate::github::check::CheckRun;
use crate::github::form::{Field, Kind, check, items, may, must};
use crate::github::grants::Role;
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page, page_within};
use crate::github::request::number;
use crate::github::view::merge;
use crate::github::world::World;

const READ: Need = Need::read(&["checks"]);
const WRITE: Need = Need::write(&["checks"], Role::Write);
/// The longest summary and text, in characters.
const LONGEST: usize = 65_535;
const MOST_ANNOTATIONS: usize = 50;
const MOST_ACTIONS: usize = 3;
const CONCLUSIONS: Kind =
    Kind::OneOf(&["action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out"]);
const STATES: Kind = Kind::OneOf(&["queued", "in_progress", "completed", "waiting", "requested", "pending"]);
const ACTION: [Field; 3] =
    [must("label", Kind::Short(20)), must("description", Kind::Short(40)), must("identifier", Kind::Short(20))];
const OUTPUT: [Field; 5] = [
    must("title", Kind::Text),
    must("summary", Kind::Short(LONGEST)),
    may("text", Kind::Short(LONGEST)),
    may("annotations", Kind::List(MOST_ANNOTATIONS)),
    may("images", Kind::List(100)),
];
const ANNOTATION: [Field; 9] = [
    must("path", Kind::Text),
    must("start_line", Kind::Integer),
    must("end_line", Kind::Integer),
    may("start_column", Kind::Integer),
    may("end_column", Kind::Integer),
    must("annotation_level", Kind::OneOf(&["notice", "warning", "failure"])),
    must("message", Kind::Text),
    may("title", Kind::Short(255)),
    may("raw_details", Kind::Text),
];

pub(super) fn route(world: &mut World, here: Here<'_>, path: &[&str]) -> Outcome {
    match (here.asked.request.method.as_str(), path) {
        ("POST", ["check-runs"]) => create(world, here),
        ("GET", ["check-runs", id]) => get(world, here, number(id)?),
        ("PATCH", ["check-runs", id]) => update(world, here, number(id)?),
        ("GET", ["check-runs", id, "annotations"]) => annotations(world, here, number(id)?),
        ("GET", ["check-suites", id]) => suite(world, here, number(id)?),
        ("GET", ["check-suites", id, "check-runs"]) => list_of(world, here, number(id)?),
        ("POST", ["check-suites", id, "rerequest"]) => rerequest(world, here, number(id)?),
        _ => Err(Refusal::not_found()),
    }
}

fn fields(name: fn(&'static str, Kind) -> Field) -> Vec<Field> {
    vec![
        name("name", Kind::Text),
        name("head_sha", Kind::Text),
        may("details_url", Kind::Text),
        may("external_id", Kind::Text),
        may("status", STATES),
        may("started_at", Kind::Text),
        may("conclusion", CONCLUSIONS),
        may("completed_at", Kind::Text),
        may("output", Kind::Object),
        may("actions", Kind::List(MOST_ACTIONS)),
    ]
}

fn check_body(body: &Value, fields: &[Field]) -> Result<(), Refusal> {
    check(body, fields)?;
    if body["status"] == "completed" && body["conclusion"].is_null() {
        return Err(Refusal::invalid("\"conclusion\" wasn't supplied."));
    }
    if !body["output"].is_null() {
        check(&body["output"], &OUTPUT)?;
        items(&body["output"]["annotations"]).iter().try_for_each(|one| check(one, &ANNOTATION))?;
    }
    items(&body["actions"]).iter().try_for_each(|one| check(one, &ACTION))
}

/// The App that asks; whoever is none is told so.
fn app(world: &World, here: &Here<'_>) -> Result<u64, Refusal> {
    let app = here.app(world).ok_or_else(|| Refusal::forbidden("You must authenticate via a GitHub App."))?;
    here.need(world, WRITE)?;
    Ok(app)
}

fn create(world: &mut World, here: Here<'_>) -> Outcome {
    let app = app(world, &here)?;
    check_body(here.body(), &fields(must))?;
    let head = here.text("head_sha").unwrap_or_default();
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    if head.len() != 40 || one.git.commit_at(head).is_none() {
        return Err(Refusal::new(422, format!("No commit found for SHA: {head}")));
    }
    let id = world.add_run(here.repository, app, here.body());
    Ok(Reply::created(show(world, &here, id)?))
}

fn find<'a>(world: &'a World, here: &Here<'_>, id: u64) -> Result<&'a CheckRun, Refusal> {
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    one.runs.get(&id).ok_or_else(Refusal::not_found)
}

fn show(world: &World, here: &Here<'_>, id: u64) -> Result<Value, Refusal> {
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    Ok(world.run_json(one, one.runs.get(&id).ok_or_else(Refusal::not_found)?))
}

fn get(world: &World, here: Here<'_>, id: u64) -> Outcome {
    here.need(world, READ)?;
    Ok(Reply::ok(show(world, &here, id)?))
}

fn update(world: &mut World, here: Here<'_>, id: u64) -> Outcome {
    let app = app(world, &here)?;
    if find(world, &here, id)?.app != app {
        return Err(Refusal::forbidden(
            "Invalid app_id `".to_owned()
                + &app.to_string()
                + "` - check run can only be modified by the GitHub App that created it.",
        ));
    }
    let fields: Vec<Field> = fields(may);
    check_body(here.body(), &fields)?;
    world.update_run(here.repository, id, here.body());
    Ok(Reply::ok(show(world, &here, id)?))
}

fn annotations(world: &World, here: Here<'_>, id: u64) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page"])?;
    let run = find(world, &here, id)?;
    page(here.asked.request, &world.web, run.annotations.iter().map(shown_annotation).collect())
}

/// An annotation with all of its fields, whichever were sent.
fn shown_annotation(sent: &Value) -> Value {
    let names = ["start_column", "end_column", "title", "raw_details", "blob_href"];
    let mut shown: Value = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    merge(&mut shown, sent.clone());
    shown["blob_href"] = sent["path"].clone();
    shown
}

fn list(world: &World, here: &Here<'_>, wanted: impl Fn(&CheckRun) -> bool) -> Outcome {
    here.need(world, READ)?;
    let request = here.asked.request;
    request.check_query(&["per_page", "page", "check_name", "status", "filter", "app_id"])?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let named = |run: &&CheckRun| request.query.get("check_name").is_none_or(|name| *name == run.name);
    let by = |run: &&CheckRun| request.query.get("app_id").is_none_or(|id| *id == run.app.to_string());
    let found = one.runs.values().filter(|run| wanted(run)).filter(named).filter(by);
    let shown: Vec<Value> = found.map(|run| world.run_json(one, run)).collect();
    let total = shown.len();
    page_within(request, &world.web, shown, |shown| json!({"total_count": total, "check_runs": shown}))
}

fn list_of(world: &World, here: Here<'_>, suite: u64) -> Outcome {
    list(world, &here, |run| run.suite == suite)
}

/// The check runs at a commit, by its id, branch or tag.
pub(super) fn list_at(world: &World, here: Here<'_>, name: &str) -> Outcome {
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let missing = || Refusal::new(422, format!("No commit found for SHA: {name}"));
    let sha = one.git.resolve(name).ok_or_else(missing)?;
    list(world, &here, |run| run.head == sha)
}

pub(super) fn suites_at(world: &World, here: Here<'_>, name: &str) -> Outcome {
    here.need(world, READ)?;
    let request = here.asked.request;
    request.check_query(&["per_page", "page", "app_id", "check_name"])?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let sha = one.git.resolve(name).ok_or_else(Refusal::not_found)?;
    let shown: Vec<Value> =
        one.suites.values().filter(|suite| suite.head == sha).map(|suite| world.suite_json(one, suite)).collect();
    let total = shown.len();
    page_within(request, &world.web, shown, |shown| json!({"total_count": total, "check_suites": shown}))
}

fn suite(world: &World, here: Here<'_>, id: u64) -> Outcome {
    here.need(world, READ)?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let suite = one.suites.get(&id).ok_or_else(Refusal::not_found)?;
    let mut json = world.suite_json(one, suite);
    json["repository"] = world.repository_json(one);
    Ok(Reply::ok(json))
}

fn rerequest(world: &mut World, here: Here<'_>, id: u64) -> Outcome {
    app(world, &here)?;
    suite(world, here, id)?;
    let sender = world.actor(here.asked.caller).unwrap_or_default();
    world.tell_suite(here.repository, id, sender, "rerequested");
    Ok(Reply::created(json!({})))
}
