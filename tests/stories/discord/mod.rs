//! Discord, through the shipped binary: people write, press, choose and fill in forms, the real CLI works in a real
//! container, and testkit's server holds the channels with all of Discord's limits.

mod commands;
mod connection;
mod deciding;
mod endpoint;
mod files;
mod job;
mod looks;
mod parking;
mod people;
mod places;
mod questions;

use crate::harness::{PATIENCE, Serving, World};
use serde_json::json;
use signalbox_testkit::discord::{Channel, DiscordServer, DiscordSettings, Guild, Message, User};
use signalbox_testkit::script::Script;
use std::time::Duration;

/// A team with a hub, a project, a Discord server with a bot, and a channel that is bound to the project.
pub(crate) struct Team {
    pub(crate) world: World,
    pub(crate) discord: DiscordServer,
    pub(crate) guild: Guild,
    pub(crate) room: Channel,
    pub(crate) hub: Option<Serving>,
}

impl Team {
    /// A hub that serves, with the project `demo`.
    pub(crate) async fn new() -> Self {
        Self::with("", |world| world).await
    }

    /// The same, with a policy for the project and other settings.
    pub(crate) async fn with(policy: &str, adjust: impl FnOnce(World) -> World) -> Self {
        let team = Self::without_gateway(policy, |world, discord| {
            adjust(world.with("SIGNALBOX_DISCORD_GATEWAY_URL", &discord.gateway_url()))
        })
        .await;
        team.discord.wait_connected(PATIENCE).await;
        team
    }

    /// The same, whose hub may never connect to the gateway.
    pub(crate) async fn without_gateway(policy: &str, adjust: impl FnOnce(World, &DiscordServer) -> World) -> Self {
        let settings = DiscordSettings::default();
        let discord = DiscordServer::start(settings.clone()).expect("testkit's Discord starts");
        let guild = discord.guild("Team", &[]);
        let room = guild.channel("work");
        let world = World::new().await;
        let world = world
            .with("SIGNALBOX_DISCORD_TOKEN", &settings.token)
            .with("SIGNALBOX_DISCORD_API_URL", &discord.base_url());
        let world = adjust(world, &discord);
        let hub = world.serves().await;
        let team = Self { world, discord, guild, room, hub: Some(hub) };
        let repository = team.world.repository();
        let repository = repository.to_str().expect("a plain path");
        let file = team.world.folder().join("policy.toml");
        std::fs::write(&file, format!("version = 1\n{policy}")).expect("a policy file");
        let file = file.to_str().expect("a plain path");
        team.says(&["project", "add", "demo", "--git", repository, "--policy", file]).await;
        team.says(&["bind", "demo", &format!("discord:{}", team.room.id())]).await;
        team
    }

    /// Runs a command of the operator's that must succeed; what it printed.
    pub(crate) async fn says(&self, arguments: &[&str]) -> String {
        let said = self.world.says(arguments).await;
        assert_eq!(said.code(), 0, "{arguments:?}: {}", said.stderr);
        said.stdout
    }

    /// All tasks that there were, newest first.
    pub(crate) async fn tasks(&self) -> Vec<serde_json::Value> {
        serde_json::from_str(&self.says(&["tasks", "--all", "--json"]).await).expect("a list of tasks")
    }

    /// Somebody in the server with a role in the project, linked beforehand.
    pub(crate) async fn member(&self, name: &str, role: &str) -> User {
        let user = self.stranger(name);
        let id = user.id().to_string();
        self.says(&["user", "add", name, "--role", role, "--project", "demo", "--discord", &id]).await;
        user
    }

    /// Somebody in the server whom the hub does not know.
    pub(crate) fn stranger(&self, name: &str) -> User {
        let user = self.discord.user(name);
        self.guild.admits(&user);
        user
    }

    /// Mentions the bot in the channel; the thread that it begins.
    pub(crate) async fn asks(&self, user: &User, text: &str) -> Channel {
        let asked = user.mentions(&self.room, text);
        self.thread_of(&self.room, &asked).await
    }

    /// The thread at a message.
    pub(crate) async fn thread_of(&self, channel: &Channel, message: &Message) -> Channel {
        let has_one = |other: &Message| other.id == message.id && other.thread.is_some();
        let id = self.discord.wait_for(channel, has_one, PATIENCE).await.thread;
        self.discord.threads(channel).into_iter().find(|thread| Some(thread.id()) == id).expect("the thread is there")
    }

