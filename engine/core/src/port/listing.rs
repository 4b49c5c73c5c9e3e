//! Which tasks to list, and what is found.

use crate::id::TaskId;
use crate::task::{Task, TaskState};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// How many tasks are looked through at once for words, the newest first.
pub const LOOKED_THROUGH: u32 = 3_000;

/// Which tasks to list; the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct TaskFilter {
    /// Of this project only, by name or id.
    pub project: Option<String>,
    /// Only those that are not over.
    pub open: bool,
    /// Only those that stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<TaskState>,
    /// Only what this person asked for, by name; `me` is whoever lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    /// Only those in whose prompt or answer each of these words is found, in any case of letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// At most so many; 0 means 50, and more than 500 are not listed at once.
    pub limit: u32,
    /// Only those that come after this one in the list: `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

impl TaskFilter {
    /// How many are listed at most.
    pub fn most(&self) -> u32 {
        match self.limit {
            0 => 50,
            limit => limit.min(500),
        }
    }
}

/// Some tasks, the newest first, and where the list goes on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskPage {
    /// The tasks. There may be none, and more all the same: words are looked for in [`LOOKED_THROUGH`] tasks at once.
    pub tasks: Vec<Task>,
    /// `before` of the next page; none where nothing is left.
    pub next: Option<TaskId>,
    /// When the last task was asked for that words were looked for in, where that is why the page ends.
    pub reached: Option<Timestamp>,
}
