//! Waiting for what the hub does, woken by each change rather than by looking again and again.

use std::time::Duration;

use super::repo::Repo;
use super::seen::{CheckRunSeen, CommentSeen};
use super::thread::Thread;
use crate::github::call::Call;
use crate::github::hooks::Delivery;
use crate::github::server::GithubServer;
use crate::github::stage::Stage;
use crate::github::world::World;

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

impl Thread {
    /// Waits for a comment, at the issue or at a line; the oldest that suits.
    ///
    /// # Panics
    /// When there is none in time, with all that is there.
    pub async fn wait_for_comment(&self, suits: impl Fn(&CommentSeen) -> bool, patience: Duration) -> CommentSeen {
        let find = || {
            let at_lines = if self.is_pull() { self.review_comments() } else { Vec::new() };
            self.comments().into_iter().chain(at_lines).find(|comment| suits(comment))
        };
        match self.repo.stage.wait(find, patience).await {
            Some(comment) => comment,
            None => panic!("no such comment for {patience:?}\n{}\n{}", self.transcript(), latest(&self.repo.stage)),
        }
    }

    /// Waits until something holds of it.
    ///
    /// # Panics
    /// When it does not in time, saying what was waited for.
    pub async fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool, patience: Duration) {
        let held = self.repo.stage.wait(|| holds(self).then_some(()), patience).await;
        assert!(
            held.is_some(),
            "waited {patience:?} in vain until {what}\n{}\n{}",
            self.transcript(),
            latest(&self.repo.stage)
        );
    }
}

impl Repo {
    /// Waits for a check run; the oldest that suits.
    ///
    /// # Panics
    /// When there is none in time, with all that are there.
    pub async fn wait_for_check_run(&self, suits: impl Fn(&CheckRunSeen) -> bool, patience: Duration) -> CheckRunSeen {
        match self.stage.wait(|| self.check_runs().into_iter().find(|run| suits(run)), patience).await {
            Some(run) => run,
            None => panic!("no such check run for {patience:?}\n{:#?}\n{}", self.check_runs(), latest(&self.stage)),
        }
    }

    /// Waits for an issue or pull request; the oldest that suits.
    ///
    /// # Panics
    /// When there is none in time.
    pub async fn wait_for_thread(&self, suits: impl Fn(&Thread) -> bool, patience: Duration) -> Thread {
        match self.stage.wait(|| self.threads().into_iter().find(|thread| suits(thread)), patience).await {
            Some(thread) => thread,
            None => panic!("no such issue or pull request for {patience:?}\n{}", latest(&self.stage)),
        }
    }
}

impl GithubServer {
    /// Waits for a call; the first that suits.
    ///
    /// # Panics
    /// When there is none in time, with the latest calls.
    pub async fn wait_for_call(&self, suits: impl Fn(&Call) -> bool, patience: Duration) -> Call {
        match self.stage.wait(|| self.calls().into_iter().find(|call| suits(call)), patience).await {
            Some(call) => call,
            None => panic!("no such call for {patience:?}\n{}", latest(&self.stage)),
        }
    }

    /// Waits for a delivery that was tried; the first that suits.
    ///
    /// # Panics
    /// When there is none in time, with all that there are.
    pub async fn wait_for_delivery(&self, suits: impl Fn(&Delivery) -> bool, patience: Duration) -> Delivery {
        let find = || self.deliveries().into_iter().find(|delivery| delivery.is_done() && suits(delivery));
        match self.stage.wait(find, patience).await {
            Some(delivery) => delivery,
            None => panic!("no such delivery for {patience:?}\n{}", latest(&self.stage)),
        }
    }

    /// Waits until something holds of the server.
    ///
    /// # Panics
    /// When it does not in time, saying what was waited for.
    pub async fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool, patience: Duration) {
        let held = self.stage.wait(|| holds(self).then_some(()), patience).await;
        assert!(held.is_some(), "waited {patience:?} in vain until {what}\n{}", latest(&self.stage));
    }
}

/// The latest calls and deliveries, for whoever has to find out why nothing came.
fn latest(stage: &Stage) -> String {
    stage.look(|world: &World| {
        let call = |call: &Call| format!("  {} {} {} by {}", call.status, call.method, call.path, call.caller);
        let sent = |one: &Delivery| {
            format!("  {} {} {}", one.status_code, one.event, one.action.as_deref().unwrap_or_default())
        };
        let calls = world.calls[world.calls.len().saturating_sub(20)..].iter().map(call);
        let deliveries = world.hooks.deliveries.values().rev().take(10).map(sent);
        let lines: Vec<String> = calls.chain(["Latest deliveries, last first:".to_owned()]).chain(deliveries).collect();
        format!("Latest calls:\n{}", lines.join("\n"))
    })
}
