//! The messages here have the shapes in which the Claude CLI 2.1.330 sent them.

use serde_json::{Value, json};

use super::*;
use crate::script::parse;
use crate::turns::turns;

const SCRIPT: &str = "SAY one\nTOOL Bash {}\nTOOL Read {}\nSAY cut short\nSTOP max_tokens\nSAY end";

/// How many turns of the newest prompt that is the script were played.
fn played(messages: &[Value]) -> usize {
    let conversation = Conversation::read(messages);
    let prompt = conversation.prompts().find(|(_, text)| text.starts_with("SAY")).unwrap().0;
    conversation.played(prompt, &turns(parse(SCRIPT).unwrap()))
}

fn prompt() -> Vec<Value> {
    vec![
        json!({"role": "user", "content": [
            {"type": "text", "text": "<system-reminder>\nSAY nothing of this\n</system-reminder>"},
            {"type": "text", "text": SCRIPT},
        ]}),
        json!({"role": "system", "content": "# Environment\nTOOL Bash {}"}),
    ]
}

fn call(id: &str) -> Value {
    json!({"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "Bash", "input": {}}]})
}

fn result(id: &str, text: &str) -> Value {
    json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": text}]})
}

fn says(text: &str) -> Value {
    json!({"role": "assistant", "content": [{"type": "text", "text": text}]})
}

fn after(more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    prompt().into_iter().chain(more).collect()
}

#[test]
fn each_answer_with_tools_is_a_turn() {
    assert_eq!(played(&prompt()), 0);
    assert_eq!(played(&after([says("one"), call("a"), result("a", "x")])), 1);
    assert_eq!(played(&after([call("a"), result("a", "x"), call("b"), result("b", "x")])), 2);
}

#[test]
fn a_turn_that_was_stopped_short_counts_by_its_text() {
    let short = [call("a"), result("a", ""), call("b"), result("b", ""), says("cut short")];
    let go_on = json!({"role": "user", "content": "Output token limit hit. Resume directly"});
    assert_eq!(played(&after(short.into_iter().chain([go_on]))), 3);
}

#[test]
fn a_deferred_call_that_ran_after_the_resume_counts() {
    let mut messages = after([call("a"), result("a", "ran")]);
    messages.push(json!({"role": "user", "content": [
        {"type": "text", "text": "Continue from where you left off.", "cache_control": {"type": "ephemeral"}}
    ]}));
    assert_eq!(played(&messages), 1);
    assert_eq!(Conversation::read(&messages).prompts().count(), 1);
}

#[test]
fn a_call_lost_with_a_killed_session_is_made_again() {
    let lost = "[Tool call interrupted: the session ended before this call's result was recorded]";
    let killed =
        [call("a"), result("a", lost), says("No response requested."), json!({"role": "user", "content": "go on"})];
    assert_eq!(played(&after(killed.clone())), 0);
    assert_eq!(played(&after(killed.into_iter().chain([call("b"), result("b", "ran")]))), 1);
}

#[test]
fn text_alone_does_not_end_a_turn_that_has_tools() {
    assert_eq!(played(&after([says("one"), json!({"role": "user", "content": "[Request interrupted by user]"})])), 0);
}

#[test]
fn a_later_script_starts_anew_even_beside_a_tool_result() {
    let mut messages = after([call("a")]);
    messages.push(json!({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "a", "content": "rejected", "is_error": true},
        {"type": "text", "text": "[Request interrupted by user for tool use]\n"},
        {"type": "text", "text": SCRIPT},
    ]}));
    assert_eq!(played(&messages), 0);
}

#[test]
fn a_message_sent_while_busy_is_no_prompt() {
    let busy = json!({"role": "system", "content": "The user sent a new message while you were working:\nSAY this"});
    let messages = after([call("a"), result("a", "x"), busy]);
    assert_eq!(played(&messages), 1);
}

#[test]
fn results_are_read_from_text_and_from_blocks() {
    let blocks = json!({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "b", "content": [{"type": "text", "text": "in a block"}]}]});
    let messages = after([call("a"), result("a", "plain"), call("b"), blocks]);
    let conversation = Conversation::read(&messages);
    let texts: Vec<&str> = conversation.results_after(0).map(|result| result.text.as_str()).collect();
    assert_eq!(texts, ["plain", "in a block"]);
}
