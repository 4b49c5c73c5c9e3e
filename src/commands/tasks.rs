//! Looking at tasks, stopping them, queueing them again.

use super::{print, print_json};
use crate::args::{ShowArgs, TaskArgs, TasksArgs};
use crate::client::SocketHub;
use crate::reach::operator;
use crate::show::{self, Look, clean, diff};
use signalbox_core::event::{Event, EventKind, Live};
use signalbox_core::port::{Hub as _, TaskFilter};
use signalbox_core::task::Task;
use signalbox_engine::fresh;

pub(super) async fn list(args: TasksArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let tasks = tasks(&args, hub).await?;
    if args.json {
        return print_json(&tasks);
    }
    let projects = hub.projects(&operator()).await?;
    print(&show::task::tasks(&tasks, &projects, fresh::now(), Look::of_stdout()))
}

/// As many as are wanted, page by page.
async fn tasks(args: &TasksArgs, hub: &SocketHub) -> anyhow::Result<Vec<Task>> {
    let mut filter = TaskFilter {
        project: args.project.clone(),
        open: !args.all && args.state.is_none() && args.search.is_none(),
        state: args.state,
        requester: args.by.clone(),
        words: args.search.clone(),
        limit: args.limit,
        before: None,
    };
    let mut tasks = Vec::new();
    loop {
        let page = hub.tasks(&operator(), filter.clone()).await?;
        tasks.extend(page.tasks);
        let Some(next) = page.next.filter(|_| tasks.len() < args.limit as usize) else { return Ok(tasks) };
        filter.limit = args.limit - u32::try_from(tasks.len())?;
        filter.before = Some(next.to_string());
    }
}

pub(super) async fn show(args: &ShowArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let task = hub.task(&operator(), &args.task).await?;
    if !args.diff && !args.events {
        return whole(&task, args, hub).await;
    }
    if args.events {
        record(&task, args, hub).await?;
    }
    if args.diff {
        changes(&task, args, hub).await?;
    }
    Ok(())
}

pub(super) async fn stop(args: &TaskArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let task = hub.stop(&operator(), &args.task).await?;
    let what = if task.state.is_final() { "is stopped" } else { "is being stopped" };
    print(&format!("task {} {what}\n", task.id))
}

pub(super) async fn retry(args: &TaskArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let task = hub.retry(&operator(), &args.task).await?;
    print(&format!("task {} is queued again\n", task.id))
}

pub(super) async fn push(args: &TaskArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let task = hub.push(&operator(), &args.task).await?;
    print(&format!("{} is pushed\n", task.branch()))
}

pub(super) async fn discard(args: &TaskArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let task = hub.discard(&operator(), &args.task).await?;
    print(&format!("the work of task {} is discarded\n", task.id))
}

async fn whole(task: &Task, args: &ShowArgs, hub: &SocketHub) -> anyhow::Result<()> {
    if args.json {
        return print_json(task);
    }
    let projects = hub.projects(&operator()).await?;
    print(&show::task::task(task, &projects, fresh::now(), Look::of_stdout()))
}

async fn changes(task: &Task, args: &ShowArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let found = hub.diff(&operator(), task.id.as_str()).await?;
    if args.json {
        return print_json(&found);
    }
    if found.text.is_empty() {
        return print("nothing was changed\n");
    }
    let look = Look::of_stdout();
    // For a terminal it must be clean; for a file or a pipe it must stay a patch.
    if look.width.is_some() {
        print(&diff::coloured(&clean::exact(&found.text), look))?;
    } else {
        print(&found.text)?;
    }
    if found.truncated {
        eprintln!("signalbox: the diff is longer than what can be shown; look at the branch {}", task.branch());
    }
    Ok(())
}

/// Prints the record to its end. A task that was tried again has an outcome in the middle of it.
async fn record(task: &Task, args: &ShowArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let look = Look::of_stdout();
    let mut after = 0;
    loop {
        let mut last = None;
        let mut following = hub.following(task.id.clone(), after);
        while let Some(heard) = following.next().await {
            let heard = heard?;
            let Some(Live::Event(event)) = &heard.live else { continue };
            let line = if args.json { heard.line.clone() } else { show::event::entry(event.seq, &event.kind, look) };
            print(&format!("{line}\n"))?;
            last = Some(event.clone());
        }
        match last {
            Some(event) if !is_the_end(&event, hub).await? => after = event.seq,
            _ => return Ok(()),
        }
    }
}

/// Whether an outcome is the one that the task stands at now.
async fn is_the_end(event: &Event, hub: &SocketHub) -> anyhow::Result<bool> {
    let EventKind::Finished { .. } = event.kind else { return Ok(true) };
    let now = hub.task(&operator(), event.task.as_str()).await?;
    Ok(now.state.is_final() && now.finished_at.is_none_or(|at| at <= event.at))
}
