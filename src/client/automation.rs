//! Hooks and their like, asked of the hub over its local socket.

use super::SocketHub;
use async_trait::async_trait;
use reqwest::Method;
use serde_json::json;
use signalbox_core::automation::Automation;
use signalbox_core::hook::{AddHook, HookReport, MadeHook, Trial, TryHook};
use signalbox_core::id::TaskId;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::schedule::{AddSchedule, ScheduleReport};

#[async_trait]
impl Automation for SocketHub {
    async fn add_hook(&self, _: &Actor, request: AddHook) -> Result<MadeHook, Refusal> {
        self.wire.send(Method::POST, &["hooks"], &request).await
    }

    async fn hooks(&self, _: &Actor) -> Result<Vec<HookReport>, Refusal> {
        self.wire.get(&["hooks"], &()).await
    }

    async fn remove_hook(&self, _: &Actor, name: &str) -> Result<(), Refusal> {
        self.wire.tell(Method::DELETE, &["hooks", name], &json!({})).await
    }

    async fn rotate_hook(&self, _: &Actor, name: &str) -> Result<MadeHook, Refusal> {
        self.wire.send(Method::POST, &["hooks", name, "secret"], &json!({})).await
    }

    async fn try_hook(&self, _: &Actor, name: &str, request: TryHook) -> Result<Trial, Refusal> {
        self.wire.send(Method::POST, &["hooks", name, "trial"], &request).await
    }

    async fn add_schedule(&self, _: &Actor, request: AddSchedule) -> Result<ScheduleReport, Refusal> {
        self.wire.send(Method::POST, &["schedules"], &request).await
    }

    async fn schedules(&self, _: &Actor) -> Result<Vec<ScheduleReport>, Refusal> {
        self.wire.get(&["schedules"], &()).await
    }

    async fn remove_schedule(&self, _: &Actor, name: &str) -> Result<(), Refusal> {
        self.wire.tell(Method::DELETE, &["schedules", name], &json!({})).await
    }

    async fn run_schedule(&self, _: &Actor, name: &str) -> Result<TaskId, Refusal> {
        self.wire.send(Method::POST, &["schedules", name, "run"], &json!({})).await
    }
}