    /// Waits for a message of the bot's that has this in what people read.
    pub(crate) async fn hears(&self, place: &Channel, text: &str) -> Message {
        // While a task runs its card shows what Claude says, too; that is not the answer yet.
        let passes = |message: &Message| message.content.starts_with("**▶") && text != "in demo";
        let says = |message: &Message| message.from_bot && read(message).contains(text) && !passes(message);
        self.discord.wait_for(place, says, PATIENCE).await
    }

    /// Waits for an open approval's card.
    pub(crate) async fn is_asked(&self, place: &Channel) -> Message {
        let asks = |message: &Message| message.from_bot && read(message).contains('🔐') && !message.labels().is_empty();
        self.discord.wait_for(place, asks, PATIENCE).await
    }

    /// Waits until a message has become this.
    pub(crate) async fn becomes(&self, place: &Channel, message: &Message, text: &str) -> Message {
        let is_so = |other: &Message| other.id == message.id && read(other).contains(text);
        self.discord.wait_for(place, is_so, PATIENCE).await
    }

    /// Waits for what is told to one person alone.
    pub(crate) async fn whispers(&self, place: &Channel, to: &User, text: &str) -> Message {
        let says = |message: &Message| message.ephemeral_to == Some(to.id()) && read(message).contains(text);
        self.discord.wait_for(place, says, PATIENCE).await
    }

    /// Asserts that nothing more is said for a while.
    pub(crate) async fn is_silent(&self, place: &Channel, span: Duration) {
        let before = place.messages().len();
        tokio::time::sleep(span).await;
        assert_eq!(place.messages().len(), before, "{}", self.discord.transcript(place));
    }

    /// Ends the hub as `kill -9` does.
    pub(crate) async fn dies(&mut self) {
        self.hub.take().expect("a hub that runs").dies().await;
    }

    /// The hub stops in good order.
    pub(crate) async fn stops(&mut self) {
        self.hub.take().expect("a hub that runs").stops().await;
    }

    /// Starts the hub again.
    pub(crate) async fn returns(&mut self) {
        self.hub = Some(self.world.serves().await);
    }

    /// Ends the story: the hub stops, nothing is left over, nobody was rung up who should not be, and Discord was never
    /// pressed twice in a row.
    pub(crate) async fn ends(mut self) {
        self.world.is_quiet().await;
        if let Some(hub) = self.hub.take() {
            hub.stops().await;
        }
        self.says_to_readers();
        assert_eq!(self.discord.repeated_too_many_requests(), 0, "the limits were kept");
        self.discord.stop().await;
        self.world.ends().await;
    }

    /// What people saw, for whoever reads the output of a story.
    fn says_to_readers(&self) {
        println!("{}\n", self.discord.transcript(&self.room));
        for thread in self.discord.threads(&self.room) {
            println!("{}\n", self.discord.transcript(&thread));
            for message in thread.messages().iter().chain(&self.room.messages()).filter(|message| message.from_bot) {
                assert!(message.pings.is_empty(), "a message of the bot's rings somebody up: {message:#?}");
            }
        }
    }
}

/// A message as people read it: without the backslashes that keep its signs from being markup.
pub(crate) fn read(message: &Message) -> String {
    message.content.replace('\\', "")
}

/// A request that runs a command which has to be asked for.
pub(crate) fn leave_a_trace() -> String {
    Script::new()
        .say("I leave a trace.")
        .tool("Bash", json!({"command": "echo ran >> ran.txt", "description": "Leave a trace"}))
        .say("The trace is left.")
        .to_string()
}

/// A request that writes a file, which policy allows, and says something.
pub(crate) fn write(name: &str, said: &str) -> String {
    let path = format!("/workspace/{name}");
    Script::new().tool("Write", json!({"file_path": path, "content": "x\n"})).say(said).to_string()
}

/// A request that is answered without any tool.
pub(crate) fn just_say(text: &str) -> String {
    Script::new().say(text).to_string()
}

/// The branch that an outcome names.
pub(crate) fn branch_of(outcome: &Message) -> String {
    let text = read(outcome).replace('`', " ");
    let word = text.split_whitespace().find(|word| word.starts_with("signalbox/"));
    word.expect("a branch").to_owned()
}
