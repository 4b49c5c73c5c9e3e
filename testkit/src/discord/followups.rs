//! Further answers to an interaction, by its token.

use super::Snowflake;
use super::callback::post;
use super::dispatch::{Outcome, Reply};
use super::draft::{Draft, Purpose};
use super::exchange::Exchange;
use super::posting;
use super::refusal::{Reason, Refusal};
use super::request::{Request, id_in};
use super::view::message_json;
use super::world::World;

/// Writes a further message. The first one after a promise keeps it.
pub(crate) fn create_followup(world: &mut World, token: &str, request: &Request) -> Outcome {
    let exchange = world.answered(token)?.clone();
    let draft = Draft::read(world, (&request.body, ""), &request.files, Purpose::FollowUp)?;
    let promised = exchange.original.filter(|id| is_thinking(world, &exchange, *id));
    let message = match promised {
        Some(original) => posting::change(world, exchange.channel, original, draft)?,
        None => posting::write(world, post(world, &exchange, draft))?,
    };
    if let Some(exchange) = world.exchanges.get_mut(&exchange.id).filter(|_| promised.is_none()) {
        exchange.followups.push(message.id);
    }
    Ok(Reply::ok(message_json(world, &message)))
}

fn is_thinking(world: &World, exchange: &Exchange, message: Snowflake) -> bool {
    let room = world.rooms.get(&exchange.channel);
    room.and_then(|room| room.messages.get(&message)).is_some_and(|message| message.thinking)
}

/// Changes an answer.
pub(crate) fn edit_answer(world: &mut World, token: &str, which: &str, request: &Request) -> Outcome {
    let (channel, id) = find(world, token, which)?;
    let draft = Draft::read(world, (&request.body, ""), &request.files, Purpose::Edit)?;
    let message = posting::change(world, channel, id, draft)?;
    Ok(Reply::ok(message_json(world, &message)))
}

/// Reads an answer.
pub(crate) fn get_answer(world: &World, token: &str, which: &str) -> Outcome {
    let (channel, id) = find(world, token, which)?;
    let message = world.rooms.get(&channel).and_then(|room| room.messages.get(&id)).ok_or(Reason::UnknownMessage)?;
    Ok(Reply::ok(message_json(world, message)))
}

/// Removes an answer.
pub(crate) fn delete_answer(world: &mut World, token: &str, which: &str) -> Outcome {
    let (channel, id) = find(world, token, which)?;
    posting::remove(world, channel, id)?;
    Ok(Reply::nothing())
}

/// The channel and the message that a token and `@original` or an id stand for.
fn find(world: &World, token: &str, which: &str) -> Result<(Snowflake, Snowflake), Refusal> {
    let exchange = world.answered(token)?;
    let id = match which {
        "@original" => exchange.original,
        id => Some(id_in(id)?).filter(|id| exchange.original == Some(*id) || exchange.followups.contains(id)),
    };
    Ok((exchange.channel, id.ok_or(Reason::UnknownMessage)?))
}
