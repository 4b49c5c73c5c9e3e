//! Who may do what changes: roles, accounts, places, while people are at work.

use super::{Team, just_say};

#[tokio::test]
async fn what_is_taken_from_a_person_is_gone_at_once() {
    let team = Team::new().await;
    let (ann, chat) = team.member("ann", "member").await;
    ann.says(&chat, &just_say("as a member"));
    team.hears(&chat, "as a member").await;
    let listed = team.says(&["user", "list"]).await;
    let account = format!("telegram:{}", ann.id());
    assert!(listed.contains("member of demo") && listed.contains(&account), "{listed}");
    team.says(&["user", "change", "ann", "--project", "demo", "--role", "viewer"]).await;
    ann.says(&chat, &just_say("as a viewer"));
    team.hears(&chat, "but not submit tasks").await;
    let wrong = team.world.says(&["user", "change", "ann", "--unlink", "telegram:1"]).await;
    assert!(wrong.stderr.contains("not linked to ann"), "{}", wrong.stderr);
    team.says(&["user", "remove", "ann"]).await;
    ann.says(&chat, &just_say("as nobody"));
    team.hears(&chat, "I do not know you.").await;
    team.says(&["user", "change", "ann", "--project", "demo", "--role", "member", "--link", &account]).await;
    ann.says(&chat, &just_say("once more"));
    team.hears(&chat, "once more").await;
    assert!(team.world.says(&["user", "remove", "operator"]).await.stderr.contains("operator"));
    team.ends().await;
}

#[tokio::test]
async fn a_place_is_bound_by_its_right_address_and_is_its_projects_to_give_away() {
    let team = Team::new().await;
    let slip = team.world.says(&["bind", "demo", "telegram:@team"]).await;
    assert_eq!(slip.code(), 2);
    assert!(slip.stderr.contains("telegram:-1001234567890"), "{}", slip.stderr);
    let (olga, _) = team.member("olga", "member").await;
    let repository = team.world.repository();
    team.says(&["project", "add", "hers", "--git", repository.to_str().unwrap()]).await;
    team.says(&["user", "change", "olga", "--project", "hers", "--role", "owner"]).await;
    let group = team.telegram.group("Team", &[&olga]);
    let place = format!("telegram:{}", group.id());
    team.says(&["bind", "demo", &place]).await;
    olga.says(&group, "/project hers");
    team.hears(&group, "bound to another project").await;
    team.says(&["unbind", &place]).await;
    olga.says(&group, "/project hers");
    team.hears(&group, "hers").await;
    let listed = team.says(&["places"]).await;
    assert!(listed.contains("hers"), "{listed}");
    team.ends().await;
}
