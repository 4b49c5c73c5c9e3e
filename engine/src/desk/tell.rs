//! Lists: projects, approvals that wait for the person, the queue, what was used, who they are.

use super::DeskService;
use super::hear::{Case, Response};
use super::reply::Reply;
use crate::fresh;
use crate::hub::access_standing;
use crate::store::owed;
use signalbox_core::approval::Approval;
use signalbox_core::card::Card;
use signalbox_core::desk::Privacy;
use signalbox_core::port::{Hub as _, Project, Refusal, TaskFilter};
use signalbox_core::sheet::{brief, quoted};
use signalbox_core::time::Spoken;
use signalbox_core::words::heading;
use std::time::Duration;

/// How many approvals are shown at once.
const APPROVALS: usize = 5;
/// How many tasks of the queue are named.
const QUEUE: u32 = 15;
const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

impl DeskService {
    pub(super) async fn list_projects(&self, case: &Case<'_>) -> Result<Response, Refusal> {
        let here = self.project_here(case).await?;
        let projects = self.visible_here(case).await?;
        if projects.is_empty() {
            return Ok(Response::note("There is no project that you may see here."));
        }
        let line = |project: &Project| {
            let mark = if Some(&project.name) == here.as_ref() { " · chosen here" } else { "" };
            format!("`{}`{mark}", quoted(&project.name))
        };
        let reply = projects.iter().fold(Reply::new().title("Projects"), |reply, project| reply.line(&line(project)));
        Ok(Response::say(reply.faint("`/project NAME` chooses one for this place.")))
    }

    /// In private all that the person may see; elsewhere only what the place is about, for others read along.
    async fn visible_here(&self, case: &Case<'_>) -> Result<Vec<Project>, Refusal> {
        let visible = self.hub.projects(&case.actor).await?;
        if case.heard.privacy == Privacy::Private {
            return Ok(visible);
        }
        let here = self.project_here(case).await?;
        Ok(visible.into_iter().filter(|project| Some(&project.name) == here.as_ref()).collect())
    }

    /// The approvals that wait for this person, with their cards: one that is here already is only brought up to date, and
    /// sent anew where its message is gone.
    pub(super) async fn list_approvals(&self, case: &Case<'_>) -> Result<Response, Refusal> {
        let visible = self.visible_here(case).await?;
        let mut waiting = Vec::new();
        for approval in self.hub.approvals(&case.actor).await? {
            let here = visible.iter().any(|project| project.id == approval.project);
            if here && self.waits_for(case, &approval).await? {
                waiting.push(approval);
            }
        }
        if waiting.is_empty() {
            return Ok(Response::note("Nothing waits for your yes or no."));
        }
        let mut reply = Reply::new().title(&format!("{} waiting for you", waiting.len()));
        let mut cards = Vec::new();
        for approval in &waiting {
            let shown = self.parts.store.is_shown(&case.heard.place, &format!("approval:{}", approval.id)).await?;
            if cards.len() < APPROVALS {
                cards.push(owed(case.heard.place.clone(), Card::Approval(Box::new(approval.clone())), fresh::now()));
            }
            reply = reply.line(&line(approval, shown));
        }
        let first = reply.into_card(&format!("{}:{}", case.heard.source, case.heard.id), case.heard.message.clone());
        cards.insert(0, owed(case.heard.place.clone(), Card::Reply(first), fresh::now()));
        Ok(Response::Cards(cards))
    }

    async fn waits_for(&self, case: &Case<'_>, approval: &Approval) -> Result<bool, Refusal> {
        let standing = access_standing(&self.parts, &case.actor, &approval.project).await?;
        let policy = self.parts.policy_of(&approval.project).await?;
        Ok(policy.settings.approval.entitles(&standing, &approval.requester))
    }

    pub(super) async fn show_queue(&self, case: &Case<'_>) -> Result<Response, Refusal> {
        let mut reply = Reply::new().title("Waiting and running");
        let mut count = 0;
        for project in self.visible_here(case).await? {
            let project_name = Some(project.name.clone());
            let filter = TaskFilter { project: project_name, open: true, limit: QUEUE, ..TaskFilter::default() };
            for task in self.hub.tasks(&case.actor, filter).await?.tasks {
                let age = Spoken(fresh::now().since(task.created_at));
                let what = brief(&task.prompt, 60);
                reply =
                    reply.line(&format!("`{}` {} · {age} · {} · {what}", task.id, task.state, quoted(&project.name)));
                count += 1;
            }
        }
        Ok(if count == 0 { Response::note("Nothing waits or runs.") } else { Response::say(reply) })
    }

    pub(super) async fn show_usage(&self, case: &Case<'_>) -> Result<Response, Refusal> {
        let used = self.parts.store.used_by(&case.actor.user, fresh::now() - MONTH).await?;
        let visible = self.visible_here(case).await?;
        let mut reply = Reply::new().title("Your last 30 days");
        let mut any = false;
        for one in used.iter().filter(|one| visible.iter().any(|project| project.name == one.project)) {
            let tasks = if one.tasks == 1 { "1 task".to_owned() } else { format!("{} tasks", one.tasks) };
            reply = reply.line(&format!("`{}` {tasks}, {}", quoted(&one.project), one.cost));
            any = true;
        }
        if !any {
            reply = reply.line("No task yet.");
        }
        if let Some(name) = self.project_here(case).await?
            && let Some(project) = self.parts.store.project(&name).await?
        {
            let limits = self.parts.policy_of(&project.id).await?.settings.limits;
            let budget = limits.budget.or(self.parts.settings.run.limits.budget);
            if let Some(budget) = budget {
                reply = reply.faint(&format!("A task in {} may cost {budget}.", quoted(&name)));
            }
        }
        Ok(Response::say(reply))
    }

    pub(super) async fn show_identity(&self, case: &Case<'_>) -> Result<Response, Refusal> {
        let actor = &case.actor;
        let mut reply = Reply::new().line(&format!("You are `{}` to this hub.", quoted(&actor.name)));
        if actor.admin {
            reply = reply.line("You are an admin of the hub, and owner of every project.");
        }
        let visible = self.visible_here(case).await?;
        for (project, role) in self.parts.store.roles_of(&actor.user).await? {
            if visible.iter().any(|one| one.name == project) {
                reply = reply.line(&format!("`{}` {role}", quoted(&project)));
            }
        }
        if case.heard.privacy == Privacy::Private {
            for account in self.parts.store.identities_of(&actor.user).await? {
                reply = reply.faint(&format!("linked: {} `{}`", quoted(&account.platform), quoted(&account.account)));
            }
        }
        Ok(Response::say(reply))
    }
}

fn line(approval: &Approval, shown: bool) -> String {
    let age = Spoken(fresh::now().since(approval.opened_at));
    let above = if shown { " · its card is above" } else { "" };
    let project = quoted(&approval.context.project);
    format!("`{}` {} · {project} · {age}{above}", approval.id, heading(approval))
}
