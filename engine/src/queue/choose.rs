//! Which queued task goes next: a pure function of what waits and what runs.
//!
//! Higher priority first. Among equals, the project with the fewest running tasks, so that one project's hundred tasks do
//! not starve another's one, and of those the one that was served longest ago, so that this also holds where only one task
//! runs at a time; then the one that has waited longest. A project at its limit is passed over.

use crate::store::QueueHead;
use signalbox_core::id::ProjectId;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The order in which projects were served, as far as this process remembers.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    served: u64,
    last: BTreeMap<ProjectId, u64>,
}

impl Turns {
    /// The project has had its turn.
    pub(crate) fn note(&mut self, project: &ProjectId) {
        self.served += 1;
        self.last.insert(project.clone(), self.served);
    }

    fn last(&self, project: &ProjectId) -> u64 {
        self.last.get(project).copied().unwrap_or(0)
    }
}

/// The task to lease next, if any may run.
pub(crate) fn choose<'a>(
    heads: &'a [QueueHead],
    running: &BTreeMap<ProjectId, u64>,
    turns: &Turns,
    per_project: u64,
) -> Option<&'a QueueHead> {
    let busy = |project: &ProjectId| running.get(project).copied().unwrap_or(0);
    heads.iter().filter(|head| busy(&head.project) < per_project).min_by_key(|head| {
        let (busy, last) = (busy(&head.project), turns.last(&head.project));
        (Reverse(head.priority), busy, last, head.created_at, &head.task)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::id::{ConversationId, TaskId};
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
        choose(heads, &running, &Turns::default(), per_project).map(|head| head.task.clone())
    }

    #[test]
    fn projects_take_turns_where_one_task_runs_at_a_time() {
        let heads = [head(1, "a", 0, 10), head(2, "a", 0, 20), head(3, "b", 0, 99)];
        let mut turns = Turns::default();
        turns.note(&ProjectId::new("a"));
        let next = choose(&heads, &BTreeMap::new(), &turns, 2).unwrap();
        assert_eq!(next.task, TaskId::from_entropy(3), "the other project's turn, however long the first has waited");
        turns.note(&next.project);
        assert_eq!(choose(&heads, &BTreeMap::new(), &turns, 2).unwrap().task, TaskId::from_entropy(1));
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
