//! Who may set something up that acts in a person's name.

use crate::hub::{access_project, access_standing};
use crate::parts::Parts;
use signalbox_core::people::{Actor, Standing};
use signalbox_core::port::{Project, Refusal};

/// The project, as long as the actor may configure it.
pub(super) async fn configured(parts: &Parts, actor: &Actor, project: &str) -> Result<(Project, Standing), Refusal> {
    let (project, standing) = access_project(parts, actor, project).await?;
    if standing.may_configure() {
        return Ok((project, standing));
    }
    Err(Refusal::Forbidden(format!("a maintainer of `{}` may set this up", project.name)))
}

/// The person in whose name something will act: somebody who may submit tasks, and may do no more than the actor.
pub(super) async fn spokesperson(parts: &Parts, own: &Standing, name: &str) -> Result<Actor, Refusal> {
    let missing = || Refusal::NotFound(format!("there is no person `{name}`; `signalbox user add` adds one"));
    let person = parts.store.user(name).await?.ok_or_else(missing)?;
    let theirs = access_standing(parts, &person, &own.project).await?;
    if !theirs.may_submit() {
        return Err(Refusal::Invalid(format!("{name} may not submit tasks in this project")));
    }
    let is_self = person.user == own.actor.user;
    let exceeds = person.admin || theirs.role > own.role;
    if !is_self && !own.actor.admin && exceeds {
        return Err(Refusal::Forbidden(format!("{name} may do more than you: only they or an admin may name them")));
    }
    Ok(person)
}
