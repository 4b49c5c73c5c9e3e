//! The gate: asked twice, answered alike, and only what was allowed counts as run.

use super::*;

#[test]
fn an_allowed_call_is_asked_both_ways_and_answered_once() {
    let mut talk = Talk::working();
    let asked = talk.hears(&hook("q1", "t1", "Bash", &bash("touch a")));
    let call = ToolCall {
        id: ToolUseId::new("t1"),
        tool: "Bash".to_owned(),
        input: bash("touch a"),
        cwd: WORKSPACE.to_owned(),
        agent: None,
    };
    assert_eq!(asked, [Signal::AskGate { request: RequestId::new("q1"), call, after_defer: false, plan: None }]);
    assert_eq!(talk.dialogue.phase(), Phase::Asking);
    assert_eq!(decision(&talk.allows("q1")), "allow");
    assert_eq!(talk.dialogue.phase(), Phase::Working);

    assert_eq!(talk.hears(&permission("p1", "t1", "Bash", &bash("touch a"))), []);
    let line = talk.written.pop().unwrap();
    assert_eq!(line["response"], json!({"subtype": "success", "request_id": "p1", "response": {"behavior": "allow"}}));

    let finished = talk.hears(&ran("t1", "made"));
    let expected =
        Signal::ToolFinished { call: ToolUseId::new("t1"), is_error: false, output: "made".to_owned(), allowed: true };
    assert_eq!(finished, [expected]);
}

#[test]
fn a_denied_call_tells_claude_why() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("rm -rf build")));
    let line = talk.denies("q1", "not on this branch");
    let output = &line["response"]["response"]["hookSpecificOutput"];
    assert_eq!(output["permissionDecision"], "deny");
    assert_eq!(output["permissionDecisionReason"], "not on this branch");
    let signals = talk.hears(&failed("t1", "PreToolUse:Bash hook error: not on this branch"));
    assert!(matches!(signals[..], [Signal::ToolFinished { allowed: false, is_error: true, .. }]));
}

#[test]
fn a_permission_question_after_a_denial_is_denied() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("x")));
    talk.denies("q1", "no");
    assert_eq!(talk.hears(&permission("p1", "t1", "Bash", &bash("x"))), []);
    assert_eq!(talk.written[0]["response"]["response"], json!({"behavior": "deny", "message": "no"}));
}

#[test]
fn a_question_is_answered_by_its_updated_input_in_both_ways() {
    let asked = json!({"questions": [{"question": "Which?", "options": [{"label": "A"}, {"label": "B"}]}]});
    let mut answered = asked.clone();
    answered["answers"] = json!({"Which?": "my own words"});
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "AskUserQuestion", &asked));
    let line = talk.answers("q1", Answer::Allow { updated_input: Some(answered.clone()) }).unwrap();
    assert_eq!(line["response"]["response"]["hookSpecificOutput"]["updatedInput"], answered);
    // The CLI forgets the hook's input when it asks the second way.
    talk.hears(&permission("p1", "t1", "AskUserQuestion", &asked));
    assert_eq!(talk.written[0]["response"]["response"], json!({"behavior": "allow", "updatedInput": answered}));
}

#[test]
fn a_plan_is_shown_although_its_input_is_empty() {
    let tool_use = json!({"type": "tool_use", "id": "t1", "name": "ExitPlanMode", "input": {"plan": "1. do x"}});
    let line = json!({"type": "assistant", "message": {"content": [tool_use]}, "parent_tool_use_id": null});
    let mut talk = Talk::working();
    talk.hears(&line);
    let signals = talk.hears(&hook("q1", "t1", "ExitPlanMode", &json!({})));
    assert!(matches!(&signals[..], [Signal::AskGate { plan: Some(plan), .. }] if plan == "1. do x"), "{signals:?}");
}

#[test]
fn a_plan_that_lies_in_a_file_is_shown_too() {
    let input = json!({"file_path": "/home/runner/.claude/plans/a-b.md", "content": "# Plan"});
    let tool_use = json!({"type": "tool_use", "id": "t1", "name": "Write", "input": input});
    let mut talk = Talk::working();
    talk.hears(&json!({"type": "assistant", "message": {"content": [tool_use]}}));
    let signals = talk.hears(&hook("q2", "t2", "ExitPlanMode", &json!({})));
    assert!(matches!(&signals[..], [Signal::AskGate { plan: Some(plan), .. }] if plan == "# Plan"), "{signals:?}");
}

#[test]
fn a_resumed_call_may_come_by_the_permission_question_alone() {
    let start = DialogueStart::Deferred { session: SessionId::new(SESSION), call: ToolUseId::new("t1") };
    let mut talk = Talk::started(start);
    let signals = talk.hears(&permission("p1", "t1", "Bash", &bash("touch a")));
    let [Signal::AskGate { call, after_defer: true, .. }] = &signals[..] else { panic!("{signals:?}") };
    assert_eq!(call.cwd, WORKSPACE);
    assert_eq!(talk.answers("p1", Answer::Defer), Err(AnswerRefused::CannotDefer));
    let line = talk.allows("p1");
    assert_eq!(line["response"]["response"], json!({"behavior": "allow"}));
    assert!(matches!(talk.hears(&ran("t1", ""))[..], [Signal::ToolFinished { allowed: true, .. }]));
}

