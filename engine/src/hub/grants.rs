//! Remembered yeses, as people look at them and take them back.

use super::{access, did, hidden};
use crate::fresh;
use crate::parts::Parts;
use signalbox_core::audit::Kind;
use signalbox_core::grant::Grant;
use signalbox_core::id::{GrantId, ProjectId};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::project::GrantReport;

/// Those that hold in a project, or in conversations there.
pub(super) async fn in_project(parts: &Parts, project: &ProjectId) -> Result<Vec<GrantReport>, Refusal> {
    let grants = parts.store.grants_in(project, fresh::now()).await?;
    reports(parts, &grants).await
}

/// The same, as people see them.
pub(super) async fn reports(parts: &Parts, grants: &[Grant]) -> Result<Vec<GrantReport>, Refusal> {
    let mut reports = Vec::with_capacity(grants.len());
    for grant in grants {
        let given_by = parts.store.address(&grant.given_by).await?.map(|(name, _)| name);
        reports.push(GrantReport {
            id: grant.id.clone(),
            covers: grant.pattern.describe(),
            scope: grant.scope.clone(),
            until: grant.until,
            given_by: given_by.unwrap_or_else(|| "somebody who is gone".to_owned()),
            given_at: grant.given_at,
        });
    }
    Ok(reports)
}

/// Takes one back: whoever gave it, and those who keep the project.
pub(super) async fn revoke(parts: &Parts, actor: &Actor, id: &GrantId) -> Result<(), Refusal> {
    let missing =
        || Refusal::NotFound("there is no such remembered yes; it may have been taken back already".to_owned());
    let (grant, project) = parts.store.grant(id).await?.ok_or_else(missing)?;
    let standing = access::standing(parts, actor, &project).await?;
    if !standing.may_see() {
        hidden(parts, actor, "grant", id.as_str()).await;
        return Err(missing());
    }
    if !standing.may_stop(&grant.given_by) {
        return Err(Refusal::Forbidden("whoever gave this yes, or a maintainer, may take it back".to_owned()));
    }
    let revoked = did(actor, Kind::GrantRevoked, "grant", id.as_str()).with("project", &project);
    if parts.store.noting(revoked).revoke_grant(id, fresh::now()).await? { Ok(()) } else { Err(missing()) }
}
