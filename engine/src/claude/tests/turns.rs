//! How turns end.

use super::*;

#[test]
fn text_comes_in_pieces_and_whole() {
    let mut talk = Talk::working();
    let delta = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "He"}});
    let piece = json!({"type": "stream_event", "event": delta, "parent_tool_use_id": null});
    assert_eq!(talk.hears(&piece), [Signal::TextDelta { text: "He".to_owned() }]);
    let mut of_subagent = piece.clone();
    of_subagent["parent_tool_use_id"] = "t1".into();
    assert_eq!(talk.hears(&of_subagent), []);
    let stop = json!({"type": "stream_event", "event": {"type": "content_block_stop", "index": 0}});
    assert_eq!(talk.hears(&stop), []);
    assert_eq!(talk.hears(&said("Hello")), [Signal::Text { text: "Hello".to_owned(), agent: None }]);
    let mut from_subagent = said("sub");
    from_subagent["parent_tool_use_id"] = "t1".into();
    assert_eq!(talk.hears(&from_subagent), [Signal::Text { text: "sub".to_owned(), agent: Some("t1".to_owned()) }]);
    assert_eq!(talk.hears(&result("Hello")), [answered("Hello")]);
    assert_eq!(talk.dialogue.phase(), Phase::Ready);
    assert_eq!(talk.dialogue.on_exit(Some(0)), None);
}

#[test]
fn one_process_does_several_turns() {
    let mut talk = Talk::working();
    assert_eq!(talk.hears(&result("first")), [answered("first")]);
    talk.dialogue.say(Prompt::text("again"));
    assert_eq!(talk.hears(&init(SESSION)), [], "the session is announced once");
    assert_eq!(talk.hears(&result("second")), [answered("second")]);
}

#[test]
fn a_message_while_busy_keeps_the_turn_open_until_it_is_answered() {
    let mut talk = Talk::working();
    talk.dialogue.say(Prompt::text("and this"));
    let mut first = result("main done");
    first["queued_turn_count"] = 1.into();
    assert_eq!(talk.hears(&first), []);
    assert_eq!(talk.dialogue.phase(), Phase::Working);
    assert_eq!(talk.hears(&result("and that")), [answered("and that")]);
}

#[test]
fn an_api_failure_is_no_success() {
    let mut talk = Talk::working();
    let mut spoken = said("API Error: 500 overloaded");
    spoken["is_api_error_message"] = true.into();
    assert_eq!(talk.hears(&spoken), [], "the CLI's words are not Claude's");
    let mut failed = result("API Error: 500 overloaded");
    failed["is_error"] = true.into();
    failed["api_error_status"] = 500.into();
    let message = "API Error: 500 overloaded".to_owned();
    assert_eq!(talk.hears(&failed), [Signal::TurnEnded(TurnEnd::ApiFailed { status: Some(500), message })]);
}

#[test]
fn a_refused_key_is_told_at_the_first_retry() {
    let retry = |attempt: u32, status: u16| {
        json!({"type": "system", "subtype": "api_retry", "attempt": attempt, "max_retries": 10, "retry_delay_ms": 556.5,
            "error_status": status, "error": "authentication_failed"})
    };
    let mut talk = Talk::working();
    let signals = talk.hears(&retry(1, 401));
    assert!(matches!(
        &signals[..],
        [
            Signal::ApiRetry { attempt: 1, max: 10, delay_ms: 556, status: Some(401), .. },
            Signal::KeyRefused { status: 401 }
        ]
    ));
    assert_eq!(talk.hears(&retry(2, 401)).len(), 1);
    assert_eq!(Talk::working().hears(&retry(1, 529)).len(), 1);
}

#[test]
fn limits_are_told_apart() {
    let turns = error_result("error_max_turns", "max_turns", "Reached maximum number of turns (2)");
    assert_eq!(Talk::working().hears(&turns), [Signal::TurnEnded(TurnEnd::TurnLimit)]);
    let budget = error_result("error_max_budget_usd", "budget_exhausted", "Reached maximum budget ($0.001)");
    assert_eq!(Talk::working().hears(&budget), [Signal::TurnEnded(TurnEnd::BudgetLimit)]);
    let other = error_result("error_of_a_new_kind", "x", "y");
    assert!(is_broken(&Talk::working().hears(&other)));
}

