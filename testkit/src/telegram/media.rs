//! `sendPhoto` and `sendDocument`.

use serde_json::Value;

use super::keyboard::parse_markup;
use super::message::{Attachment, AttachmentKind};
use super::params::{Params, Upload};
use super::refusal::Refusal;
use super::send::parse_caption;
use super::world::World;

/// How the pictures begin that Telegram reads: PNG, JPEG, GIF, and WebP in its container.
const PICTURES: [&[u8]; 4] = [b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF"];

/// Sends a file, with a caption.
pub(crate) fn send_file(world: &mut World, params: &Params, kind: AttachmentKind) -> Result<Value, Refusal> {
    let name = match kind {
        AttachmentKind::Photo => "photo",
        AttachmentKind::Document => "document",
    };
    let source = source(world, params, kind, name, params.text(name))?;
    let (text, entities) = parse_caption(params)?;
    let markup = parse_markup(params.object("reply_markup"))?;
    let target = world.target(params)?;
    world.charge(target.room, 1)?;
    let mut message = world.draft(world.bot, &text);
    message.entities = entities;
    message.buttons = markup.rows;
    message.forces_reply = markup.forces_reply;
    message.attachment = Some(world.attach(kind, source));
    Ok(world.send(target, message))
}

/// Where a file comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Upload(Upload),
    Known(Attachment),
}

/// Finds the file that a parameter means: one that came along, or one that is known. Addresses are not fetched.
pub(crate) fn source(
    world: &World,
    params: &Params,
    kind: AttachmentKind,
    name: &str,
    value: Option<&str>,
) -> Result<Source, Refusal> {
    if let Some(upload) = params.upload(name, value) {
        if upload.bytes.is_empty() {
            return Err(Refusal::bad("file must be non-empty"));
        }
        if kind == AttachmentKind::Photo && !PICTURES.iter().any(|start| upload.bytes.starts_with(start)) {
            return Err(Refusal::bad("IMAGE_PROCESS_FAILED"));
        }
        return Ok(Source::Upload(upload.clone()));
    }
    let known = value.and_then(|id| world.files.get(id));
    let known = known.ok_or_else(|| Refusal::bad("wrong file identifier/HTTP URL specified"))?;
    if known.attachment.kind != kind {
        return Err(Refusal::bad(format!("can't use file of another type as {name}")));
    }
    Ok(Source::Known(known.attachment.clone()))
}

impl World {
    /// Keeps what is new.
    pub(crate) fn attach(&mut self, kind: AttachmentKind, source: Source) -> Attachment {
        match source {
            Source::Upload(upload) => self.files.add(kind, upload),
            Source::Known(attachment) => attachment,
        }
    }
}
