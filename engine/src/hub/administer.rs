//! Projects, people and the places bound to projects.

use super::project::configured;
use super::{access, did, hidden};
use crate::fresh;
use crate::git::Remote;
use crate::parts::Parts;
use crate::secrets;
use crate::store::NewUser;
use signalbox_core::audit::Kind;
use signalbox_core::id::{ProjectId, UserId};
use signalbox_core::people::{Actor, Identity};
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
    let created = did(actor, Kind::ProjectCreated, "project", &project.name);
    parts.store.noting(created).add_project(project.clone()).await?;
    if let Some(credential) = request.credential {
        secrets::keep_credential(parts, actor, &project, &remote, credential).await?;
    }
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
    let created = did(actor, Kind::UserCreated, "user", &request.name)
        .with("role", request.role)
        .with("in", request.project.as_deref().unwrap_or("every project"))
        .with("admin", request.admin)
        .with_some("accounts", accounts(&request.identities));
    let user = NewUser {
        email: email.map(|identity| identity.account.clone()),
        admin: request.admin,
        roles: projects.into_iter().map(|project| (project.id, request.role)).collect(),
        at: fresh::now(),
        name: request.name.clone(),
        identities: request.identities,
    };
    Ok(parts.store.noting(created).add_user(user).await?)
}

pub(crate) async fn bind(parts: &Parts, actor: &Actor, project: &str, place: &Place) -> Result<Place, Refusal> {
    let (project, standing) = access::project(parts, actor, project).await?;
    if !standing.may_configure() {
        return Err(Refusal::Forbidden(format!("a maintainer of `{}` may bind places to it", project.name)));
    }
    let known = match &parts.forge {
        Some(forge) => forge.place(place).await?,
        None => None,
    };
    let (place, number) = known.map_or_else(|| (place.clone(), None), |known| (known.place, Some(known.number)));
    may_take(parts, actor, &place, &project.id).await?;
    let bound = did(actor, Kind::PlaceBound, "place", place.to_string()).with("project", &project.name);
    parts.store.noting(bound).bind_numbered(&place, &project.id, number, fresh::now()).await?;
    Ok(place)
}

pub(crate) async fn unbind(parts: &Parts, actor: &Actor, place: &Place) -> Result<(), Refusal> {
    let unbound =
        || Refusal::NotFound(format!("{place} is bound to no project; `signalbox places` lists those that are"));
    let project = parts.store.bound_project(place).await?.ok_or_else(unbound)?;
    if !access::standing(parts, actor, &project).await?.may_configure() {
        hidden(parts, actor, "place", &place.to_string()).await;
        return Err(unbound());
    }
    let unbound = did(actor, Kind::PlaceUnbound, "place", place.to_string());
    Ok(parts.store.noting(unbound).unbind(place).await?)
}

/// A place that is another project's is that project's to give away.
pub(crate) async fn may_take(parts: &Parts, actor: &Actor, place: &Place, project: &ProjectId) -> Result<(), Refusal> {
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
    let created = did(actor, Kind::LinkCodeCreated, "user", &user.name);
    parts.store.noting(created).keep_link_code(&user.user, &code, now, until).await?;
    Ok(NewLinkCode { code, until })
}

pub(crate) async fn places(parts: &Parts, actor: &Actor) -> Result<Vec<PlaceReport>, Refusal> {
    admin_only(actor)?;
    Ok(parts.store.places().await?)
}

/// The places that are bound to a project.
pub(super) async fn places_of(parts: &Parts, actor: &Actor, name: &str) -> Result<Vec<PlaceReport>, Refusal> {
    let (project, _) = configured(parts, actor, name).await?;
    let mut places = parts.store.places().await?;
    places.retain(|place| place.project.as_ref() == Some(&project.name));
    Ok(places)
}

/// Accounts elsewhere in one line; none where there are none.
pub(super) fn accounts(identities: &[Identity]) -> Option<String> {
    let all: Vec<_> = identities.iter().map(|one| format!("{}:{}", one.platform, one.account)).collect();
    (!all.is_empty()).then(|| all.join(", "))
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
