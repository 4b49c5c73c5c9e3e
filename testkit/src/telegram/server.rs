//! The server as a thing to start, watch, upset and stop.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::actions::Action;
use super::call::Call;
use super::chat::{Chat, Place};
use super::delivery::deliver;
use super::faults::Misbehaviour;
use super::message::Message;
use super::routes;
use super::settings::TelegramSettings;
use super::stage::{Shared, Stage};
use crate::socket::{CuttableListener, Scissors};

/// How long `stop` waits for open connections before it leaves them.
const PATIENCE: Duration = Duration::from_secs(5);

/// A stand-in for Telegram, listening until it is stopped or dropped.
pub struct TelegramServer {
    address: SocketAddr,
    pub(crate) stage: Shared,
    server: JoinHandle<io::Result<()>>,
    delivery: JoinHandle<()>,
    closing: DropGuard,
}

impl TelegramServer {
    /// Starts to listen. To be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(settings: TelegramSettings) -> io::Result<Self> {
        let listener = TcpListener::bind(settings.listen)?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let closing = CancellationToken::new();
        let stage = Stage::new(settings, closing.clone());
        let service = routes::router(stage.clone()).into_make_service_with_connect_info::<Scissors>();
        let serve =
            axum::serve(CuttableListener(listener), service).with_graceful_shutdown(closing.clone().cancelled_owned());
        let server = tokio::spawn(serve.into_future());
        let delivery = tokio::spawn(deliver(stage.clone()));
        Ok(Self { address, stage, server, delivery, closing: closing.drop_guard() })
    }

    /// The address to give as that of the Bot API, without a slash at its end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The bot's token.
    pub fn token(&self) -> String {
        self.stage.look(|world| world.settings.token.clone())
    }

    /// The bot's user name, without the `@`.
    pub fn bot_name(&self) -> String {
        self.stage.look(|world| world.settings.bot_name.clone())
    }

    /// From now on something goes wrong, as often as it is said.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.stage.change(|world| world.faults.add(misbehaviour));
    }

    /// Nothing goes wrong any more.
    pub fn behave(&self) {
        self.stage.change(|world| world.faults.clear());
    }

    /// How many times something is still to go wrong.
    pub fn misbehaviours_left(&self) -> u32 {
        self.stage.look(|world| world.faults.left())
    }

    /// Cuts the connections by which the bot waits for updates.
    pub fn cut_polls(&self) {
        self.stage.change(|world| world.updates.cut_through = world.updates.poll);
    }

    /// Hands out no updates until [`Self::resume_updates`], so that several come in one answer.
    pub fn pause_updates(&self) {
        self.stage.change(|world| world.updates.paused = true);
    }

    /// Hands out updates again.
    pub fn resume_updates(&self) {
        self.stage.change(|world| world.updates.paused = false);
    }

    /// Lets virtual time pass at once.
    pub fn advance(&self, by: Duration) {
        self.stage.change(|world| world.clock.advance(by));
    }

    /// How many calls were answered with 429.
    pub fn too_many_requests(&self) -> u64 {
        self.stage.look(|world| world.limits.refused)
    }

    /// How many of them came while a wait in the same chat still ran, or right after one.
    pub fn repeated_too_many_requests(&self) -> u64 {
        self.stage.look(|world| world.limits.refused_again)
    }

    /// What the bot called so far, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.stage.look(|world| world.calls.clone())
    }

    /// How many updates are not confirmed yet.
    pub fn pending_updates(&self) -> usize {
        self.stage.look(|world| world.updates.pending.len())
    }

    /// When an update was first handed out.
    pub fn handed_out(&self, update: i64) -> Option<Instant> {
        self.stage.look(|world| world.updates.handed_out(update))
    }

    /// The update that told of a message; the latest, if it was edited.
    pub fn update_of(&self, chat: &Chat, message: i64) -> Option<i64> {
        self.stage.look(|world| world.updates.told_of(chat.id(), message))
    }

    /// What is in a chat now, oldest first.
    pub fn messages(&self, chat: &Chat) -> Vec<Message> {
        chat.messages()
    }

    /// What the bot was shown to be doing in a chat or topic, oldest first.
    pub fn actions(&self, place: &impl Place) -> Vec<Action> {
        let (chat, thread) = (place.chat(), place.thread());
        let actions = self.stage.look(|world| world.rooms.get(&chat.id()).map(|room| room.actions.clone()));
        let here = |action: &Action| thread.is_none() || action.thread == thread;
        actions.unwrap_or_default().into_iter().filter(here).collect()
    }

    /// The bot's reactions at a message.
    pub fn reactions(&self, chat: &Chat, message: i64) -> Vec<String> {
        self.stage.look(|world| {
            let reactions = world.rooms.get(&chat.id()).and_then(|room| room.reactions.get(&message));
            reactions.cloned().unwrap_or_default()
        })
    }

    /// A file's bytes, by its id.
    pub fn file(&self, id: &str) -> Option<Bytes> {
        self.stage.look(|world| world.files.get(id).map(|stored| stored.bytes.clone()))
    }

    /// Cuts what waits, closes all connections and waits until the server is gone.
    pub async fn stop(self) {
        drop(self.closing);
        let mut server = self.server;
        match tokio::time::timeout(PATIENCE, &mut server).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(%error, "Telegram's stand-in ended badly"),
            Ok(Err(error)) => tracing::warn!(%error, "Telegram's stand-in failed"),
            Err(_) => {
                tracing::warn!("Telegram's stand-in left a connection that did not end");
                server.abort();
            }
        }
        self.delivery.abort();
    }
}
