//! What an issue asked for becomes a pull request.

use super::cards::outcome;
use super::rig::{PATIENCE, Rig};
use signalbox_core::card::{Card, OutcomeCard, Proposal};
use signalbox_core::delivery::Delivery;
use signalbox_core::ground::Onto;
use signalbox_core::policy::{Detail, Trigger};
use signalbox_core::port::SendError;
use signalbox_testkit::github::{Call, CommentSeen, Fault, Thread, Visibility};

fn proposal() -> Proposal {
    Proposal { draft: true, closes: true, by: "ann".to_owned() }
}

/// The outcome of work that is pushed to `signalbox/fix`.
fn pushed(answer: &str, proposal: Proposal) -> Card {
    let Card::Outcome(card) = outcome(answer, &[]) else { panic!("an outcome is one") };
    Card::Outcome(OutcomeCard { pushed: true, proposal: Some(proposal), ..card })
}

/// With an issue, and a branch of ours beside the default one.
async fn with_work() -> (Rig, Thread) {
    let rig = Rig::idle(Visibility::Public).await;
    rig.ann.pushes(&rig.repo, "signalbox/fix", &[("b.txt", "b\n")]);
    let issue = rig.ann.opens_issue(&rig.repo, "It breaks @bob", "On Mondays.");
    (rig, issue)
}

fn pulls(rig: &Rig) -> Vec<Thread> {
    rig.repo.threads().into_iter().filter(Thread::is_pull).collect()
}

fn only(issue: &Thread) -> CommentSeen {
    let mut comments = issue.comments();
    assert_eq!(comments.len(), 1, "{}", issue.transcript());
    comments.remove(0)
}

#[tokio::test]
async fn work_at_an_issue_becomes_one_draft_that_later_work_brings_up_to_date() {
    let (rig, issue) = with_work().await;
    let message = rig.channel().send(&rig.delivery(1, pushed("I mended it, @bob.", proposal()))).await.unwrap().message;
    let pull = pulls(&rig).remove(0);
    assert_eq!(
        (pull.title().as_str(), pull.is_draft(), pull.author().as_str()),
        ("It breaks @bob", true, "signalbox[bot]")
    );
    let body = pull.body();
    assert!(
        body.contains("I mended it") && body.contains("\n\nCloses #1\n\n") && body.contains("Asked for by ann"),
        "{body}"
    );
    assert!(!body.contains(" @bob"), "nobody is called: {body}");
    assert!(only(&issue).body.contains("Pull request: #2"));
    let again = rig.delivery(1, pushed("And better.", proposal()));
    rig.channel().edit(&again, &message.unwrap()).await.unwrap();
    assert!(pull.body().contains("And better.") && !pull.body().contains("I mended it"), "{}", pull.body());
    assert_eq!(pulls(&rig).len(), 1);
    rig.ann.edits_body(&pull, "My own words.");
    rig.channel().send(&rig.delivery(1, pushed("Once more.", proposal()))).await.unwrap();
    assert_eq!((pull.body().as_str(), pulls(&rig).len()), ("My own words.", 1), "what people wrote stays");
    rig.end().await;
}

#[tokio::test]
async fn what_is_not_said_in_public_is_not_in_the_pull_request() {
    let (rig, _) = with_work().await;
    let delivery = Delivery { detail: Detail::Summary, ..rig.delivery(1, pushed("A secret.", proposal())) };
    rig.channel().send(&delivery).await.unwrap();
    let body = pulls(&rig).remove(0).body();
    assert!(!body.contains("A secret.") && body.starts_with("Closes #1"), "{body}");
    rig.end().await;
}

