//! The rehearsal: what is played for an ordinary prompt when no model is connected.
//!
//! It suits any git repository, an empty one too, changes nothing but `REHEARSAL.md`, and says in every text that it is
//! a rehearsal: nobody shall take it for work.

use serde_json::{Value, json};

use crate::conversation::{Conversation, ToolResult, plain_text};
use crate::script::{Call, Directive};

/// Said when the conversation comes back after the plan's end.
pub(crate) const AFTER_THE_END: &str =
    "Rehearsal: the plan has come to its end. Send another message to play it again.";

const FILE: &str = "REHEARSAL.md";
/// Longer prompts are shortened in the file, counted in characters.
const QUOTED: usize = 400;

/// The plan for the prompt at this position. The number of its turns depends on the request's tools alone, so that
/// each request of a conversation sees the same plan.
pub(crate) fn plan(conversation: &Conversation, prompt: (usize, &str), body: &Value) -> Vec<Directive> {
    let results: Vec<&ToolResult> = conversation.results_after(prompt.0).filter(|result| !result.is_lost()).collect();
    let directory = working_directory(body);
    let steps: Vec<Step> =
        steps(prompt.1, &directory, &results).into_iter().filter(|step| offered(body, &step.call.name)).collect();
    let mut directives = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let opening = if index == 0 {
            "Rehearsal: no model is connected, so a fixed plan is played. First "
        } else {
            "Rehearsal: "
        };
        directives.push(Directive::Say(format!("{opening}{}", step.says)));
        directives.push(Directive::Tools(vec![step.call.clone()]));
    }
    directives.push(Directive::Say(summary(&steps, &results)));
    directives
}

struct Step {
    says: &'static str,
    /// How the summary names it.
    title: &'static str,
    call: Call,
}

fn steps(prompt: &str, directory: &str, results: &[&ToolResult]) -> Vec<Step> {
    let listed = results.first().map(|result| result.text.as_str()).unwrap_or_default();
    vec![
        Step { says: "I look at what is here.", title: "listed the files", call: bash("ls", "List the files") },
        look(listed, directory),
        Step {
            says: "now comes a command that writes a file, so the built-in policy asks you.",
            title: "kept the date in `rehearsed-on.txt`",
            call: bash("date -I > rehearsed-on.txt", "Keep the date of this rehearsal"),
        },
        Step {
            says: "I write a file that keeps what you asked for.",
            title: "wrote `REHEARSAL.md`",
            call: call("Write", json!({"file_path": format!("{directory}{FILE}"), "content": file(prompt)})),
        },
    ]
}

/// A file must have been read before it is written anew, so an earlier rehearsal's file is what is read.
fn look(listed: &str, directory: &str) -> Step {
    let present = |name: &str| listed.lines().any(|line| line.trim() == name);
    let (says, title) = ("I read a file that I found.", "read a file");
    match [FILE, "README.md"].into_iter().find(|name| present(name)) {
        Some(name) => Step { says, title, call: call("Read", json!({"file_path": format!("{directory}{name}")})) },
        None => Step {
            says: "I look at the state of the repository.",
            title: "looked at the state of the repository",
            call: bash("git status --short --branch", "Show the state of the repository"),
        },
    }
}

fn bash(command: &str, description: &str) -> Call {
    call("Bash", json!({"command": command, "description": description}))
}

fn call(name: &str, input: Value) -> Call {
    Call { name: name.into(), input }
}

/// Where the Claude CLI says that it works, with a slash at the end; empty if it does not say.
fn working_directory(body: &Value) -> String {
    const MARK: &str = "Primary working directory: ";
    let messages = body["messages"].as_array().into_iter().flatten();
    let texts = messages.map(|message| plain_text(&message["content"])).chain([plain_text(&body["system"])]);
    let mut directories = texts.filter_map(|text| {
        let (_, rest) = text.split_once(MARK)?;
        rest.lines().next().map(|line| format!("{}/", line.trim().trim_end_matches('/')))
    });
    directories.next().unwrap_or_default()
}

fn offered(body: &Value, name: &str) -> bool {
    body["tools"].as_array().is_some_and(|tools| tools.iter().any(|tool| tool["name"] == name))
}

fn file(prompt: &str) -> String {
    let quote: Vec<String> = quotable(prompt).lines().map(|line| format!("> {line}")).collect();
    format!(
        "# Rehearsal\n\nNo model was connected: this file was written by a fixed plan, to show how a task runs.\n\nThe \
         prompt was:\n\n{}\n\nDelete this file when you are done.\n",
        quote.join("\n")
    )
}

/// The prompt's beginning, harmless inside Markdown.
fn quotable(prompt: &str) -> String {
    let mut text: String = prompt.chars().filter(|c| !c.is_control() || *c == '\n').take(QUOTED).collect();
    if prompt.chars().count() > QUOTED {
        text.push('…');
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '!' | '~' => escaped.extend(['\\', character]),
            other => escaped.push(other),
        }
    }
    escaped
}

fn summary(steps: &[Step], results: &[&ToolResult]) -> String {
    let mut lines = vec!["## Rehearsal finished".to_owned(), String::new()];
    if steps.is_empty() {
        lines.push("Rehearsal: no model is connected, and no tool was offered, so nothing was done.".into());
        return lines.join("\n");
    }
    lines.push("No model is connected, so a fixed plan was played instead of your prompt:".into());
    lines.push(String::new());
    for (step, result) in steps.iter().zip(results) {
        let refused = if result.is_error { " (refused or failed)" } else { "" };
        lines.push(format!("- {}{refused}", step.title));
    }
    lines.push(String::new());
    lines.push("Connect a model to have the work done; then this word **rehearsal** is gone.".into());
    lines.join("\n")
}

#[cfg(test)]
mod tests;
