use serde_json::json;

use super::*;
use crate::answer::Part;

fn ask(unscripted: Unscripted, messages: &Value) -> Vec<Part> {
    let body =
        json!({"model": "m", "messages": messages, "tools": [{"name": "Bash"}, {"name": "Read"}, {"name": "Write"}]});
    match answer(&Memory::default(), unscripted, &body) {
        Outcome::Answered(answer) => answer.parts,
        Outcome::Failed { error, .. } => panic!("{error:?}"),
    }
}

fn text(parts: &[Part]) -> &str {
    match parts.first() {
        Some(Part::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn user(text: &str) -> Value {
    json!({"role": "user", "content": text})
}

fn assistant(text: &str) -> Value {
    json!({"role": "assistant", "content": text})
}

#[test]
fn talk_after_a_script_carries_it_on() {
    let parts = ask(Unscripted::Answer, &json!([user("SAY a\nSTOP max_tokens\nSAY b"), assistant("a"), user("more")]));
    assert_eq!(text(&parts), "b");
}

#[test]
fn after_the_end_it_is_done_and_a_new_script_starts() {
    let finished = [user("SAY a"), assistant("a"), user("thanks")];
    assert_eq!(text(&ask(Unscripted::Answer, &json!(finished))), DONE);
    let next = [user("SAY a"), assistant("a"), user("SAY b")];
    assert_eq!(text(&ask(Unscripted::Answer, &json!(next))), "b");
}

#[test]
fn what_is_no_script_gets_a_short_answer() {
    assert_eq!(text(&ask(Unscripted::Answer, &json!([user("Write a title")]))), "no script: Write a title");
}

#[test]
fn a_faulty_script_says_so_before_anything_runs() {
    let parts = ask(Unscripted::Answer, &json!([user("TOOL Bash {}\nSYA b")]));
    assert_eq!(parts.len(), 1);
    assert!(text(&parts).starts_with("SCRIPT FAULT in line 2: unknown directive: SYA b"));
}

#[test]
fn a_rehearsal_goes_on_when_told_to_and_starts_anew_otherwise() {
    let call = json!({"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "Bash", "input": {}}]});
    let result = json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": ""}]});
    let so_far = [user("Mend it"), call, result, assistant("Stopped.")];
    let with = |next: &str| json!(so_far.iter().cloned().chain([user(next)]).collect::<Vec<_>>());
    assert!(text(&ask(Unscripted::Rehearse, &with("Continue, please"))).contains("state of the repository"));
    assert!(text(&ask(Unscripted::Rehearse, &with("Now this"))).contains("no model is connected"));
}

#[test]
fn a_rehearsal_takes_no_prose_for_a_script() {
    let parts = ask(Unscripted::Rehearse, &json!([user("STOP the server from\nfailing")]));
    assert!(text(&parts).contains("Rehearsal"));
    assert_eq!(text(&ask(Unscripted::Rehearse, &json!([user("SAY b")]))), "b");
}
