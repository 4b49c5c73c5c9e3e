//! A hub that comes back goes on where it was.

use super::*;

/// Through JSON and back, as the store does it.
fn after_a_restart(talk: Talk) -> Talk {
    let stored = serde_json::to_string(&talk.dialogue.memory()).unwrap();
    let memory: DialogueMemory = serde_json::from_str(&stored).unwrap();
    assert_eq!(memory, talk.dialogue.memory());
    Talk { dialogue: Dialogue::restored(memory), written: vec![] }
}

#[test]
fn an_open_question_can_be_answered_after_a_restart() {
    let mut talk = Talk::working();
    let line = hook("q1", "t1", "Bash", &bash("make"));
    talk.hears(&line);
    let mut talk = after_a_restart(talk);
    assert_eq!(talk.dialogue.phase(), Phase::Asking);
    assert_eq!(talk.dialogue.open_requests(), [RequestId::new("q1")]);
    assert_eq!(talk.hears(&line), [], "a line fed again does no harm");
    assert_eq!(decision(&talk.allows("q1")), "allow");
    talk.hears(&permission("p1", "t1", "Bash", &bash("make")));
    assert_eq!(decision(&talk.written[0]), "allow");
    assert!(matches!(talk.hears(&ran("t1", ""))[..], [Signal::ToolFinished { allowed: true, .. }]));
    assert_eq!(talk.hears(&result("done")), [answered("done")]);
}

#[test]
fn a_recorded_decision_is_sent_again_and_cannot_be_turned() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("make")));
    let first = talk.allows("q1");
    let mut talk = after_a_restart(talk);
    assert_eq!(talk.allows("q1"), first);
    let turned = talk.answers("q1", Answer::Deny { reason: "no".to_owned() });
    assert_eq!(turned, Err(AnswerRefused::AlreadyAnswered));
    assert!(is_breach(&talk.hears(&hook("q2", "t1", "Bash", &bash("rm -rf /")))));
}

#[test]
fn answers_to_a_question_survive_a_restart() {
    let asked = json!({"questions": []});
    let answered = json!({"questions": [], "answers": {"Which?": "A"}});
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "AskUserQuestion", &asked));
    talk.answers("q1", Answer::Allow { updated_input: Some(answered.clone()) }).unwrap();
    let mut talk = after_a_restart(talk);
    talk.hears(&permission("p1", "t1", "AskUserQuestion", &asked));
    assert_eq!(talk.written[0]["response"]["response"]["updatedInput"], answered);
}

#[test]
fn the_mode_is_kept_until_a_plan_is_accepted() {
    let start = DialogueStart::Fresh { message: Some(Prompt::text("do it")) };
    let mut talk = Talk { dialogue: Dialogue::new(WORKSPACE, start).in_mode(PermissionMode::Plan), written: vec![] };
    talk.dialogue.begin();
    // What the CLI says of its mode is a claim.
    talk.hears(&init(SESSION));
    let mut talk = after_a_restart(talk);
    assert_eq!(talk.dialogue.mode(), PermissionMode::Plan);
    talk.dialogue.plan_accepted();
    let mut talk = after_a_restart(talk);
    assert_eq!(talk.dialogue.mode(), PermissionMode::Default);
    let line = sent(&talk.dialogue.set_mode(PermissionMode::Plan)[0]);
    assert_eq!(line["request"], json!({"subtype": "set_permission_mode", "mode": "plan"}));
    assert_eq!(after_a_restart(talk).dialogue.mode(), PermissionMode::Plan);
}

#[test]
fn a_defer_before_the_restart_still_counts() {
    let mut talk = Talk::working();
    talk.hears(&hook("q1", "t1", "Bash", &bash("make")));
    talk.answers("q1", Answer::Defer).unwrap();
    let mut talk = after_a_restart(talk);
    talk.hears(&hook("q2", "t2", "Bash", &bash("two")));
    assert_eq!(talk.answers("q2", Answer::Defer), Err(AnswerRefused::SecondDefer));
    talk.denies("q2", "later");
    let end = talk.hears(&deferred_result("t1"));
    assert_eq!(end, [Signal::TurnEnded(TurnEnd::Deferred { call: ToolUseId::new("t1") })]);
}

#[test]
fn what_the_store_knows_is_enough() {
    let call = ToolCall {
        id: ToolUseId::new("t1"),
        tool: "Bash".to_owned(),
        input: bash("make"),
        cwd: WORKSPACE.to_owned(),
        agent: None,
    };
    let asked = Asked { request: RequestId::new("q1"), by: AskedBy::Hook };
    let memory = DialogueMemory {
        workspace: WORKSPACE.to_owned(),
        initialised: true,
        session: Some(SessionId::new(SESSION)),
        turn: Turn { open: true, ..Turn::default() },
        calls: vec![RememberedCall {
            standing: Standing::Allowed { updated_input: None },
            ..RememberedCall::new(&call, asked)
        }],
        ..DialogueMemory::default()
    };
    let mut talk = Talk { dialogue: Dialogue::restored(memory), written: vec![] };
    assert!(matches!(talk.hears(&ran("t1", ""))[..], [Signal::ToolFinished { allowed: true, .. }]));
    assert_eq!(talk.hears(&result("done")), [answered("done")]);
}

#[test]
fn requests_are_numbered_on() {
    let mut talk = Talk::working();
    let before = sent(&talk.dialogue.set_model("a")[0]);
    let after = sent(&after_a_restart(talk).dialogue.set_model("b")[0]);
    assert_ne!(before["request_id"], after["request_id"]);
}
