//! Schedules: how people manage them, and what happens when a time has come.
//!
//! Each time becomes one task at most, on however many nodes and however often a hub dies in between: the schedule and the
//! time are the request's key.

use super::clock::Clock;
use super::entitle;
use super::take::{Wish, ask};
use crate::fresh;
use crate::hub::{check_name, did, hidden};
use crate::parts::Parts;
use crate::store::{NewSchedule, Passing, Schedule};
use signalbox_core::audit::Kind;
use signalbox_core::id::TaskId;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::schedule::{AddSchedule, DueTime, Missed, ScheduleReport};
use signalbox_core::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked for times that have come.
const EVERY: Duration = Duration::from_secs(1);
/// After how long a time counts as missed.
const LATE: Duration = Duration::from_secs(120);
/// How many times are shown.
const SHOWN: usize = 3;

pub(super) async fn add(parts: &Parts, actor: &Actor, request: AddSchedule) -> Result<ScheduleReport, Refusal> {
    let (project, standing) = entitle::configured(parts, actor, &request.project).await?;
    check_name("schedule", &request.name)?;
    let clock = clock(&request.cron, &request.zone)?;
    let person = entitle::spokesperson(parts, &standing, &request.user).await?;
    let (limit, now) = (parts.settings.run.prompt_bytes, fresh::now());
    if request.prompt.trim().is_empty() || request.prompt.len() as u64 > limit {
        return Err(Refusal::Invalid(format!("the prompt must not be empty, nor longer than {limit} bytes")));
    }
    let never = || Refusal::Invalid(format!("`{}` never comes", request.cron));
    let places = entitle::places(parts, actor, &project.id, request.places).await?;
    let new = NewSchedule {
        id: fresh::unique(),
        next_at: clock.next(now).ok_or_else(never)?,
        name: request.name.clone(),
        project: project.id,
        user: person.user,
        made_by: actor.user.clone(),
        cron: request.cron,
        zone: request.zone,
        prompt: request.prompt,
        places,
        missed: request.missed,
        at: now,
    };
    let created = did(actor, Kind::ScheduleCreated, "schedule", &request.name)
        .with("project", &project.name)
        .with("user", &request.user);
    parts.store.noting(created).add_schedule(new).await?;
    find(parts, actor, &request.name).await.map(report)
}

pub(super) async fn list(parts: &Parts, actor: &Actor) -> Result<Vec<ScheduleReport>, Refusal> {
    let mut reports = Vec::new();
    for schedule in parts.store.schedules().await? {
        if entitle::may_configure(parts, actor, &schedule.project).await? {
            reports.push(report(schedule));
        }
    }
    Ok(reports)
}

pub(super) async fn remove(parts: &Parts, actor: &Actor, name: &str) -> Result<(), Refusal> {
    let schedule = find(parts, actor, name).await?;
    let removed = did(actor, Kind::ScheduleRemoved, "schedule", &schedule.name);
    parts.store.noting(removed).remove_schedule(&schedule.name).await?;
    Ok(())
}

pub(super) async fn run(parts: &Parts, actor: &Actor, name: &str) -> Result<TaskId, Refusal> {
    let schedule = find(parts, actor, name).await?;
    parts.store.enter(did(actor, Kind::ScheduleRun, "schedule", &schedule.name)).await?;
    ask(parts, wish(&schedule, format!("run:{}", fresh::unique()))).await
}

