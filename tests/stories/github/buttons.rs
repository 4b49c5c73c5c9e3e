//! Buttons of check runs: whoever presses one is judged like anyone who writes.

use super::{Team, pull_request};
use crate::harness::PATIENCE;
use crate::telegram::leave_a_trace;
use serde_json::json;
use signalbox_testkit::github::{CheckRunSeen, Role, Visibility};

fn has(run: &CheckRunSeen, button: &str) -> bool {
    run.actions.iter().any(|[label, _, _]| label == button)
}

#[tokio::test]
async fn a_button_decides_for_whoever_may_and_for_nobody_else() {
    let team = Team::new(Visibility::Private).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let looker = team.member("bob", "viewer", Role::Write).await;
    let colleague = team.member("carl", "member", Role::Write).await;
    let stranger = team.github.user("eve");
    team.repo.grants(&stranger, Role::Write);
    let pull = pull_request(&team, &ann);
    ann.comments(&pull, &format!("@signalbox {}", leave_a_trace()));
    let (asked, _) = team.is_asked(&pull).await;
    let run = team.repo.wait_for_check_run(|run| has(run, "Approve"), PATIENCE).await;
    for other in [&stranger, &looker, &colleague] {
        other.clicks(&team.repo, run.id, "Approve");
    }
    let told = |run: &CheckRunSeen| ["bob", "carl", "eve"].iter().all(|name| tells(run, name));
    team.repo.wait_for_check_run(told, PATIENCE).await;
    let open: serde_json::Value = serde_json::from_str(&team.says(&["approvals", "--json"]).await).unwrap();
    assert_eq!((open.as_array().unwrap().len(), &open[0]["state"]), (1, &json!("open")), "{open}");
    ann.clicks(&team.repo, run.id, "Approve");
    team.becomes(&pull, asked.id, "Allowed by ann").await;
    team.hears(&pull, "The trace is left.").await;
    let ended = |now: &CheckRunSeen| now.id == run.id && now.conclusion.as_deref() == Some("success");
    let ended = team.repo.wait_for_check_run(ended, PATIENCE).await;
    assert_eq!((ended.head, ended.actions.len()), (pull.head(), 0));
    team.ends().await;
}

/// Whether a check run says something to somebody.
fn tells(run: &CheckRunSeen, name: &str) -> bool {
    run.summary.as_ref().is_some_and(|summary| summary.contains(&format!("`{name}`: ")))
}
