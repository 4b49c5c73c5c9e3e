//! What a policy would make of a call, before the call is made, or before the policy is.

use super::some_or_null;
use crate::grant::GrantScope;
use crate::id::{GrantId, ToolUseId};
use crate::policy::{Approver, Fault, Policy, Verdict, WORKSPACE};
use crate::time::Timestamp;
use crate::tool::ToolCall;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How Claude works when it makes the call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialMode {
    /// It works.
    #[default]
    Work,
    /// It plans, and its plan was not accepted yet.
    Plan,
    /// It answers about a pull request from a fork, and may only read.
    Fork,
}

/// A call to be tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "tool": "Bash", "input": { "command": "cargo test" } })))]
pub struct TryPolicy {
    /// A policy that nobody has saved yet; `null` is the built-in one. Left out, the project's own.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some_or_null")]
    #[schema(value_type = Option<String>)]
    pub policy: Option<Option<String>>,
    /// The tool's name.
    pub tool: String,
    /// What it is called with.
    pub input: Value,
    /// Where it is called; none means the workspace.
    #[serde(default)]
    pub cwd: Option<String>,
    /// Who asked for the task, by name; none means whoever tries.
    #[serde(default)]
    pub requester: Option<String>,
    /// How Claude works.
    #[serde(default)]
    pub mode: TrialMode,
}

impl TryPolicy {
    /// The call, as the gate would see it.
    pub fn call(&self) -> ToolCall {
        let cwd = self.cwd.clone().filter(|cwd| !cwd.is_empty());
        ToolCall {
            id: ToolUseId::new("trial"),
            tool: self.tool.clone(),
            input: self.input.clone(),
            cwd: cwd.unwrap_or_else(|| WORKSPACE.to_owned()),
            agent: None,
        }
    }

    /// What the gate would say, given the remembered yeses of the whole project.
    pub fn verdict(&self, policy: &Policy, grants: &[crate::grant::Grant], now: Timestamp) -> Verdict {
        let call = self.call();
        match self.mode {
            TrialMode::Work => policy.judge(&call, grants, now),
            TrialMode::Plan => policy.judge_planning(&call, now),
            TrialMode::Fork => policy.judge_reading(&call, now),
        }
    }
}

/// What came of a trial.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PolicyTrial {
    /// What is wrong with the policy; where there is anything, nothing else is said.
    pub faults: Vec<Fault>,
    /// What the gate would say.
    pub verdict: Option<Verdict>,
    /// Who would be asked, where people would be.
    pub approvers: Option<Approvers>,
    /// Remembered yeses that cover the call, wherever they hold.
    pub grants: Vec<GrantReport>,
    /// What a yes would cover if it were remembered; none where it could be allowed once only.
    pub covers: Option<String>,
}

/// Who would be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approvers {
    /// Whose vote counts, as policy says it.
    pub by: Vec<Approver>,
    /// How many votes a yes needs.
    pub votes: u32,
    /// Whether somebody else than the requester has to be among them.
    pub another: bool,
    /// Those whose vote would count now, by name.
    pub people: Vec<String>,
}

/// A remembered yes, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantReport {
    /// Its id.
    pub id: GrantId,
    /// What it covers, in words.
    pub covers: String,
    /// Where it holds.
    pub scope: GrantScope,
    /// Until when; what is held to be for ever ends beyond every calendar.
    pub until: Timestamp,
    /// Who gave it, by name.
    pub given_by: String,
    /// When.
    pub given_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Decision;
    use serde_json::json;

    fn trial(mode: TrialMode, command: &str) -> Decision {
        let input = json!({ "command": command });
        let tried = TryPolicy { policy: None, tool: "Bash".to_owned(), input, cwd: None, requester: None, mode };
        tried.verdict(&Policy::default(), &[], Timestamp::from_millis(1)).decision
    }

    #[test]
    fn a_call_is_judged_as_claude_works_then() {
        assert_eq!(trial(TrialMode::Work, "ls"), Decision::Allow);
        assert_eq!(trial(TrialMode::Work, "make"), Decision::Ask);
        assert_eq!(trial(TrialMode::Plan, "make"), Decision::Ask);
        assert_eq!(trial(TrialMode::Fork, "make"), Decision::Deny);
    }

    #[test]
    fn it_is_called_in_the_workspace_unless_somewhere_else_is_named() {
        let read = |json: Value| serde_json::from_value::<TryPolicy>(json).unwrap();
        let short = read(json!({ "tool": "Read", "input": { "file_path": "a" } }));
        assert_eq!((short.call().cwd.as_str(), &short.policy), (WORKSPACE, &None));
        let whole = read(json!({ "tool": "Read", "input": {}, "cwd": "/tmp", "policy": null, "mode": "plan" }));
        assert_eq!((whole.call().cwd.as_str(), &whole.policy), ("/tmp", &Some(None)));
    }
}
