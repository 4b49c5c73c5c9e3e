use super::desk::{Desk, Settled};
use super::prompt::{Prompt, Step};
use super::screen::{Status, status_line};
use crate::show::Look;
use crate::show::samples::{approval, command, tool};
use insta::assert_snapshot;
use serde_json::json;
use signalbox_core::approval::{ApprovalKind, Saying};
use signalbox_core::grant::GrantSpan;
use signalbox_core::id::{ApprovalId, DeliveryId};
use signalbox_core::money::MicroUsd;
use signalbox_core::task::TaskState;
use std::collections::BTreeMap;
use std::time::Duration;

const PLAIN: Look = Look { width: Some(60), colour: false };

fn asking(line: &str) -> Step {
    Prompt::new(command("cargo test"), PLAIN).hear(line)
}

fn allow(span: GrantSpan) -> Step {
    Step::Decide { saying: Saying::Allow, span }
}

fn deny(reason: Option<&str>) -> Step {
    Step::Decide { saying: Saying::Deny { reason: reason.map(str::to_owned) }, span: GrantSpan::Once }
}

#[test]
fn each_key_says_what_is_written_beside_it() {
    assert_eq!(asking("y"), allow(GrantSpan::Once));
    assert_eq!(asking(" Yes "), allow(GrantSpan::Once));
    assert_eq!(asking("f"), allow(GrantSpan::For(Duration::from_secs(900))));
    assert_eq!(asking("c"), allow(GrantSpan::Conversation));
    assert_eq!(asking("a"), allow(GrantSpan::Always));
    assert_eq!(asking("n"), deny(None));
    assert_eq!(asking("?"), Step::Details);
    assert_eq!(asking(""), Step::Again(String::new()));
    assert_eq!(asking("yy"), Step::Again("`yy` is none of the keys".to_owned()));
    assert_snapshot!(Prompt::new(command("cargo test"), PLAIN).invitation(), @r"
      f, c and a remember: run `cargo test`
    [y] once  [f] 15 min  [c] this conversation  [a] always  [n] no  [r] no, because …  [?] details >
    ");
}

#[test]
fn a_no_can_have_a_reason() {
    let mut prompt = Prompt::new(command("cargo test"), PLAIN);
    assert_eq!(prompt.hear("r"), Step::Again(String::new()));
    assert_eq!(prompt.invitation(), "why not? (Claude is told) > ");
    assert_eq!(prompt.hear("too slow"), deny(Some("too slow")));
    let mut prompt = Prompt::new(command("cargo test"), PLAIN);
    prompt.hear("r");
    assert_eq!(prompt.hear(""), deny(None));
}

#[test]
fn what_is_dangerous_or_not_understood_is_allowed_once_only() {
    let mut dangerous = command("rm -rf build");
    dangerous.dangerous = true;
    for approval in [dangerous, command("$(echo rm) x")] {
        let mut prompt = Prompt::new(approval, PLAIN);
        assert_eq!(prompt.invitation(), "[y] once  [n] no  [r] no, because …  [?] details > ");
        assert!(matches!(prompt.hear("a"), Step::Again(_)));
        assert_eq!(prompt.hear("y"), allow(GrantSpan::Once));
    }
}

#[test]
fn questions_are_answered_one_after_the_other() {
    let questions = json!({"questions": [
        {"question": "Which colour?", "header": "Colour", "options": [{"label": "Red", "description": "warm"}, {"label": "Blue"}]},
        {"question": "What for?", "options": [{"label": "A"}, {"label": "B"}], "multiSelect": true},
    ]});
    let mut prompt = Prompt::new(approval(ApprovalKind::Question, tool("AskUserQuestion", questions)), PLAIN);
    assert_snapshot!(prompt.invitation(), @"question 1 of 2: a number, or your own words ([-] to decline) > ");
    assert!(matches!(prompt.hear("3"), Step::Again(text) if text.starts_with("there is no such option")));
    assert_snapshot!(match prompt.hear("2") { Step::Again(text) => text, other => panic!("{other:?}") }, @r"
      2. What for? (several answers can be given)
         [1] A
         [2] B
    ");
    let answers =
        BTreeMap::from([("Which colour?".to_owned(), "Blue".to_owned()), ("What for?".to_owned(), "A, B".to_owned())]);
    assert_eq!(prompt.hear("1, 2"), Step::Decide { saying: Saying::Answer { answers }, span: GrantSpan::Once });
}

#[test]
fn a_question_can_be_declined_or_answered_in_own_words() {
    let questions = json!({"questions": [{"question": "Which?", "options": [{"label": "A"}]}]});
    let prompt = || Prompt::new(approval(ApprovalKind::Question, tool("AskUserQuestion", questions.clone())), PLAIN);
    assert_eq!(prompt().hear("-"), deny(None));
    let answers = BTreeMap::from([("Which?".to_owned(), "y, but later".to_owned())]);
    let said = Step::Decide { saying: Saying::Answer { answers }, span: GrantSpan::Once };
    assert_eq!(prompt().hear("y, but later"), said);
}

#[test]
fn each_approval_is_asked_once_and_one_at_a_time() {
    let mut desk = Desk::default();
    let (one, mut two) = (command("make"), command("make install"));
    two.id = ApprovalId::from_entropy(2);
    let (d1, d2) = (DeliveryId::new("d1"), DeliveryId::new("d2"));
    assert!(
        desk.queue(d1.clone(), one.clone())
            && desk.queue(d2.clone(), two.clone())
            && desk.queue(d2.clone(), two.clone())
    );
    let (delivery, asked) = desk.next().unwrap();
    assert_eq!((&delivery, &asked.id), (&d1, &one.id));
    desk.prompt = Some(Prompt::new(asked, PLAIN));
    assert!(desk.next().is_none(), "one is on the screen");
    assert!(!desk.queue(d1, one.clone()), "it was asked already");
    assert_eq!(desk.settle(&one.id), Settled::WasAsked);
    assert_eq!(desk.settle(&one.id), Settled::Known);
    assert_eq!(desk.next().unwrap().0, d2);
    assert!(desk.next().is_none());
}

#[test]
fn what_was_decided_elsewhere_is_not_asked_any_more() {
    let mut desk = Desk::default();
    let one = command("make");
    assert!(desk.queue(DeliveryId::new("d1"), one.clone()));
    assert_eq!(desk.settle(&one.id), Settled::WasNot);
    assert!(desk.next().is_none());
    assert!(!desk.queue(DeliveryId::new("d2"), one));
}

#[test]
fn the_status_line_fits_the_terminal() {
    let mut status = Status { state: TaskState::Queued, position: Some(3), cost: MicroUsd(0), doing: String::new() };
    let line = |status: &Status| status_line(status, Duration::from_secs(75), PLAIN);
    assert_eq!(line(&status), "queued behind 3 · 1 min 15 s");
    status.state = TaskState::Running;
    status.cost = MicroUsd(250_000);
    status.doing = format!("Bash {}\u{1b}[2J", "x".repeat(100));
    let long = line(&status);
    assert!(long.starts_with("running · 1 min 15 s · $0.25 · Bash xxx") && long.ends_with('…'), "{long}");
    assert_eq!(console::measure_text_width(&long), 59);
}
