//! Where a task stands, as a word with a shape and a colour.

use super::icon::Icon;
use signalbox_core::task::{Task, TaskState};

/// A word with a shape and a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pill {
    /// The word.
    pub(super) word: &'static str,
    /// The colour's name in the style sheet.
    pub(super) tone: &'static str,
    /// The shape.
    pub(super) icon: Icon,
}

/// The pill of a task.
pub(super) fn pill(task: &Task) -> Pill {
    if task.stop_requested && task.state == TaskState::Running {
        return Pill { word: "stopping", tone: "wait", icon: Icon::Stopped };
    }
    state(task.state)
}

/// The pill of a state.
pub(super) fn state(state: TaskState) -> Pill {
    match state {
        TaskState::Queued => Pill { word: "queued", tone: "idle", icon: Icon::Queued },
        TaskState::Running => Pill { word: "running", tone: "run", icon: Icon::Running },
        TaskState::Parked => Pill { word: "waiting", tone: "wait", icon: Icon::Waiting },
        TaskState::Succeeded => Pill { word: "done", tone: "go", icon: Icon::Done },
        TaskState::Failed => Pill { word: "failed", tone: "stop", icon: Icon::Failed },
        TaskState::Stopped => Pill { word: "stopped", tone: "idle", icon: Icon::Stopped },
    }
}
