use super::*;
use crate::approval::{Approval, ApprovalKind, ApprovalState, Context, Decision, Saying};
use crate::card::{OutcomeCard, TaskCard};
use crate::event::{DiffStat, FileChange};
use crate::id::{ApprovalId, ConversationId, ProjectId, RunId, TaskId, ToolUseId, UserId};
use crate::money::MicroUsd;
use crate::task::TaskState;
use crate::tool::ToolCall;
use insta::assert_snapshot;
use serde_json::{Value, json};

fn approval(tool: &str, input: Value) -> Approval {
    let call =
        ToolCall { id: ToolUseId::new("t"), tool: tool.to_owned(), input, cwd: "/workspace".to_owned(), agent: None };
    Approval {
        id: ApprovalId::from_entropy(7),
        task: TaskId::from_entropy(1),
        run: RunId::new("r"),
        conversation: ConversationId::new("c"),
        project: ProjectId::new("p"),
        requester: UserId::new("ann"),
        kind: ApprovalKind::of(&call),
        hash: call.hash(),
        call,
        request: "q".to_owned(),
        reason: "`make` is not listed".to_owned(),
        dangerous: false,
        may_have_run: false,
        votes_needed: 1,
        state: ApprovalState::Open,
        parked: false,
        decision: None,
        opened_at: Timestamp::from_millis(1_000),
        expires_at: Timestamp::from_millis(3_601_000),
        context: Context { requester: "Ann".to_owned(), project: "site".to_owned(), ..Context::default() },
    }
}

fn view(detail: Detail) -> View {
    View { now: Timestamp::from_millis(61_000), detail }
}

/// A sheet as text: what a snapshot can hold.
fn drawn(sheet: &Sheet) -> String {
    let mut drawn = String::new();
    for part in &sheet.parts {
        drawn.push_str(&match part {
            Part::Title(text) => format!("# {text}\n"),
            Part::Line(text) => format!("{text}\n"),
            Part::Faint(text) => format!("~ {text}\n"),
            Part::Warning(text) => format!("! {text}\n"),
            Part::Code { text, .. } => format!("| {text}\n"),
            Part::Markdown(text) => format!("md {text}\n"),
            Part::Exhibit => {
                let exhibit = sheet.exhibit.as_ref().expect("an exhibit");
                format!("<{}>\n{}</>\n", exhibit.name, exhibit.text)
            }
        });
    }
    for menu in &sheet.menus {
        let mark = |option: &MenuOption| format!("{}{}", if option.chosen { "*" } else { "" }, option.label);
        let options: Vec<_> = menu.options.iter().map(mark).collect();
        drawn.push_str(&format!("({}: {})\n", menu.question, options.join(" / ")));
    }
    for row in &sheet.rows {
        let labels: Vec<_> = row.iter().map(|button| format!("[{}]", button.label)).collect();
        drawn.push_str(&format!("{}\n", labels.join(" ")));
    }
    drawn
}

fn card(approval: &Approval, detail: Detail) -> String {
    drawn(&sheet(&Card::Approval(Box::new(approval.clone())), view(detail)))
}

