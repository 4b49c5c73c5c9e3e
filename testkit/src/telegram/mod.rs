//! A stand-in for Telegram's Bot API: stateful, over HTTP, as strict as the real one or stricter.
//!
//! A bot meets it at [`TelegramServer::base_url`]; a test speaks through it as people do ([`User`], [`Chat`], [`Topic`],
//! [`Press`]) and looks at what they would see. Parameters that the real API would silently ignore are refused here, so
//! that a misspelt one is found. Rate limits and expiry run on a clock of their own, which can be hurried.
//!
//! All state is behind one mutex that is never held over an await; whoever waits is woken by what changes.

mod actions;
mod call;
mod callbacks;
mod chat;
mod clock;
mod commands;
mod deletion;
mod delivery;
mod detect;
mod dispatch;
mod edit;
mod entity;
mod faults;
mod files;
mod group;
mod info;
mod keyboard;
mod limits;
mod media;
mod message;
mod methods;
mod nesting;
mod params;
mod people;
mod polling;
mod post;
mod press;
mod reactions;
mod read;
mod refusal;
mod render;
mod reply;
mod room;
mod routes;
mod send;
mod server;
mod settings;
mod speaking;
mod stage;
mod target;
mod topic;
mod topics;
mod transcript;
mod updates;
mod user;
mod waiting;
mod webhook;
mod world;

pub use actions::Action;
pub use call::Call;
pub use chat::{Chat, Place};
pub use entity::Entity;
pub use faults::{Fault, Misbehaviour};
pub use keyboard::{Button, ButtonKind};
pub use message::{Attachment, AttachmentKind, Message, Service, Version};
pub use press::{CallbackAnswer, Press};
pub use server::TelegramServer;
pub use settings::TelegramSettings;
pub use topic::Topic;
pub use user::{OutgoingFile, User};
