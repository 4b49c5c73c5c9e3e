//! The text of a plan. `ExitPlanMode` reaches the gate with an empty input (measured), so the text is kept from where it
//! was seen last: the model's own input of that call, or the plan file that it wrote before.

use serde_json::Value;
use signalbox_core::id::ToolUseId;

/// The plans seen in a process.
#[derive(Debug, Default)]
pub(super) struct Plans {
    shown: Option<(ToolUseId, String)>,
    written: Option<String>,
}

impl Plans {
    /// Looks at a call as the model wrote it.
    pub(super) fn see(&mut self, call: &ToolUseId, tool: &str, input: &Value) {
        let text = |field: &str| input.get(field).and_then(Value::as_str);
        match (tool, text("plan"), text("file_path"), text("content")) {
            ("ExitPlanMode", Some(plan), ..) => self.shown = Some((call.clone(), plan.to_owned())),
            ("Write", _, Some(path), Some(content)) if path.contains("/plans/") => {
                self.written = Some(content.to_owned());
            }
            _ => {}
        }
    }

    /// The plan that a call shows.
    pub(super) fn of(&self, call: &ToolUseId, tool: &str, input: &Value) -> Option<String> {
        if tool != "ExitPlanMode" {
            return None;
        }
        let in_the_input = input.get("plan").and_then(Value::as_str).map(str::to_owned);
        let shown = self.shown.as_ref().filter(|(id, _)| id == call).map(|(_, plan)| plan.clone());
        in_the_input.or(shown).or_else(|| self.written.clone())
    }
}
