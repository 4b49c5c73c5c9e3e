//! Who is let in: links by one-time codes, and one refusal a day for everybody else.

use super::{Team, just_say, leave_a_trace};
use std::time::Duration;

#[tokio::test]
async fn an_account_is_linked_by_a_code_and_a_stranger_gets_one_refusal_and_nothing_else() {
    let team = Team::new().await;
    team.says(&["user", "add", "ann", "--role", "member", "--project", "demo"]).await;
    let code = team.says(&["user", "link-code", "ann"]).await;
    let code = code.trim();
    let ann = team.telegram.user("Ann");
    let chat = ann.starts(&team.telegram);
    team.hears(&chat, "I do not know you.").await;
    ann.says(&chat, &leave_a_trace());
    ann.says(&chat, "/link aaaa-bbbb-cccc-dddd");
    ann.says(&chat, "/help");
    team.is_silent(&chat, Duration::from_secs(2)).await;
    assert!(team.telegram.actions(&chat).is_empty(), "no sign that we heard");
    ann.says(&chat, &format!("/link {code}"));
    team.hears(&chat, "Welcome, ann").await;
    let tasks = team.says(&["tasks", "--all", "--json"]).await;
    assert_eq!(tasks.trim(), "[]", "what a stranger wrote never becomes a task");
    let eve = team.telegram.user("Eve");
    let eves = team.telegram.private(&eve);
    eve.says(&eves, &format!("/link {code}"));
    team.hears(&eves, "I do not know you.").await;
    ann.says(&chat, &just_say("hello"));
    team.hears(&chat, "hello").await;
    team.ends().await;
}

#[tokio::test]
async fn a_code_said_in_a_group_is_worth_nothing_any_more() {
    let team = Team::new().await;
    team.says(&["user", "add", "ann", "--role", "member", "--project", "demo"]).await;
    let code = team.says(&["user", "link-code", "ann"]).await;
    let (ann, eve) = (team.telegram.user("Ann"), team.telegram.user("Eve"));
    let group = team.telegram.group("Team", &[&ann, &eve]);
    ann.says(&group, &format!("/link {}", code.trim()));
    team.hears(&group, "it is worth nothing any more").await;
    let eves = team.telegram.private(&eve);
    eve.says(&eves, &format!("/link {}", code.trim()));
    team.hears(&eves, "I do not know you.").await;
    let code = team.says(&["user", "link-code", "ann"]).await;
    let anns = team.telegram.private(&ann);
    ann.says(&anns, &format!("/link {}", code.trim()));
    team.hears(&anns, "Welcome, ann").await;
    team.ends().await;
}
