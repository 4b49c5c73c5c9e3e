//! Projects, people and the places bound to projects.

use super::{access, refuse};
use crate::fresh;
use crate::git::Remote;
use crate::parts::Parts;
use crate::secrets;
use crate::store::{AuditEntry, NewUser};
use serde_json::json;
use signalbox_core::id::{ProjectId, UserId};
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::policy::Policy;
use signalbox_core::port::{AddProject, AddUser, NewLinkCode, PlaceReport, Project, Refusal};
use std::time::Duration;

/// The longest name of a project or person, in characters.
const NAME_LIMIT: usize = 64;

pub(crate) async fn add_project(parts: &Parts, actor: &Actor, request: AddProject) -> Result<Project, Refusal> {
    admin_only(actor)?;
    check_name("project", &request.name)?;
    let remote = Remote::parse(&request.git).map_err(|refused| Refusal::Invalid(refused.to_string()))?;
    if let Some(text) = &request.policy {
        Policy::parse(text).map_err(|faults| Refusal::Invalid(faults.to_string()))?;
    }
    let project = Project {
        id: ProjectId::new(fresh::unique()),
        name: request.name,
        git: request.git,
        policy: request.policy,
        owner: actor.user.clone(),
        created_at: fresh::now(),
    };
    parts.store.add_project(project.clone()).await?;
    if let Some(credential) = request.credential {
        secrets::keep_credential(parts, &project.id, &remote, credential).await?;
    }
    audit(parts, actor, "project.add", format!("project:{}", project.name)).await?;
    Ok(project)
}

pub(crate) async fn projects(parts: &Parts, actor: &Actor) -> Result<Vec<Project>, Refusal> {
    Ok(parts.store.projects_for(actor).await?)
}

pub(crate) async fn add_user(parts: &Parts, actor: &Actor, request: AddUser) -> Result<UserId, Refusal> {
    admin_only(actor)?;
    check_name("person", &request.name)?;
    let projects = match &request.project {
        Some(name) => vec![access::project(parts, actor, name).await?.0],
        None => parts.store.projects_for(actor).await?,
    };
    let email = request.identities.iter().find(|identity| identity.platform == "email");
    let user = NewUser {
        email: email.map(|identity| identity.account.clone()),
        admin: request.admin,
        roles: projects.into_iter().map(|project| (project.id, request.role)).collect(),
        at: fresh::now(),
        name: request.name.clone(),
        identities: request.identities,
    };
    let id = parts.store.add_user(user).await?;
    audit(parts, actor, "user.add", format!("user:{}", request.name)).await?;
    Ok(id)
}

pub(crate) async fn bind(parts: &Parts, actor: &Actor, project: &str, place: &Place) -> Result<(), Refusal> {
    let (project, standing) = access::project(parts, actor, project).await?;
    if !standing.may_configure() {
        return Err(Refusal::Forbidden(format!("a maintainer of `{}` may bind places to it", project.name)));
    }
    may_take(parts, actor, place, &project.id).await?;
    parts.store.bind(place, &project.id, fresh::now()).await?;
    audit(parts, actor, "place.bind", format!("project:{}", project.name)).await
}

pub(crate) async fn unbind(parts: &Parts, actor: &Actor, place: &Place) -> Result<(), Refusal> {
    let unbound =
        || Refusal::NotFound(format!("{place} is bound to no project; `signalbox places` lists those that are"));
    let project = parts.store.bound_project(place).await?.ok_or_else(unbound)?;
    if !access::standing(parts, actor, &project).await?.may_configure() {
        return Err(unbound());
    }
    parts.store.unbind(place).await?;
    audit(parts, actor, "place.unbind", format!("place:{place}")).await
}

/// A place that is another project's is that project's to give away.
async fn may_take(parts: &Parts, actor: &Actor, place: &Place, project: &ProjectId) -> Result<(), Refusal> {
    let Some(bound) = parts.store.bound_project(place).await?.filter(|bound| bound != project) else { return Ok(()) };
    if access::standing(parts, actor, &bound).await?.may_configure() {
        return Ok(());
    }
    Err(Refusal::Forbidden("this place is bound to another project, whose maintainers may give it away".to_owned()))
}

/// How long a link code can be used.
const LINK_CODE_LASTS: Duration = Duration::from_secs(3600);

pub(crate) async fn make_link_code(parts: &Parts, actor: &Actor, person: &str) -> Result<NewLinkCode, Refusal> {
    admin_only(actor)?;
    let missing = || Refusal::NotFound(format!("there is no person `{person}`; `signalbox user add` adds one"));
    let user = parts.store.user(person).await?.ok_or_else(missing)?;
    let (code, now) = (fresh::link_code(), fresh::now());
    let until = now + LINK_CODE_LASTS;
    parts.store.keep_link_code(&user.user, &code, now, until).await?;
    audit(parts, actor, "user.link_code", format!("user:{}", user.name)).await?;
    Ok(NewLinkCode { code, until })
}

pub(crate) async fn places(parts: &Parts, actor: &Actor) -> Result<Vec<PlaceReport>, Refusal> {
    admin_only(actor)?;
    Ok(parts.store.places().await?)
}

pub(super) fn admin_only(actor: &Actor) -> Result<(), Refusal> {
    if actor.admin { Ok(()) } else { Err(Refusal::Forbidden("an admin of the hub may do this".to_owned())) }
}

pub(crate) fn check_name(what: &str, name: &str) -> Result<(), Refusal> {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !name.is_empty() && name.len() <= NAME_LIMIT && name.chars().all(sound) && !name.starts_with(['.', '-']) {
        return Ok(());
    }
    Err(Refusal::Invalid(format!(
        "`{name}` is no name for a {what}: use letters, digits, `.`, `_` and `-` (at most {NAME_LIMIT}, beginning with a \
         letter or digit)"
    )))
}

pub(crate) async fn audit(parts: &Parts, actor: &Actor, action: &str, resource: String) -> Result<(), Refusal> {
    let entry = AuditEntry {
        user: Some(actor.user.clone()),
        action: action.to_owned(),
        resource,
        details: json!({}),
        ip: None,
        at: fresh::now(),
    };
    parts.store.audit(entry).await.map_err(|error| refuse::internal("the audit log could not be written", &error))
}
