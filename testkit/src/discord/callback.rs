//! The first answer to an interaction.

use serde_json::{Value, json};

use super::Snowflake;
use super::commands::check_choice_list;
use super::dispatch::{Outcome, Reply};
use super::draft::{Draft, Purpose};
use super::exchange::{Deed, Exchange, ResponseKind};
use super::form::{Faults, Field, Kind, items, may, must};
use super::modal::check_modal;
use super::posting::{self, Post};
use super::refusal::{Reason, Refusal};
use super::request::{Request, Upload};
use super::view::EPHEMERAL;
use super::world::World;

const FIELDS: &[Field] = &[must("type", Kind::Integer(1, 12)), may("data", Kind::Object)];
const DEFERRAL: &[Field] = &[may("flags", Kind::OneOf(&[0, EPHEMERAL as i64]))];
const SUGGESTIONS: &[Field] = &[must("choices", Kind::List(0, 25))];

/// Answers an interaction by its route.
pub(crate) fn create_response(world: &mut World, (id, token): (Snowflake, &str), request: &Request) -> Outcome {
    answer(world, (id, token), &request.body, &request.files)?;
    if request.query.get("with_response").is_none_or(|value| value != "true") {
        return Ok(Reply::nothing());
    }
    let exchange = world.exchanges.get(&id).ok_or(Reason::UnknownInteraction)?;
    let interaction = json!({
        "id": id, "type": exchange.kind.number(), "response_message_id": exchange.original,
        "channel_id": exchange.channel,
    });
    Ok(Reply::ok(json!({"interaction": interaction, "resource": {"type": request.body["type"]}})))
}

/// Answers an interaction, by its route or in the response of the bot's endpoint.
pub(crate) fn answer(
    world: &mut World,
    (id, token): (Snowflake, &str),
    body: &Value,
    files: &[Upload],
) -> Result<(), Refusal> {
    let exchange = world.unanswered(id, token)?.clone();
    let kind = check(&exchange, body)?;
    let data = body["data"].clone();
    let original = match kind {
        ResponseKind::Message => Some(say(world, &exchange, &data, files)?),
        ResponseKind::Deferred => Some(promise(world, &exchange, &data)?),
        ResponseKind::DeferredUpdate => exchange.source,
        ResponseKind::Update => {
            let draft = Draft::read(world, (&or_empty(&data), "data"), files, Purpose::Answer)?;
            let source = exchange.source.ok_or(Reason::UnknownMessage)?;
            Some(posting::change(world, exchange.channel, source, draft)?.id)
        }
        ResponseKind::Suggestions => check_data(&data, |faults| {
            faults.check(&data, "data", SUGGESTIONS);
            check_choice_list(items(&data["choices"]), "data.choices", faults);
        })?,
        ResponseKind::Modal => check_data(&data, |faults| check_modal(&data, faults))?,
    };
    if let Some(exchange) = world.exchanges.get_mut(&id) {
        exchange.answer(kind, data, original);
    }
    Ok(())
}

fn check_data(data: &Value, check: impl FnOnce(&mut Faults)) -> Result<Option<Snowflake>, Refusal> {
    let mut faults = Faults::default();
    if data.is_object() {
        check(&mut faults);
    } else {
        faults.add("data", "BASE_TYPE_REQUIRED", "This field is required");
    }
    faults.refuse().map(|()| None)
}

/// Checks that what was done can be answered in this way.
fn check(exchange: &Exchange, body: &Value) -> Result<ResponseKind, Refusal> {
    let mut faults = Faults::default();
    faults.check(body, "", FIELDS);
    let kind = match body["type"].as_i64() {
        Some(4) => Some(ResponseKind::Message),
        Some(5) => Some(ResponseKind::Deferred),
        Some(6) => Some(ResponseKind::DeferredUpdate),
        Some(7) => Some(ResponseKind::Update),
        Some(8) => Some(ResponseKind::Suggestions),
        Some(9) => Some(ResponseKind::Modal),
        _ => None,
    };
    match kind.filter(|kind| suits(*kind, exchange)) {
        Some(kind) => faults.refuse().map(|()| kind),
        None => {
            let message = "The specified interaction callback type is invalid for this interaction";
            faults.add("type", "INTERACTION_APPLICATION_COMMAND_INVALID_RESPONSE_TYPE", message);
            Err(faults.refuse().err().unwrap_or_else(|| Reason::UnknownInteraction.into()))
        }
    }
}

fn suits(kind: ResponseKind, exchange: &Exchange) -> bool {
    let typing = exchange.kind == Deed::Typing;
    match kind {
        ResponseKind::Message | ResponseKind::Deferred => !typing,
        ResponseKind::DeferredUpdate | ResponseKind::Update => exchange.source.is_some() && !typing,
        ResponseKind::Suggestions => typing,
        ResponseKind::Modal => matches!(exchange.kind, Deed::Command | Deed::Component),
    }
}

fn or_empty(data: &Value) -> Value {
    if data.is_null() { json!({}) } else { data.clone() }
}

fn say(world: &mut World, exchange: &Exchange, data: &Value, files: &[Upload]) -> Result<Snowflake, Refusal> {
    let draft = Draft::read(world, (&or_empty(data), "data"), files, Purpose::Answer)?;
    Ok(posting::write(world, post(world, exchange, draft))?.id)
}

fn promise(world: &mut World, exchange: &Exchange, data: &Value) -> Result<Snowflake, Refusal> {
    let mut faults = Faults::default();
    faults.check(&or_empty(data), "data", DEFERRAL);
    faults.refuse()?;
    let draft = Draft { flags: data["flags"].as_u64().unwrap_or(0), ..Draft::default() };
    let post = Post { thinking: true, ..post(world, exchange, draft) };
    Ok(posting::write(world, post)?.id)
}

/// A message that answers an interaction. It needs no permission but the person's.
pub(crate) fn post(world: &World, exchange: &Exchange, draft: Draft) -> Post {
    let ephemeral_to = draft.is_ephemeral().then_some(exchange.user);
    let interaction = Some(exchange.id);
    Post { ephemeral_to, interaction, ..Post::new(exchange.channel, world.application.bot, draft) }
}
