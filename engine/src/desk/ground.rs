//! Whether a conversation goes on where its place works now. A place that works on a branch goes on as long as the branch is as
//! the conversation left it; what a conversation has pushed to a branch of its own it goes on with.

use super::DeskService;
use super::hear::Case;
use super::thread::Thread;
use crate::outcome::Outcome;
use crate::store::Conversation;
use signalbox_core::ground::Ground;
use signalbox_core::port::Refusal;

impl DeskService {
    /// The conversation, where it stands on what is there now; else the request begins another one.
    pub(super) async fn on_its_ground(&self, case: &Case<'_>, thread: Thread) -> Result<Thread, Refusal> {
        let Thread::On(id) = &thread else { return Ok(thread) };
        let Some(conversation) = self.parts.store.conversation(id).await? else { return Ok(thread) };
        let goes_on = match (&conversation.ground, &case.heard.ground) {
            (Some(ground), Some(here)) => ground.is_same_as(here),
            (None, Some(here)) => self.has_pushed(&conversation, here).await?,
            // Its own place works on the default branch again: what it stood on was taken over, or given up.
            (Some(_), None) => conversation.place != case.heard.place,
            (None, None) => true,
        };
        Ok(if goes_on { thread } else { Thread::New })
    }

    /// Whether what is there now is what the conversation pushed; then it is its ground from now on.
    async fn has_pushed(&self, conversation: &Conversation, here: &Ground) -> Result<bool, Refusal> {
        for task in self.parts.store.works_of(&conversation.id).await? {
            let Some(pushed) = Outcome::told(&self.parts, &task).await?.pushed else { continue };
            if pushed.commit == here.commit && here.branch() == Some(pushed.branch.as_str()) {
                let ground = Ground { inside: task.commit.clone(), ..here.clone() };
                self.parts.store.set_ground(&conversation.id, ground).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}
