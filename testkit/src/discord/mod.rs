//! A stand-in for Discord: its REST API and its gateway, stateful, as strict as the real one or stricter.
//!
//! A bot meets it at [`DiscordServer::base_url`] and [`DiscordServer::gateway_url`]; a test speaks through it as people
//! do ([`User`], [`Guild`], [`Channel`], [`Interaction`]) and looks at what they would see. Fields that the real API
//! would silently ignore are refused here, so that a misspelt one is found. Rate limits and expiry run on a clock of
//! their own, which can be hurried.
//!
//! All state is behind one mutex that is never held over an await; whoever waits is woken by what changes. Events are
//! kept in their sessions and handed out by the connections, so a resume is nothing but an earlier place to go on from.

mod account;
mod acting;
mod call;
mod callback;
mod channel;
mod clock;
mod commands;
mod components;
mod connection;
mod dispatch;
mod draft;
mod endpoint;
mod exchange;
mod faults;
mod followups;
mod form;
mod guild;
mod guild_handle;
mod happenings;
mod interaction;
mod limits;
mod mentions;
mod message;
mod messages;
mod modal;
mod outgoing;
mod places;
mod posting;
mod reactions;
mod refusal;
mod request;
mod room;
mod routes;
mod server;
mod session;
mod settings;
mod shared;
mod snowflake;
mod threads;
mod transcript;
mod typed;
mod user;
mod view;
mod waiting;
mod world;

pub use acting::Choice;
pub use call::Call;
pub use channel::Channel;
pub use connection::{Beginning, Connection};
pub use exchange::{Response, ResponseKind};
pub use faults::{Fault, Misbehaviour};
pub use guild_handle::Guild;
pub use interaction::Interaction;
pub use mentions::Pings;
pub use message::{Attachment, Button, Message, Select, Version};
pub use room::Permission;
pub use server::DiscordServer;
pub use session::{HandedOut, Resumable};
pub use settings::DiscordSettings;
pub use snowflake::Snowflake;
pub use user::User;