/// Asks for what is due, until `stop`.
pub(crate) async fn keep_time(parts: Arc<Parts>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match parts.store.due_schedules(fresh::now()).await {
            Ok(due) => {
                for schedule in due {
                    if let Err(refusal) = meet(&parts, &schedule).await {
                        tracing::warn!(schedule = schedule.name, %refusal, "a schedule's time could not be met yet");
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the schedules could not be read"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Meets a time that has come.
async fn meet(parts: &Parts, schedule: &Schedule) -> Result<(), Refusal> {
    let (now, due) = (fresh::now(), schedule.next_at);
    let clock = match clock(&schedule.cron, &schedule.zone) {
        Ok(clock) => clock,
        Err(refusal) => return stand_still(parts, schedule, &refusal, now).await,
    };
    let mut passing = Passing { due, next: after(&clock, now), task: None, refusal: None, at: now };
    if is_left_out(schedule.missed, due, now) {
        passing.refusal = Some(format!("{} was missed", clock.local(due)));
    } else {
        match ask(parts, wish(schedule, due.millis().to_string())).await {
            Ok(task) => passing.task = Some(task),
            Err(refusal @ (Refusal::Unavailable(_) | Refusal::Internal(_))) => return Err(refusal),
            Err(refusal) => passing.refusal = Some(refusal.to_string()),
        }
    }
    if let Some(why) = &passing.refusal {
        tracing::warn!(schedule = schedule.name, why, "a time of schedule {} became no task", schedule.name);
    }
    parts.store.schedule_passed(&schedule.id, passing).await?;
    Ok(())
}

/// A clock that an earlier program read and this one does not: no time comes until somebody mends it.
async fn stand_still(parts: &Parts, schedule: &Schedule, why: &Refusal, now: Timestamp) -> Result<(), Refusal> {
    tracing::warn!(schedule = schedule.name, %why, "schedule {} stands still", schedule.name);
    let refusal = Some(why.to_string());
    let passing = Passing { due: schedule.next_at, next: Timestamp::NEVER, task: None, refusal, at: now };
    parts.store.schedule_passed(&schedule.id, passing).await?;
    Ok(())
}

/// Whether a time that was missed is left at that.
fn is_left_out(missed: Missed, due: Timestamp, now: Timestamp) -> bool {
    missed == Missed::Skip && now.since(due) > LATE
}

fn after(clock: &Clock, now: Timestamp) -> Timestamp {
    clock.next(now).unwrap_or(Timestamp::NEVER)
}

fn clock(cron: &str, zone: &str) -> Result<Clock, Refusal> {
    Clock::parse(cron, zone).map_err(|error| Refusal::Invalid(error.to_string()))
}

fn wish(schedule: &Schedule, key: String) -> Wish {
    Wish {
        source: format!("schedule:{}", schedule.id),
        key,
        project: schedule.project.as_str().to_owned(),
        user: schedule.user.clone(),
        by: format!("by schedule {}", schedule.name),
        places: schedule.places.clone(),
        prompt: schedule.prompt.clone(),
    }
}

/// A schedule, as long as the actor may configure its project.
async fn find(parts: &Parts, actor: &Actor, name: &str) -> Result<Schedule, Refusal> {
    let missing = || Refusal::NotFound(format!("there is no schedule `{name}`; `signalbox schedule list` shows yours"));
    let schedule = parts.store.schedule(name).await?.ok_or_else(missing)?;
    if entitle::may_configure(parts, actor, &schedule.project).await? {
        return Ok(schedule);
    }
    hidden(parts, actor, "schedule", name).await;
    Err(missing())
}

fn report(schedule: Schedule) -> ScheduleReport {
    let upcoming = Clock::parse(&schedule.cron, &schedule.zone).map(|clock| {
        let times = clock.upcoming(fresh::now(), SHOWN).into_iter();
        times.map(|at| DueTime { local: clock.local(at), at }).collect()
    });
    ScheduleReport {
        name: schedule.name,
        project: schedule.project_name,
        user: schedule.user_name,
        cron: schedule.cron,
        zone: schedule.zone,
        missed: schedule.missed,
        places: schedule.places,
        next: upcoming.unwrap_or_default(),
        last_task: schedule.last_task,
        refusal: schedule.refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_long_past_is_missed_and_only_by_that_policy_left_out() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        assert!(!is_left_out(Missed::Skip, at(1000), at(1120)));
        assert!(is_left_out(Missed::Skip, at(1000), at(1121)));
        assert!(!is_left_out(Missed::Once, at(1000), at(999_999)));
    }
}
