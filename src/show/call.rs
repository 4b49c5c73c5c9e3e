//! A tool call, whole: what people decide on. Nothing of it is left out or cut short.

use super::clean::exact;
use super::diff::Change;
use super::{Look, Paint, indent};
use serde_json::{Map, Value};
use signalbox_core::policy::WORKSPACE;
use signalbox_core::policy::shell::{FindingKind, explain};
use signalbox_core::tool::ToolCall;

/// The whole call.
pub(crate) fn call(call: &ToolCall, look: Look) -> String {
    let mut rest = Fields::of(&call.input);
    let mut shown = match call.tool.as_str() {
        "Bash" => command(&mut rest, look),
        "Write" => written(&mut rest, look),
        "Edit" => edited(&mut rest, look),
        "MultiEdit" => edited_often(&mut rest, look),
        _ => None,
    }
    .unwrap_or_default();
    shown.push_str(&rest.remaining(look));
    if call.cwd != WORKSPACE {
        shown.push_str(&format!("  in {}\n", look.paint(Paint::Warn, &exact(&call.cwd))));
    }
    shown
}

/// What the call does, as a heading.
pub(crate) fn heading(call: &ToolCall) -> String {
    match call.tool.as_str() {
        "Bash" => "run a command".to_owned(),
        "Write" => "write a file".to_owned(),
        "Edit" | "MultiEdit" | "NotebookEdit" => "edit a file".to_owned(),
        "Read" => "read a file".to_owned(),
        "WebFetch" => "fetch from the web".to_owned(),
        "WebSearch" => "search the web".to_owned(),
        other => format!("use {}", exact(other)),
    }
}

/// What is worth a warning in a command: what it hides and what is not understood.
pub(crate) fn warnings(call: &ToolCall) -> Vec<String> {
    let findings = call.command().map(explain).unwrap_or_default();
    let odd = |kind| matches!(kind, FindingKind::Hidden | FindingKind::Unclear | FindingKind::Background);
    let worth = findings.into_iter().filter(|finding| odd(finding.kind));
    worth.map(|finding| format!("{} {}", finding.kind.label(), finding.text)).collect()
}

/// The fields of an input; what is shown in a form of its own is taken out, and the rest is shown as it is.
struct Fields<'a> {
    all: &'a Value,
    left: Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn of(input: &'a Value) -> Self {
        Self { all: input, left: input.as_object().cloned().unwrap_or_default() }
    }

    fn text(&mut self, name: &str) -> Option<&'a str> {
        let text = self.all.get(name)?.as_str()?;
        self.left.remove(name);
        Some(text)
    }

    /// Whether a field is the default that says nothing.
    fn drop_if(&mut self, name: &str, default: &Value) {
        if self.left.get(name) == Some(default) {
            self.left.remove(name);
        }
    }

    fn remaining(mut self, look: Look) -> String {
        if !self.all.is_object() {
            return indent(&exact(&self.all.to_string()), "  ");
        }
        let note = self.text("description");
        let mut shown = String::new();
        for (name, value) in &self.left {
            shown.push_str(&field(name, value));
        }
        if let Some(note) = note {
            shown.push_str(&format!(
                "  {} {}\n",
                look.paint(Paint::Faint, "Claude says:"),
                exact(note).replace('\n', " ")
            ));
        }
        shown
    }
}

fn field(name: &str, value: &Value) -> String {
    let name = exact(name);
    match value {
        Value::String(text) if text.contains('\n') => format!("  {name}:\n{}", indent(&exact(text), "    ")),
        Value::String(text) => format!("  {name}: {}\n", exact(text)),
        other => format!("  {name}: {}\n", exact(&other.to_string())),
    }
}

fn command(fields: &mut Fields<'_>, look: Look) -> Option<String> {
    let command = exact(fields.text("command")?);
    let shown: Vec<String> = command.split('\n').map(|line| look.paint(Paint::Head, line)).collect();
    Some(format!("  $ {}\n", shown.join("\n    ")))
}

fn written(fields: &mut Fields<'_>, look: Look) -> Option<String> {
    let path = fields.text("file_path")?;
    let new = fields.text("content")?;
    let change = Change { old: "", new }.unified(look);
    Some(format!("  {} (the whole of it)\n{}", look.paint(Paint::Head, &exact(path)), indent(&change, "  ")))
}

fn edited(fields: &mut Fields<'_>, look: Look) -> Option<String> {
    let path = fields.text("file_path")?;
    fields.drop_if("replace_all", &Value::Bool(false));
    Some(format!("  {}\n{}", look.paint(Paint::Head, &exact(path)), replaced(fields, look)?))
}

fn edited_often(fields: &mut Fields<'_>, look: Look) -> Option<String> {
    let edits = fields.all.get("edits")?.as_array()?;
    let path = fields.text("file_path")?;
    let mut shown = format!("  {}\n", look.paint(Paint::Head, &exact(path)));
    for edit in edits {
        let mut one = Fields::of(edit);
        one.drop_if("replace_all", &Value::Bool(false));
        let Some(change) = replaced(&mut one, look) else {
            shown.push_str(&field("edit", edit));
            continue;
        };
        shown.push_str(&change);
        shown.extend(one.left.iter().map(|(name, value)| field(name, value)));
    }
    fields.left.remove("edits");
    Some(shown)
}

fn replaced(fields: &mut Fields<'_>, look: Look) -> Option<String> {
    if !fields.all.get("old_string")?.is_string() || !fields.all.get("new_string")?.is_string() {
        return None;
    }
    let (old, new) = (fields.text("old_string")?, fields.text("new_string")?);
    let everywhere = fields.left.remove("replace_all");
    let often = if everywhere == Some(Value::Bool(true)) { "  wherever it stands:\n" } else { "" };
    if let Some(odd) = everywhere.filter(|value| !value.is_boolean()) {
        fields.left.insert("replace_all".to_owned(), odd);
    }
    Some(format!("{often}{}", indent(&Change { old, new }.unified(look), "  ")))
}
