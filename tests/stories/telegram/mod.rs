//! Telegram, through the shipped binary: people write and tap, the real CLI works in a real container, and testkit's server
//! holds the chats, refuses what Telegram refuses, and misbehaves when told to.

mod bridges;
mod files;
mod groups;
mod hostile;
mod job;
mod links;
mod parking;
mod people;
mod questions;
mod trouble;

use crate::harness::{PATIENCE, Serving, World};
use serde_json::json;
use signalbox_testkit::script::Script;
use signalbox_testkit::telegram::{Chat, Message, Place, TelegramServer, TelegramSettings, User};
use std::time::Duration;

/// A team with a hub, a project and a bot.
pub(crate) struct Team {
    pub(crate) world: World,
    pub(crate) telegram: TelegramServer,
    pub(crate) hub: Option<Serving>,
}

impl Team {
    /// A hub that serves, with the project `demo`.
    pub(crate) async fn new() -> Self {
        Self::with(TelegramSettings::default(), "", |world| world).await
    }

    /// The same, with a policy for the project and other settings.
    pub(crate) async fn with(settings: TelegramSettings, policy: &str, adjust: impl FnOnce(World) -> World) -> Self {
        let telegram = TelegramServer::start(settings).expect("testkit's Telegram starts");
        let world = World::new().await;
        let world = world
            .with("SIGNALBOX_TELEGRAM_TOKEN", &telegram.token())
            .with("SIGNALBOX_TELEGRAM_API_URL", &telegram.base_url());
        let world = adjust(world);
        let hub = world.serves().await;
        let team = Self { world, telegram, hub: Some(hub) };
        let repository = team.world.repository();
        let repository = repository.to_str().expect("a plain path");
        let file = team.world.folder().join("policy.toml");
        std::fs::write(&file, format!("version = 1\n{policy}")).expect("a policy file");
        let file = file.to_str().expect("a plain path");
        team.says(&["project", "add", "demo", "--git", repository, "--policy", file]).await;
        team
    }

    /// Runs a command of the operator's that must succeed; what it printed.
    pub(crate) async fn says(&self, arguments: &[&str]) -> String {
        let said = self.world.says(arguments).await;
        assert_eq!(said.code(), 0, "{arguments:?}: {}", said.stderr);
        said.stdout
    }

    /// Somebody with a role in the project and a private chat with the bot, linked beforehand.
    pub(crate) async fn member(&self, name: &str, role: &str) -> (User, Chat) {
        let user = self.telegram.user(name);
        let id = user.id().to_string();
        self.says(&["user", "add", name, "--role", role, "--project", "demo", "--telegram", &id]).await;
        let chat = self.telegram.private(&user);
        (user, chat)
    }

    /// Binds a chat to the project.
    pub(crate) async fn binds(&self, address: &str) {
        self.says(&["bind", "demo", &format!("telegram:{address}")]).await;
    }

    /// Waits for a message of the bot's that has this in its text.
    pub(crate) async fn hears(&self, place: &impl Place, text: &str) -> Message {
        // While a task runs its card shows what Claude says, too; that is not the answer yet.
        let passes = |message: &Message| message.text.starts_with('▶') && text != "in demo";
        let says = |message: &Message| message.from_bot && message.text.contains(text) && !passes(message);
        self.telegram.wait_for(place, says, PATIENCE).await
    }

    /// Waits for an open approval's card.
    pub(crate) async fn is_asked(&self, place: &impl Place) -> Message {
        let asks = |message: &Message| message.from_bot && message.text.contains('🔐') && !message.buttons.is_empty();
        self.telegram.wait_for(place, asks, PATIENCE).await
    }

    /// Waits until a message has become this.
    pub(crate) async fn becomes(&self, place: &impl Place, id: i64, text: &str) -> Message {
        let is_so = |message: &Message| message.id == id && message.text.contains(text);
        self.telegram.wait_for(place, is_so, PATIENCE).await
    }

    /// Waits until nothing of the hub's is still to be said.
    pub(crate) async fn is_silent(&self, chat: &Chat, span: Duration) {
        let before = chat.messages().len();
        tokio::time::sleep(span).await;
        assert_eq!(chat.messages().len(), before, "{}", chat.transcript());
    }

    /// Ends the hub as `kill -9` does.
    pub(crate) async fn dies(&mut self) {
        self.hub.take().expect("a hub that runs").dies().await;
    }

    /// Starts the hub again.
    pub(crate) async fn returns(&mut self) {
        self.hub = Some(self.world.serves().await);
    }

    /// Ends the story: the hub stops, and nothing is left over.
    pub(crate) async fn ends(mut self) {
        self.world.is_quiet().await;
        if let Some(hub) = self.hub.take() {
            hub.stops().await;
        }
        self.telegram.stop().await;
        self.world.ends().await;
    }
}

/// A request that runs a command which has to be asked for.
pub(crate) fn leave_a_trace() -> String {
    Script::new()
        .say("I leave a trace.")
        .tool("Bash", json!({"command": "echo ran >> ran.txt", "description": "Leave a trace"}))
        .say("The trace is left.")
        .to_string()
}

/// A request that is answered without any tool.
pub(crate) fn just_say(text: &str) -> String {
    Script::new().say(text).to_string()
}
