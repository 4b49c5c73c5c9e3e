//! From a comment to an answer.

use super::Team;
use crate::harness::PATIENCE;
use crate::telegram::{just_say, leave_a_trace};
use signalbox_testkit::github::{Role, Visibility};

#[tokio::test]
async fn a_comment_becomes_work_that_is_approved_by_a_comment() {
    let team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let issue = ann.opens_issue(&team.repo, "Leave a trace", "As it says.");
    let mention = ann.comments(&issue, &format!("@signalbox {}", leave_a_trace()));
    let seen = |thread: &signalbox_testkit::github::Thread| {
        thread.comment(mention).is_some_and(|comment| comment.reactions.iter().any(|(content, _)| content == "eyes"))
    };
    issue.wait_until("the eyes", seen, PATIENCE).await;
    let asked = team.hears(&issue, "🔐").await;
    assert!(asked.body.contains("echo ran >> ran.txt"), "{}", asked.body);
    let code = asked.body.split("/approve ").nth(1).and_then(|rest| rest.split('`').next()).unwrap().to_owned();
    ann.comments(&issue, &format!("/approve {code}"));
    let answer = team.hears(&issue, "The trace is left.").await;
    assert!(answer.body.contains("ran.txt") && answer.body.contains("done in"), "{}", issue.transcript());
    let decided = issue.comment(asked.id).unwrap();
    assert!(decided.body.contains("Allowed by ann"), "{}", decided.body);
    team.ends().await;
}

#[tokio::test]
async fn strangers_and_readers_start_nothing() {
    let team = Team::new(Visibility::Public).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let bob = team.member("bob", "owner", Role::Read).await;
    let issue = ann.opens_issue(&team.repo, "A question", "");
    let eve = team.github.user("eve");
    eve.comments(&issue, &format!("@signalbox {}", just_say("for a stranger")));
    bob.comments(&issue, &format!("@signalbox {}", just_say("for a reader")));
    ann.comments(&issue, &format!("@signalbox {}", just_say("for a member")));
    team.hears(&issue, "for a member").await;
    let bot = team.github.bot();
    let said: Vec<_> = issue.comments().into_iter().filter(|comment| comment.author == bot).collect();
    assert!(
        !said.iter().any(|comment| comment.body.contains("for a stranger") || comment.body.contains("for a reader"))
    );
    assert_eq!(said.len(), 3, "a refusal for the reader, a card and an answer: {}", issue.transcript());
    team.ends().await;
}
