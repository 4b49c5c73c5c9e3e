//! A message as a body asks for it, checked before anything is done.

use serde_json::Value;

use super::Snowflake;
use super::components::{check_rows, numbered};
use super::form::{Faults, Field, Kind, id, items, join, may, must};
use super::mentions::check_allowed;
use super::message::Attachment;
use super::refusal::{Reason, Refusal};
use super::request::Upload;
use super::view::EPHEMERAL;
use super::world::World;

/// The flags that a bot may set: no previews of links, no notification.
const SETTABLE: u64 = 1 << 2 | 1 << 12;

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A message of the bot's.
    Message,
    /// A change of one.
    Edit,
    /// The answer to an interaction.
    Answer,
    /// A further answer.
    FollowUp,
}

const CONTENT: Field = may("content", Kind::Text(0, 2000));
const COMPONENTS: Field = may("components", Kind::List(0, 5));
const ATTACHMENTS: Field = may("attachments", Kind::List(0, 10));
const ALLOWED: Field = may("allowed_mentions", Kind::Object);
const EMBEDS: Field = may("embeds", Kind::List(0, 0));
const FLAGS: Field = may("flags", Kind::Integer(0, i64::MAX));
const TTS: Field = may("tts", Kind::Flag);

const MESSAGE_FIELDS: &[Field] = &[
    CONTENT,
    COMPONENTS,
    ATTACHMENTS,
    ALLOWED,
    EMBEDS,
    FLAGS,
    TTS,
    may("nonce", Kind::Any),
    may("enforce_nonce", Kind::Flag),
    may("message_reference", Kind::Object),
];
const EDIT_FIELDS: &[Field] = &[CONTENT, COMPONENTS, ATTACHMENTS, ALLOWED, EMBEDS, FLAGS];
const ANSWER_FIELDS: &[Field] = &[CONTENT, COMPONENTS, ATTACHMENTS, ALLOWED, EMBEDS, FLAGS, TTS];

impl Purpose {
    fn fields(self) -> &'static [Field] {
        match self {
            Self::Message => MESSAGE_FIELDS,
            Self::Edit => EDIT_FIELDS,
            Self::Answer | Self::FollowUp => ANSWER_FIELDS,
        }
    }

    /// The flags that a body of this purpose may set.
    fn flags(self) -> u64 {
        match self {
            Self::Message | Self::Edit => SETTABLE,
            Self::Answer | Self::FollowUp => SETTABLE | EPHEMERAL,
        }
    }
}

const ATTACHMENT_FIELDS: &[Field] = &[
    must("id", Kind::Id),
    may("filename", Kind::Text(1, 1024)),
    may("description", Kind::Text(0, 1024)),
    may("title", Kind::Text(0, 1024)),
    may("is_spoiler", Kind::Flag),
];

const REFERENCE_FIELDS: &[Field] = &[
    may("type", Kind::OneOf(&[0])),
    must("message_id", Kind::Id),
    may("channel_id", Kind::Id),
    may("guild_id", Kind::Id),
    may("fail_if_not_exists", Kind::Flag),
];

/// A message that a draft answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered {
    pub(crate) message: Snowflake,
    /// Whether it is a fault if it is not there.
    pub(crate) must_exist: bool,
}

/// A checked message, or the changes to one: `None` leaves as it is.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) content: Option<String>,
    pub(crate) components: Option<Vec<Value>>,
    /// The attachments that a changed message keeps; `None` keeps all.
    pub(crate) kept: Option<Vec<Snowflake>>,
    pub(crate) added: Vec<Attachment>,
    pub(crate) allowed: Value,
    pub(crate) flags: u64,
    pub(crate) nonce: Option<String>,
    pub(crate) enforce_nonce: bool,
    pub(crate) answers: Option<Answered>,
}

impl Draft {
    /// Reads a body, which is a field of this path in the whole one, and the files that came with it.
    pub(crate) fn read(
        world: &mut World,
        (body, path): (&Value, &str),
        files: &[Upload],
        purpose: Purpose,
    ) -> Result<Self, Refusal> {
        check(body, path, purpose)?;
        if files.iter().any(|file| file.bytes.len() > world.settings.largest_upload) {
            return Err(Reason::TooLarge.into());
        }
        let (kept, added) = attachments(world, (body, path), files, purpose)?;
        Ok(Self {
            content: given(body, "content").map(|content| content.as_str().unwrap_or_default().to_owned()),
            components: given(body, "components").map(|rows| numbered(items(rows))),
            kept,
            added,
            allowed: body["allowed_mentions"].clone(),
            flags: body["flags"].as_u64().unwrap_or(0),
            nonce: nonce(&body["nonce"]),
            enforce_nonce: body["enforce_nonce"] == true,
            answers: answered(&body["message_reference"]),
        })
    }

