//! A call's parameters, once they are known to be what the method takes.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value};

/// A file that came with a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Upload {
    pub(crate) name: Option<String>,
    pub(crate) mime: Option<String>,
    pub(crate) bytes: Bytes,
}

/// Checked parameters: none is of a wrong type, none is unknown, none is missing.
#[derive(Debug, Default)]
pub(crate) struct Params {
    pub(crate) values: Map<String, Value>,
    pub(crate) files: BTreeMap<String, Upload>,
}

impl Params {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.values.get(name)?.as_i64()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.values.get(name) == Some(&Value::Bool(true))
    }

    pub(crate) fn list(&self, name: &str) -> Option<&[Value]> {
        self.values.get(name)?.as_array().map(Vec::as_slice)
    }

    pub(crate) fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.values.get(name)?.as_object()
    }

    /// The chat that is named; a user name or a number that is no chat's gives `None`.
    pub(crate) fn chat(&self) -> Option<i64> {
        match self.values.get("chat_id")? {
            Value::String(text) => text.parse().ok(),
            value => value.as_i64(),
        }
    }

    /// The file that a value names: the part of that name, or the part that `attach://` points to.
    pub(crate) fn upload(&self, name: &str, value: Option<&str>) -> Option<&Upload> {
        match value.and_then(|value| value.strip_prefix("attach://")) {
            Some(part) => self.files.get(part),
            None => self.files.get(name),
        }
    }
}
