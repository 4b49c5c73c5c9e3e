//! Presses of buttons, and `answerCallbackQuery`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::params::Params;
use super::press::CallbackAnswer;
use super::refusal::Refusal;
use super::world::World;

const LONGEST: usize = 200;

/// A press of a button that waits for its answer, or has it.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) pressed: Instant,
    virtual_time: Duration,
    pub(crate) answer: Option<CallbackAnswer>,
}

/// Who presses what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pressing<'a> {
    pub(crate) person: i64,
    pub(crate) room: i64,
    pub(crate) message: i64,
    pub(crate) data: &'a str,
}

impl World {
    /// Tells the bot of a press. Gives the query's id and the update's.
    pub(crate) fn press(&mut self, pressing: Pressing<'_>) -> (String, Option<i64>) {
        let id = format!("{}", 4_300_000_000_000_000_000_u64 + self.queries.len() as u64);
        let message = self.pressed_message(pressing.room, pressing.message);
        let update = json!({
            "id": id,
            "from": self.user_json(pressing.person),
            "message": message,
            "chat_instance": format!("{}", pressing.room.unsigned_abs() * 31),
            "data": pressing.data,
        });
        let query = Query { pressed: Instant::now(), virtual_time: self.clock.now(), answer: None };
        self.queries.insert(id.clone(), query);
        let update = self.updates.push("callback_query", update);
        (id, update)
    }

    /// What the bot is told of the message: of one that is gone, little.
    fn pressed_message(&self, room: i64, id: i64) -> Value {
        match self.rooms.get(&room) {
            Some(found) if !found.messages.contains_key(&id) => {
                json!({"chat": self.chat_json(found), "message_id": id, "date": 0})
            }
            _ => self.shown(room, id),
        }
    }
}

/// Answers a press, once and in time.
pub(crate) fn answer_callback_query(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let text = params.text("text").filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > LONGEST) {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    let (now, expiry) = (world.clock.now(), world.settings.query_expiry);
    let query = params.text("callback_query_id").and_then(|id| world.queries.get_mut(id));
    let query = query.filter(|query| query.answer.is_none() && now.saturating_sub(query.virtual_time) <= expiry);
    let Some(query) = query else {
        return Err(Refusal::bad("query is too old and response timeout expired or query ID is invalid"));
    };
    query.answer = Some(CallbackAnswer {
        text: text.map(str::to_owned),
        show_alert: params.flag("show_alert"),
        after: query.pressed.elapsed(),
    });
    Ok(json!(true))
}