#[test]
fn parallel_calls_come_one_after_another_and_only_one_is_deferred() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("one")));
    assert_eq!(decision(&talk.answers("q1", Answer::Defer).unwrap()), "defer");
    talk.hears(&hook("q2", "t2", "Bash", &bash("two")));
    assert_eq!(talk.answers("q2", Answer::Defer), Err(AnswerRefused::SecondDefer));
    talk.denies("q2", "ask again after the pending one");
    talk.hears(&failed("t2", "PreToolUse:Bash hook error: ask again after the pending one"));
    talk.hears(&hook("q3", "t3", "Bash", &bash("three")));
    talk.allows("q3");
    talk.hears(&ran("t3", ""));
    let end = talk.hears(&deferred_result("t1"));
    assert_eq!(end, [Signal::TurnEnded(TurnEnd::Deferred { call: ToolUseId::new("t1") })]);
    assert_eq!(talk.dialogue.on_exit(Some(0)), None);
}

#[test]
fn no_defer_while_another_question_is_open() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Read", &json!({"file_path": "/a"})));
    talk.hears(&hook("q2", "t2", "Read", &json!({"file_path": "/b"})));
    assert_eq!(talk.answers("q1", Answer::Defer), Err(AnswerRefused::OthersOpen));
    assert_eq!(talk.dialogue.open_requests(), [RequestId::new("q1"), RequestId::new("q2")]);
    talk.allows("q2");
    assert!(talk.answers("q1", Answer::Defer).is_ok());
}

#[test]
fn a_subagents_call_is_never_deferred() {
    let mut talk = Talk::working();
    let signals = talk.hears(&hook_of_subagent("q1", "t1", "touch a"));
    assert!(matches!(&signals[..], [Signal::AskGate { call, .. }] if call.agent.as_deref() == Some("aa6b99a2")));
    assert_eq!(talk.answers("q1", Answer::Defer), Err(AnswerRefused::SubagentDefer));
    assert_eq!(talk.dialogue.phase(), Phase::Asking, "it can still be decided");
    assert_eq!(decision(&talk.allows("q1")), "allow");
}

#[test]
fn a_defer_that_the_cli_ignores_is_taken_back() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("x")));
    talk.answers("q1", Answer::Defer).unwrap();
    let signals = talk.hears(&permission("p1", "t1", "Bash", &bash("x")));
    let withdrawn = Signal::AskWithdrawn { request: RequestId::new("q1"), call: ToolUseId::new("t1") };
    assert_eq!(signals, [withdrawn]);
    assert_eq!(decision(&talk.written[0]), "deny");
    talk.hears(&failed("t1", "This call could not be kept waiting. Make it again, alone."));
    assert_eq!(talk.hears(&result("done")), [answered("done")]);
}

#[test]
fn an_answer_may_be_repeated_but_not_changed() {
    let mut talk = Talk::working();
    assert_eq!(talk.answers("q0", Answer::Defer), Err(AnswerRefused::NotOpen));
    talk.hears(&hook("q1", "t1", "Bash", &bash("x")));
    let first = talk.denies("q1", "no");
    assert_eq!(talk.denies("q1", "no"), first);
    let changed = talk.answers("q1", Answer::Allow { updated_input: None });
    assert_eq!(changed, Err(AnswerRefused::AlreadyAnswered));
    talk.hears(&failed("t1", "PreToolUse:Bash hook error: no"));
    let late = talk.answers("q1", Answer::Deny { reason: "no".to_owned() });
    assert_eq!(late, Err(AnswerRefused::NotOpen));
}

#[test]
fn a_withdrawn_question_cannot_be_answered() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("x")));
    let signals = talk.hears(&json!({"type": "control_cancel_request", "request_id": "q1"}));
    let withdrawn = Signal::AskWithdrawn { request: RequestId::new("q1"), call: ToolUseId::new("t1") };
    assert_eq!(signals, [withdrawn]);
    assert_eq!(talk.answers("q1", Answer::Allow { updated_input: None }), Err(AnswerRefused::NotOpen));
    assert_eq!(talk.dialogue.phase(), Phase::Working);
}

#[test]
fn a_question_that_cannot_be_read_is_denied() {
    let mut talk = Talk::working();
    let mut without_id = hook("q1", "t1", "Bash", &bash("x"));
    without_id["request"]["input"].as_object_mut().unwrap().remove("tool_use_id");
    let mut other_event = hook("q2", "t2", "Bash", &bash("x"));
    other_event["request"]["input"]["hook_event_name"] = "PostToolUse".into();
    let mut nameless = permission("q3", "t3", "Bash", &bash("x"));
    nameless["request"]["tool_name"] = Value::Null;
    for line in [without_id, other_event, nameless] {
        assert!(is_unexpected(&talk.hears(&line)), "{line}");
        assert_eq!(decision(&talk.written.pop().unwrap()), "deny", "{line}");
    }
    let unknown = json!({"type": "control_request", "request_id": "q4", "request": {"subtype": "mcp_message"}});
    talk.hears(&unknown);
    assert_eq!(talk.written.pop().unwrap()["response"]["subtype"], "error");
}

#[test]
fn calls_that_the_cli_refuses_before_asking_are_no_breach() {
    let mut talk = Talk::working();
    for words in [
        "<tool_use_error>Error: No such tool available: X</tool_use_error>",
        "The turn ended on an error, so this tool call was cancelled. x",
    ] {
        let signals = talk.hears(&failed("t9", words));
        assert!(matches!(signals[..], [Signal::ToolFinished { allowed: false, is_error: true, .. }]), "{signals:?}");
    }
    let marked = tool_result("t8", &json!("Permission to use Bash was denied."), true, Some("permission-rule"));
    assert!(matches!(talk.hears(&marked)[..], [Signal::ToolFinished { allowed: false, .. }]));
}
