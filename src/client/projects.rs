//! Projects and their policies, looked after over the hub's local socket.

use super::SocketHub;
use async_trait::async_trait;
use reqwest::Method;
use serde_json::json;
use signalbox_core::id::GrantId;
use signalbox_core::people::Actor;
use signalbox_core::port::{NewCredential, PlaceReport, Refusal};
use signalbox_core::project::{
    ChangeProject, CredentialReport, GrantReport, PolicyTrial, ProjectDetail, Projects, TryPolicy,
};

#[async_trait]
impl Projects for SocketHub {
    async fn project(&self, _: &Actor, project: &str) -> Result<ProjectDetail, Refusal> {
        self.wire.get(&["projects", project], &()).await
    }

    async fn change_project(
        &self,
        _: &Actor,
        project: &str,
        change: ChangeProject,
        seen: Option<&str>,
    ) -> Result<ProjectDetail, Refusal> {
        self.wire.change(&["projects", project], &change, seen).await
    }

    async fn set_credential(
        &self,
        _: &Actor,
        project: &str,
        credential: NewCredential,
    ) -> Result<CredentialReport, Refusal> {
        self.wire.send(Method::PUT, &["projects", project, "credential"], &credential).await
    }

    async fn remove_credential(&self, _: &Actor, project: &str) -> Result<(), Refusal> {
        self.wire.tell(Method::DELETE, &["projects", project, "credential"], &json!({})).await
    }

    async fn places_of(&self, _: &Actor, project: &str) -> Result<Vec<PlaceReport>, Refusal> {
        self.wire.get(&["projects", project, "places"], &()).await
    }

    async fn try_policy(&self, _: &Actor, project: &str, tried: TryPolicy) -> Result<PolicyTrial, Refusal> {
        self.wire.send(Method::POST, &["projects", project, "policy", "trial"], &tried).await
    }

    async fn grants_of(&self, _: &Actor, project: &str) -> Result<Vec<GrantReport>, Refusal> {
        self.wire.get(&["projects", project, "grants"], &()).await
    }

    async fn revoke_grant(&self, _: &Actor, grant: &GrantId) -> Result<(), Refusal> {
        self.wire.tell(Method::DELETE, &["grants", grant.as_str()], &json!({})).await
    }
}
