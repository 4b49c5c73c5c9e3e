//! Cards as comments.

use super::cards::{allowed, asks, command, outcome, task};
use super::rig::Rig;
use crate::{GitHubSettings, Pace};
use insta::assert_snapshot;
use signalbox_core::delivery::Delivery;
use signalbox_core::desk::PlaceChange;
use signalbox_core::port::SendError;
use signalbox_testkit::github::{Fault, Visibility};
use std::time::Duration;

#[tokio::test]
async fn a_card_is_one_comment_that_is_kept_up_to_date() {
    let rig = Rig::idle(Visibility::Public).await;
    let issue = rig.ann.opens_issue(&rig.repo, "It breaks", "");
    let channel = rig.channel();
    let sent = channel.send(&rig.delivery(1, asks(command("cargo test && echo `id`")))).await.unwrap();
    let message = sent.message.clone().unwrap();
    assert_eq!(sent.all, [message.as_str()]);
    let id: u64 = message.strip_prefix('c').unwrap().parse().unwrap();
    assert!(issue.comment(id).unwrap().body.contains("```bash\ncargo test && echo `id`\n```"));
    let edited = channel.edit(&rig.delivery(1, asks(allowed(command("cargo test")))), &message).await.unwrap();
    assert_eq!(edited.message.as_deref(), Some(message.as_str()));
    let comment = issue.comment(id).unwrap();
    assert_eq!((comment.versions.len(), comment.author.as_str()), (2, "signalbox[bot]"));
    assert!(comment.body.contains("Allowed by Bob") && !comment.body.contains("/approve"), "{}", comment.body);
    assert_eq!(issue.comments().len(), 1);
    rig.end().await;
}

#[tokio::test]
async fn a_comment_whose_answer_was_lost_is_not_written_twice() {
    let rig = Rig::idle(Visibility::Public).await;
    let issue = rig.ann.opens_issue(&rig.repo, "It breaks", "");
    let channel = rig.channel();
    rig.server.misbehave(Fault::LoseResponse.once().on("POST", "/issues/1/comments"));
    let now = i64::try_from(crate::moment::now() * 1000).unwrap();
    let first = Delivery {
        created_at: signalbox_core::time::Timestamp::from_millis(now),
        ..rig.delivery(1, outcome("Done.", &[]))
    };
    assert!(matches!(channel.send(&first).await, Err(SendError::Later { after: None, .. })));
    let sent = channel.send(&Delivery { attempts: 2, ..first }).await.unwrap();
    let comments = issue.comments();
    assert_eq!(comments.len(), 1);
    assert_eq!(sent.message, Some(format!("c{}", comments[0].id)));
    rig.end().await;
}

#[tokio::test]
async fn limits_are_obeyed() {
    let rig = Rig::idle(Visibility::Public).await;
    rig.ann.opens_issue(&rig.repo, "It breaks", "");
    let channel = rig.channel();
    rig.server.misbehave(Fault::Secondary(7).once().on("POST", "/issues/1/comments"));
    let refused = channel.send(&rig.delivery(1, outcome("Done.", &[]))).await;
    assert!(matches!(refused, Err(SendError::Later { after: Some(wait), .. }) if wait == Duration::from_secs(7)));
    let calls = rig.server.calls().len();
    let refused = channel.send(&rig.delivery(1, outcome("Done.", &[]))).await;
    assert!(matches!(refused, Err(SendError::Later { after: Some(wait), .. }) if wait <= Duration::from_secs(7)));
    assert_eq!(rig.server.calls().len(), calls, "nothing is asked meanwhile");
    rig.end().await;
}

#[tokio::test]
async fn no_more_is_written_than_was_set() {
    let mut rig = Rig::idle(Visibility::Public).await;
    let pace = Pace { per_minute: 2, per_hour: 500 };
    rig.settings = GitHubSettings { pace, ..rig.settings };
    let issue = rig.ann.opens_issue(&rig.repo, "It breaks", "");
    let channel = rig.channel();
    for _ in 0..2 {
        channel.send(&rig.delivery(1, outcome("Done.", &[]))).await.unwrap();
    }
    let refused = channel.send(&rig.delivery(1, outcome("Done.", &[]))).await;
    assert!(matches!(refused, Err(SendError::Later { after: Some(wait), .. }) if wait > Duration::from_secs(30)));
    assert_eq!(issue.comments().len(), 2);
    rig.end().await;
}