    pub(crate) fn is_ephemeral(&self) -> bool {
        self.flags & EPHEMERAL != 0
    }
}

/// A field that is there, if only to be emptied by null.
fn given<'a>(body: &'a Value, field: &str) -> Option<&'a Value> {
    body.as_object()?.get(field)
}

fn check(body: &Value, path: &str, purpose: Purpose) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    faults.check(body, path, purpose.fields());
    check_rows(items(&body["components"]), &join(path, "components"), &mut faults);
    check_allowed(&body["allowed_mentions"], &join(path, "allowed_mentions"), &mut faults);
    if body["flags"].as_u64().unwrap_or(0) & !purpose.flags() != 0 {
        faults.add(&join(path, "flags"), "BASE_TYPE_CHOICES", "A flag is set that a bot may not set here.");
    }
    check_nonce(body, &mut faults);
    if body["message_reference"].is_object() {
        faults.check(&body["message_reference"], "message_reference", REFERENCE_FIELDS);
    }
    for (index, attachment) in items(&body["attachments"]).iter().enumerate() {
        faults.check(attachment, &join(&join(path, "attachments"), index), ATTACHMENT_FIELDS);
    }
    faults.refuse()
}

fn check_nonce(body: &Value, faults: &mut Faults) {
    match &body["nonce"] {
        Value::Null if body["enforce_nonce"] == true => {
            faults.add("nonce", "BASE_TYPE_REQUIRED", "This field is required");
        }
        Value::Null | Value::Number(_) => {}
        Value::String(text) if text.chars().count() <= 25 => {}
        _ => faults.add("nonce", "NONCE_TYPE_TOO_LONG", "Nonce must be less than or equal to 25 characters."),
    }
}

fn nonce(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

fn answered(reference: &Value) -> Option<Answered> {
    let message = id(&reference["message_id"])?;
    Some(Answered { message, must_exist: reference["fail_if_not_exists"] != false })
}

type Files = (Option<Vec<Snowflake>>, Vec<Attachment>);

/// The attachments to keep and to add: a described file is new if its id is an upload's number.
fn attachments(
    world: &mut World,
    (body, path): (&Value, &str),
    files: &[Upload],
    purpose: Purpose,
) -> Result<Files, Refusal> {
    let mut faults = Faults::default();
    let path = join(path, "attachments");
    if files.len() > 10 {
        faults.add(&path, "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 10 in length.");
    }
    let described = given(body, "attachments").map(items);
    let (mut kept, mut added) = (Vec::new(), Vec::new());
    for (index, description) in described.unwrap_or_default().iter().enumerate() {
        let Some(number) = id(&description["id"]) else { continue };
        match files.iter().find(|file| file.number == Some(number.get())) {
            Some(file) => added.push(attachment(world, file, Some(description))),
            None if purpose == Purpose::Message => {
                let message = "Attachment data not found";
                faults.add(&join(&join(&path, index), "id"), "ATTACHMENT_NOT_FOUND", message);
            }
            None => kept.push(number),
        }
    }
    match described {
        None => added = files.iter().map(|file| attachment(world, file, None)).collect(),
        Some(_) if added.len() != files.len() => {
            faults.add(&path, "ATTACHMENT_UNDESCRIBED", "A file came with no attachment of its number");
        }
        Some(_) => {}
    }
    faults.refuse()?;
    Ok((described.map(|_| kept), added))
}

fn attachment(world: &mut World, file: &Upload, description: Option<&Value>) -> Attachment {
    let said = |field: &str| description.and_then(|description| description[field].as_str()).map(str::to_owned);
    Attachment {
        id: world.ids.next(),
        name: said("filename").unwrap_or_else(|| file.name.clone()),
        content_type: file.content_type.clone(),
        description: said("description"),
        bytes: file.bytes.clone(),
    }
}
