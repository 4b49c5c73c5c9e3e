//! The audit log, asked of the hub over its local socket.

use super::SocketHub;
use async_trait::async_trait;
use serde_json::json;
use signalbox_core::audit::{AuditHead, AuditPage, AuditQuery, Auditing, Verification};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;

#[async_trait]
impl Auditing for SocketHub {
    async fn audit(&self, _: &Actor, query: AuditQuery) -> Result<AuditPage, Refusal> {
        self.wire.get(&["audit"], &query).await
    }

    async fn audit_head(&self, _: &Actor) -> Result<AuditHead, Refusal> {
        self.wire.get(&["audit", "head"], &()).await
    }

    async fn verify_audit(&self, _: &Actor, expected: Option<AuditHead>) -> Result<Verification, Refusal> {
        let known = json!({ "expect": expected.map(|head| head.to_string()) });
        self.wire.get(&["audit", "verification"], &known).await
    }
}