#[tokio::test]
async fn what_is_only_passing_is_shown_now_and_then() {
    let rig = Rig::idle(Visibility::Public).await;
    let issue = rig.ann.opens_issue(&rig.repo, "It breaks", "");
    let channel = rig.channel();
    let message = channel.send(&rig.delivery(1, task("", false))).await.unwrap().message.unwrap();
    channel.edit(&rig.delivery(1, task("one", true)), &message).await.unwrap();
    let refused = channel.edit(&rig.delivery(1, task("two", true)), &message).await;
    assert!(matches!(refused, Err(SendError::Later { after: Some(wait), .. }) if wait > Duration::from_secs(5)));
    channel.edit(&rig.delivery(1, task("three", false)), &message).await.unwrap();
    let body = issue.comments()[0].body.clone();
    assert!(body.contains("three"), "{body}");
    rig.end().await;
}

#[tokio::test]
async fn a_place_that_is_shut_is_noted() {
    let rig = Rig::idle(Visibility::Public).await;
    rig.ann.opens_issue(&rig.repo, "It breaks", "");
    let channel = rig.channel();
    let missing = channel.send(&rig.delivery(9, outcome("Done.", &[]))).await;
    rig.repo.archives();
    let gone = channel.send(&rig.delivery(1, outcome("Done.", &[]))).await;
    rig.repo.uninstalls_app();
    let fresh = rig.channel().send(&rig.delivery(1, outcome("Done.", &[]))).await;
    let reasons: Vec<_> =
        [missing, gone, fresh].into_iter().map(|outcome| format!("{}", outcome.unwrap_err())).collect();
    assert_snapshot!(reasons.join("\n"), @r"
    it is gone, or we may not see it
    the repository is archived
    the App is not installed there
    ");
    let changes = rig.desk.state().changes.clone();
    assert!(changes.iter().all(|(_, change)| matches!(change, PlaceChange::Lost(_))) && changes.len() == 3);
    rig.end().await;
}

#[tokio::test]
async fn what_cannot_be_edited_is_sent_anew() {
    let rig = Rig::idle(Visibility::Public).await;
    let issue = rig.ann.opens_issue(&rig.repo, "It breaks", "");
    let channel = rig.channel();
    let message = channel.send(&rig.delivery(1, task("", false))).await.unwrap().message.unwrap();
    rig.ann.deletes(&issue, message[1..].parse().unwrap());
    for message in [message.as_str(), "c999999", "r1", "nonsense"] {
        let lost = channel.edit(&rig.delivery(1, task("", false)), message).await;
        assert!(matches!(lost, Err(SendError::EditLost)), "{message}: {lost:?}");
    }
    rig.end().await;
}

#[tokio::test]
async fn tokens_are_made_once_and_renewed_before_they_end() {
    let rig = Rig::idle(Visibility::Public).await;
    rig.ann.opens_issue(&rig.repo, "It breaks", "");
    let channel = rig.channel();
    let made = || rig.server.calls().iter().filter(|call| call.path.ends_with("/access_tokens")).count();
    let (one, two, three) =
        (rig.delivery(1, outcome("1", &[])), rig.delivery(1, outcome("2", &[])), rig.delivery(1, outcome("3", &[])));
    let (one, two, three) = tokio::join!(channel.send(&one), channel.send(&two), channel.send(&three));
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(made(), 1);
    // Another one is made when GitHub does not take it any more, whatever our clock says.
    rig.server.advance(Duration::from_secs(2 * 3600));
    channel.send(&rig.delivery(1, outcome("4", &[]))).await.unwrap();
    assert_eq!(made(), 2);
    let calls = rig.server.calls();
    let token = calls.iter().find(|call| call.path.ends_with("/access_tokens")).unwrap();
    assert_eq!(token.body, serde_json::json!({"repositories": ["site"]}), "for this repository alone");
    rig.end().await;
}
