//! Who may set something up that acts in a person's name.

use crate::hub::{access_project, access_standing, may_take};
use crate::parts::Parts;
use signalbox_core::id::ProjectId;
use signalbox_core::people::{Actor, Standing};
use signalbox_core::place::Place;
use signalbox_core::port::{Project, Refusal};
use signalbox_core::subscription;

/// How many places may be told.
const MOST_PLACES: usize = 8;

/// The project, as long as the actor may configure it.
pub(super) async fn configured(parts: &Parts, actor: &Actor, project: &str) -> Result<(Project, Standing), Refusal> {
    let (project, standing) = access_project(parts, actor, project).await?;
    if standing.may_configure() {
        return Ok((project, standing));
    }
    Err(Refusal::Forbidden(format!("a maintainer of `{}` may set this up", project.name)))
}

/// Whether the actor may configure a project, asked of something that they have not named: nobody is refused by that.
pub(super) async fn may_configure(parts: &Parts, actor: &Actor, project: &ProjectId) -> Result<bool, Refusal> {
    Ok(access_standing(parts, actor, project).await?.may_configure())
}

/// The places where something may be shown, each once: one that another project has is that project's to give away.
pub(super) async fn places(
    parts: &Parts,
    actor: &Actor,
    project: &ProjectId,
    places: Vec<Place>,
) -> Result<Vec<Place>, Refusal> {
    let mut kept: Vec<Place> = Vec::new();
    for place in places {
        may_take(parts, actor, &place, project).await?;
        if place.kind() == subscription::KIND {
            return Err(Refusal::Invalid(format!("{place} is no place where people are shown something")));
        }
        if !kept.contains(&place) {
            kept.push(place);
        }
    }
    if kept.len() > MOST_PLACES {
        return Err(Refusal::Invalid(format!("at most {MOST_PLACES} places can be told")));
    }
    Ok(kept)
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
