//! Which queued task goes next: a pure function of what waits and what runs.
//!
//! Higher priority first. Among equals, the project with the fewest running tasks, so that one project's hundred tasks do
//! not starve another's one; then the one that has waited longest. A project at its limit is passed over.

use crate::store::QueueHead;
use signalbox_core::id::{ProjectId, TaskId};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The task to lease next, if any may run.
pub(crate) fn choose(heads: &[QueueHead], running: &BTreeMap<ProjectId, u64>, per_project: u64) -> Option<TaskId> {
    let busy = |project: &ProjectId| running.get(project).copied().unwrap_or(0);
    heads
        .iter()
        .filter(|head| busy(&head.project) < per_project)
        .min_by_key(|head| (Reverse(head.priority), busy(&head.project), head.created_at, head.task.clone()))
        .map(|head| head.task.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::id::ConversationId;
    use signalbox_core::time::Timestamp;

    fn head(number: u128, project: &str, priority: i64, at: i64) -> QueueHead {
        QueueHead {
            task: TaskId::from_entropy(number),
            project: ProjectId::new(project),
            conversation: ConversationId::new(format!("c{number}")),
            priority,
            created_at: Timestamp::from_millis(at),
        }
    }

    fn chosen(heads: &[QueueHead], running: &[(&str, u64)], per_project: u64) -> Option<TaskId> {
        let running = running.iter().map(|(project, count)| (ProjectId::new(*project), *count)).collect();
        choose(heads, &running, per_project)
    }

    #[test]
    fn the_oldest_goes_first_among_equals() {
        let heads = [head(1, "a", 0, 20), head(2, "a", 0, 10)];
        assert_eq!(chosen(&heads, &[], 2), Some(TaskId::from_entropy(2)));
    }

    #[test]
    fn priority_goes_before_age() {
        let heads = [head(1, "a", 0, 10), head(2, "a", 5, 20)];
        assert_eq!(chosen(&heads, &[], 2), Some(TaskId::from_entropy(2)));
    }

    #[test]
    fn the_idle_project_goes_before_the_busy_one_however_long_that_one_waited() {
        let heads = [head(1, "busy", 0, 10), head(2, "idle", 0, 99)];
        assert_eq!(chosen(&heads, &[("busy", 1)], 2), Some(TaskId::from_entropy(2)));
    }

    #[test]
    fn a_project_at_its_limit_is_passed_over_even_by_priority() {
        let heads = [head(1, "full", 9, 10), head(2, "other", 0, 99)];
        assert_eq!(chosen(&heads, &[("full", 2), ("other", 1)], 2), Some(TaskId::from_entropy(2)));
        assert_eq!(chosen(&heads[..1], &[("full", 2)], 2), None);
    }
}
