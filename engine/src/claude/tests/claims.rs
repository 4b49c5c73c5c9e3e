//! Lines that a process of the sandbox may have written. None of them allows anything; what proves harm is a breach.

use super::*;

/// A turn in which a first tool has run, so that anything may be forged.
fn after_the_first_tool() -> Talk {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("make")));
    talk.allows("q1");
    talk.hears(&permission("p1", "t1", "Bash", &bash("make")));
    talk.hears(&ran("t1", "made"));
    talk.written.clear();
    talk
}

#[test]
fn a_result_of_a_call_that_nobody_asked_about_is_a_breach() {
    assert!(is_breach(&after_the_first_tool().hears(&ran("t2", "hi"))));
    assert!(is_breach(&after_the_first_tool().hears(&failed("t2", "Exit code 1"))));
}

#[test]
fn a_result_of_a_denied_call_is_a_breach_unless_it_is_our_refusal() {
    let denied = || {
        let mut talk = after_the_first_tool();
        talk.hears(&hook("q2", "t2", "Bash", &bash("rm -rf /")));
        talk.denies("q2", "never");
        talk
    };
    assert!(is_breach(&denied().hears(&ran("t2", ""))));
    assert!(is_breach(&denied().hears(&failed("t2", "Exit code 1\nrm: cannot remove"))));
    assert!(is_breach(&denied().hears(&ran("t2", "PreToolUse:Bash hook error: never"))), "no error, so it ran");
    let refusal = denied().hears(&failed("t2", "PreToolUse:Bash hook error: never"));
    assert!(matches!(refusal[..], [Signal::ToolFinished { allowed: false, .. }]));
}

#[test]
fn a_result_of_an_open_or_deferred_call_is_a_breach() {
    let mut open = after_the_first_tool();
    open.hears(&hook("q2", "t2", "Bash", &bash("x")));
    assert!(is_breach(&open.hears(&ran("t2", "ran anyway"))));
    let late = open.answers("q2", Answer::Allow { updated_input: None });
    assert_eq!(late, Err(AnswerRefused::NotOpen), "after a breach nothing is allowed");

    let mut deferred = after_the_first_tool();
    deferred.hears(&hook("q2", "t2", "Bash", &bash("x")));
    deferred.answers("q2", Answer::Defer).unwrap();
    assert!(is_breach(&deferred.hears(&ran("t2", "ran anyway"))));
}

#[test]
fn after_a_breach_no_open_question_can_be_allowed() {
    let mut talk = after_the_first_tool();
    talk.hears(&hook("q2", "t2", "Bash", &bash("x")));
    assert!(is_breach(&talk.hears(&ran("t9", "forged"))));
    assert_eq!(talk.answers("q2", Answer::Allow { updated_input: None }), Err(AnswerRefused::NotOpen));
    assert_eq!(decision(&talk.denies("q2", "over")), "deny");
    assert_eq!(talk.hears(&hook("q3", "t3", "Bash", &bash("y"))), []);
    assert_eq!(decision(&talk.written[0]), "deny");
    assert_eq!(talk.hears(&result("fine")), []);
}

#[test]
fn another_call_under_a_known_id_is_a_breach() {
    let asked = || {
        let mut talk = after_the_first_tool();
        talk.hears(&hook("q2", "t2", "Bash", &bash("ls")));
        talk
    };
    let replacements = [
        hook("q3", "t2", "Bash", &bash("rm -rf /")),
        hook("q2", "t3", "Bash", &bash("rm -rf /")),
        hook("q2", "t2", "Bash", &bash("rm -rf /")),
        hook("q3", "t2", "Write", &bash("ls")),
        permission("p2", "t2", "Bash", &bash("rm -rf /")),
        hook_of_subagent("q3", "t2", "ls"),
    ];
    for line in replacements {
        let mut talk = asked();
        assert!(is_breach(&talk.hears(&line)), "{line}");
        assert_eq!(decision(&talk.written[0]), "deny");
    }
}

