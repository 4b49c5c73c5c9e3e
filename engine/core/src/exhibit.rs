//! A tool call as people see it before they decide: whole, with everything visible that could hide. Nothing is left out or
//! cut short here; a place that has no room shows the pieces as a file.

use crate::policy::WORKSPACE;
use crate::policy::shell::{FindingKind, explain, reveal};
use crate::tool::ToolCall;
use serde_json::{Map, Value};
use similar::TextDiff;

/// One piece of what a call would do. Every text in it has its hidden characters made visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A shell command.
    Command(String),
    /// The file that is written anew.
    WholeFile(String),
    /// The file that is edited.
    File(String),
    /// The change that follows is made wherever its old text stands.
    Everywhere,
    /// A change, as a unified diff without file names.
    Change(String),
    /// Any other field of the input.
    Field {
        /// Its name.
        name: String,
        /// Its value: a text as it is, anything else as JSON.
        value: String,
    },
    /// The whole input, where it is no object.
    Input(String),
    /// What Claude says that the call is for.
    Note(String),
    /// Where it runs, if that is not the workspace's root.
    Directory(String),
}

/// What the call does, as the end of a sentence that begins with "Claude wants to".
pub fn heading(call: &ToolCall) -> String {
    match call.tool.as_str() {
        "Bash" => "run a command".to_owned(),
        "Write" => "write a file".to_owned(),
        "Edit" | "MultiEdit" | "NotebookEdit" => "edit a file".to_owned(),
        "Read" => "read a file".to_owned(),
        "WebFetch" => "fetch from the web".to_owned(),
        "WebSearch" => "search the web".to_owned(),
        other => format!("use {}", reveal(other)),
    }
}

/// What is worth a warning in a command: what it hides and what is not understood.
pub fn warnings(call: &ToolCall) -> Vec<String> {
    let findings = call.command().map(explain).unwrap_or_default();
    let odd = |kind| matches!(kind, FindingKind::Hidden | FindingKind::Unclear | FindingKind::Background);
    let worth = findings.into_iter().filter(|finding| odd(finding.kind));
    worth.map(|finding| format!("{} {}", finding.kind.label(), finding.text)).collect()
}

/// The whole call, piece by piece.
pub fn pieces(call: &ToolCall) -> Vec<Piece> {
    let mut rest = Fields::of(&call.input);
    let mut shown = match call.tool.as_str() {
        "Bash" => command(&mut rest),
        "Write" => written(&mut rest),
        "Edit" => edited(&mut rest),
        "MultiEdit" => edited_often(&mut rest),
        _ => None,
    }
    .unwrap_or_default();
    shown.extend(rest.remaining());
    if call.cwd != WORKSPACE {
        shown.push(Piece::Directory(reveal(&call.cwd)));
    }
    shown
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

    fn remaining(mut self) -> Vec<Piece> {
        if !self.all.is_object() {
            return vec![Piece::Input(reveal(&self.all.to_string()))];
        }
        let note = self.text("description");
        let mut shown: Vec<_> = self.left.iter().map(|(name, value)| field(name, value)).collect();
        shown.extend(note.map(|note| Piece::Note(reveal(note))));
        shown
    }
}

fn field(name: &str, value: &Value) -> Piece {
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Piece::Field { name: reveal(name), value: reveal(&value) }
}

fn command(fields: &mut Fields<'_>) -> Option<Vec<Piece>> {
    Some(vec![Piece::Command(reveal(fields.text("command")?))])
}

fn written(fields: &mut Fields<'_>) -> Option<Vec<Piece>> {
    let path = fields.text("file_path")?;
    let new = fields.text("content")?;
    Some(vec![Piece::WholeFile(reveal(path)), change("", new)])
}

fn edited(fields: &mut Fields<'_>) -> Option<Vec<Piece>> {
    let path = fields.text("file_path")?;
    fields.drop_if("replace_all", &Value::Bool(false));
    let mut shown = vec![Piece::File(reveal(path))];
    shown.extend(replaced(fields)?);
    Some(shown)
}