#[test]
fn a_command_is_shown_whole_before_its_buttons() {
    let asked = approval("Bash", json!({"command": "make deploy", "description": "Deploy it"}));
    assert_snapshot!(card(&asked, Detail::Full), @r"
    # 🔐 Claude wants to run a command
    <command.sh>
    make deploy
    </>
    Claude says: Deploy it
    Asked because: 'make' is not listed
    ~ `7000000000000000` · for Ann in site · /workspace · open for 59 min 00 s
    ~ A longer yes covers: run 'make deploy'
    [Once] [15 min]
    [This conversation] [Always]
    [Deny] [Deny, because …]
    ");
}

#[test]
fn a_longer_yes_is_offered_only_where_what_it_covers_is_shown_whole() {
    let asked = |command: String| card(&approval("Bash", json!({ "command": command })), Detail::Full);
    let short = asked(format!("make {}", "x".repeat(100)));
    assert!(short.contains("A longer yes covers") && short.contains("[Always]"), "{short}");
    let long = asked(format!("make {}", "x".repeat(400)));
    assert!(
        !long.contains("A longer yes covers") && !long.contains("[Always]") && !long.contains("[15 min]"),
        "{long}"
    );
    assert!(long.contains("[Once]") && long.contains(&"x".repeat(400)));
}

#[test]
fn an_answer_too_long_for_its_button_stands_whole_above_it() {
    let label = "y".repeat(90);
    let question = json!({"question": "Which?", "options": [{"label": label}, {"label": "short"}]});
    let shown = card(&approval("AskUserQuestion", json!({ "questions": [question] })), Detail::Full);
    assert!(shown.contains(&format!("~ {label}\n")) && !shown.contains("~ short"), "{shown}");
}

#[test]
fn where_others_read_along_nothing_of_the_call_is_shown_and_nothing_can_be_pressed() {
    let asked = approval("Bash", json!({"command": "cat secret.txt"}));
    let shown = card(&asked, Detail::Summary);
    assert!(!shown.contains("secret") && !shown.contains('['), "{shown}");
}

#[test]
fn once_decided_it_says_who_and_has_no_buttons() {
    let mut decided = approval("Bash", json!({"command": "make"}));
    decided.state = ApprovalState::Denied;
    decided.decision = Some(Decision {
        by: UserId::new("bob"),
        name: "Bob\u{202e}".to_owned(),
        place: Some("telegram:1".parse().unwrap()),
        at: Timestamp::from_millis(31_000),
        saying: Saying::Deny { reason: Some("not `now`".to_owned()) },
        grant: None,
    });
    assert_snapshot!(card(&decided, Detail::Full), @r"
    # 🚫 Claude wants to run a command
    <command.sh>
    make
    </>
    Asked because: 'make' is not listed
    Denied by Bob⟦U+202E⟧ (telegram): not 'now'
    ~ `7000000000000000` · for Ann in site · /workspace · after 30 s
    ");
}

#[test]
fn questions_have_their_options_and_what_was_chosen() {
    let option = |label: &str| json!({"label": label, "description": format!("{label} it is")});
    let questions = json!([
        {"question": "Which colour?", "options": [option("Red"), option("Blue")], "multiSelect": true},
        {"question": "How many?", "options": [option("One")]},
    ]);
    let mut asked = approval("AskUserQuestion", json!({ "questions": questions }));
    asked.context.draft = serde_json::from_value(json!({"0": {"options": [1]}, "1": {"words": "a few"}})).unwrap();
    assert_snapshot!(card(&asked, Detail::Full), @r"
    # 🔐 Claude asks
    1. Which colour?
    ~ Red: Red it is
    ~ Blue: Blue it is
    2. How many?
    ~ One: One it is
    ✍ a few
    ~ `7000000000000000` · for Ann in site · open for 59 min 00 s
    (Which colour?: Red / *Blue)
    (How many?: One)
    [Send answers] [Deny]
    ");
}

#[test]
fn answers_are_told_in_the_order_of_their_questions() {
    let questions = json!([
        {"question": "Which files?", "options": [{"label": "One"}]},
        {"question": "How soon?", "options": [{"label": "Now"}]},
    ]);
    let mut answered = approval("AskUserQuestion", json!({ "questions": questions }));
    let answers = [("How soon?", "Now"), ("Which files?", "One")];
    let answers = answers.map(|(question, answer)| (question.to_owned(), answer.to_owned())).into();
    answered.state = ApprovalState::Allowed;
    answered.decision = Some(Decision {
        by: UserId::new("bob"),
        name: "Bob".to_owned(),
        place: None,
        at: Timestamp::from_millis(31_000),
        saying: Saying::Answer { answers },
        grant: None,
    });
    assert!(card(&answered, Detail::Full).contains("Answered by Bob: One; Now\n"), "{}", card(&answered, Detail::Full));
}

#[test]
fn a_question_that_cannot_be_understood_is_shown_as_it_came() {
    let asked = approval("AskUserQuestion", json!({"questions": [{"odd": "x"}]}));
    let shown = card(&asked, Detail::Full);
    assert!(shown.contains(r#"questions: [{"odd":"x"}]"#) && !shown.contains("Send"), "{shown}");
}

#[test]
fn what_is_too_long_for_a_place_can_be_shown_without_a_yes() {
    let asked = approval("Bash", json!({"command": "make"}));
    let cut = sheet(&Card::Approval(Box::new(asked)), view(Detail::Full)).without_yes();
    let labels: Vec<_> = cut.rows.iter().flatten().map(|button| button.label.as_str()).collect();
    assert_eq!(labels, ["Deny", "Deny, because …"]);
}

#[test]
fn a_plan_hides_nothing_even_where_it_goes_as_a_file() {
    let asked = approval("ExitPlanMode", json!({"plan": "1. look\u{200b}\n2. \u{202e}do"}));
    let shown = sheet(&Card::Approval(Box::new(asked)), view(Detail::Full)).exhibit.unwrap().text;
    assert_eq!(shown, "1. look⟦U+200B⟧\n2. ⟦U+202E⟧do");
}

#[test]
fn what_a_renderer_would_leave_out_of_a_plan_is_shown_as_it_stands() {
    let input = json!({"plan": "Look.\n\n[//]: # (then remove it)", "allowed": [7]});
    assert_snapshot!(card(&approval("ExitPlanMode", input), Detail::Full), @r"
    # 🔐 Claude has a plan
    <plan.txt>
    Look.

    [//]: # (then remove it)

    allowed: [7]</>
    ~ `7000000000000000` · for Ann in site · open for 59 min 00 s
    [Go ahead]
    [Deny] [Deny, because …]
    ");
}

#[test]
fn a_plan_is_shown_whole() {
    let asked = approval("ExitPlanMode", json!({"plan": "1. look\n2. do\n"}));
    assert_snapshot!(card(&asked, Detail::Full), @r"
    # 🔐 Claude has a plan
    <plan.md>
    1. look
    2. do
    </>
    ~ `7000000000000000` · for Ann in site · open for 59 min 00 s
    [Go ahead]
    [Deny] [Deny, because …]
    ");
}

#[test]
fn a_task_card_shows_what_goes_on() {
    let running = TaskCard {
        task: TaskId::from_entropy(1),
        project: "site".to_owned(),
        state: TaskState::Running,
        position: None,
        created_at: Timestamp::from_millis(1_000),
        cost: MicroUsd(30_000),
        lines: vec!["Bash ls `x`\nnext".to_owned()],
        text: "I *look*.".to_owned(),
        passing: true,
    };
    assert_snapshot!(drawn(&sheet(&Card::Task(running.clone()), view(Detail::Full))), @r"
    # ▶️ Working · 1 min 00 s · $0.03
    ~ › `Bash ls 'x' next`
    md I *look*.
    ~ `100000000000` in site
    [Stop] [Details]
    ");
    let summary = drawn(&sheet(&Card::Task(running.clone()), view(Detail::Summary)));
    assert!(summary.contains("Working") && !summary.contains("look") && !summary.contains("Bash"), "{summary}");
    let queued = TaskCard { state: TaskState::Queued, position: Some(2), ..running.clone() };
    assert!(drawn(&sheet(&Card::Task(queued), view(Detail::Full))).starts_with("# ⏳ Queued · 2 before it"));
    let over = TaskCard { state: TaskState::Stopped, ..running };
    assert!(!drawn(&sheet(&Card::Task(over), view(Detail::Full))).contains('['));
}

#[test]
fn the_last_message_says_what_changed_and_what_can_be_done_next() {
    let file = |path: &str| FileChange {
        path: path.to_owned(),
        change: "added".to_owned(),
        insertions: Some(3),
        deletions: Some(1),
    };
    let outcome = OutcomeCard {
        task: TaskId::from_entropy(1),
        project: "site".to_owned(),
        state: TaskState::Succeeded,
        answer: Some("Done.".to_owned()),
        failure: None,
        branch: Some("signalbox/100000000000".to_owned()),
        commit: Some("0123456789abcdef".to_owned()),
        pushed: false,
        stat: Some(DiffStat { files: vec![file("a`b"), file("b")], insertions: 6, deletions: 2 }),
        cost: MicroUsd(30_000),
        elapsed_ms: 2_800,
        files: Vec::new(),
        proposal: None,
    };
    assert_snapshot!(drawn(&sheet(&Card::Outcome(outcome.clone()), view(Detail::Full))), @r"
    md Done.
    2 files, +6 −2
    A `a'b` +3 −1
    A `b` +3 −1
    Branch `signalbox/100000000000` at `0123456789ab`
    ~ ✅ done in 2.8 s, $0.03 · `100000000000` in site
    [Push] [Diff]
    [Continue] [Discard]
    ");
    let summary = drawn(&sheet(&Card::Outcome(outcome.clone()), view(Detail::Summary)));
    assert_snapshot!(summary, @r"
    What came of it is not shown here, for others can read it: `/status 100000000000` to me alone.
    ~ ✅ done in 2.8 s, $0.03 · `100000000000` in site
    [Push]
    [Continue] [Discard]
    ");
    let pushed = OutcomeCard { pushed: true, ..outcome };
    assert!(!drawn(&sheet(&Card::Outcome(pushed), view(Detail::Full))).contains("[Push]"));
}
