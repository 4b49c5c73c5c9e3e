//! Deliveries that come more than once, and those that do not come at all.

use super::Team;
use crate::harness::PATIENCE;
use crate::telegram::just_say;
use signalbox_testkit::github::{Delivery, Role, Visibility};

fn is_comment(delivery: &Delivery) -> bool {
    delivery.event == "issue_comment" && delivery.body.contains("@signalbox")
}

#[tokio::test]
async fn what_is_delivered_fifty_times_is_done_once() {
    let team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let issue = ann.opens_issue(&team.repo, "Once", "");
    ann.comments(&issue, &format!("@signalbox {}", just_say("Done once.")));
    let delivery = team.github.wait_for_delivery(is_comment, PATIENCE).await;
    for _ in 0..25 {
        team.github.redelivers(delivery.id);
    }
    team.hears(&issue, "Done once.").await;
    for _ in 0..25 {
        team.github.redelivers(delivery.id);
    }
    team.has_heard_all().await;
    let brought: Vec<_> = team.github.deliveries().into_iter().filter(is_comment).collect();
    assert_eq!(brought.iter().filter(|one| one.guid == delivery.guid && one.status_code == 202).count(), 51);
    ann.comments(&issue, &format!("@signalbox {}", just_say("And another.")));
    team.hears(&issue, "And another.").await;
    assert_eq!(team.tasks().await.len(), 2);
    assert_eq!(team.said(&issue).len(), 4, "a card and an answer each: {}", issue.transcript());
    team.ends().await;
}

#[tokio::test]
async fn what_could_not_be_delivered_is_found_and_done_once() {
    let mut team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let issue = ann.opens_issue(&team.repo, "While you were away", "");
    team.has_heard_all().await;
    team.dies().await;
    ann.comments(&issue, &format!("@signalbox {}", just_say("I am back.")));
    let missed = team.github.wait_for_delivery(is_comment, PATIENCE).await;
    assert_eq!(missed.status_code, 502);
    team.returns().await;
    team.hears(&issue, "I am back.").await;
    team.github.redelivers(missed.id);
    team.has_heard_all().await;
    ann.comments(&issue, &format!("@signalbox {}", just_say("Here I stay.")));
    team.hears(&issue, "Here I stay.").await;
    assert_eq!(team.tasks().await.len(), 2, "{}", issue.transcript());
    team.ends().await;
}