fn edited_often(fields: &mut Fields<'_>) -> Option<Vec<Piece>> {
    let edits = fields.all.get("edits")?.as_array()?;
    let path = fields.text("file_path")?;
    let mut shown = vec![Piece::File(reveal(path))];
    for edit in edits {
        let mut one = Fields::of(edit);
        one.drop_if("replace_all", &Value::Bool(false));
        let Some(change) = replaced(&mut one) else {
            shown.push(field("edit", edit));
            continue;
        };
        shown.extend(change);
        shown.extend(one.left.iter().map(|(name, value)| field(name, value)));
    }
    fields.left.remove("edits");
    Some(shown)
}

fn replaced(fields: &mut Fields<'_>) -> Option<Vec<Piece>> {
    if !fields.all.get("old_string")?.is_string() || !fields.all.get("new_string")?.is_string() {
        return None;
    }
    let (old, new) = (fields.text("old_string")?, fields.text("new_string")?);
    let everywhere = fields.left.remove("replace_all");
    let mut shown = Vec::new();
    if everywhere == Some(Value::Bool(true)) {
        shown.push(Piece::Everywhere);
    }
    if let Some(odd) = everywhere.filter(|value| !value.is_boolean()) {
        fields.left.insert("replace_all".to_owned(), odd);
    }
    shown.push(change(old, new));
    Some(shown)
}

/// The change as a unified diff without file names.
fn change(old: &str, new: &str) -> Piece {
    let (old, new) = (reveal(old), reveal(new));
    let diff = TextDiff::from_lines(&old, &new);
    Piece::Change(diff.unified_diff().context_radius(3).missing_newline_hint(false).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ToolUseId;
    use serde_json::json;

    fn call(tool: &str, input: Value) -> ToolCall {
        ToolCall { id: ToolUseId::new("t"), tool: tool.to_owned(), input, cwd: WORKSPACE.to_owned(), agent: None }
    }

    #[test]
    fn nothing_of_an_input_is_left_out() {
        let input = json!({"command": "make", "description": "build", "timeout": 5, "odd": {"a": [1]}});
        let shown = pieces(&ToolCall { cwd: "/tmp".to_owned(), ..call("Bash", input) });
        let field = |name: &str, value: &str| Piece::Field { name: name.to_owned(), value: value.to_owned() };
        let expected = [
            Piece::Command("make".to_owned()),
            field("odd", "{\"a\":[1]}"),
            field("timeout", "5"),
            Piece::Note("build".to_owned()),
            Piece::Directory("/tmp".to_owned()),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_edit_is_a_diff_and_says_when_it_is_made_everywhere() {
        let input = json!({"file_path": "a.rs", "old_string": "x", "new_string": "y", "replace_all": true});
        let shown = pieces(&call("Edit", input));
        let expected =
            [Piece::File("a.rs".to_owned()), Piece::Everywhere, Piece::Change("@@ -1 +1 @@\n-x\n+y\n".to_owned())];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_hides_is_made_visible_in_every_piece() {
        let hidden = "a\u{202e}b\u{200b}";
        let inputs = [
            ("Bash", json!({"command": hidden, "description": hidden, hidden: hidden})),
            ("Write", json!({"file_path": hidden, "content": hidden})),
            ("Edit", json!({"file_path": hidden, "old_string": hidden, "new_string": "x"})),
            ("MultiEdit", json!({"file_path": hidden, "edits": [{"old_string": hidden, "new_string": "x"}, hidden]})),
            (hidden, json!(hidden)),
        ];
        for (tool, input) in inputs {
            let call = ToolCall { cwd: hidden.to_owned(), ..call(tool, input) };
            let shown = format!("{} {:?}", heading(&call), pieces(&call));
            assert!(!shown.contains("\\u{202e}b\\u{200b}\"") && !shown.contains('\u{202e}'), "{shown}");
            assert!(shown.contains("U+202E") || shown.contains("202E") || shown.contains("202e"), "{shown}");
        }
    }
}
