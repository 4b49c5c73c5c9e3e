use super::samples::{approval, now};
use crate::layout::{LARGEST, LENGTH, Page, pages};
use crate::rest::File;
use bytes::Bytes;
use serde_json::{Value, json};
use signalbox_core::card::{Card, OutcomeCard, ReplyCard, TaskCard, TextFile};
use signalbox_core::id::TaskId;
use signalbox_core::money::MicroUsd;
use signalbox_core::policy::Detail;
use signalbox_core::sheet::{Part, View, sheet};
use signalbox_core::task::TaskState;

fn laid_out(card: &Card) -> Vec<Page> {
    pages(card, sheet(card, View { now: now(), detail: Detail::Full }), Vec::new())
}

/// Messages as somebody would see them.
fn seen(pages: &[Page]) -> String {
    let one = |page: &Page| {
        let files = page.files.iter().map(|file| format!("[file {}, {} bytes]", file.name, file.content.len()));
        let rows = page.components.iter().map(|row| {
            let parts = row["components"].as_array().unwrap().iter().map(|part| match part["type"].as_u64() {
                Some(2) => format!("({})", part["label"].as_str().unwrap()),
                _ => menu(part),
            });
            parts.collect::<Vec<_>>().join(" ")
        });
        let content = Some(page.content.clone()).filter(|content| !content.is_empty());
        content.into_iter().chain(files).chain(rows).collect::<Vec<_>>().join("\n")
    };
    pages.iter().map(one).collect::<Vec<_>>().join("\n=====\n")
}

fn menu(menu: &Value) -> String {
    let options = menu["options"].as_array().unwrap().iter().map(|option| {
        let mark = if option["default"] == json!(true) { "☑" } else { "☐" };
        format!("{mark} {}", option["label"].as_str().unwrap())
    });
    let options = options.collect::<Vec<_>>().join(" ");
    format!("<{} {options} {}-{}>", menu["placeholder"].as_str().unwrap(), menu["min_values"], menu["max_values"])
}

fn asks(tool: &str, input: Value) -> Card {
    Card::Approval(Box::new(approval(tool, input)))
}

fn outcome(answer: &str) -> Card {
    Card::Outcome(OutcomeCard {
        task: TaskId::from_entropy(7),
        project: "demo".to_owned(),
        state: TaskState::Succeeded,
        answer: Some(answer.to_owned()),
        failure: None,
        branch: Some("signalbox/7".to_owned()),
        commit: Some("0123456789abcdef0123".to_owned()),
        pushed: false,
        stat: None,
        cost: MicroUsd::default(),
        elapsed_ms: 12_000,
        files: Vec::new(),
        proposal: None,
    })
}

fn reply(parts: Vec<Part>, file: Option<TextFile>) -> Card {
    Card::Reply(ReplyCard { to: "i:1".to_owned(), message: None, parts, file, rows: Vec::new(), wants: None })
}

