//! Groups and topics: only what is meant for the bot is heard, and each click is judged by who clicked.

use super::{Team, just_say, leave_a_trace};
use crate::harness::PATIENCE;
use signalbox_testkit::telegram::TelegramSettings;
use std::time::Duration;

#[tokio::test]
async fn a_group_is_heard_on_mention_reply_and_command_and_each_click_is_judged() {
    let team = Team::new().await;
    let (ann, _) = team.member("Ann", "member").await;
    let (bob, _) = team.member("Bob", "member").await;
    let eve = team.telegram.user("Eve");
    let group = team.telegram.supergroup("Team", &[&ann, &bob, &eve]);
    ann.mentions(&group, &just_say("too early"));
    team.hears(&group, "No project is bound to this place yet").await;
    ann.says(&group, "/project demo");
    team.hears(&group, "maintainer of demo may bind places to it").await;
    team.binds(&group.id().to_string()).await;
    ann.says(&group, "nothing for the bot");
    bob.says(&group, "and this neither: /etc/passwd");
    team.is_silent(&group, Duration::from_secs(1)).await;
    ann.mentions(&group, &leave_a_trace());
    let approval = team.is_asked(&group).await;
    let answer = eve.presses(&group, approval.id, "Once").answer().await;
    assert!(answer.text.is_some_and(|text| text.contains("I do not know you")), "a stranger's click moves nothing");
    let answer = bob.presses(&group, approval.id, "Once").answer().await;
    assert!(answer.text.unwrap().contains("leaves this decision to others"), "a member who did not ask");
    assert!(group.message(approval.id).unwrap().button("Once").is_some());
    ann.presses(&group, approval.id, "Once").answer().await;
    let outcome = team.hears(&group, "The trace is left.").await;
    // A reply goes on with the conversation, without a mention.
    ann.replies(&group, outcome.id, &just_say("and on it goes"));
    team.hears(&group, "and on it goes").await;
    team.ends().await;
}

#[tokio::test]
async fn what_holds_in_a_group_is_changed_by_those_who_may_give_tasks_there() {
    let team = Team::new().await;
    let (ann, _) = team.member("Ann", "member").await;
    let (vic, _) = team.member("Vic", "viewer").await;
    let group = team.telegram.supergroup("Team", &[&ann, &vic]);
    team.binds(&group.id().to_string()).await;
    ann.says(&group, "/mode plan");
    team.hears(&group, "Claude proposes a plan first").await;
    for command in ["/mode work", "/mode", "/model garbage", "/model", "/new"] {
        let said = vic.says(&group, command);
        let refused = |message: &signalbox_testkit::telegram::Message| {
            message.reply_to == Some(said) && message.text.contains("Only those who may give tasks here")
        };
        team.telegram.wait_for(&group, refused, PATIENCE).await;
    }
    let said = ann.says(&group, "/mode");
    let same = |message: &signalbox_testkit::telegram::Message| {
        message.reply_to == Some(said) && message.text.contains("Claude proposes a plan first")
    };
    team.telegram.wait_for(&group, same, PATIENCE).await;
    team.ends().await;
}

#[tokio::test]
async fn a_topic_is_a_conversation_of_its_own() {
    let team = Team::new().await;
    let (ann, _) = team.member("Ann", "member").await;
    let forum = team.telegram.forum("Work", &[&ann]);
    team.binds(&forum.id().to_string()).await;
    let (red, blue) = (forum.topic("Red"), forum.topic("Blue"));
    ann.mentions(&red, &just_say("in red"));
    ann.mentions(&blue, &just_say("in blue"));
    let in_red = team.hears(&red, "in red").await;
    let in_blue = team.hears(&blue, "in blue").await;
    assert_eq!((in_red.thread, in_blue.thread), (Some(red.id()), Some(blue.id())));
    ann.mentions(&red, &just_say("red again"));
    team.hears(&red, "red again").await;
    let tasks: serde_json::Value = serde_json::from_str(&team.says(&["tasks", "--all", "--json"]).await).unwrap();
    let conversation = |address: String| {
        let of = tasks.as_array().unwrap().iter().filter(|task| task["origin"] == format!("telegram:{address}"));
        of.map(|task| task["conversation"].clone()).collect::<Vec<_>>()
    };
    let (reds, blues) =
        (conversation(format!("{}/{}", forum.id(), red.id())), conversation(format!("{}/{}", forum.id(), blue.id())));
    assert_eq!((reds.len(), blues.len()), (2, 1));
    assert!(reds[0] == reds[1] && reds[0] != blues[0]);
    team.ends().await;
}

