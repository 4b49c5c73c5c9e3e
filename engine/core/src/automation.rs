//! What starts and follows tasks without anybody writing in a place, as people manage it: hooks and
//! schedules.

use crate::hook::{AddHook, HookReport, MadeHook, Trial, TryHook};
use crate::id::TaskId;
use crate::people::Actor;
use crate::port::Refusal;
use crate::schedule::{AddSchedule, ScheduleReport};
use async_trait::async_trait;

/// Managing it. Every method judges the actor at this moment. A hub that keeps none of this refuses it all.
#[async_trait]
pub trait Automation: Send + Sync + 'static {
    /// Adds a hook.
    async fn add_hook(&self, _: &Actor, _: AddHook) -> Result<MadeHook, Refusal> {
        Err(not_here())
    }
    /// The hooks of projects that the actor may configure, by name.
    async fn hooks(&self, _: &Actor) -> Result<Vec<HookReport>, Refusal> {
        Err(not_here())
    }
    /// Removes a hook: what it has told and nobody has looked at is dropped.
    async fn remove_hook(&self, _: &Actor, _: &str) -> Result<(), Refusal> {
        Err(not_here())
    }
    /// Gives a hook a new secret; the one before goes on opening for a while.
    async fn rotate_hook(&self, _: &Actor, _: &str) -> Result<MadeHook, Refusal> {
        Err(not_here())
    }
    /// Says what would come of something that is told, and makes nothing of it.
    async fn try_hook(&self, _: &Actor, _: &str, _: TryHook) -> Result<Trial, Refusal> {
        Err(not_here())
    }
    /// Adds a schedule.
    async fn add_schedule(&self, _: &Actor, _: AddSchedule) -> Result<ScheduleReport, Refusal> {
        Err(not_here())
    }
    /// The schedules of projects that the actor may configure, by name.
    async fn schedules(&self, _: &Actor) -> Result<Vec<ScheduleReport>, Refusal> {
        Err(not_here())
    }
    /// Removes a schedule.
    async fn remove_schedule(&self, _: &Actor, _: &str) -> Result<(), Refusal> {
        Err(not_here())
    }
    /// Asks for a schedule's task now, beside its times.
    async fn run_schedule(&self, _: &Actor, _: &str) -> Result<TaskId, Refusal> {
        Err(not_here())
    }
}

fn not_here() -> Refusal {
    Refusal::Unavailable("this hub keeps no hooks and schedules".to_owned())
}
