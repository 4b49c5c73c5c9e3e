//! The Discord server as a thing to start, look at and stop.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::call::Call;
use super::channel::Channel;
use super::connection::Connection;
use super::endpoint;
use super::faults::Misbehaviour;
use super::guild_handle::Guild;
use super::message::Message;
use super::routes;
use super::session::{HandedOut, Order, Resumable};
use super::settings::DiscordSettings;
use super::shared::Shared;
use super::snowflake::Snowflake;
use super::user::User;
use super::world::World;
use crate::socket::{CuttableListener, Scissors};

/// How long `stop` waits for open connections before it leaves them.
const PATIENCE: Duration = Duration::from_secs(5);

/// Discord, listening until it is stopped or dropped.
pub struct DiscordServer {
    address: SocketAddr,
    pub(crate) shared: Arc<Shared>,
    server: JoinHandle<io::Result<()>>,
    closing: DropGuard,
}

impl DiscordServer {
    /// Starts to listen. To be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound, or there is no randomness for the application's key.
    pub fn start(settings: DiscordSettings) -> io::Result<Self> {
        let listener = TcpListener::bind(settings.listen)?;
        listener.set_nonblocking(true)?;
        let listener = CuttableListener(tokio::net::TcpListener::from_std(listener)?);
        let address = axum::serve::Listener::local_addr(&listener)?;
        let closing = CancellationToken::new();
        let world = World::new(settings, address.to_string()).map_err(|_| io::Error::other("no key could be made"))?;
        let shared = Arc::new(Shared::new(world, closing.clone(), tokio::runtime::Handle::current()));
        let service = routes::router(shared.clone()).into_make_service_with_connect_info::<Scissors>();
        let serve = axum::serve(listener, service).with_graceful_shutdown(closing.clone().cancelled_owned());
        let server = tokio::spawn(serve.into_future());
        tracing::debug!(%address, "discord server listens");
        Ok(Self { address, shared, server, closing: closing.drop_guard() })
    }

    /// The address in front of `/api/v10`, without a slash at its end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The gateway's address.
    pub fn gateway_url(&self) -> String {
        self.shared.look(World::gateway_url)
    }

    /// The application's id.
    pub fn application_id(&self) -> Snowflake {
        self.shared.look(|world| world.application.id)
    }

    /// The bot's user id.
    pub fn bot_id(&self) -> Snowflake {
        self.shared.look(|world| world.application.bot)
    }

    /// The key that signatures of interactions over HTTP are checked with, in hexadecimal.
    pub fn public_key(&self) -> String {
        self.shared.look(|world| world.application.public_key())
    }

    /// Sends interactions to this address from now on, or by the gateway again.
    ///
    /// # Errors
    /// When the address does not answer a true ping, or answers a forged one. Then nothing changes.
    pub async fn set_interactions_endpoint(&self, url: Option<&str>) -> Result<(), String> {
        endpoint::set(&self.shared, url.map(str::to_owned)).await
    }

    /// A new user.
    pub fn user(&self, name: &str) -> User {
        User::new(self.shared.clone(), name)
    }

    /// A new guild, with these members and the bot.
    pub fn guild(&self, name: &str, members: &[&User]) -> Guild {
        let members: Vec<_> = members.iter().map(|user| user.id()).collect();
        let id = self.shared.change(|world| world.add_guild(name, &members));
        Guild::new(self.shared.clone(), id)
    }

    /// The direct channel of the bot and a user.
    pub fn dm(&self, user: &User) -> Channel {
        let id = self.shared.change(|world| world.direct(user.id()));
        Channel::new(self.shared.clone(), id)
    }

    /// The threads of a channel, oldest first.
    pub fn threads(&self, channel: &Channel) -> Vec<Channel> {
        let ids: Vec<_> = self.shared.look(|world| {
            let within = |room: &&super::room::Room| room.thread().is_some_and(|thread| thread.parent == channel.id());
            world.rooms.values().filter(within).map(|room| room.id).collect()
        });
        ids.into_iter().map(|id| Channel::new(self.shared.clone(), id)).collect()
    }

