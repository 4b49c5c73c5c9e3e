//! A tool call as the gate sees it, and the hash that binds an approval to exactly this call.

use crate::id::ToolUseId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;
use utoipa::ToSchema;

/// One call of a tool that Claude wants to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolCall {
    /// The CLI's id of this call; the same when the call comes again after a park.
    pub id: ToolUseId,
    /// The tool's name, e.g. `Bash`.
    pub tool: String,
    /// The tool's input, as the CLI gave it.
    pub input: Value,
    /// The working directory at the time of the call.
    pub cwd: String,
    /// The subagent that makes the call, where one does. Such a call must never be deferred.
    pub agent: Option<String>,
}

/// SHA-256 over tool, input and working directory: what an approval is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[0-9a-f]{64}$")]
pub struct CallHash(String);

impl CallHash {
    /// Takes a hash that was stored before.
    pub fn new(hex: impl Into<String>) -> Self {
        Self(hex.into())
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CallHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl ToolCall {
    /// The hash of this call. Two inputs that differ only in the order of their keys are the same call.
    pub fn hash(&self) -> CallHash {
        let mut sha = Sha256::new();
        for part in [self.tool.as_str(), self.cwd.as_str(), &canonical(&self.input).to_string()] {
            // The length in front keeps `ab`+`c` apart from `a`+`bc`.
            sha.update((part.len() as u64).to_be_bytes());
            sha.update(part.as_bytes());
        }
        CallHash(hex(&sha.finalize()))
    }

    /// The shell command, where this is one.
    pub fn command(&self) -> Option<&str> {
        (self.tool == "Bash").then(|| self.input.get("command")?.as_str())?
    }

    /// The file the call is about, where it is about one.
    pub fn path(&self) -> Option<&str> {
        ["file_path", "notebook_path", "path"].iter().find_map(|key| self.input.get(key)?.as_str())
    }
}

/// The same value with its keys in order, whether or not `serde_json` keeps them so by itself: that is a feature which any
/// crate in the tree may switch on.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: std::collections::BTreeMap<_, _> = map.iter().collect();
            Value::Object(sorted.into_iter().map(|(key, value)| (key.clone(), canonical(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(tool: &str, input: Value, cwd: &str) -> ToolCall {
        ToolCall { id: ToolUseId::new("toolu_1"), tool: tool.to_owned(), input, cwd: cwd.to_owned(), agent: None }
    }

    #[test]
    fn the_hash_binds_tool_input_and_directory() {
        let bound = call("Bash", json!({"command": "ls"}), "/workspace").hash();
        assert_ne!(bound, call("Bash", json!({"command": "ls "}), "/workspace").hash());
        assert_ne!(bound, call("Bash", json!({"command": "ls"}), "/workspace/a").hash());
        assert_ne!(bound, call("Bask", json!({"command": "ls"}), "/workspace").hash());
        assert_eq!(bound.as_str().len(), 64);
    }

    #[test]
    fn the_order_of_keys_is_no_difference() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":2}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b":2,"a":1}"#).unwrap();
        assert_eq!(call("X", one, "/").hash(), call("X", other, "/").hash());
    }
}
