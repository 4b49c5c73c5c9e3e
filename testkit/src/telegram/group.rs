//! `sendMediaGroup`: several pictures or files at once, as an album.

use serde_json::{Value, json};

use super::entity::Entity;
use super::media::{Source, source};
use super::message::AttachmentKind;
use super::params::Params;
use super::refusal::Refusal;
use super::send::caption;
use super::target::Target;
use super::world::World;

const SIZES: std::ops::RangeInclusive<usize> = 2..=10;
const KNOWN: &[&str] = &["type", "media", "caption", "caption_entities", "disable_content_type_detection"];

/// One item of an album.
#[derive(Debug)]
struct Item {
    kind: AttachmentKind,
    source: Source,
    text: String,
    entities: Vec<Entity>,
}

/// Sends an album.
pub(crate) fn send_media_group(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let media = params.list("media").unwrap_or_default();
    if !SIZES.contains(&media.len()) {
        let few = if media.len() < *SIZES.start() { "few" } else { "much" };
        return Err(Refusal::bad(format!("Too {few} messages to send as an album")));
    }
    let items = media.iter().map(|item| parse(world, params, item)).collect::<Result<Vec<_>, _>>()?;
    if items.iter().any(|item| item.kind != items[0].kind) {
        return Err(Refusal::bad("document can't be mixed with other media types"));
    }
    let target = world.target(params)?;
    world.charge(target.room, items.len())?;
    let album = world.next_album();
    Ok(items.into_iter().map(|item| send(world, target, &album, item)).collect())
}

fn parse(world: &World, params: &Params, item: &Value) -> Result<Item, Refusal> {
    let wrong = |what: &str| Refusal::bad(format!("can't parse InputMedia: {what}"));
    let fields = item.as_object().ok_or_else(|| wrong("it must be an object"))?;
    if let Some(name) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(wrong(&format!("unknown field \"{name}\"")));
    }
    let kind = match item["type"].as_str() {
        Some("photo") => AttachmentKind::Photo,
        Some("document") => AttachmentKind::Document,
        _ => return Err(wrong("field \"type\" must be \"photo\" or \"document\"")),
    };
    let source = source(world, params, kind, "media", item["media"].as_str())?;
    let entities = item["caption_entities"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (text, entities) = caption(item["caption"].as_str().unwrap_or_default(), entities)?;
    Ok(Item { kind, source, text, entities })
}

fn send(world: &mut World, target: Target, album: &str, item: Item) -> Value {
    let mut message = world.draft(world.bot, &item.text);
    message.entities = item.entities;
    message.album = Some(album.to_owned());
    message.attachment = Some(world.attach(item.kind, item.source));
    json!(world.send(target, message))
}
