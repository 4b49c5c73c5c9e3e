//! Places where nothing can be said any more.

use super::Team;
use crate::telegram::{just_say, leave_a_trace};
use signalbox_testkit::github::{Role, Visibility};

#[tokio::test]
async fn an_app_that_is_removed_meanwhile_is_told_of_and_heard_again_when_it_is_back() {
    let team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let issue = ann.opens_issue(&team.repo, "Gone and back", "");
    ann.comments(&issue, &format!("@signalbox {}", leave_a_trace()));
    let (_, code) = team.is_asked(&issue).await;
    assert!(!team.says(&["places"]).await.contains("not installed"));
    team.repo.uninstalls_app();
    let said = team.said(&issue).len();
    team.says(&["approve", &code]).await;
    team.world.is_quiet().await;
    let places = shown_lost(&team).await;
    assert!(places.contains("github:acme/demo#1"), "{places}");
    assert_eq!(team.said(&issue).len(), said, "{}", issue.transcript());
    team.repo.installs_app();
    ann.comments(&issue, &format!("@signalbox {}", just_say("Here again.")));
    team.hears(&issue, "Here again.").await;
    assert!(!team.says(&["places"]).await.contains("not installed"), "{}", issue.transcript());
    team.ends().await;
}

#[tokio::test]
async fn a_repository_is_bound_as_github_writes_it_and_only_if_it_is_there() {
    let team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    for (nowhere, why) in [
        ("github:acme/nothing", "GitHub has no acme/nothing, or the App is not installed there"),
        ("github:acme/demo.git", "without .git"),
    ] {
        let refused = team.world.says(&["bind", "demo", nowhere]).await;
        assert!(refused.code() != 0 && refused.stderr.contains(why), "{}", refused.stderr);
    }
    team.says(&["unbind", "github:Acme/Demo"]).await;
    assert_eq!(team.world.says(&["unbind", "github:acme/demo"]).await.code(), 1, "it is bound no more");
    team.says(&["bind", "demo", "github:ACME/Demo"]).await;
    let issue = ann.opens_issue(&team.repo, "Bound", "");
    ann.comments(&issue, &format!("@signalbox {}", just_say("I am bound.")));
    team.hears(&issue, "I am bound.").await;
    let places = team.says(&["places"]).await;
    assert!(places.contains("github:acme/demo") && !places.contains("ACME"), "{places}");
    team.ends().await;
}

/// What `signalbox places` says once it knows of the removal: the outcome is tried a moment after the work is over.
async fn shown_lost(team: &Team) -> String {
    for _ in 0..200 {
        let places = team.says(&["places"]).await;
        if places.contains("the App is not installed there") {
            return places;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nothing is said of the removal: {}", team.says(&["places"]).await);
}
