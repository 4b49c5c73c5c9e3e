//! Waiting for what the bot does, woken by each change rather than by looking again and again.

use std::time::Duration;

use super::call::Call;
use super::chat::{Chat, Place};
use super::message::Message;
use super::server::TelegramServer;
use super::stage::Stage;

impl Stage {
    /// Waits until something is there; `None` when the time is over.
    pub(crate) async fn wait<T>(&self, mut find: impl FnMut() -> Option<T>, patience: Duration) -> Option<T> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(found) = find() {
                return Some(found);
            }
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep_until(deadline) => return find(),
            }
        }
    }
}

impl TelegramServer {
    /// Waits for a message in a chat or topic; the oldest that suits.
    ///
    /// # Panics
    /// When there is none in time, with all that is in the chat.
    pub async fn wait_for(&self, place: &impl Place, suits: impl Fn(&Message) -> bool, patience: Duration) -> Message {
        let (chat, thread) = (place.chat(), place.thread());
        let here = |message: &Message| thread.is_none() || message.thread == thread;
        let find = || chat.messages().into_iter().find(|message| here(message) && suits(message));
        match self.stage.wait(find, patience).await {
            Some(message) => message,
            None => panic!("no such message for {patience:?}\n{}", self.explain(chat)),
        }
    }

    /// Waits for a call of the bot; the first that suits.
    ///
    /// # Panics
    /// When there is none in time, with all calls there were.
    pub async fn wait_for_call(&self, suits: impl Fn(&Call) -> bool, patience: Duration) -> Call {
        match self.stage.wait(|| self.calls().into_iter().find(|call| suits(call)), patience).await {
            Some(call) => call,
            None => panic!("no such call for {patience:?}\n{}", self.latest_calls()),
        }
    }

    /// Waits until something holds of the server.
    ///
    /// # Panics
    /// When it does not in time, saying what was waited for.
    pub async fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool, patience: Duration) {
        let held = self.stage.wait(|| holds(self).then_some(()), patience).await;
        assert!(held.is_some(), "waited {patience:?} in vain until {what}\n{}", self.latest_calls());
    }

    fn explain(&self, chat: &Chat) -> String {
        format!("{}\nThe bot's latest calls:\n{}", chat.transcript(), self.latest_calls())
    }

    fn latest_calls(&self) -> String {
        let calls = self.calls();
        let line = |call: &Call| format!("  {} {} {}", call.status, call.method, call.params);
        calls[calls.len().saturating_sub(20)..].iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