#[test]
fn a_short_command_stands_in_the_card() {
    insta::assert_snapshot!(seen(&laid_out(&asks("Bash", json!({"command": "make test", "description": "Run the tests"})))), @r"
    **🔐 Claude wants to run a command**
    ```sh
    make test
    ```
    Claude says: Run the tests
    Asked because: no rule allows it
    -# `7000000000000000` · for Ann in demo · /workspace · open for 1 h 00 min
    -# A longer yes covers: run 'make test'
    (Once) (15 min)
    (This conversation) (Always)
    (Deny) (Deny, because …)
    ");
}

#[test]
fn a_long_command_is_a_file_before_the_card() {
    let command = "echo a line of it\n".repeat(600);
    insta::assert_snapshot!(seen(&laid_out(&asks("Bash", json!({"command": command})))), @r"
    [file command.sh, 10801 bytes]
    =====
    **🔐 Claude wants to run a command**
    The whole of it is in the file above: `command.sh`, 11 KiB, 601 lines.
    Asked because: no rule allows it
    ⚠️ not understood: there are more than 500 commands in it
    -# `7000000000000000` · for Ann in demo · /workspace · open for 1 h 00 min
    (Once)
    (Deny) (Deny, because …)
    ");
}

#[test]
fn a_command_that_no_fence_holds_is_a_file_too() {
    let pages = laid_out(&asks("Bash", json!({"command": "echo '```'\necho hello"})));
    assert_eq!(pages[0].files[0].name, "command.sh");
    assert!(
        pages[1].content.contains("in the file above") && !pages[1].content.contains("```"),
        "{}",
        pages[1].content
    );
}

#[test]
fn what_is_too_large_for_a_file_cannot_be_agreed_to() {
    let pages = laid_out(&asks("Bash", json!({"command": "x".repeat(LARGEST + 1)})));
    let shown = seen(&pages);
    assert!(pages.len() == 1 && shown.contains("too large") && !shown.contains("Once"), "{shown}");
    assert!(shown.contains("(Deny)"), "{shown}");
}

#[test]
fn a_question_is_a_menu() {
    let options = json!([{"label": "Red", "description": "like a rose"}, {"label": "Blue", "description": ""}]);
    let one = json!({"question": "Which colour?", "header": "Colour", "options": options, "multiSelect": false});
    insta::assert_snapshot!(seen(&laid_out(&asks("AskUserQuestion", json!({"questions": [one]})))), @r"
    **🔐 Claude asks**
    Which colour?
    -# Red: like a rose
    -# `7000000000000000` · for Ann in demo · open for 1 h 00 min
    <Which colour? ☐ Red ☐ Blue 1-1>
    (✍ Own words)
    (Deny)
    ");
}

#[test]
fn four_questions_fit_as_well() {
    let options = json!([{"label": "Yes"}, {"label": "No"}]);
    let question = |n: u8| json!({"question": format!("Question {n}?"), "options": options, "multiSelect": n == 2});
    let questions = [1, 2, 3, 4].map(question).to_vec();
    let card = asks("AskUserQuestion", json!({ "questions": questions }));
    let pages = laid_out(&card);
    assert_eq!(pages[0].components.len(), 5);
    insta::assert_snapshot!(seen(&pages), @r"
    **🔐 Claude asks**
    1\. Question 1?
    2\. Question 2?
    3\. Question 3?
    4\. Question 4?
    -# `7000000000000000` · for Ann in demo · open for 1 h 00 min
    <Question 1? ☐ Yes ☐ No ☐ ✍ Own words 1-1>
    <Question 2? ☐ Yes ☐ No ☐ ✍ Own words 0-3>
    <Question 3? ☐ Yes ☐ No ☐ ✍ Own words 1-1>
    <Question 4? ☐ Yes ☐ No ☐ ✍ Own words 1-1>
    (Send answers) (Deny)
    ");
}

#[test]
fn a_plan_is_shown_whole() {
    let card = asks("ExitPlanMode", json!({"plan": "# Plan\n\n1. Look\n2. Leap"}));
    insta::assert_snapshot!(seen(&laid_out(&card)), @r"
    **🔐 Claude has a plan**
    # Plan

    1. Look
    2. Leap
    -# `7000000000000000` · for Ann in demo · open for 1 h 00 min
    (Go ahead)
    (Deny) (Deny, because …)
    ");
    let long = asks("ExitPlanMode", json!({"plan": "- a step\n".repeat(500)}));
    assert_eq!(laid_out(&long)[0].files[0].name, "plan.md");
}

#[test]
fn an_outcome_says_what_came_of_it() {
    insta::assert_snapshot!(seen(&laid_out(&outcome("Fixed **both** tests."))), @r"
    Fixed **both** tests.
    Branch `signalbox/7` at `0123456789ab`
    -# ✅ done in 12 s, $0.00 · `700000000000` in demo
    (Push) (Diff)
    (Continue) (Discard)
    ");
}

#[test]
fn a_long_answer_is_several_messages_and_a_longer_one_a_file() {
    let several = laid_out(&outcome(&"A sentence of the answer.\n\n".repeat(150)));
    assert_eq!(several.len(), 3);
    assert!(several.iter().rev().skip(1).all(|page| page.components.is_empty()));
    assert!(!several[2].components.is_empty());
    let longer = laid_out(&outcome(&"A sentence of the answer.\n\n".repeat(1000)));
    let card = longer.last().unwrap();
    assert_eq!(longer.len(), 1);
    assert_eq!((card.files[0].name.as_str(), card.files[0].content.len()), ("answer.md", 27_000));
    assert!(card.content.contains("done in 12 s") && card.content.contains("answer.md"), "{}", card.content);
    for page in several.iter().chain(&longer) {
        assert!(page.content.chars().count() <= LENGTH);
    }
}

#[test]
fn a_growing_text_stays_one_message_and_shows_its_end() {
    let text: String = (1..2000).map(|n| format!("Line {n}\n\n")).collect();
    let card = Card::Task(TaskCard {
        task: TaskId::from_entropy(7),
        project: "demo".to_owned(),
        state: TaskState::Running,
        position: None,
        created_at: now(),
        cost: MicroUsd::default(),
        lines: vec!["cargo test".to_owned()],
        text,
        passing: true,
    });
    let pages = laid_out(&card);
    let content = &pages[0].content;
    assert!(pages.len() == 1 && content.chars().count() <= LENGTH);
    assert!(content.contains("Working") && content.contains("Line 1999") && !content.contains("Line 1\n"), "{content}");
}

#[test]
fn a_reply_is_plain_where_it_is_ours_and_pings_nobody() {
    let parts = vec![
        Part::Title("@everyone *look*".to_owned()),
        Part::Line("run `make` in <@1>".to_owned()),
        Part::Warning("mind the gap".to_owned()),
    ];
    let file = TextFile { name: "diff.patch".to_owned(), text: "+1\n".to_owned() };
    insta::assert_snapshot!(seen(&laid_out(&reply(parts, Some(file)))), @r"
    **\@everyone \*look\***
    run `make` in \<\@1>
    ⚠️ mind the gap
    [file diff.patch, 3 bytes]
    ");
}

#[test]
fn files_go_along_ten_a_message_and_those_that_are_too_large_are_named() {
    let file = |name: String, size| File { name, content: Bytes::from(vec![0; size]) };
    let mut kept: Vec<_> = (0..11).map(|n| file(format!("{n}.txt"), 1)).collect();
    kept.push(file("film.mp4".to_owned(), LARGEST + 1));
    let card = outcome("Here.");
    let pages = pages(&card, sheet(&card, View { now: now(), detail: Detail::Full }), kept);
    assert_eq!(pages.iter().map(|page| page.files.len()).collect::<Vec<_>>(), [10, 1]);
    assert!(pages[1].content.contains("film.mp4") && pages[1].content.contains("too large"));
}
