//! Waiting for something to happen, without looking again and again.

use std::time::Duration;

use super::Snowflake;
use super::channel::Channel;
use super::message::Message;
use super::server::DiscordServer;
use super::world::World;

/// Each panics when the time is over, and shows what was there instead.
impl DiscordServer {
    /// Waits for a message that is as wanted; the oldest that is counts.
    pub async fn wait_for(
        &self,
        channel: &Channel,
        mut wanted: impl FnMut(&Message) -> bool,
        within: Duration,
    ) -> Message {
        let see = |world: &World| {
            let room = world.rooms.get(&channel.id())?;
            room.messages.values().find(|message| wanted(message)).cloned()
        };
        self.wait(see, within, |world| world.transcript(channel.id())).await
    }

    /// Waits until a message is gone.
    pub async fn wait_gone(&self, channel: &Channel, message: impl Into<Snowflake>, within: Duration) {
        let message = message.into();
        let there =
            |world: &World| world.rooms.get(&channel.id()).is_some_and(|room| room.messages.contains_key(&message));
        let see = |world: &World| (!there(world)).then_some(());
        self.wait(see, within, |world| world.transcript(channel.id())).await;
    }

    /// Waits for a thread in a channel that is as wanted.
    pub async fn wait_for_thread(
        &self,
        channel: &Channel,
        mut wanted: impl FnMut(&str) -> bool,
        within: Duration,
    ) -> Channel {
        let see = |world: &World| {
            let mut threads =
                world.rooms.values().filter(|room| room.thread().is_some_and(|t| t.parent == channel.id()));
            threads.find(|room| wanted(&room.name)).map(|room| room.id)
        };
        let id = self.wait(see, within, |world| world.transcript(channel.id())).await;
        Channel::new(self.shared.clone(), id)
    }

    /// Waits until a bot is connected to the gateway and was handed all that there is.
    pub async fn wait_connected(&self, within: Duration) {
        let ready = |world: &World| {
            let mut served = world.sessions.iter().filter(|session| session.connection.is_some());
            served.any(|session| world.handed_out.iter().any(|event| event.sequence == Some(session.sequence)))
        };
        let see = |world: &World| ready(world).then_some(());
        self.wait(see, within, |world| format!("connections: {:#?}", world.connections)).await;
    }

    /// Waits until the bot has registered a command.
    pub async fn wait_for_command(&self, name: &str, within: Duration) {
        let see = |world: &World| world.commands.iter().any(|command| command["name"] == name).then_some(());
        self.wait(see, within, |world| format!("commands: {:#?}", world.commands)).await;
    }

    /// Waits for what a look at the server's calls shows.
    pub async fn wait_for_call(&self, method: &str, part: &str, within: Duration) -> super::call::Call {
        let see = |world: &World| {
            let mut done = world.calls.iter().filter(|call| call.status != 0);
            done.find(|call| call.method == method && call.path.contains(part)).cloned()
        };
        self.wait(see, within, |world| format!("calls: {:#?}", world.calls)).await
    }

    /// A channel as a person reads it.
    pub fn transcript(&self, channel: &Channel) -> String {
        self.shared.look(|world| world.transcript(channel.id()))
    }

    async fn wait<T>(
        &self,
        see: impl FnMut(&World) -> Option<T>,
        within: Duration,
        instead: impl FnOnce(&World) -> String,
    ) -> T {
        match tokio::time::timeout(within, self.shared.wait(see)).await {
            Ok(seen) => seen,
            Err(_) => panic!("waited {within:?} in vain:\n{}", self.shared.look(instead)),
        }
    }
}