    /// The messages of a channel, oldest first; those that one user sees are among them.
    pub fn messages(&self, channel: &Channel) -> Vec<Message> {
        channel.messages()
    }

    /// What is in an attachment.
    pub fn file(&self, attachment: Snowflake) -> Option<Bytes> {
        self.shared.look(|world| {
            let messages = world.rooms.values().flat_map(|room| room.messages.values());
            let mut files = messages.flat_map(|message| &message.attachments);
            files.find(|file| file.id == attachment).map(|file| file.bytes.clone())
        })
    }

    /// The names of the commands that the bot registered, sorted.
    pub fn commands(&self) -> Vec<String> {
        let name = |command: &serde_json::Value| command["name"].as_str().map(str::to_owned);
        let mut names: Vec<_> = self.shared.look(|world| world.commands.iter().filter_map(name).collect());
        names.sort();
        names
    }

    /// What the bot called so far, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.look(|world| world.calls.clone())
    }

    /// All events that were handed out, in order.
    pub fn events(&self) -> Vec<HandedOut> {
        self.shared.look(|world| world.handed_out.clone())
    }

    /// When the first event about a message, thread or interaction was handed out.
    pub fn handed_out(&self, subject: impl Into<Snowflake>) -> Option<Instant> {
        let subject = subject.into();
        self.shared
            .look(|world| world.handed_out.iter().find(|event| event.subject == Some(subject)).map(|event| event.at))
    }

    /// The connections to the gateway so far, oldest first.
    pub fn connections(&self) -> Vec<Connection> {
        self.shared.look(|world| world.connections.clone())
    }

    /// How many requests were answered with 429.
    pub fn too_many_requests(&self) -> u32 {
        self.shared.look(|world| world.limits.refused)
    }

    /// How many of those followed another in the same bucket: sent before its wait was over, or the first one after it.
    pub fn repeated_too_many_requests(&self) -> u32 {
        self.shared.look(|world| world.limits.refused_again)
    }

    /// Sets the clock of limits and expiry forward.
    pub fn advance(&self, by: Duration) {
        self.shared.change(|world| world.clock.advance(by));
    }

    /// Has something go wrong.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.shared.change(|world| world.faults.add(misbehaviour));
    }

    /// Has nothing more go wrong.
    pub fn behave(&self) {
        self.shared.change(|world| world.faults.clear());
    }

    /// How many things are still to go wrong.
    pub fn misbehaviour_left(&self) -> u32 {
        self.shared.look(|world| world.faults.left())
    }

    /// Cuts all connections to the gateway without a word.
    pub fn cut_gateway(&self) {
        self.order(Order::Cut);
    }

    /// Closes all connections to the gateway with this code.
    pub fn close_gateway(&self, code: u16) {
        self.order(Order::Close(code));
    }

    /// Declares all sessions invalid.
    pub fn invalidate_sessions(&self, resumable: Resumable) {
        self.order(Order::Invalid(resumable));
    }

    /// Asks the bot to connect anew and resume.
    pub fn asks_to_reconnect(&self) {
        self.order(Order::Reconnect);
    }

    fn order(&self, order: Order) {
        self.shared.change(|world| {
            for session in world.sessions.iter_mut().filter(|session| session.connection.is_some()) {
                session.orders.push_back(order);
            }
        });
    }

    /// Closes all connections and waits until the server is gone.
    pub async fn stop(self) {
        drop(self.closing);
        let mut server = self.server;
        match tokio::time::timeout(PATIENCE, &mut server).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(%error, "discord server ended badly"),
            Ok(Err(error)) => tracing::warn!(%error, "discord server's task failed"),
            Err(_) => {
                tracing::warn!("discord server left a connection that did not end");
                server.abort();
            }
        }
    }
}
