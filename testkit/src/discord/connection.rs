//! A connection to the gateway: greets, takes identification or a resume, and hands out a session's events.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use serde_json::{Value, json};

use super::faults::Fault;
use super::session::{Event, Numbered, Order, Resumable, Session, intent};
use super::shared::Shared;
use super::view::guild_event;
use super::world::{World, secret};

/// How long a bot may take to confirm that the connection is closed.
const FAREWELL: Duration = Duration::from_millis(500);

/// The codes that the gateway closes connections with.
pub(crate) mod close {
    pub(crate) const UNKNOWN_OPCODE: u16 = 4001;
    pub(crate) const UNDECODABLE: u16 = 4002;
    pub(crate) const NOT_AUTHENTICATED: u16 = 4003;
    pub(crate) const WRONG_TOKEN: u16 = 4004;
    pub(crate) const ALREADY_AUTHENTICATED: u16 = 4005;
    pub(crate) const INVALID_SEQUENCE: u16 = 4007;
    pub(crate) const TIMED_OUT: u16 = 4009;
    pub(crate) const INVALID_VERSION: u16 = 4012;
    pub(crate) const INVALID_INTENTS: u16 = 4013;
    pub(crate) const DISALLOWED_INTENTS: u16 = 4014;
}

/// Whether a bot speaks the version and encoding that the server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    Ours,
    Another,
}

/// How a connection began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// With a new session.
    Identified,
    /// With a session that there was.
    Resumed,
    /// With a session that could not be resumed.
    Refused,
}

/// A connection to the gateway that there was or is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The path that it was opened at, without a slash at its end.
    pub path: String,
    /// When it was opened.
    pub at: Instant,
    /// How it went on, as far as it did.
    pub began: Vec<Beginning>,
    /// The code that the server or the bot closed it with; `None` while it is open or when it was cut.
    pub closed: Option<u16>,
    /// Whether it is still there.
    pub open: bool,
}

/// What to do next.
enum Step {
    Say(Vec<String>),
    Close(u16),
    Cut,
}

struct Link {
    shared: Arc<Shared>,
    number: usize,
    session: Option<String>,
    /// The number of the last event that was handed out.
    sent: u64,
}

