//! Reading the audit log: an admin's business.

use super::administer::admin_only;
use super::{HubService, judged};
use async_trait::async_trait;
use signalbox_core::audit::{AuditHead, AuditPage, AuditQuery, Auditing, Verification};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use std::future::ready;

impl HubService {
    async fn admits(&self, actor: &Actor, asked: &str) -> Result<(), Refusal> {
        judged(self.parts(), actor, (asked, "hub", "audit"), ready(admin_only(actor))).await
    }
}

#[async_trait]
impl Auditing for HubService {
    async fn audit(&self, actor: &Actor, query: AuditQuery) -> Result<AuditPage, Refusal> {
        self.admits(actor, "audit.list").await?;
        Ok(self.parts().store.audit(&query).await?)
    }

    async fn audit_head(&self, actor: &Actor) -> Result<AuditHead, Refusal> {
        self.admits(actor, "audit.head").await?;
        Ok(self.parts().store.audit_head().await?)
    }

    async fn verify_audit(&self, actor: &Actor, expected: Option<AuditHead>) -> Result<Verification, Refusal> {
        self.admits(actor, "audit.verify").await?;
        let found = self.parts().store.verify_audit(expected).await?;
        if !found.is_sound() {
            tracing::error!(wrong = found.wrong, "the audit log is not as it was entered");
        }
        Ok(found)
    }
}
