use super::outcome::{Answer, outcome};
use super::samples::{approval, command, tool};
use super::{Look, approval as asked, event, task as listing};
use insta::assert_snapshot;
use serde_json::json;
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Decision, Saying};
use signalbox_core::card::OutcomeCard;
use signalbox_core::event::{DiffStat, EventKind, Excerpt, FileChange};
use signalbox_core::id::{TaskId, ToolUseId, UserId};
use signalbox_core::money::MicroUsd;
use signalbox_core::task::{Failure, FailureKind, TaskState};
use signalbox_core::time::Timestamp;
use signalbox_core::words::settled;

const PLAIN: Look = Look { width: Some(60), colour: false };
const COLOUR: Look = Look { width: Some(60), colour: true };

fn shown(approval: &Approval) -> String {
    asked::asked(approval, PLAIN)
}

fn of_tool(name: &str, input: serde_json::Value) -> Approval {
    approval(ApprovalKind::Tool, tool(name, input))
}

#[test]
fn a_command_is_shown_whole_with_what_it_hides() {
    assert_snapshot!(shown(&command("cargo test --all\necho done")), @r"
    Claude wants to run a command  mh40ffkqt4yc5t82
      $ cargo test --all
        echo done
      Claude says: Run it
      asked because: it runs the project's own code
    ");
    let mut odd = command("ls \u{202e}x; $(echo rm) \u{1b}[2J &");
    odd.call.cwd = "/workspace/sub".to_owned();
    odd.dangerous = true;
    odd.may_have_run = true;
    odd.votes_needed = 2;
    let text = shown(&odd);
    assert!(text.contains("$ ls ⟦U+202E⟧x; $(echo rm) ⟦U+001B⟧[2J &"), "{text}");
    for said in
        ["in /workspace/sub", "may have run already", "dangerous", "2 people", "! hides ⟦U+202E⟧", "! not understood:"]
    {
        assert!(text.contains(said), "{said} is not in {text}");
    }
}

#[test]
fn every_field_of_a_command_is_shown() {
    let call = of_tool("Bash", json!({"command": "ls", "timeout": 9, "run_in_background": true, "x": "a\nb"}));
    assert_snapshot!(shown(&call), @r"
    Claude wants to run a command  mh40ffkqt4yc5t82
      $ ls
      run_in_background: true
      timeout: 9
      x:
        a
        b
      asked because: it runs the project's own code
    ");
}

#[test]
fn an_edit_is_shown_as_a_diff() {
    let edit = json!({"file_path": "/workspace/a.rs", "old_string": "fn a() {\n    1\n}\n", "new_string": "fn a() {\n    2\n}\n", "replace_all": true});
    assert_snapshot!(shown(&of_tool("Edit", edit)), @r"
    Claude wants to edit a file  mh40ffkqt4yc5t82
      /workspace/a.rs
      wherever it stands:
      @@ -1,3 +1,3 @@
       fn a() {
      -    1
      +    2
       }
      asked because: it runs the project's own code
    ");
}

#[test]
fn a_written_file_and_several_edits_are_shown_whole() {
    assert_snapshot!(shown(&of_tool("Write", json!({"file_path": "b.txt", "content": "one\ntwo\r\n", "mode": "x"}))), @r"
    Claude wants to write a file  mh40ffkqt4yc5t82
      b.txt (the whole of it)
      @@ -0,0 +1,2 @@
      +one
      +two⟦U+000D⟧
      mode: x
      asked because: it runs the project's own code
    ");
    let edits = json!({"file_path": "c", "edits": [
        {"old_string": "a", "new_string": "b"},
        {"old_string": "c", "new_string": "d", "replace_all": false, "odd": 1},
        {"nonsense": true},
    ]});
    assert_snapshot!(shown(&of_tool("MultiEdit", edits)), @r#"
    Claude wants to edit a file  mh40ffkqt4yc5t82
      c
      @@ -1 +1 @@
      -a
      +b
      @@ -1 +1 @@
      -c
      +d
      odd: 1
      edit: {"nonsense":true}
      asked because: it runs the project's own code
    "#);
}

#[test]
fn what_is_no_known_form_is_shown_as_it_is() {
    for input in [json!({"file_path": 1, "old_string": 2}), json!("text"), json!(null), json!([1, 2])] {
        for name in ["Edit", "Write", "MultiEdit", "Bash", "mcp__x__y"] {
            let text = shown(&of_tool(name, input.clone()));
            let whole = match &input {
                serde_json::Value::Object(_) => "file_path: 1\n  old_string: 2".to_owned(),
                other => other.to_string(),
            };
            assert!(text.contains(&whole), "{name} {input}: {text}");
        }
    }
}

#[test]
fn colours_never_change_the_text() {
    let edit = of_tool("Edit", json!({"file_path": "a", "old_string": "x\n", "new_string": "y\n"}));
    let coloured = asked::asked(&edit, COLOUR);
    assert!(coloured.contains("\u{1b}[32m+y\u{1b}[0m"), "{coloured:?}");
    assert_eq!(super::clean::prose(&coloured), shown(&edit));
}

#[test]
fn questions_and_plans_are_shown_whole() {
    let question = json!({"questions": [{"question": "Which?", "header": "H", "options": [{"label": "A", "description": "first"}, {"label": "B"}], "multiSelect": false}]});
    assert_snapshot!(shown(&approval(ApprovalKind::Question, tool("AskUserQuestion", question))), @r"
    Claude asks  mh40ffkqt4yc5t82
      1. Which?
         [1] A: first
         [2] B
    ");
    let plan = tool("ExitPlanMode", json!({"plan": "# Plan\n\n1. look\n2. leap\u{7}"}));
    assert_snapshot!(shown(&approval(ApprovalKind::Plan, plan)), @r"
    Claude has a plan  mh40ffkqt4yc5t82
      # Plan
      
      1. look
      2. leap⟦U+0007⟧
    ");
}

#[test]
fn what_became_of_an_approval_is_said_in_one_line() {
    let mut approval = command("ls");
    assert_eq!(settled(&approval), None);
    approval.state = ApprovalState::Denied;
    approval.decision = Some(Decision {
        by: UserId::new("u"),
        name: "Ann\u{1b}[2J".to_owned(),
        place: Some("telegram:1".parse().unwrap()),
        at: Timestamp::from_millis(0),
        saying: Saying::Deny { reason: Some("not\nnow".to_owned()) },
        grant: None,
    });
    assert_snapshot!(settled(&approval).unwrap(), @"denied by Ann⟦U+001B⟧[2J (telegram): not now");
    approval.state = ApprovalState::Void;
    assert!(settled(&approval).unwrap().starts_with("no longer asked"));
}

#[test]
fn details_tell_what_the_decision_is_bound_to() {
    assert_snapshot!(asked::details(&command("ls"), Timestamp::from_millis(61_000)), @r#"
      approval mh40ffkqt4yc5t82
      task 700000000000, conversation c
      tool Bash, in /workspace
      bound to f724f93f366fdab2a1ccb5819ff2f2971d3e45f85ea4f4db79577e28e3755e46
      asked 1 min 00 s ago, open for 59 min 00 s
      input:
        {
          "command": "ls",
          "description": "Run it"
        }
    "#);
}

fn card(state: TaskState) -> OutcomeCard {
    OutcomeCard {
        task: TaskId::from_entropy(7),
        project: "site".to_owned(),
        state,
        answer: Some("All **done**.\n".to_owned()),
        failure: None,
        branch: Some("signalbox/700000000000".to_owned()),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        pushed: true,
        stat: Some(DiffStat {
            files: vec![
                FileChange {
                    path: "src/a.rs".to_owned(),
                    change: "modified".to_owned(),
                    insertions: Some(3),
                    deletions: Some(1),
                },
                FileChange {
                    path: "logo\u{1b}.png".to_owned(),
                    change: "added".to_owned(),
                    insertions: None,
                    deletions: None,
                },
            ],
            insertions: 3,
            deletions: 1,
        }),
        cost: MicroUsd(31_000),
        elapsed_ms: 12_400,
        files: Vec::new(),
        proposal: None,
    }
}

#[test]
fn the_outcome_tells_answer_files_branch_cost_and_time() {
    assert_snapshot!(outcome(&card(TaskState::Succeeded), Answer::Whole, PLAIN), @r"
    All **done**.

      M src/a.rs  +3 -1
      A logo⟦U+001B⟧.png  binary
      2 files, +3 -1
    branch signalbox/700000000000 at 0123456789ab, pushed
    done in 12 s, $0.03  700000000000
    ");
    let failed = OutcomeCard {
        answer: None,
        branch: None,
        commit: None,
        stat: None,
        failure: Some(Failure::new(FailureKind::KeyRefused, "the model's side refused the key")),
        ..card(TaskState::Failed)
    };
    assert_snapshot!(outcome(&failed, Answer::SeenAlready, PLAIN), @r"
    the model's side refused the key
    failed in 12 s, $0.03  700000000000
    ");
}

#[test]
fn events_are_lines_that_fit() {
    let called = EventKind::ToolCalled {
        call: ToolUseId::new("t"),
        tool: "Bash".to_owned(),
        input: Excerpt::beginning(&json!({"command": format!("echo {}", "x".repeat(200))}).to_string()),
        agent: None,
    };
    let line = event::told(&called, PLAIN).unwrap();
    assert!(line.starts_with("● Bash echo xxx") && console::measure_text_width(&line) <= 60, "{line}");
    let output = EventKind::ToolFinished {
        call: ToolUseId::new("t"),
        is_error: true,
        output: Excerpt::beginning("\u{1b}[31merror\u{1b}[0m: no\nmore"),
    };
    assert_eq!(event::told(&output, PLAIN).unwrap(), "  └ error: no …");
    assert_snapshot!(event::entry(12, &called, PLAIN), @"   12  tool_called       Bash echo xxxxxxxxxxxxxxxxxxxxxxxx…");
}

#[test]
fn listings_are_aligned_and_fit() {
    let mut long = command("cargo build --release --all-features && echo 'and so on and on'");
    long.opened_at = Timestamp::from_millis(0);
    let question = approval(ApprovalKind::Question, tool("AskUserQuestion", json!({"questions": []})));
    let now = Timestamp::from_millis(61_000);
    let wide = Look { width: Some(90), colour: false };
    assert_snapshot!(listing::approvals(&[long, question], now, wide), @r#"
    APPROVAL          TASK          AGE         WHAT               CALL
    mh40ffkqt4yc5t82  700000000000  1 min 01 s  run a command      cargo build --release --al…
    mh40ffkqt4yc5t82  700000000000  1 min 00 s  answer a question  {"questions":[]}
    "#);
    assert_eq!(listing::approvals(&[], now, PLAIN), "nothing waits for a yes or no\n");
}
