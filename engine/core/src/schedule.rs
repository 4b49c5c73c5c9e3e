//! Schedules: tasks that are asked at their times, by a cron expression in a time zone.

use crate::id::TaskId;
use crate::place::Place;
use crate::task::UnknownWord;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::ToSchema;

/// What is done about times that passed while no hub ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// Nothing: the next time is soon enough.
    #[default]
    Skip,
    /// They are made up for by one task, however many they were.
    Once,
}

impl Missed {
    /// The word in the database, in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Once => "once",
        }
    }
}

impl FromStr for Missed {
    type Err = UnknownWord;
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        [Self::Skip, Self::Once]
            .into_iter()
            .find(|one| one.as_str() == word)
            .ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// A request for a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({
    "name": "nightly", "project": "site", "user": "ann", "cron": "0 3 * * *", "zone": "Europe/Berlin",
    "prompt": "Bring the dependencies up to date.", "places": [], "missed": "skip"
})))]
pub struct AddSchedule {
    /// Its name.
    pub name: String,
    /// The project that its tasks are for.
    pub project: String,
    /// The person in whose name they are asked.
    pub user: String,
    /// When: minute, hour, day, month and weekday.
    pub cron: String,
    /// In which time zone, e.g. `Europe/Berlin`.
    pub zone: String,
    /// What Claude is asked.
    pub prompt: String,
    /// Where its tasks are shown; the first place is where they are asked.
    pub places: Vec<Place>,
    /// What is done about missed times.
    pub missed: Missed,
}

/// A time of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DueTime {
    /// The moment.
    pub at: Timestamp,
    /// The same in the schedule's zone, as people read it.
    pub local: String,
}

/// A schedule as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleReport {
    /// Its name.
    pub name: String,
    /// Its project's name.
    pub project: String,
    /// In whose name its tasks are asked.
    pub user: String,
    /// Its cron expression.
    pub cron: String,
    /// Its time zone.
    pub zone: String,
    /// What is done about missed times.
    pub missed: Missed,
    /// Where its tasks are shown.
    pub places: Vec<Place>,
    /// Its next times.
    pub next: Vec<DueTime>,
    /// The last task that came of it.
    pub last_task: Option<TaskId>,
    /// Why its last time did not become a task.
    pub refusal: Option<String>,
}