#[test]
fn an_interrupt_withdraws_the_question_and_ends_the_turn() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("x")));
    assert_eq!(sent(&talk.dialogue.interrupt()[0])["request"], json!({"subtype": "interrupt"}));
    talk.hears(&json!({"type": "control_cancel_request", "request_id": "q1"}));
    let signals = talk.hears(&failed("t1", "The user doesn't want to proceed with this tool use."));
    assert!(matches!(signals[..], [Signal::ToolFinished { allowed: false, .. }]));
    let end = talk.hears(&error_result("error_during_execution", "aborted_tools", "[ede_diagnostic]"));
    assert_eq!(end, [Signal::TurnEnded(TurnEnd::Interrupted)]);
    assert_eq!(talk.dialogue.on_exit(Some(1)), None);
    assert_eq!(Talk::working().dialogue.on_exit(Some(1)).map(|end| matches!(end, TurnEnd::Broken { .. })), Some(true));
}

#[test]
fn an_interrupt_ends_a_running_tool() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("sleep 30")));
    talk.allows("q1");
    talk.dialogue.interrupt();
    let signals = talk.hears(&failed("t1", "The user doesn't want to proceed with this tool use."));
    assert!(matches!(signals[..], [Signal::ToolFinished { allowed: true, is_error: true, .. }]));
    assert_eq!(talk.dialogue.on_exit(Some(1)), Some(TurnEnd::Interrupted));
}

#[test]
fn nothing_is_interrupted_where_nothing_runs() {
    let mut talk = Talk::started(DialogueStart::Fresh { message: None });
    assert_eq!(talk.dialogue.interrupt(), []);
    let line = sent(&talk.dialogue.set_model("claude-sonnet-5-5")[0]);
    assert_eq!(line["request"], json!({"subtype": "set_model", "model": "claude-sonnet-5-5"}));
}

#[test]
fn background_work_holds_the_answer_until_it_has_reported() {
    let mut talk = Talk::working();
    talk.hears(&background(1));
    assert_eq!(talk.hears(&result("ok")), [Signal::BackgroundRuns { tasks: 1 }]);
    assert_eq!(talk.dialogue.phase(), Phase::Working);
    // It may still ask; the answer that is there does not make that a lie.
    talk.hears(&hook_of_subagent("q1", "t1", "touch a"));
    talk.allows("q1");
    talk.hears(&ran("t1", ""));
    talk.hears(&background(0));
    let mut last = result("all done");
    last["origin"] = json!({"kind": "task-notification"});
    assert_eq!(talk.hears(&last), [answered("all done")]);
}

#[test]
fn a_held_answer_counts_when_the_process_ends() {
    let mut talk = Talk::working();
    talk.hears(&background(2));
    talk.hears(&result("ok"));
    assert!(matches!(talk.dialogue.on_exit(Some(0)), Some(TurnEnd::Answered { text, .. }) if text == "ok"));
}

#[test]
fn a_report_after_the_end_is_no_second_end() {
    let mut talk = Talk::working();
    talk.hears(&result("ok"));
    let mut late = result("the background says hello");
    late["origin"] = json!({"kind": "task-notification"});
    let text = "the background says hello".to_owned();
    assert_eq!(talk.hears(&late), [Signal::BackgroundReported { text }]);
}

#[test]
fn a_success_after_the_stdin_was_lost_is_not_believed() {
    let mut told = Talk::working();
    told.dialogue.stdin_lost();
    assert!(is_broken(&told.hears(&result("x"))));

    // The CLI decides an open question by itself when it cannot hear this side.
    let mut untold = Talk::working();
    untold.hears(&hook("q1", "t1", "Bash", &bash("touch q")));
    let words = json!("Tool permission request failed: AbortError");
    let signals = untold.hears(&tool_result("t1", &words, true, Some("permission-rule")));
    assert!(matches!(signals[..], [Signal::AskWithdrawn { .. }, Signal::ToolFinished { allowed: false, .. }]));
    assert!(is_broken(&untold.hears(&result("x"))));
}

#[test]
fn a_death_in_the_middle_is_told() {
    let mut asking = Talk::working();
    asking.hears(&hook("q1", "t1", "Bash", &bash("x")));
    assert!(matches!(asking.dialogue.on_exit(Some(137)), Some(TurnEnd::Broken { why }) if why.contains("137")));
    assert_eq!(asking.dialogue.phase(), Phase::Ended);
    let mut starting = Dialogue::new(WORKSPACE, DialogueStart::Fresh { message: None });
    assert!(matches!(starting.on_exit(None), Some(TurnEnd::Broken { .. })));
}
