//! Check runs, and the suites that they belong to.

use serde_json::Value;

/// All check runs of an App at a commit.
#[derive(Debug, Clone)]
pub(crate) struct CheckSuite {
    pub(crate) id: u64,
    pub(crate) app: u64,
    pub(crate) branch: Option<String>,
    pub(crate) head: String,
    pub(crate) before: Option<String>,
    pub(crate) made: u64,
}

/// A check run.
#[derive(Debug, Clone)]
pub(crate) struct CheckRun {
    pub(crate) id: u64,
    pub(crate) suite: u64,
    pub(crate) app: u64,
    pub(crate) name: String,
    pub(crate) head: String,
    pub(crate) status: String,
    pub(crate) conclusion: Option<String>,
    pub(crate) details_url: Option<String>,
    pub(crate) external_id: String,
    pub(crate) started: Option<String>,
    pub(crate) completed: Option<String>,
    /// Title, summary and text, each text or null.
    pub(crate) output: Value,
    pub(crate) annotations: Vec<Value>,
    pub(crate) actions: Vec<Value>,
    pub(crate) updates: u32,
}
