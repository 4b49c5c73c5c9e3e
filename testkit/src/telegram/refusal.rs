//! An answer of the API that is an error, in its words.

use serde_json::{Value, json};

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    description: String,
    parameters: Option<Value>,
}

impl Refusal {
    fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), parameters: None }
    }

    pub(crate) fn bad(description: impl AsRef<str>) -> Self {
        Self::new(400, format!("Bad Request: {}", description.as_ref()))
    }

    pub(crate) fn forbidden(description: impl AsRef<str>) -> Self {
        Self::new(403, format!("Forbidden: {}", description.as_ref()))
    }

    pub(crate) fn conflict(description: impl AsRef<str>) -> Self {
        Self::new(409, format!("Conflict: {}", description.as_ref()))
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    pub(crate) fn too_large() -> Self {
        Self::new(413, "Request Entity Too Large")
    }

    pub(crate) fn too_many(seconds: u64) -> Self {
        let refusal = Self::new(429, format!("Too Many Requests: retry after {seconds}"));
        Self { parameters: Some(json!({"retry_after": seconds})), ..refusal }
    }

    pub(crate) fn migrated(to: i64) -> Self {
        let refusal = Self::bad("group chat was upgraded to a supergroup chat");
        Self { parameters: Some(json!({"migrate_to_chat_id": to})), ..refusal }
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.description});
        if let Some(parameters) = &self.parameters {
            body["parameters"] = parameters.clone();
        }
        body
    }
}
