//! What calls nobody: bots, the hub's own comments, quotations, code and what the page does not show.

use super::Team;
use crate::telegram::just_say;
use signalbox_testkit::github::{Role, Visibility};

#[tokio::test]
async fn bots_quotations_and_the_hubs_own_words_start_nothing() {
    let team = Team::new(Visibility::Public).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let [bot, itself] = ["dependabot[bot]", "signalbox[bot]"].map(|name| team.github.other_bot(name));
    team.repo.grants(&bot, Role::Write);
    team.repo.grants(&itself, Role::Write);
    let issue = ann.opens_issue(&team.repo, "Talk", "");
    let call = |words: &str| format!("@signalbox {}", just_say(words));
    ann.comments(&issue, &call(&call("said by the hub itself")));
    let answer = team.hears(&issue, "said by the hub itself").await;
    assert!(answer.body.contains("@<!-- -->signalbox SAY"), "it calls nobody: {}", answer.body);
    itself.comments(&issue, &call("said in its name"));
    bot.comments(&issue, &call("said by a bot"));
    ann.comments(&issue, &format!("> {}\n\nThat was nice.", call("quoted")));
    ann.comments(&issue, &format!("```\n{}\n```", call("in a block")));
    ann.comments(&issue, &format!("Write `{}` to it.", call("in code")));
    ann.comments(&issue, &format!("All is well. <!-- {} -->", call("hidden")));
    ann.comments(&issue, "Signalbox and me@signalbox are not called.");
    team.has_heard_all().await;
    ann.comments(&issue, &call("said to the end"));
    team.hears(&issue, "said to the end").await;
    let tasks = team.tasks().await;
    assert_eq!(tasks.len(), 2, "{tasks:#?}\n{}", issue.transcript());
    team.ends().await;
}