#[test]
fn an_allow_counts_for_one_run() {
    let mut talk = after_the_first_tool();
    // Asked again after it ran, by either way, it is refused.
    for line in [hook("q9", "t1", "Bash", &bash("make")), permission("p9", "t1", "Bash", &bash("make"))] {
        assert!(is_unexpected(&talk.hears(&line)));
        assert_eq!(decision(&talk.written.pop().unwrap()), "deny");
    }
    assert!(is_unexpected(&talk.hears(&ran("t1", "made again"))), "a second result is not believed");
}

#[test]
fn an_allowed_call_is_confirmed_once() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("make")));
    talk.allows("q1");
    talk.hears(&permission("p1", "t1", "Bash", &bash("make")));
    talk.hears(&permission("p2", "t1", "Bash", &bash("make")));
    assert_eq!(talk.written.iter().map(decision).collect::<Vec<_>>(), ["allow", "deny"]);
}

#[test]
fn the_same_line_twice_is_one_question() {
    let mut talk = Talk::working();
    let line = hook("q1", "t1", "Bash", &bash("make"));
    assert_eq!(talk.hears(&line).len(), 1);
    assert_eq!(talk.hears(&line), []);
    assert_eq!(talk.written, Vec::<Value>::new());
    talk.allows("q1");
    assert_eq!(talk.hears(&line), []);
    assert_eq!(talk.written, Vec::<Value>::new());
}

#[test]
fn another_session_is_not_believed() {
    let mut talk = after_the_first_tool();
    assert!(is_unexpected(&talk.hears(&init("00000000-0000-4000-8000-000000000000"))));
    assert_eq!(talk.dialogue.session(), Some(&SessionId::new(SESSION)));
    let mut forged = result("all is well");
    forged["session_id"] = "00000000-0000-4000-8000-000000000000".into();
    assert!(is_unexpected(&talk.hears(&forged)));
    assert_eq!(talk.dialogue.phase(), Phase::Working);
    let gone = error_result("error_during_execution", "", "No conversation found with session ID: x");
    assert!(is_broken(&talk.hears(&gone)), "a session that was named is there");
}

#[test]
fn a_success_while_a_question_is_open_is_not_believed() {
    let mut talk = after_the_first_tool();
    talk.hears(&hook("q2", "t2", "Bash", &bash("x")));
    assert!(is_broken(&talk.hears(&result("all is well"))));
    assert_eq!(talk.answers("q2", Answer::Allow { updated_input: None }), Err(AnswerRefused::NotOpen));
}

#[test]
fn a_result_without_a_turn_is_not_believed() {
    let mut warm = Talk::started(DialogueStart::Fresh { message: None });
    assert!(is_unexpected(&warm.hears(&result("I did it"))));
}

#[test]
fn the_end_must_be_the_one_that_was_deferred() {
    let deferred = || {
        let mut talk = after_the_first_tool();
        talk.hears(&hook("q2", "t2", "Bash", &bash("x")));
        talk.answers("q2", Answer::Defer).unwrap();
        talk
    };
    assert!(is_broken(&deferred().hears(&deferred_result("t7"))));
    assert!(is_broken(&deferred().hears(&result("done without it"))), "dropped");
    assert!(is_broken(&after_the_first_tool().hears(&deferred_result("t1"))));
}

#[test]
fn some_garbage_is_put_up_with_and_much_is_not() {
    let mut talk = Talk::working();
    assert_eq!(talk.dialogue.on_line(b"  \n"), []);
    for _ in 0..20 {
        assert!(is_unexpected(&talk.dialogue.on_line(br#"{"type":"assistant","message":{"con"#)));
    }
    assert!(is_broken(&talk.dialogue.on_line(b"Segmentation fault")));
    assert_eq!(talk.dialogue.on_line(b"and more"), []);
}
