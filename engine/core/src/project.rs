//! A project as those who keep it look after it: what holds in it, what opens its repository, and what its policy would say of
//! a call.

mod report;
mod trial;

pub use report::{ChangeProject, CredentialKind, CredentialReport, ProjectDetail, RulesReport, some_or_null};
pub use trial::{Approvers, GrantReport, PolicyTrial, TrialMode, TryPolicy};

use crate::id::GrantId;
use crate::people::Actor;
use crate::port::{NewCredential, PlaceReport, Refusal};
use async_trait::async_trait;

/// Looking after one project. Every method judges the actor at this moment. A hub that shows no pages refuses what it does not
/// know.
#[async_trait]
pub trait Projects: Send + Sync + 'static {
    /// One project, by name or id.
    async fn project(&self, _: &Actor, _project: &str) -> Result<ProjectDetail, Refusal> {
        Err(not_here())
    }
    /// Changes a project that stands as the actor saw it: `seen` is its [`ProjectDetail::version`]. Whoever has seen another
    /// one, or none, changes nothing and is told so by a [`Refusal::Conflict`].
    async fn change_project(
        &self,
        _: &Actor,
        _project: &str,
        _: ChangeProject,
        _seen: Option<&str>,
    ) -> Result<ProjectDetail, Refusal> {
        Err(not_here())
    }
    /// Replaces what opens the repository. It is never given out again.
    async fn set_credential(&self, _: &Actor, _project: &str, _: NewCredential) -> Result<CredentialReport, Refusal> {
        Err(not_here())
    }
    /// Removes what opens the repository.
    async fn remove_credential(&self, _: &Actor, _project: &str) -> Result<(), Refusal> {
        Err(not_here())
    }
    /// The places that are bound to a project.
    async fn places_of(&self, _: &Actor, _project: &str) -> Result<Vec<PlaceReport>, Refusal> {
        Err(not_here())
    }
    /// Says what a policy would make of a call, and makes nothing of it.
    async fn try_policy(&self, _: &Actor, _project: &str, _: TryPolicy) -> Result<PolicyTrial, Refusal> {
        Err(not_here())
    }
    /// The remembered yeses that hold in a project, or in conversations there.
    async fn grants_of(&self, _: &Actor, _project: &str) -> Result<Vec<GrantReport>, Refusal> {
        Err(not_here())
    }
    /// Takes a remembered yes back.
    async fn revoke_grant(&self, _: &Actor, _: &GrantId) -> Result<(), Refusal> {
        Err(not_here())
    }
}

fn not_here() -> Refusal {
    Refusal::Unavailable("this hub looks after no projects: ask the one that serves its pages".to_owned())
}
