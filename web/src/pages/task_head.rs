//! The top of every page of a task: where it stands, what it cost, and what can be done about it.

use super::attached::FileLink;
use super::markdown::markdown;
use super::markup::{Markup, line, prose};
use super::moment::{now, span, when};
use super::pill::{Pill, pill};
use super::row::project_names;
use crate::App;
use askama::Template;
use signalbox_core::event::{Event, EventKind};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::task::{Attachment, Task, TaskState};
use std::time::Duration;

/// What the top of every page of a task shows.
#[derive(Template)]
#[template(path = "task_head.html")]
pub(super) struct TaskHead {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) tab: Tab,
    pub(super) prompt: Markup,
    pub(super) long: bool,
    pill: Pill,
    project: String,
    place: String,
    conversation: String,
    model: Option<String>,
    asked: Markup,
    took: Option<String>,
    cost: String,
    tokens: String,
    limits: Vec<String>,
    pub(super) files: Vec<FileLink>,
    pub(super) result: Option<Markup>,
    failure: Option<Markup>,
    branch: Option<String>,
    commit: Option<String>,
    pub(super) state: TaskState,
    stopping: bool,
    pub(super) handed: Vec<FileLink>,
    pushed: bool,
    discarded: bool,
}

/// Which page of a task it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Transcript,
    Changes,
    Record,
}

impl TaskHead {
    /// The top of a task's pages.
    pub(super) async fn of(app: &App, actor: &Actor, task: &Task, events: &[Event], tab: Tab) -> Result<Self, Refusal> {
        let names = project_names(app, actor).await?;
        let ended = task.finished_at.unwrap_or_else(now);
        let commit = task.commit.clone();
        let since = Deeds::of(events);
        Ok(Self {
            id: task.id.to_string(),
            title: line(&task.prompt, 100),
            tab,
            prompt: prose(&task.prompt),
            long: task.prompt.lines().count() > 1 || task.prompt.chars().count() > 100,
            pill: pill(task),
            project: names.get(task.project.as_str()).cloned().unwrap_or_default(),
            place: task.origin.kind().to_owned(),
            conversation: task.conversation.to_string(),
            model: task.model.clone(),
            asked: when(task.created_at),
            took: task.started_at.map(|began| span(ended.since(began))),
            cost: task.cost.to_string(),
            tokens: format!("{} in, {} out", task.usage.input_tokens, task.usage.output_tokens),
            limits: limits(task),
            files: FileLink::list(task.id.as_str(), &task.attachments),
            result: task.result.as_deref().filter(|text| !text.trim().is_empty()).map(markdown),
            failure: task.failure.as_ref().map(|failure| prose(&failure.message)),
            branch: commit.as_ref().map(|_| task.branch()),
            commit: commit.map(|commit| commit.chars().take(12).collect()),
            state: task.state,
            stopping: task.stop_requested,
            handed: since.handed.iter().flat_map(|files| FileLink::list(task.id.as_str(), files)).collect(),
            pushed: since.pushed,
            discarded: since.discarded,
        })
    }

    /// Whether nothing more happens to it by itself.
    pub(super) fn is_over(&self) -> bool {
        self.state.is_final()
    }

    fn can_stop(&self) -> bool {
        !self.is_over() && !self.stopping
    }

    fn can_retry(&self) -> bool {
        matches!(self.state, TaskState::Failed | TaskState::Stopped)
    }

    fn has_work(&self) -> bool {
        self.is_over() && self.commit.is_some() && !self.discarded
    }
}

/// What was done with a task's work, as its record has it.
struct Deeds<'a> {
    handed: Vec<&'a [Attachment]>,
    pushed: bool,
    discarded: bool,
}

impl<'a> Deeds<'a> {
    fn of(events: &'a [Event]) -> Self {
        let mut deeds = Self { handed: Vec::new(), pushed: false, discarded: false };
        for event in events {
            match &event.kind {
                EventKind::HandedOver { files, .. } => deeds.handed.push(files),
                EventKind::Pushed { .. } => deeds.pushed = true,
                EventKind::Discarded { .. } => deeds.discarded = true,
                _ => {}
            }
        }
        deeds
    }
}

fn limits(task: &Task) -> Vec<String> {
    let budget = task.limits.budget.map(|budget| format!("at most {budget}"));
    let seconds = task.limits.seconds.map(|seconds| format!("at most {}", span(Duration::from_secs(seconds))));
    let turns = task.limits.turns.map(|turns| format!("at most {turns} turns"));
    budget.into_iter().chain(seconds).chain(turns).collect()
}