/// Serves a connection until it ends.
pub(crate) async fn serve(mut socket: WebSocket, shared: Arc<Shared>, path: String, speaks: Speaks) {
    let (number, interval) = shared.change(|world| {
        let connection = Connection { path, at: Instant::now(), began: Vec::new(), closed: None, open: true };
        world.connections.push(connection);
        (world.connections.len() - 1, world.settings.heartbeat_interval)
    });
    let mut link = Link { shared: shared.clone(), number, session: None, sent: 0 };
    let end = match speaks {
        Speaks::Ours => link.run(&mut socket, interval).await,
        Speaks::Another => Some(close::INVALID_VERSION),
    };
    shared.change(|world| link.leave(world, end));
    if let Some(code) = end {
        let frame = CloseFrame { code, reason: "".into() };
        if socket.send(Frame::Close(Some(frame))).await.is_ok() {
            let _ = tokio::time::timeout(FAREWELL, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
        }
    }
}

impl Link {
    /// Runs until the connection is to be closed with a code, or is gone.
    async fn run(&mut self, socket: &mut WebSocket, interval: Duration) -> Option<u16> {
        let hello = json!({"op": 10, "s": null, "t": null, "d": {"heartbeat_interval": interval.as_millis() as u64}});
        say(socket, vec![hello.to_string()]).await?;
        let patience = interval + interval / 2;
        let mut deadline = tokio::time::Instant::now() + patience;
        let shared = self.shared.clone();
        loop {
            let step = tokio::select! {
                biased;
                () = shared.closing.cancelled() => return None,
                () = shared.wait(|world| self.is_due(world).then_some(())) => shared.change(|world| self.due(world)),
                frame = socket.recv() => match frame?.ok()? {
                    Frame::Text(text) => {
                        if is_heartbeat(&text) {
                            deadline = tokio::time::Instant::now() + patience;
                        }
                        shared.change(|world| self.hear(world, &text))
                    }
                    Frame::Close(frame) => {
                        shared.change(|world| self.take_leave(world, frame.map_or(1005, |frame| frame.code)));
                        return None;
                    }
                    Frame::Binary(_) | Frame::Ping(_) | Frame::Pong(_) => continue,
                },
                () = tokio::time::sleep_until(deadline) => Step::Close(close::TIMED_OUT),
            };
            match step {
                Step::Say(texts) => say(socket, texts).await?,
                Step::Close(code) => return Some(code),
                Step::Cut => return None,
            }
        }
    }

    fn session<'a>(&self, world: &'a mut World) -> Option<&'a mut Session> {
        let id = self.session.as_ref()?;
        world.sessions.iter_mut().find(|session| session.id == *id)
    }

    fn is_due(&self, world: &World) -> bool {
        let Some(id) = &self.session else { return false };
        let session = world.sessions.iter().find(|session| session.id == *id);
        session.is_some_and(|session| {
            session.connection != Some(self.number) || !session.orders.is_empty() || session.sequence > self.sent
        })
    }

    /// What the session has for the bot: first the orders, then the events.
    fn due(&mut self, world: &mut World) -> Step {
        let (number, sent) = (self.number, self.sent);
        let Some(session) = self.session(world) else { return Step::Say(Vec::new()) };
        if session.connection != Some(number) {
            return Step::Cut;
        }
        match session.orders.pop_front() {
            Some(Order::Cut) => Step::Cut,
            Some(Order::Close(code)) => Step::Close(code),
            Some(Order::Reconnect) => Step::Say(vec![json!({"op": 7, "d": null, "s": null, "t": null}).to_string()]),
            Some(Order::Invalid(resumable)) => Step::Say(vec![self.invalidate(world, resumable)]),
            None => {
                let events = session.after(sent);
                self.sent = session.sequence;
                world.handed_out.extend(events.iter().map(Numbered::handed_out));
                Step::Say(events.iter().map(Numbered::to_text).collect())
            }
        }
    }

    /// Tells the bot that its session is no longer valid.
    fn invalidate(&mut self, world: &mut World, resumable: Resumable) -> String {
        if let (Resumable::No, Some(id)) = (resumable, self.session.take()) {
            world.sessions.retain(|session| session.id != id);
        }
        json!({"op": 9, "d": resumable == Resumable::Yes, "s": null, "t": null}).to_string()
    }

    fn hear(&mut self, world: &mut World, text: &str) -> Step {
        let Ok(payload) = serde_json::from_str::<Value>(text) else { return Step::Close(close::UNDECODABLE) };
        let data = &payload["d"];
        match (payload["op"].as_u64(), &self.session) {
            (Some(1), _) => self.beat(world, data),
            (Some(2), None) => self.identify(world, data),
            (Some(6), None) => self.resume(world, data),
            (Some(2 | 6), Some(_)) => Step::Close(close::ALREADY_AUTHENTICATED),
            (Some(3 | 4 | 8 | 31), Some(_)) => Step::Say(Vec::new()),
            (Some(3 | 4 | 8 | 31), None) => Step::Close(close::NOT_AUTHENTICATED),
            (Some(_), _) => Step::Close(close::UNKNOWN_OPCODE),
            (None, _) => Step::Close(close::UNDECODABLE),
        }
    }

    fn beat(&mut self, world: &mut World, sequence: &Value) -> Step {
        let known = self.session(world).map_or(u64::MAX, |session| session.sequence);
        if sequence.as_u64().is_some_and(|sequence| sequence > known) {
            return Step::Close(close::INVALID_SEQUENCE);
        }
        if world.faults.strike_gateway(Fault::IgnoreHeartbeat, "") {
            return Step::Say(Vec::new());
        }
        Step::Say(vec![json!({"op": 11, "d": null, "s": null, "t": null}).to_string()])
    }

    fn identify(&mut self, world: &mut World, data: &Value) -> Step {
        if !is_known(world, &data["token"]) {
            return Step::Close(close::WRONG_TOKEN);
        }
        let Some(intents) = data["intents"].as_u64().filter(|intents| intents & !intent::KNOWN == 0) else {
            return Step::Close(close::INVALID_INTENTS);
        };
        if intents & disallowed(world) != 0 {
            return Step::Close(close::DISALLOWED_INTENTS);
        }
        if !data["properties"].is_object() {
            return Step::Close(close::UNDECODABLE);
        }
        world.connections[self.number].began.push(Beginning::Identified);
        self.greet(world, intents, &data["shard"]);
        Step::Say(Vec::new())
    }

    /// Begins a session. Its events, the greeting first, are handed out like all others.
    fn greet(&mut self, world: &mut World, intents: u64, shard: &Value) {
        let mut session = Session::new(secret(32).to_lowercase(), intents, self.number);
        let keep = world.settings.replayed;
        session.tell(&Event::new("READY", 0, world.ready(&session.id, shard)), keep);
        if intents & intent::GUILDS != 0 {
            for guild in world.guilds.keys().filter(|guild| world.is_in(**guild)) {
                session.tell(&Event::new("GUILD_CREATE", 0, guild_event(world, *guild)), keep);
            }
        }
        self.session = Some(session.id.clone());
        self.sent = 0;
        world.sessions.push(session);
    }

    fn resume(&mut self, world: &mut World, data: &Value) -> Step {
        if !is_known(world, &data["token"]) {
            return Step::Close(close::WRONG_TOKEN);
        }
        let (now, life) = (world.clock.now(), world.settings.session_life);
        world.sessions.retain(|session| session.lost.is_none_or(|lost| now < lost + life));
        let (id, sequence) = (data["session_id"].as_str().unwrap_or_default(), data["seq"].as_u64().unwrap_or(0));
        if world.faults.strike_gateway(Fault::RefuseResume, "") {
            world.sessions.retain(|session| session.id != id);
        }
        let (number, keep) = (self.number, world.settings.replayed);
        let found = world.sessions.iter_mut().find(|session| session.id == id);
        let Some(session) = found.filter(|session| session.reaches_back_to(sequence)) else {
            world.connections[number].began.push(Beginning::Refused);
            return Step::Say(vec![self.invalidate(world, Resumable::No)]);
        };
        if sequence > session.sequence {
            return Step::Close(close::INVALID_SEQUENCE);
        }
        (session.connection, session.lost) = (Some(number), None);
        session.orders.clear();
        session.tell(&Event::new("RESUMED", 0, json!({})), keep);
        self.session = Some(id.to_owned());
        self.sent = sequence;
        world.connections[number].began.push(Beginning::Resumed);
        Step::Say(Vec::new())
    }

    /// The bot says goodbye: with 1000 or 1001 it gives its session up.
    fn take_leave(&mut self, world: &mut World, code: u16) {
        world.connections[self.number].closed = Some(code);
        if let (1000 | 1001, Some(id)) = (code, &self.session) {
            world.sessions.retain(|session| session.id != *id);
        }
    }

    fn leave(&self, world: &mut World, closed: Option<u16>) {
        let now = world.clock.now();
        let connection = &mut world.connections[self.number];
        connection.open = false;
        connection.closed = connection.closed.or(closed);
        if let Some(session) = self.session(world).filter(|session| session.connection == Some(self.number)) {
            (session.connection, session.lost) = (None, Some(now));
        }
    }
}

/// Whether a token is the bot's; the gateway takes it with or without what the API wants in front of it.
fn is_known(world: &World, token: &Value) -> bool {
    let token = token.as_str().unwrap_or_default();
    token.strip_prefix("Bot ").unwrap_or(token) == world.settings.token
}

/// The privileged intents that the application was not given.
fn disallowed(world: &World) -> u64 {
    let given = |given: bool, intent: u64| if given { 0 } else { intent };
    intent::PRESENCES
        | given(world.settings.members, intent::MEMBERS)
        | given(world.settings.message_content, intent::MESSAGE_CONTENT)
}

fn is_heartbeat(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|payload| payload["op"] == 1)
}

async fn say(socket: &mut WebSocket, texts: Vec<String>) -> Option<()> {
    for text in texts {
        socket.send(Frame::Text(text.into())).await.ok()?;
    }
    Some(())
}
