//! Who may do what, asked at the moment of the act. Somebody outside a project is told the same as if it were not there;
//! the audit log tells the admins which it was.

use super::hidden;
use crate::parts::Parts;
use crate::store::Prefix;
use signalbox_core::approval::Approval;
use signalbox_core::id::ProjectId;
use signalbox_core::people::{Actor, Standing};
use signalbox_core::port::{Project, Refusal};
use signalbox_core::task::Task;

/// The actor's standing in a project.
pub(crate) async fn standing(parts: &Parts, actor: &Actor, project: &ProjectId) -> Result<Standing, Refusal> {
    let role = parts.store.role(&actor.user, project).await?;
    Ok(Standing { actor: actor.clone(), project: project.clone(), role })
}

/// A project by name or id, as long as the actor may see it.
pub(crate) async fn project(parts: &Parts, actor: &Actor, name: &str) -> Result<(Project, Standing), Refusal> {
    let missing = || Refusal::NotFound(format!("there is no project `{name}`; `signalbox project list` shows yours"));
    let project = parts.store.project(name).await?.ok_or_else(missing)?;
    let standing = standing(parts, actor, &project.id).await?;
    if standing.may_see() {
        return Ok((project, standing));
    }
    hidden(parts, actor, "project", &project.name).await;
    Err(missing())
}

/// A task by its id or the beginning of it, as long as the actor may see it.
pub(crate) async fn task(parts: &Parts, actor: &Actor, id: &str) -> Result<(Task, Standing), Refusal> {
    let missing = || Refusal::NotFound(format!("there is no task `{id}`; `signalbox tasks` lists them"));
    let task = match parts.store.task_by_prefix(&id.trim().to_lowercase()).await? {
        Prefix::One(task) => task,
        Prefix::None => return Err(missing()),
        Prefix::Many => return Err(Refusal::Invalid(format!("several tasks begin with `{id}`; give more of the id"))),
    };
    let standing = standing(parts, actor, &task.project).await?;
    if standing.may_see() {
        return Ok((task, standing));
    }
    hidden(parts, actor, "task", task.id.as_str()).await;
    Err(missing())
}

/// An approval by its code or the beginning of it, as long as the actor may see it.
pub(crate) async fn approval(parts: &Parts, actor: &Actor, id: &str) -> Result<(Approval, Standing), Refusal> {
    let missing =
        || Refusal::NotFound(format!("there is no approval `{id}`; `signalbox approvals` lists the open ones"));
    let approval = match parts.store.approval_by_prefix(&id.trim().to_lowercase()).await? {
        Prefix::One(approval) => approval,
        Prefix::None => return Err(missing()),
        Prefix::Many => {
            return Err(Refusal::Invalid(format!("several approvals begin with `{id}`; give more of the code")));
        }
    };
    let standing = standing(parts, actor, &approval.project).await?;
    if standing.may_see() {
        return Ok((approval, standing));
    }
    hidden(parts, actor, "approval", approval.id.as_str()).await;
    Err(missing())
}
