//! Repositories.

use super::Here;
use crate::github::access::Need;
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply};
use crate::github::world::World;

pub(super) fn get(world: &World, here: Here<'_>) -> Outcome {
    here.need(world, Need::read(&["metadata"]))?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    Ok(Reply::ok(world.full_repository_json(one, world.actor(here.asked.caller))))
}
