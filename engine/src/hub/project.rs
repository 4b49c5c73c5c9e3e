//! One project, as those who keep it look after it.

use super::administer::{admin_only, places_of};
use super::{HubService, access, did, grants, internal, judged, trial};
use crate::git::Remote;
use crate::parts::Parts;
use crate::secrets;
use crate::settings::stricter;
use crate::store::ProjectChange;
use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use signalbox_core::audit::Kind;
use signalbox_core::id::GrantId;
use signalbox_core::people::{Actor, Standing};
use signalbox_core::policy::Policy;
use signalbox_core::port::{NewCredential, PlaceReport, Project, Refusal};
use signalbox_core::project::{
    ChangeProject, CredentialReport, GrantReport, PolicyTrial, ProjectDetail, Projects, RulesReport, TryPolicy,
};
use signalbox_core::task::Limits;
use signalbox_core::tool::hex;

#[async_trait]
impl Projects for HubService {
    async fn project(&self, actor: &Actor, project: &str) -> Result<ProjectDetail, Refusal> {
        let (project, _) = access::project(self.parts(), actor, project).await?;
        detail(self.parts(), project).await
    }

    async fn change_project(
        &self,
        actor: &Actor,
        project: &str,
        change: ChangeProject,
        seen: Option<&str>,
    ) -> Result<ProjectDetail, Refusal> {
        let asked = ("project.change", "project", project);
        judged(self.parts(), actor, asked, change_project(self.parts(), actor, project, change, seen)).await
    }

    async fn set_credential(
        &self,
        actor: &Actor,
        project: &str,
        credential: NewCredential,
    ) -> Result<CredentialReport, Refusal> {
        let asked = ("secret.set", "project", project);
        judged(self.parts(), actor, asked, set_credential(self.parts(), actor, project, credential)).await
    }

    async fn remove_credential(&self, actor: &Actor, project: &str) -> Result<(), Refusal> {
        let asked = ("secret.remove", "project", project);
        judged(self.parts(), actor, asked, remove_credential(self.parts(), actor, project)).await
    }

    async fn places_of(&self, actor: &Actor, project: &str) -> Result<Vec<PlaceReport>, Refusal> {
        judged(self.parts(), actor, ("place.list", "project", project), places_of(self.parts(), actor, project)).await
    }

    async fn try_policy(&self, actor: &Actor, project: &str, tried: TryPolicy) -> Result<PolicyTrial, Refusal> {
        let asked = ("policy.try", "project", project);
        judged(self.parts(), actor, asked, trial::try_policy(self.parts(), actor, project, tried)).await
    }

    async fn grants_of(&self, actor: &Actor, project: &str) -> Result<Vec<GrantReport>, Refusal> {
        let (project, _) = access::project(self.parts(), actor, project).await?;
        grants::in_project(self.parts(), &project.id).await
    }

    async fn revoke_grant(&self, actor: &Actor, grant: &GrantId) -> Result<(), Refusal> {
        let asked = ("grant.revoke", "grant", grant.as_str());
        judged(self.parts(), actor, asked, grants::revoke(self.parts(), actor, grant)).await
    }
}

/// The project, as long as the actor may configure it.
pub(super) async fn configured(parts: &Parts, actor: &Actor, name: &str) -> Result<(Project, Standing), Refusal> {
    let (project, standing) = access::project(parts, actor, name).await?;
    if standing.may_configure() {
        return Ok((project, standing));
    }
    Err(Refusal::Forbidden(format!("a maintainer of `{}` may do this", project.name)))
}

async fn detail(parts: &Parts, project: Project) -> Result<ProjectDetail, Refusal> {
    let policy = match &project.policy {
        None => Some(Policy::default()),
        Some(text) => Policy::parse(text).ok(),
    };
    let credential = secrets::report(parts, &project.id).await?;
    Ok(ProjectDetail { rules: policy.map(|policy| rules(parts, &policy)), credential, project })
}

fn rules(parts: &Parts, policy: &Policy) -> RulesReport {
    let (run, own) = (&parts.settings.run, &policy.settings.limits);
    let seconds = own.time_limit.map(|span| span.as_secs());
    let limits = stricter(&run.limits, &Limits { budget: own.budget, seconds, turns: own.max_turns });
    RulesReport::of(policy, limits, run.model.clone(), &run.models, &parts.settings.image)
}

async fn change_project(
    parts: &Parts,
    actor: &Actor,
    name: &str,
    change: ChangeProject,
    seen: Option<&str>,
) -> Result<ProjectDetail, Refusal> {
    let (project, _) = configured(parts, actor, name).await?;
    if change.git.is_some() {
        // Who names a path names what the hub reads of its own disk.
        admin_only(actor)?;
    }
    let (git, forget) = address(&project, &change)?;
    if let Some(Some(text)) = &change.policy {
        Policy::parse(text).map_err(|faults| Refusal::Invalid(faults.to_string()))?;
    }
    let now = detail(parts, project.clone()).await?;
    if seen != Some(now.version().as_str()) {
        return Err(moved(&project));
    }
    let changed = did(actor, Kind::ProjectChanged, "project", &project.name)
        .with_some("git", change.git.as_ref().map(|_| &git))
        .with_some("policy", change.policy.as_ref().map(|policy| told(policy.as_deref())));
    let policy = change.policy.unwrap_or_else(|| project.policy.clone());
    let change = ProjectChange { seen: project.clone(), git: git.clone(), policy: policy.clone(), forget };
    if !parts.store.noting(changed).change_project(change).await? {
        return Err(moved(&project));
    }
    detail(parts, Project { git, policy, ..project }).await
}

/// The address from now on, and the credential that must not go there: what was given for one server is not shown to another.
fn address(project: &Project, change: &ChangeProject) -> Result<(String, Option<(String, String)>), Refusal> {
    let Some(git) = &change.git else { return Ok((project.git.clone(), None)) };
    let remote = Remote::parse(git).map_err(|refused| Refusal::Invalid(refused.to_string()))?;
    let same = Remote::parse(&project.git).is_ok_and(|before| before.is_at_the_server_of(&remote));
    Ok((git.clone(), (!same).then(|| secrets::credential_of(&project.id))))
}

fn moved(project: &Project) -> Refusal {
    Refusal::Conflict(format!(
        "`{}` is not as you saw it: somebody has changed it meanwhile. Look at it again, and change that",
        project.name
    ))
}

/// A policy as the audit log tells it from others: by its hash.
fn told(policy: Option<&str>) -> String {
    match policy {
        None => "built in".to_owned(),
        Some(text) => format!("sha256:{}", hex(&Sha256::digest(text.as_bytes()))),
    }
}

async fn set_credential(
    parts: &Parts,
    actor: &Actor,
    name: &str,
    credential: NewCredential,
) -> Result<CredentialReport, Refusal> {
    let (project, _) = configured(parts, actor, name).await?;
    let remote = Remote::parse(&project.git).map_err(|refused| Refusal::Conflict(refused.to_string()))?;
    secrets::keep_credential(parts, actor, &project, &remote, credential).await?;
    let kept = secrets::report(parts, &project.id).await?;
    kept.ok_or_else(|| internal("a credential is gone at once", &std::io::Error::other("no such secret")))
}

async fn remove_credential(parts: &Parts, actor: &Actor, name: &str) -> Result<(), Refusal> {
    let (project, _) = configured(parts, actor, name).await?;
    if secrets::remove_credential(parts, actor, &project).await? {
        return Ok(());
    }
    Err(Refusal::NotFound(format!("`{}` has no credential of its own", project.name)))
}
