//! Labels, and what they are put on.

use serde_json::Value;

use super::Here;
use super::issues::{READ, TEND, find};
use crate::github::form::{Kind, check, items, may, must};
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page};
use crate::github::world::World;

pub(super) fn list(world: &World, here: Here<'_>) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page"])?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    page(here.asked.request, &world.web, one.labels.iter().map(|label| world.label_json(one, label)).collect())
}

pub(super) fn get(world: &World, here: Here<'_>, name: &str) -> Outcome {
    here.need(world, READ)?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let label = one.labels.iter().find(|label| label.name == name).ok_or_else(Refusal::not_found)?;
    Ok(Reply::ok(world.label_json(one, label)))
}

pub(super) fn create(world: &mut World, here: Here<'_>) -> Outcome {
    here.need(world, TEND)?;
    check(here.body(), &[must("name", Kind::Text), may("color", Kind::Text), may("description", Kind::Short(100))])?;
    let name = here.text("name").unwrap_or_default();
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    if one.labels.iter().any(|label| label.name.eq_ignore_ascii_case(name)) {
        return Err(Refusal::validation("Label", "name", "already_exists"));
    }
    world.ensure_label(here.repository, name);
    if let Some(label) = world.repositories.get_mut(&here.repository).and_then(|one| one.labels.last_mut()) {
        label.description = here.text("description").map(str::to_owned);
        if let Some(color) = here.text("color") {
            color.clone_into(&mut label.color);
        }
    }
    Ok(Reply { status: 201, ..get(world, here, name)? })
}

pub(super) fn of_issue(world: &World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, READ)?;
    let (one, issue) = find(world, &here, number)?;
    Ok(Reply::ok(world.labels_json(one, &issue.labels)))
}

pub(super) fn add(world: &mut World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, TEND)?;
    check(here.body(), &[must("labels", Kind::List(100))])?;
    let told = here.told(world, find(world, &here, number)?.1.number);
    for name in items(&here.body()["labels"]).iter().filter_map(Value::as_str) {
        world.add_label(told, name);
    }
    of_issue(world, here, number)
}

pub(super) fn remove(world: &mut World, here: Here<'_>, number: &str, name: &str) -> Outcome {
    here.need(world, TEND)?;
    let told = here.told(world, find(world, &here, number)?.1.number);
    if !world.remove_label(told, name) {
        return Err(Refusal::new(404, "Label does not exist"));
    }
    of_issue(world, here, number)
}
