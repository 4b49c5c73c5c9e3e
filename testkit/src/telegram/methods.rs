//! The methods that are known, and what each takes: names and types of parameters, by hand, after the Bot API's pages.
//!
//! What is not named here is refused. What a parameter holds is judged where it is used.

use serde_json::{Map, Value};

use super::params::Params;
use super::read::Raw;
use super::refusal::Refusal;

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Flag,
    /// Text of at most so many characters.
    Text(usize),
    /// A chat's number, or a user name.
    Chat,
    Object,
    List,
    /// A file that came along, or the name of one.
    File,
}

/// A parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    name: &'static str,
    kind: Kind,
    required: bool,
}

/// A method.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Method {
    pub(crate) name: &'static str,
    parameters: &'static [Parameter],
    shared: &'static [Parameter],
}

const fn must(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, required: true }
}

const fn may(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, required: false }
}

const fn method(name: &'static str, parameters: &'static [Parameter], shared: &'static [Parameter]) -> Method {
    Method { name, parameters, shared }
}

use Kind::{Chat, File, Flag, Integer, List, Object, Text};

/// The length is judged elsewhere, in Telegram's own words.
const ANY: Kind = Text(usize::MAX);
const CHAT: Parameter = must("chat_id", Chat);
const MESSAGE: Parameter = must("message_id", Integer);
const THREAD: Parameter = may("message_thread_id", Integer);
const MARKUP: Parameter = may("reply_markup", Object);
const PARSE_MODE: Parameter = may("parse_mode", ANY);
const PREVIEW: Parameter = may("link_preview_options", Object);
const CAPTION: [Parameter; 3] = [may("caption", ANY), may("caption_entities", List), PARSE_MODE];

const SENDING: &[Parameter] =
    &[CHAT, THREAD, may("disable_notification", Flag), may("protect_content", Flag), may("reply_parameters", Object)];

const METHODS: &[Method] = &[
    method("getMe", &[], &[]),
    method(
        "getUpdates",
        &[may("offset", Integer), may("limit", Integer), may("timeout", Integer), may("allowed_updates", List)],
        &[],
    ),
    method(
        "setWebhook",
        &[
            must("url", Text(2048)),
            may("max_connections", Integer),
            may("allowed_updates", List),
            may("drop_pending_updates", Flag),
            may("secret_token", ANY),
        ],
        &[],
    ),
    method("deleteWebhook", &[may("drop_pending_updates", Flag)], &[]),
    method("getWebhookInfo", &[], &[]),
    method("sendMessage", &[must("text", ANY), may("entities", List), PARSE_MODE, PREVIEW, MARKUP], SENDING),
    method("sendPhoto", &[must("photo", File), CAPTION[0], CAPTION[1], CAPTION[2], MARKUP], SENDING),
    method(
        "sendDocument",
        &[
            must("document", File),
            may("disable_content_type_detection", Flag),
            CAPTION[0],
            CAPTION[1],
            CAPTION[2],
            MARKUP,
        ],
        SENDING,
    ),
    method("sendMediaGroup", &[must("media", List)], SENDING),
    method(
        "editMessageText",
        &[CHAT, MESSAGE, must("text", ANY), may("entities", List), PARSE_MODE, PREVIEW, MARKUP],
        &[],
    ),
    method("editMessageReplyMarkup", &[CHAT, MESSAGE, MARKUP], &[]),
    method("editMessageCaption", &[CHAT, MESSAGE, MARKUP], &CAPTION),
    method("deleteMessage", &[CHAT, MESSAGE], &[]),
    method("sendChatAction", &[CHAT, THREAD, must("action", ANY)], &[]),
    method("setMessageReaction", &[CHAT, MESSAGE, may("reaction", List), may("is_big", Flag)], &[]),
    method(
        "answerCallbackQuery",
        &[must("callback_query_id", ANY), may("text", ANY), may("show_alert", Flag), may("cache_time", Integer)],
        &[],
    ),
    method("getFile", &[must("file_id", ANY)], &[]),
    method("getChat", &[CHAT], &[]),
    method("getChatMember", &[CHAT, must("user_id", Integer)], &[]),
    method("setMyCommands", &[must("commands", List), may("scope", Object), may("language_code", Text(2))], &[]),
    method("getMyCommands", &[may("scope", Object), may("language_code", Text(2))], &[]),
    method("createForumTopic", &[CHAT, must("name", ANY), may("icon_color", Integer)], &[]),
    method("closeForumTopic", &[CHAT, must("message_thread_id", Integer)], &[]),
];

/// Finds a method, however it is capitalised.
pub(crate) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name.eq_ignore_ascii_case(name))
}

impl Method {
    /// Checks what came against what the method takes.
    pub(crate) fn check(&self, raw: Raw) -> Result<Params, Refusal> {
        let mut params = Params { values: Map::new(), files: raw.files };
        for (name, value) in raw.values {
            let Some(parameter) = self.all().find(|parameter| parameter.name == name) else {
                return Err(unknown(&name));
            };
            // Libraries write what is not there as null.
            if !value.is_null() {
                params.values.insert(name, parameter.take(value, raw.typed)?);
            }
        }
        self.check_files(&params)?;
        let there = |name: &str| params.values.contains_key(name) || params.files.contains_key(name);
        match self.all().find(|parameter| parameter.required && !there(parameter.name)) {
            Some(parameter) => Err(missing(parameter.name)),
            None => Ok(params),
        }
    }

    fn all(&self) -> impl Iterator<Item = &'static Parameter> {
        self.parameters.iter().chain(self.shared)
    }

    /// A file has to be a parameter itself, or be pointed to by one.
    fn check_files(&self, params: &Params) -> Result<(), Refusal> {
        let values = Value::Object(params.values.clone()).to_string();
        let known = |name: &str| {
            self.all().any(|parameter| parameter.kind == File && parameter.name == name)
                || values.contains(&format!("attach://{name}"))
        };
        params.files.keys().find(|name| !known(name)).map_or(Ok(()), |name| Err(unknown(name)))
    }
}

impl Parameter {
    fn take(&self, value: Value, typed: bool) -> Result<Value, Refusal> {
        let value = if typed { value } else { self.parse(value) };
        let fits = match self.kind {
            Integer => value.is_i64(),
            Flag => value.is_boolean(),
            Text(most) => value.as_str().is_some_and(|text| text.chars().count() <= most),
            File => value.is_string(),
            Chat => value.is_i64() || value.is_string(),
            Object => value.is_object(),
            List => value.is_array(),
        };
        if fits { Ok(value) } else { Err(Refusal::bad(format!("can't parse parameter \"{}\"", self.name))) }
    }

    /// Gives text that stands for another type that type.
    fn parse(&self, value: Value) -> Value {
        let Value::String(text) = &value else { return value };
        let parsed = match self.kind {
            Integer | Flag | Object | List => serde_json::from_str(text).ok(),
            Chat => text.parse::<i64>().ok().map(Value::from),
            Text(_) | File => None,
        };
        parsed.unwrap_or(value)
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::bad(format!("unknown parameter \"{name}\""))
}

fn missing(name: &str) -> Refusal {
    Refusal::bad(match name {
        "chat_id" => "chat_id is empty".to_owned(),
        "text" => "message text is empty".to_owned(),
        "message_id" => "message identifier is not specified".to_owned(),
        "photo" => "there is no photo in the request".to_owned(),
        "document" => "there is no document in the request".to_owned(),
        name => format!("parameter \"{name}\" is required"),
    })
}
