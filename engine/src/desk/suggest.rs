//! What may stand in an argument, offered while a command is being typed. A stranger is offered nothing.

use super::DeskService;
use signalbox_core::approval::Approval;
use signalbox_core::command::ArgumentKind;
use signalbox_core::desk::{Suggestion, Typing};
use signalbox_core::people::Actor;
use signalbox_core::port::{Hub as _, Refusal, TaskFilter};
use signalbox_core::sheet::brief;
use signalbox_core::words::heading;

/// How many are offered.
const MOST: usize = 25;

impl DeskService {
    pub(super) async fn offer(&self, typing: &Typing) -> Result<Vec<Suggestion>, Refusal> {
        let Some(actor) = self.parts.store.actor_by_identity(&typing.sender).await? else { return Ok(Vec::new()) };
        let arguments = typing.verb.entry().arguments;
        let kind = arguments.iter().find(|argument| argument.name == typing.argument).map(|argument| argument.kind);
        let mut all = match kind {
            Some(ArgumentKind::Project) => self.projects(&actor).await?,
            Some(ArgumentKind::Task) => self.tasks(&actor).await?,
            Some(ArgumentKind::Approval) => self.hub.approvals(&actor).await?.iter().map(suggested).collect(),
            _ => Vec::new(),
        };
        let wanted = typing.beginning.trim().trim_start_matches('#').to_lowercase();
        all.retain(|one| one.value.to_lowercase().starts_with(&wanted) || one.label.to_lowercase().contains(&wanted));
        all.truncate(MOST);
        Ok(all)
    }

    async fn projects(&self, actor: &Actor) -> Result<Vec<Suggestion>, Refusal> {
        let projects = self.hub.projects(actor).await?;
        Ok(projects
            .into_iter()
            .map(|project| Suggestion { label: brief(&project.name, 100), value: project.name })
            .collect())
    }

    async fn tasks(&self, actor: &Actor) -> Result<Vec<Suggestion>, Refusal> {
        let tasks = self.hub.tasks(actor, TaskFilter { limit: 100, ..TaskFilter::default() }).await?.tasks;
        let suggested = tasks.into_iter().map(|task| Suggestion {
            label: brief(&format!("{} {} · {}", task.id, task.state, task.prompt), 100),
            value: task.id.to_string(),
        });
        Ok(suggested.collect())
    }
}

fn suggested(approval: &Approval) -> Suggestion {
    Suggestion { label: brief(&format!("{} {}", approval.id, heading(approval)), 100), value: approval.id.to_string() }
}
