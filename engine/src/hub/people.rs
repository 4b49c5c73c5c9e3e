//! People: who is known, what they may do, whose accounts are theirs. An admin's business.

use super::administer::{accounts, admin_only};
use super::{access, did};
use crate::fresh;
use crate::parts::Parts;
use crate::store::{PersonChange, StoreError};
use signalbox_core::audit::Kind;
use signalbox_core::people::{Actor, Role};
use signalbox_core::port::{ChangePerson, Person, Refusal};

pub(crate) async fn people(parts: &Parts, actor: &Actor) -> Result<Vec<Person>, Refusal> {
    admin_only(actor)?;
    Ok(parts.store.people().await?)
}

pub(crate) async fn change(parts: &Parts, actor: &Actor, name: &str, change: ChangePerson) -> Result<Person, Refusal> {
    admin_only(actor)?;
    let person = changeable(parts, name).await?;
    if change == ChangePerson::default() {
        return Err(Refusal::Invalid("nothing was said that is to change".to_owned()));
    }
    let (role, given) = match change.role {
        Some((name, role)) => {
            let project = access::project(parts, actor, &name).await?.0;
            let given = format!("{} in {}", role.map_or("none", Role::as_str), project.name);
            (Some((project.id, role)), Some(given))
        }
        None => (None, None),
    };
    let changed = did(actor, Kind::UserChanged, "user", name)
        .with_some("role", given)
        .with_some("admin", change.admin)
        .with_some("linked", accounts(&change.link))
        .with_some("unlinked", accounts(&change.unlink));
    let made = PersonChange {
        user: person.user.clone(),
        role,
        admin: change.admin,
        link: change.link,
        unlink: change.unlink,
        at: fresh::now(),
    };
    parts.store.noting(changed).change_person(made).await.map_err(|error| match error {
        StoreError::Missing { .. } => Refusal::NotFound(format!(
            "that account is not linked to {name}, so nothing was changed; `signalbox user list` shows whose is whose"
        )),
        error => error.into(),
    })?;
    let changed = parts.store.actor(&person.user).await?.ok_or_else(|| missing(name))?;
    Ok(parts.store.person(changed).await?)
}

pub(crate) async fn remove(parts: &Parts, actor: &Actor, name: &str) -> Result<(), Refusal> {
    admin_only(actor)?;
    let person = changeable(parts, name).await?;
    let removed = did(actor, Kind::UserRemoved, "user", name);
    Ok(parts.store.noting(removed).strip_person(&person.user, fresh::now()).await?)
}

/// Anybody but the operator, who is whoever may use the hub's own socket.
async fn changeable(parts: &Parts, name: &str) -> Result<Actor, Refusal> {
    let person = parts.store.user(name).await?.ok_or_else(|| missing(name))?;
    let operator = parts.store.operator(fresh::now()).await?;
    if person.user == operator.user {
        return Err(Refusal::Invalid(
            "the operator is whoever may use the hub's own socket, and stays as it is".to_owned(),
        ));
    }
    Ok(person)
}

fn missing(name: &str) -> Refusal {
    Refusal::NotFound(format!("there is no person `{name}`; `signalbox user list` shows them"))
}
