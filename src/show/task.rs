//! A task, and lists of tasks, approvals and projects.

use super::clean::{exact, prose};
use super::table::Table;
use super::{Look, Paint, indent};
use signalbox_core::approval::{Approval, ApprovalKind};
use signalbox_core::event::input_line;
use signalbox_core::exhibit;
use signalbox_core::id::ProjectId;
use signalbox_core::port::{PlaceReport, Project};
use signalbox_core::task::Task;
use signalbox_core::time::{Spoken, Timestamp};

/// Tasks, one a line.
pub(crate) fn tasks(tasks: &[Task], projects: &[Project], now: Timestamp, look: Look) -> String {
    let mut table = Table::new(&["TASK", "STATE", "PROJECT", "AGE", "COST", "PROMPT"]);
    for task in tasks {
        let state = if task.stop_requested { "stopping".to_owned() } else { task.state.to_string() };
        table.row([
            task.id.to_string(),
            state,
            name_of(&task.project, projects),
            Spoken(now.since(task.created_at)).to_string(),
            task.cost.to_string(),
            task.prompt.clone(),
        ]);
    }
    table.render("no tasks; `signalbox tasks --all` lists those that are over as well", look)
}

/// Open approvals, one a line.
pub(crate) fn approvals(approvals: &[Approval], now: Timestamp, look: Look) -> String {
    let mut table = Table::new(&["APPROVAL", "TASK", "AGE", "WHAT", "CALL"]);
    for approval in approvals {
        let what = match approval.kind {
            ApprovalKind::Tool => exhibit::heading(&approval.call),
            ApprovalKind::Question => "answer a question".to_owned(),
            ApprovalKind::Plan => "agree to a plan".to_owned(),
        };
        // Whoever says yes from this list has seen no card.
        let what = what + if approval.may_have_run { " (may have run already)" } else { "" };
        table.row([
            approval.id.to_string(),
            approval.task.to_string(),
            Spoken(now.since(approval.opened_at)).to_string(),
            what,
            exact(&input_line(&approval.call.tool, &approval.call.input)),
        ]);
    }
    table.render("nothing waits for a yes or no", look)
}

/// Projects, one a line.
pub(crate) fn projects(projects: &[Project], now: Timestamp, look: Look) -> String {
    let mut table = Table::new(&["PROJECT", "POLICY", "AGE", "REPOSITORY"]);
    for project in projects {
        let policy = if project.policy.is_some() { "own" } else { "built in" };
        let age = Spoken(now.since(project.created_at)).to_string();
        table.row([project.name.clone(), policy.to_owned(), age, project.git.clone()]);
    }
    table.render("no projects; `signalbox project add NAME --git PATH` adds one", look)
}

/// Places, one a line.
pub(crate) fn places(places: &[PlaceReport], look: Look) -> String {
    let mut table = Table::new(&["PLACE", "PROJECT", "GIVEN UP", "STATE"]);
    for one in places {
        let state = one.lost.as_ref().map_or_else(|| "in use".to_owned(), |why| format!("lost: {}", prose(why)));
        let project = one.project.clone().unwrap_or_default();
        table.row([one.place.to_string(), project, one.dead.to_string(), state]);
    }
    table.render("no places yet; `signalbox bind PROJECT PLACE` binds one", look)
}

/// One task, whole.
pub(crate) fn task(task: &Task, projects: &[Project], now: Timestamp, look: Look) -> String {
    let mut shown = String::new();
    let mut field = |name: &str, value: String| {
        shown.push_str(&format!("{} {value}\n", look.paint(Paint::Faint, &format!("{name:<13}"))));
    };
    field("task", look.paint(Paint::Head, task.id.as_str()));
    field("state", if task.stop_requested { format!("{} (stopping)", task.state) } else { task.state.to_string() });
    field("project", prose(&name_of(&task.project, projects)));
    field("conversation", prose(task.conversation.as_str()));
    field("asked", format!("{} ago at {}", Spoken(now.since(task.created_at)), prose(&task.origin.to_string())));
    if let (Some(start), end) = (task.started_at, task.finished_at.unwrap_or(now)) {
        field("took", format!("{} since its first run began", Spoken(end.since(start))));
    }
    field("cost", task.cost.to_string());
    if let Some(commit) = &task.commit {
        field("result", format!("branch {} at {}", task.branch(), prose(commit)));
    }
    if let Some(failure) = &task.failure {
        field("failed", format!("{} ({})", prose(&failure.message), failure.kind.as_str()));
    }
    shown.push_str(&format!("\n{}\n{}", look.paint(Paint::Faint, "prompt"), indent(&prose(&task.prompt), "  ")));
    if let Some(result) = &task.result {
        shown.push_str(&format!("\n{}\n{}", look.paint(Paint::Faint, "answer"), indent(&prose(result), "  ")));
    }
    shown
}

fn name_of(id: &ProjectId, projects: &[Project]) -> String {
    projects.iter().find(|project| &project.id == id).map_or_else(|| id.to_string(), |project| project.name.clone())
}
