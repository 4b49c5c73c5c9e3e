//! What starts and follows tasks without anybody writing in a place.
//!
//! Whatever starts one acts in a person's name: that person is judged when the task is asked, like anybody, and whoever
//! set it up may name nobody who may do more than they may themselves.

mod clock;
mod doors;
mod entitle;
mod hooks;
mod limited;
mod schedules;
mod secret;
mod subscribers;
mod subscriptions;
mod take;
mod template;
#[cfg(test)]
mod tests;
mod tries;

pub(crate) use doors::DoorBook;
pub(crate) use schedules::keep_time;

use crate::fresh;
use crate::hub::{HubService, judged};
use crate::parts::Parts;
use async_trait::async_trait;
use signalbox_core::automation::Automation;
use signalbox_core::desk::Update;
use signalbox_core::hook::{AddHook, Doors, HookDesk, HookReport, MadeHook, Trial, TryHook};
use signalbox_core::id::TaskId;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::schedule::{AddSchedule, ScheduleReport};
use signalbox_core::subscription::{AddSubscription, MadeSubscription, Receiver, Receivers, SubscriptionReport, Tried};
use std::sync::Arc;

#[async_trait]
impl Automation for HubService {
    async fn add_hook(&self, actor: &Actor, request: AddHook) -> Result<MadeHook, Refusal> {
        let name = request.name.clone();
        judged(self.parts(), actor, ("hook.add", "hook", &name), hooks::add(self.parts(), actor, request)).await
    }

    async fn hooks(&self, actor: &Actor) -> Result<Vec<HookReport>, Refusal> {
        hooks::list(self.parts(), actor).await
    }

    async fn remove_hook(&self, actor: &Actor, name: &str) -> Result<(), Refusal> {
        judged(self.parts(), actor, ("hook.remove", "hook", name), hooks::remove(self.parts(), actor, name)).await
    }

    async fn rotate_hook(&self, actor: &Actor, name: &str) -> Result<MadeHook, Refusal> {
        judged(self.parts(), actor, ("hook.rotate", "hook", name), hooks::rotate(self.parts(), actor, name)).await
    }

    async fn try_hook(&self, actor: &Actor, name: &str, request: TryHook) -> Result<Trial, Refusal> {
        hooks::try_out(self.parts(), actor, name, request).await
    }

    async fn add_schedule(&self, actor: &Actor, request: AddSchedule) -> Result<ScheduleReport, Refusal> {
        let name = request.name.clone();
        judged(self.parts(), actor, ("schedule.add", "schedule", &name), schedules::add(self.parts(), actor, request))
            .await
    }

    async fn schedules(&self, actor: &Actor) -> Result<Vec<ScheduleReport>, Refusal> {
        schedules::list(self.parts(), actor).await
    }

    async fn remove_schedule(&self, actor: &Actor, name: &str) -> Result<(), Refusal> {
        schedules::remove(self.parts(), actor, name).await
    }

    async fn run_schedule(&self, actor: &Actor, name: &str) -> Result<TaskId, Refusal> {
        schedules::run(self.parts(), actor, name).await
    }

    async fn add_subscription(&self, actor: &Actor, request: AddSubscription) -> Result<MadeSubscription, Refusal> {
        let name = request.name.clone();
        judged(
            self.parts(),
            actor,
            ("subscription.add", "subscription", &name),
            subscriptions::add(self.parts(), actor, request),
        )
        .await
    }

    async fn subscriptions(&self, actor: &Actor) -> Result<Vec<SubscriptionReport>, Refusal> {
        subscriptions::list(self.parts(), actor).await
    }

    async fn remove_subscription(&self, actor: &Actor, name: &str) -> Result<(), Refusal> {
        subscriptions::remove(self.parts(), actor, name).await
    }

    async fn rotate_subscription(&self, actor: &Actor, name: &str) -> Result<MadeSubscription, Refusal> {
        subscriptions::rotate(self.parts(), actor, name).await
    }

    async fn enable_subscription(&self, actor: &Actor, name: &str) -> Result<(), Refusal> {
        subscriptions::enable(self.parts(), actor, name).await
    }

    async fn test_subscription(&self, actor: &Actor, name: &str) -> Result<(), Refusal> {
        subscriptions::test(self.parts(), actor, name).await
    }
}

/// The engine's side of the adapter of hooks and subscriptions.
#[derive(Clone)]
pub(crate) struct HookService {
    parts: Arc<Parts>,
}

impl HookService {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }
}

#[async_trait]
impl HookDesk for HookService {
    fn doors(&self) -> Arc<Doors> {
        self.parts.doors.get()
    }

    async fn refresh(&self) -> Result<(), Refusal> {
        doors::reload(&self.parts).await
    }

    async fn take(&self, hook: &str, update: &Update) -> Result<(), Refusal> {
        let taken = take::take(&self.parts, hook, update).await;
        if let Err(refusal) = &taken {
            let (store, why) = (&self.parts.store, refusal.to_string());
            // Where even this cannot be noted, the log has it.
            let _ = store.put_off_update(&update.source, &update.id, &why, fresh::now()).await;
        }
        taken
    }
}

#[async_trait]
impl Receivers for HookService {
    async fn receiver(&self, subscription: &str) -> Result<Option<Receiver>, Refusal> {
        subscribers::receiver(&self.parts, subscription).await
    }

    async fn tried(&self, subscription: &str, tried: Tried) -> Result<bool, Refusal> {
        subscribers::tried(&self.parts, subscription, tried).await
    }
}
