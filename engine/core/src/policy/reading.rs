//! The decision on a call where nothing may be done but reading: on a pull request from a fork, whose author nobody here
//! vouches for. Nobody is asked, because a yes there would let a stranger's text move the sandbox; and what a project's own
//! policy allows beyond the built-in one (its build, its tests) is meant for its own code.

use super::files::WRITING;
use super::{Basis, Decision, Policy, Verdict};
use crate::time::Timestamp;
use crate::tool::ToolCall;

impl Policy {
    /// Decides on a call of a Claude that may only read. Its questions still go to people; no remembered yes counts.
    pub fn judge_reading(&self, call: &ToolCall, now: Timestamp) -> Verdict {
        let verdict = self.judge(call, &[], now);
        let reads = || {
            let built_in = Self::default().judge(call, &[], now).decision;
            built_in == Decision::Allow && !WRITING.contains(&call.tool.as_str())
        };
        let stays = match verdict.decision {
            Decision::Deny => true,
            Decision::Allow => reads(),
            Decision::Ask => call.tool == "AskUserQuestion",
        };
        if stays {
            return verdict;
        }
        Verdict {
            decision: Decision::Deny,
            reason: "this comes from a fork: it may be read and answered about, and nothing is changed or run"
                .to_owned(),
            rule: Basis::Policy("read only".to_owned()),
            dangerous: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ToolUseId;
    use rstest::rstest;
    use serde_json::{Value, json};

    #[rstest]
    #[case("Read", json!({"file_path": "/workspace/a.txt"}), Decision::Allow)]
    #[case("Grep", json!({"pattern": "x"}), Decision::Allow)]
    #[case("Bash", json!({"command": "ls"}), Decision::Allow)]
    #[case("Bash", json!({"command": "echo x > a.txt"}), Decision::Deny)]
    #[case("Bash", json!({"command": "make"}), Decision::Deny)]
    #[case("Write", json!({"file_path": "/workspace/a.txt", "content": "x"}), Decision::Deny)]
    #[case("Edit", json!({"file_path": "/workspace/a.txt", "old_string": "a", "new_string": "b"}), Decision::Deny)]
    #[case("NotebookEdit", json!({"notebook_path": "/workspace/a.ipynb"}), Decision::Deny)]
    #[case("WebFetch", json!({"url": "https://example.org/", "prompt": "x"}), Decision::Deny)]
    #[case("ExitPlanMode", json!({"plan": "1. do it"}), Decision::Deny)]
    #[case("AskUserQuestion", json!({"questions": []}), Decision::Ask)]
    #[case("mcp__x__y", json!({}), Decision::Deny)]
    fn only_what_reads_is_let_through(#[case] tool: &str, #[case] input: Value, #[case] decision: Decision) {
        let id = ToolUseId::new("t");
        let call = ToolCall { id, tool: tool.to_owned(), input, cwd: "/workspace".to_owned(), agent: None };
        assert_eq!(Policy::default().judge_reading(&call, Timestamp::from_millis(1)).decision, decision, "{tool}");
    }

    #[test]
    fn what_a_project_allows_for_its_own_code_is_not_run_on_that_of_others() {
        let trusting = "version = 1\n[[commands]]\nprogram = \"make\"\noperands = \"any\"\n";
        let (id, input) = (ToolUseId::new("t"), json!({"command": "make test"}));
        let call = ToolCall { id, tool: "Bash".to_owned(), input, cwd: "/workspace".to_owned(), agent: None };
        let policy = Policy::parse(trusting).unwrap();
        assert_eq!(policy.judge(&call, &[], Timestamp::from_millis(1)).decision, Decision::Allow);
        assert_eq!(policy.judge_reading(&call, Timestamp::from_millis(1)).decision, Decision::Deny);
    }
}
