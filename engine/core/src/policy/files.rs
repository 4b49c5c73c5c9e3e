//! The decision on every tool but the shell, and what rules look at in a call.

use super::paths::Barred;
use super::rule::{Decision, Facts, Reach, host_of};
use super::shell::{Effect, Script, reveal};
use super::{Danger, Layer, Opinion, Policy};
use crate::tool::ToolCall;
use serde_json::Value;

/// Tools that read files by the path in their input.
const READING: &[&str] = &["Read", "Glob", "Grep", "LS", "NotebookRead"];
/// Tools that change the file in their input.
pub(super) const WRITING: &[&str] = &["Edit", "Write", "MultiEdit", "NotebookEdit"];
/// Tools that cannot go without a path.
const NEEDING_PATH: &[&str] = &["Read", "Edit", "Write", "MultiEdit", "NotebookEdit", "NotebookRead"];
/// Where a path stands in an input.
const PATH_KEYS: &[&str] = &["file_path", "notebook_path", "path"];

/// Whether a tool is one of files.
fn is_file_tool(tool: &str) -> bool {
    READING.contains(&tool) || WRITING.contains(&tool)
}

/// What rules look at in a call that is no shell command.
pub(crate) fn facts(call: &ToolCall) -> Facts<'_> {
    let text = |key: &str| call.input.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut paths: Vec<String> = PATH_KEYS.iter().filter_map(|key| text(key)).collect();
    let base = paths.first().cloned();
    // A pattern can lead elsewhere than the directory it is given with.
    let pattern = match call.tool.as_str() {
        "Glob" => text("pattern"),
        "Grep" => text("glob"),
        _ => None,
    };
    paths.extend(pattern.map(|pattern| match &base {
        Some(base) if !pattern.starts_with(['/', '~']) => format!("{base}/{pattern}"),
        _ => pattern,
    }));
    if paths.is_empty() && READING.contains(&call.tool.as_str()) {
        paths.push(".".to_owned());
    }
    Facts { tool: &call.tool, cwd: &call.cwd, paths, host: text("url").as_deref().and_then(host_of) }
}

/// Every path that a file tool is called with; none for other tools and for inputs that cannot be understood.
pub(crate) fn paths_of(call: &ToolCall) -> Option<Vec<String>> {
    (is_file_tool(&call.tool) && odd_input(call).is_none()).then(|| facts(call).paths)
}

/// What rules look at in a shell command: its words are its paths.
pub(crate) fn command_facts<'a>(call: &'a ToolCall, script: &Script) -> Facts<'a> {
    let words = script.steps.iter().flat_map(|step| &step.words).filter_map(|word| word.plain());
    let redirects = script.steps.iter().flat_map(|step| &step.redirects);
    let files = redirects.filter_map(|redirect| match &redirect.effect {
        Effect::Reads(word) | Effect::Writes(word) => word.plain(),
        Effect::None => None,
    });
    let paths = words.chain(files).map(str::to_owned).collect();
    Facts { tool: &call.tool, cwd: &call.cwd, paths, host: None }
}

impl Policy {
    /// What the policy holds of a call that is no shell command, grants apart.
    pub(super) fn judge_tool(&self, call: &ToolCall, facts: &Facts<'_>) -> Opinion {
        let general = self
            .general_rules(facts)
            .unwrap_or_else(|| Opinion::ask(format!("no rule allows `{}`", reveal(&call.tool)), "no rule"));
        let odd = odd_input(call).or_else(|| self.barred(facts).map(|barred| reveal(&barred.0)));
        match odd {
            Some(why) => general.stricter(Opinion::ask(why, "paths")),
            None => general,
        }
    }

    /// What the rules by tool say, if any fits.
    pub(super) fn general_rules(&self, facts: &Facts<'_>) -> Option<Opinion> {
        self.layers.iter().find_map(|layer| layer.judge_call(facts))
    }

    /// The first path of a file tool that no rule can allow.
    pub(super) fn barred(&self, facts: &Facts<'_>) -> Option<Barred> {
        let reads = READING.contains(&facts.tool);
        if !is_file_tool(facts.tool) {
            return None;
        }
        let checked = facts.paths.iter().map(|path| match reads {
            true => self.guard.may_read(facts.cwd, path),
            false => self.guard.may_write(facts.cwd, path),
        });
        checked.filter_map(Result::err).next()
    }

    pub(super) fn is_dangerous(&self, facts: &Facts<'_>) -> bool {
        let mut dangers = self.layers.iter().flat_map(|layer| &layer.dangers);
        dangers.any(|danger| match danger {
            Danger::Call(subject) => subject.fits(facts, Reach::Any),
            Danger::Command(_) => false,
        })
    }
}

impl Layer {
    fn judge_call(&self, facts: &Facts<'_>) -> Option<Opinion> {
        let fitting = self.rules.iter().filter(|rule| rule.subject.fits(facts, Reach::of(rule.decision)));
        let opinions = fitting.map(|rule| Opinion {
            decision: rule.decision,
            reason: rule.reason.clone().unwrap_or_else(|| rule.decision.of(facts.tool)),
            rule: rule.name.clone(),
        });
        opinions.reduce(Opinion::stricter)
    }
}

/// What cannot be understood in the input of a file tool.
fn odd_input(call: &ToolCall) -> Option<String> {
    if call.tool == "Bash" {
        return Some("its input holds no command".to_owned());
    }
    if !is_file_tool(&call.tool) {
        return None;
    }
    let given: Vec<&Value> = PATH_KEYS.iter().filter_map(|key| call.input.get(*key)).collect();
    if given.is_empty() && NEEDING_PATH.contains(&call.tool.as_str()) {
        return Some(format!("`{}` is called without a path", call.tool));
    }
    let odd =
        given.iter().any(|value| value.as_str().is_none_or(|path| !super::shell::hidden_characters(path).is_empty()));
    odd.then(|| format!("`{}` is called with a path that cannot be read", call.tool))
}

impl Decision {
    /// Whether the call runs at once.
    pub fn is_allow(self) -> bool {
        self == Self::Allow
    }
}
