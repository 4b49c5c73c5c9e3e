//! Claude's questions, answered by comments; and what Claude finds, shown where it is.

use super::{Team, pull_request};
use crate::harness::PATIENCE;
use crate::telegram::just_say;
use serde_json::json;
use signalbox_testkit::github::{CheckRunSeen, Role, Visibility};
use signalbox_testkit::script::Script;

#[tokio::test]
async fn questions_are_answered_by_comments_one_after_the_other() {
    let team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let issue = ann.opens_issue(&team.repo, "Paint it", "");
    let options = json!([{"label": "Red", "description": ""}, {"label": "Blue", "description": ""}]);
    let question = |text: &str| json!({"question": text, "header": "Q", "options": options, "multiSelect": false});
    let questions = json!({"questions": [question("Which colour?"), question("How soon?")]});
    let script = Script::new().tool("AskUserQuestion", questions).echo().to_string();
    ann.comments(&issue, &format!("@signalbox {script}"));
    let asked = team.hears(&issue, "Which colour?").await;
    let code = asked.body.split("`/answer ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().to_owned();
    ann.comments(&issue, &format!("/answer {code} a warm green"));
    team.hears(&issue, "The next question: How soon?").await;
    ann.comments(&issue, &format!("/answer {code} tomorrow"));
    let outcome = team.hears(&issue, "done in").await;
    assert!(outcome.body.contains("a warm green") && outcome.body.contains("tomorrow"), "{}", outcome.body);
    team.ends().await;
}

#[tokio::test]
async fn what_claude_finds_is_shown_at_its_line_of_the_pull_request() {
    let team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let pull = pull_request(&team, &ann);
    let reviewed = pull.head();
    ann.comments(&pull, &format!("@signalbox {}", just_say("a.txt:1: error: A letter is missing.")));
    let outcome = team.hears(&pull, "A letter is missing.").await;
    assert!(outcome.body.contains("done in"), "{}", outcome.body);
    let shown = |run: &CheckRunSeen| run.head == reviewed && !run.annotations.is_empty();
    let run = team.repo.wait_for_check_run(shown, PATIENCE).await;
    let one = &run.annotations[0];
    assert_eq!(
        (&one["path"], &one["start_line"], &one["annotation_level"], &one["message"]),
        (&json!("a.txt"), &json!(1), &json!("failure"), &json!("A letter is missing."))
    );
    let card = pull.comments().into_iter().find(|comment| comment.body.contains("It works on commit")).unwrap();
    assert!(card.body.contains(&reviewed[..12]), "{}", card.body);
    team.ends().await;
}
