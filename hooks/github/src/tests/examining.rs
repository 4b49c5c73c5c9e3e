//! What doctor is told.

use super::rig::Rig;
use crate::{Credentials, Fault, GitHubError, GitHubSettings, examine, find_account};
use insta::assert_snapshot;
use signalbox_testkit::github::Visibility;

fn lines(about: &crate::About) -> String {
    about.missing.iter().map(|missing| missing.what.clone()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn an_app_that_has_everything_lacks_nothing() {
    let rig = Rig::idle(Visibility::Public).await;
    let about = examine(&rig.settings).await.unwrap();
    assert_eq!((about.login.as_str(), about.name.as_str()), ("signalbox[bot]", "signalbox"));
    assert_eq!(lines(&about), "");
    rig.end().await;
}

#[tokio::test]
async fn what_keeps_an_app_from_hearing_is_said() {
    let rig = Rig::idle(Visibility::Public).await;
    rig.server.webhooks_to("https://hub.example.org/");
    rig.repo.uninstalls_app();
    assert_snapshot!(lines(&examine(&rig.settings).await.unwrap()), @r"
    webhooks go to https://hub.example.org/
    the App is installed nowhere
    ");
    rig.end().await;
}

#[tokio::test]
async fn a_token_of_somebody_else_is_noticed() {
    let rig = Rig::with_token().await;
    assert_eq!(lines(&examine(&rig.settings).await.unwrap()), "");
    let anns = Credentials::Token(rig.ann.token(&["repo"]).into());
    let about = examine(&GitHubSettings { credentials: anns, ..rig.settings.clone() }).await.unwrap();
    assert_eq!(lines(&about), "the token is of ann, and github.name says signalbox-team");
    let none = GitHubSettings { credentials: Credentials::Token("ghp_nobodys".into()), ..rig.settings.clone() };
    let refused = examine(&none).await;
    assert!(matches!(refused, Err(GitHubError::Call(Fault::Said { code: 401, .. }))), "{refused:?}");
    rig.end().await;
}

#[tokio::test]
async fn where_github_is_not_its_address_comes_first() {
    let rig = Rig::idle(Visibility::Public).await;
    let away = GitHubSettings { api_url: "http://127.0.0.1:9".to_owned(), ..rig.settings.clone() };
    for fault in [examine(&away).await.unwrap_err(), find_account(&away, "ann").await.unwrap_err()] {
        assert_eq!(fault.to_string(), "http://127.0.0.1:9 does not answer as GitHub's API");
        assert!(fault.mend().starts_with("check github.api_url"), "{}", fault.mend());
    }
    rig.end().await;
}

#[tokio::test]
async fn an_account_is_found_by_its_login() {
    let rig = Rig::idle(Visibility::Public).await;
    assert_eq!(find_account(&rig.settings, "ann").await.unwrap(), rig.ann.id());
    let nobody = find_account(&rig.settings, "nobody").await.unwrap_err();
    assert!(nobody.to_string().contains("knows no account `nobody`"), "{nobody}");
    rig.end().await;
}