#[tokio::test]
async fn a_pull_request_whose_answer_was_lost_is_not_opened_twice() {
    let (rig, issue) = with_work().await;
    rig.server.misbehave(Fault::LoseResponse.once().on("POST", "/pulls"));
    let card = pushed("Done.", Proposal { draft: false, closes: false, ..proposal() });
    let lost = rig.channel().send(&rig.delivery(1, card.clone())).await;
    assert!(matches!(lost, Err(SendError::Later { .. })), "{lost:?}");
    assert!(issue.comments().is_empty(), "the comment is to say where it is");
    rig.channel().send(&rig.delivery(1, card)).await.unwrap();
    let pulls = pulls(&rig);
    assert_eq!(pulls.len(), 1);
    assert!(!pulls[0].is_draft() && pulls[0].body().contains("\n\nFor #1\n\n"), "{}", pulls[0].body());
    assert!(only(&issue).body.contains("Pull request: #2"));
    rig.end().await;
}

#[tokio::test]
async fn what_github_refuses_to_open_is_told_and_nothing_is_opened_where_nothing_is_put_forward() {
    let (rig, issue) = with_work().await;
    rig.ann.deletes_branch(&rig.repo, "signalbox/fix");
    rig.channel().send(&rig.delivery(1, pushed("Done.", proposal()))).await.unwrap();
    assert!(only(&issue).body.contains("No pull request could be opened"), "{}", issue.transcript());
    let Card::Outcome(card) = pushed("Done.", proposal()) else { panic!("an outcome is one") };
    for none in [OutcomeCard { proposal: None, ..card.clone() }, OutcomeCard { pushed: false, ..card }] {
        let asked = rig.server.calls().len();
        rig.channel().send(&rig.delivery(1, Card::Outcome(none))).await.unwrap();
        let about_pulls = |call: &Call| call.path.contains("/pulls");
        assert!(!rig.server.calls()[asked..].iter().any(about_pulls), "a comment and nothing else");
    }
    assert!(pulls(&rig).is_empty());
    rig.end().await;
}

#[tokio::test]
async fn work_that_went_onto_a_pull_request_opens_no_other() {
    let (rig, _) = with_work().await;
    let pull = rig.ann.opens_pull(&rig.repo, "signalbox/fix", "Mine", "As it says.");
    rig.channel().send(&rig.delivery(2, pushed("Done.", proposal()))).await.unwrap();
    assert_eq!((pulls(&rig).len(), pull.body().as_str()), (1, "As it says."));
    assert!(!only(&pull).body.contains("Pull request:"), "{}", pull.transcript());
    rig.end().await;
}

#[tokio::test]
async fn the_next_request_at_the_issue_goes_on_at_its_pull_request_while_that_is_open() {
    let (mut rig, issue) = with_work().await;
    rig.channel().send(&rig.delivery(1, pushed("Done.", proposal()))).await.unwrap();
    let pull = pulls(&rig).remove(0);
    rig.listen();
    rig.ann.comments(&issue, "@signalbox and the docs, please");
    let ground = rig.desk.heard(1).await[0].ground.clone().unwrap();
    assert_eq!((ground.onto, ground.commit), (Onto::Branch("signalbox/fix".to_owned()), pull.head()));
    rig.ann.merges(&pull);
    rig.ann.comments(&issue, "@signalbox one thing more");
    assert_eq!(rig.desk.heard(2).await[1].ground, None, "it is merged: work begins on the default branch again");
    rig.end().await;
}

#[tokio::test]
async fn what_begins_no_work_gets_no_sign() {
    let (mut rig, issue) = with_work().await;
    rig.listen();
    rig.desk.state().deaf_to = vec![Trigger::Mention, Trigger::Opened];
    rig.ann.opens_issue(&rig.repo, "Another", "@signalbox see to it");
    let mention = rig.ann.comments(&issue, "@signalbox do it");
    let command = rig.ann.comments(&issue, "/task do it");
    rig.ann.comments(&issue, "@signalbox status");
    let heard = rig.desk.heard(2).await;
    let words: Vec<_> = heard.iter().map(super::desk::words).collect();
    assert_eq!(words, ["/task do it", "@signalbox status"]);
    let seen = |id: u64| move |thread: &Thread| thread.comment(id).is_some_and(|comment| !comment.reactions.is_empty());
    issue.wait_until("the eyes", seen(command), PATIENCE).await;
    assert!(!seen(mention)(&issue), "{}", issue.transcript());
    rig.end().await;
}
