//! What a request's messages tell about the conversation so far, seen as the Claude CLI writes them.
//!
//! The CLI surrounds a prompt with reminders, sends several text blocks in one user message, adds `system` messages in
//! mid-conversation, and on resume writes texts of its own: all that is told apart here from what a person asked.

use std::collections::HashSet;

use serde_json::Value;

use crate::turns::Turn;

/// Beginnings of user texts that the CLI writes by itself.
const ASIDES: [&str; 6] = [
    "<system-reminder>",
    "[Request interrupted by user",
    "Continue from where you left off.",
    "[SYSTEM NOTIFICATION",
    "<command-",
    "<local-command-",
];

/// What the CLI puts into the model's mouth where a killed session had no answer.
const NO_ANSWER: &str = "No response requested.";

/// How the result of a tool call begins when the session was killed before the call was done.
const CALL_LOST: &str = "[Tool call interrupted";

/// One thing that happened in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    Prompt(String),
    Answer { tools: Vec<String> },
    Result(ToolResult),
}

/// What came back from a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToolResult {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) is_error: bool,
}

impl ToolResult {
    /// Whether the call was lost with a killed session; nobody knows whether it ran.
    pub(crate) fn is_lost(&self) -> bool {
        self.text.starts_with(CALL_LOST)
    }
}

/// A conversation, oldest entry first.
#[derive(Debug)]
pub(crate) struct Conversation {
    entries: Vec<Entry>,
}

impl Conversation {
    /// Reads the `messages` of a request that was found to be well-formed.
    pub(crate) fn read(messages: &[Value]) -> Self {
        let mut entries = Vec::new();
        for message in messages {
            match message["role"].as_str() {
                Some("assistant") => read_answer(message, &mut entries),
                Some("user") => read_user(message, &mut entries),
                _ => {}
            }
        }
        Self { entries }
    }

    /// The prompts with their position, newest first.
    pub(crate) fn prompts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.entries.iter().enumerate().rev().filter_map(|(position, entry)| match entry {
            Entry::Prompt(text) => Some((position, text.as_str())),
            _ => None,
        })
    }

    /// The tool results after a position, oldest first.
    pub(crate) fn results_after(&self, position: usize) -> impl DoubleEndedIterator<Item = &ToolResult> {
        self.entries.iter().skip(position + 1).filter_map(|entry| match entry {
            Entry::Result(result) => Some(result),
            _ => None,
        })
    }

    /// How many of the turns have been played since the prompt at this position.
    ///
    /// A turn with tools is over when its calls are in the conversation and none was lost with a killed session: a lost
    /// call is made again, as a model would. A turn without tools is over when there is a text.
    pub(crate) fn played(&self, prompt: usize, turns: &[Turn]) -> usize {
        let after = &self.entries[(prompt + 1).min(self.entries.len())..];
        let lost: HashSet<&str> =
            self.results_after(prompt).filter(|result| result.is_lost()).map(|result| result.id.as_str()).collect();
        let mut played = 0;
        for entry in after {
            let Entry::Answer { tools } = entry else { continue };
            let over = match turns.get(played) {
                Some(turn) if turn.calls_tools() => {
                    !tools.is_empty() && !tools.iter().any(|id| lost.contains(id.as_str()))
                }
                Some(_) => true,
                None => false,
            };
            played += usize::from(over);
        }
        played
    }
}

/// Consecutive assistant messages are one answer: that is how the API itself reads them.
fn read_answer(message: &Value, entries: &mut Vec<Entry>) {
    if plain_text(&message["content"]).trim() == NO_ANSWER {
        return;
    }
    let blocks = message["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ids = blocks.iter().filter(|block| block["type"] == "tool_use").filter_map(|block| block["id"].as_str());
    match entries.last_mut() {
        Some(Entry::Answer { tools }) => tools.extend(ids.map(str::to_owned)),
        _ => entries.push(Entry::Answer { tools: ids.map(str::to_owned).collect() }),
    }
}

fn read_user(message: &Value, entries: &mut Vec<Entry>) {
    if let Some(text) = message["content"].as_str() {
        return read_text(text, entries);
    }
    for block in message["content"].as_array().into_iter().flatten() {
        match block["type"].as_str() {
            Some("text") => read_text(block["text"].as_str().unwrap_or_default(), entries),
            Some("tool_result") => entries.push(Entry::Result(ToolResult {
                id: block["tool_use_id"].as_str().unwrap_or_default().to_owned(),
                text: plain_text(&block["content"]),
                is_error: block["is_error"] == true,
            })),
            _ => {}
        }
    }
}

fn read_text(text: &str, entries: &mut Vec<Entry>) {
    let text = text.trim();
    if !text.is_empty() && !ASIDES.iter().any(|aside| text.starts_with(aside)) {
        entries.push(Entry::Prompt(text.to_owned()));
    }
}

/// The text of a message's or a tool result's content, which is a string or a list of blocks.
pub(crate) fn plain_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