#[tokio::test]
async fn where_anybody_can_read_a_card_shows_a_summary_and_the_decision_is_made_in_private() {
    let team = Team::new().await;
    let (ann, anns) = team.member("Ann", "member").await;
    let group = team.telegram.supergroup("Open to all", &[&ann]);
    group.publishes("open_to_all");
    team.binds(&group.id().to_string()).await;
    ann.mentions(&group, &leave_a_trace());
    let card = team.hears(&group, "🔐").await;
    assert!(!card.text.contains("ran.txt") && card.buttons.is_empty(), "{}", card.text);
    ann.says(&anns, "/pending");
    let shown = team.is_asked(&anns).await;
    assert!(shown.text.contains("echo ran >> ran.txt"));
    ann.presses(&anns, shown.id, "Once").answer().await;
    team.becomes(&group, card.id, "Allowed by Ann").await;
    team.hears(&group, "The trace is left.").await;
    team.ends().await;
}

#[tokio::test]
async fn where_anybody_can_read_policy_can_keep_answers_from_them_and_another_projects_task_is_not_told() {
    let policy = "[cards]\nanswers_in_public = \"summary\"\ndetail_in_public = \"full\"\n";
    let team = Team::with(TelegramSettings::default(), policy, |world| world).await;
    let (ann, anns) = team.member("Ann", "member").await;
    let group = team.telegram.supergroup("Open to all", &[&ann]);
    group.publishes("open_to_all");
    team.binds(&group.id().to_string()).await;
    ann.mentions(&group, &leave_a_trace());
    let asked = team.is_asked(&group).await;
    ann.presses(&group, asked.id, "Once").answer().await;
    let outcome = team.hears(&group, "What came of it is not shown here").await;
    assert!(outcome.button("Diff").is_none() && outcome.button("Push").is_some(), "{outcome:?}");
    let told = group.messages().iter().filter(|message| message.from_bot).any(|message| {
        message.text.contains("The trace is left") || message.text.contains("ran.txt") && message.id != asked.id
    });
    assert!(!told, "{}", group.transcript());
    let task: String = outcome.text.split("/status ").nth(1).unwrap().chars().take(12).collect();
    ann.says(&group, &format!("/status {task}"));
    team.hears(&group, "keeps what was done from them").await;
    ann.says(&anns, &format!("/status {task}"));
    team.hears(&anns, "Bash echo ran").await;

    let repository = team.world.repository();
    team.says(&["project", "add", "other", "--git", repository.to_str().unwrap()]).await;
    team.says(&["user", "change", "Ann", "--project", "other", "--role", "member"]).await;
    let friends = team.telegram.group("Others", &[&ann]);
    team.says(&["bind", "other", &format!("telegram:{}", friends.id())]).await;
    for command in ["status", "diff"] {
        ann.says(&friends, &format!("/{command} {task}"));
    }
    let refused = || friends.messages().iter().filter(|message| message.text.contains("belongs elsewhere")).count();
    team.telegram.wait_until("both are refused", |_| refused() == 2, PATIENCE).await;
    team.ends().await;
}

#[tokio::test]
async fn what_happens_to_places_is_handled_and_visible_to_the_admin() {
    let team = Team::new().await;
    let (ann, anns) = team.member("Ann", "member").await;
    let (bob, bobs) = team.member("Bob", "member").await;
    let old = team.telegram.group("Team", &[&ann]);
    team.binds(&old.id().to_string()).await;
    ann.mentions(&old, &just_say("before"));
    team.hears(&old, "before").await;
    let new = old.migrates();
    ann.mentions(&new, &just_say("after"));
    team.hears(&new, "after").await;
    let forum = team.telegram.forum("Work", &[&ann]);
    team.binds(&forum.id().to_string()).await;
    let topic = forum.topic("Red");
    ann.mentions(&topic, &just_say("hello"));
    team.hears(&topic, "hello").await;
    topic.closes();
    forum.removes_bot(&ann);
    bob.says(&bobs, &just_say("hello"));
    team.hears(&bobs, "hello").await;
    bob.blocks_bot();
    let expected = [
        (format!("telegram:{}", new.id()), false),
        (format!("telegram:{}", forum.id()), true),
        (format!("telegram:{}", bobs.id()), true),
    ];
    for _ in 0..100 {
        let places: serde_json::Value = serde_json::from_str(&team.says(&["places", "--json"]).await).unwrap();
        let is_lost = |place: &str| {
            let found = places.as_array().unwrap().iter().find(|one| one["place"] == place);
            found.map(|one| !one["lost"].is_null())
        };
        if expected.iter().all(|(place, lost)| is_lost(place) == Some(*lost)) {
            assert_eq!(is_lost(&format!("telegram:{}", old.id())), None, "the old name is gone");
            // A card whose message was deleted is sent anew.
            ann.says(&anns, &leave_a_trace());
            let asked = team.is_asked(&anns).await;
            ann.deletes(&anns, asked.id);
            ann.says(&anns, "/pending");
            let again = |message: &signalbox_testkit::telegram::Message| {
                message.id > asked.id && message.button("Once").is_some()
            };
            let card = team.telegram.wait_for(&anns, again, PATIENCE).await;
            ann.presses(&anns, card.id, "Once").answer().await;
            team.hears(&anns, "The trace is left.").await;
            team.ends().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{}", team.says(&["places"]).await);
}
