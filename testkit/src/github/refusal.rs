//! An answer of the API that is an error, in its words.

use serde_json::{Value, json};

const DOCS: &str = "https://docs.github.com/rest";
const SECONDARY_DOCS: &str = "https://docs.github.com/free-pro-team@latest/rest/overview/\
                              rate-limits-for-the-rest-api#about-secondary-rate-limits";

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    message: String,
    errors: Vec<Value>,
    docs: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What a test has to know: the real API would have let it pass.
    pub(crate) complaint: Option<String>,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), errors: Vec::new(), docs: DOCS, headers: Vec::new(), complaint: None }
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(401, message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, message)
    }

    /// A body that does not have the form that the route wants.
    pub(crate) fn invalid(what: impl AsRef<str>) -> Self {
        Self::new(422, format!("Invalid request.\n\n{}", what.as_ref()))
    }

    /// Something that the real API would have ignored.
    pub(crate) fn unknown(what: &str, name: &str) -> Self {
        let refusal = Self::invalid(format!("\"{name}\" is not a permitted key."));
        Self { complaint: Some(format!("unknown {what} \"{name}\"")), ..refusal }
    }

    /// A value that cannot be taken: what is wrong with which field of what.
    pub(crate) fn validation(resource: &str, field: &str, code: &str) -> Self {
        let errors = vec![json!({"resource": resource, "field": field, "code": code})];
        Self { errors, ..Self::new(422, "Validation Failed") }
    }

    /// The same, in words.
    pub(crate) fn custom(resource: &str, code: &str, field: &str, message: impl Into<String>) -> Self {
        let errors = vec![json!({"resource": resource, "code": code, "field": field, "message": message.into()})];
        Self { errors, ..Self::new(422, "Validation Failed") }
    }

    pub(crate) fn secondary(status: u16, seconds: u64) -> Self {
        let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you \
                       reach out to GitHub Support for help, please include the request ID \
                       0000:7A3B:1F2E3D:4C5B6A:676F6F64.";
        let refusal = Self::new(status, message).with("retry-after", seconds.to_string());
        Self { docs: SECONDARY_DOCS, ..refusal }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut body = json!({"message": self.message, "documentation_url": self.docs});
        if !self.errors.is_empty() {
            body["errors"] = Value::Array(self.errors.clone());
        }
        body["status"] = self.status.to_string().into();
        body
    }
}
