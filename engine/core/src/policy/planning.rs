//! The decision on a call while Claude plans: it may look at everything, and people may let it do more, but nothing that
//! changes a file goes through before they accept the plan, and no remembered yes counts until then.

use super::files::WRITING;
use super::paths::{Place, join, locate};
use super::{Basis, Decision, Policy, Verdict};
use crate::time::Timestamp;
use crate::tool::ToolCall;

/// Where the CLI writes its plans down, in every sandbox.
const PLANS: &str = "/home/runner/.claude/plans/";

impl Policy {
    /// Decides on a call of a Claude that has to show its plan first.
    pub fn judge_planning(&self, call: &ToolCall, now: Timestamp) -> Verdict {
        if !WRITING.contains(&call.tool.as_str()) {
            return self.judge(call, &[], now);
        }
        if writes_its_plan(call) {
            return verdict(Decision::Allow, "it writes its plan down");
        }
        verdict(
            Decision::Deny,
            "nothing is changed before people have accepted the plan: show it with ExitPlanMode, and go on once they have",
        )
    }
}

/// Whether the call writes a plan down where the CLI keeps them, and nothing else.
fn writes_its_plan(call: &ToolCall) -> bool {
    let Some(path) = call.path().filter(|_| matches!(call.tool.as_str(), "Write" | "Edit")) else { return false };
    let whole = match locate(&call.cwd, path) {
        Place::Outside(whole) if path.starts_with('/') => whole,
        Place::Outside(_) | Place::Inside(_) => return false,
    };
    let name = whole.strip_prefix(PLANS).unwrap_or_default();
    whole == join("/", path) && name.ends_with(".md") && !name.contains(['/', '\0'])
}

fn verdict(decision: Decision, reason: &str) -> Verdict {
    Verdict { decision, reason: reason.to_owned(), rule: Basis::Policy("plan mode".to_owned()), dangerous: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ToolUseId;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn judged(tool: &str, input: Value) -> Decision {
        let call = ToolCall {
            id: ToolUseId::new("t"),
            tool: tool.to_owned(),
            input,
            cwd: "/workspace".to_owned(),
            agent: None,
        };
        Policy::default().judge_planning(&call, Timestamp::from_millis(1)).decision
    }

    #[rstest]
    #[case("/workspace/a.txt", Decision::Deny)]
    #[case("a.txt", Decision::Deny)]
    #[case("/home/runner/.claude/plans/brave-fox.md", Decision::Allow)]
    #[case("/home/runner/.claude/plans/../settings.md", Decision::Deny)]
    #[case("/home/runner/.claude/plans/a/b.md", Decision::Deny)]
    #[case("/home/runner/.claude/plans/a.sh", Decision::Deny)]
    #[case("/home/runner/.claude/settings.json", Decision::Deny)]
    #[case("~/.claude/plans/a.md", Decision::Deny)]
    fn files_are_left_alone_but_the_plan_itself(#[case] path: &str, #[case] decision: Decision) {
        assert_eq!(judged("Write", json!({"file_path": path, "content": "x"})), decision, "{path}");
        let edit = json!({"file_path": path, "old_string": "a", "new_string": "b"});
        assert_eq!(judged("Edit", edit), decision, "{path}");
    }

    #[test]
    fn it_may_look_and_its_plan_goes_to_people() {
        assert_eq!(judged("Read", json!({"file_path": "/workspace/a.txt"})), Decision::Allow);
        assert_eq!(judged("Bash", json!({"command": "ls"})), Decision::Allow);
        assert_eq!(judged("Bash", json!({"command": "echo x > a.txt"})), Decision::Ask);
        assert_eq!(judged("ExitPlanMode", json!({"plan": "1. do it"})), Decision::Ask);
        assert_eq!(judged("NotebookEdit", json!({"notebook_path": "/workspace/a.ipynb"})), Decision::Deny);
    }
}
