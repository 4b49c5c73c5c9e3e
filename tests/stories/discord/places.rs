//! Places come and go: a channel without threads does without, and what cannot be spoken to any more is named with the
//! reason, until it can be again.

use super::{Team, just_say};
use serde_json::Value;
use signalbox_testkit::discord::{Channel, Permission};
use std::time::Duration;

#[tokio::test]
async fn a_place_that_is_lost_is_named_with_the_reason_and_heard_again_when_it_is_back() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let thread = team.asks(&ann, &just_say("hello")).await;
    team.hears(&thread, "hello").await;
    thread.locks();
    thread.archives();
    until_lost(&team, &thread, Some("locked")).await;
    thread.unlocks();
    thread.unarchives();
    until_lost(&team, &thread, None).await;
    team.guild.kicks_bot();
    until_lost(&team, &thread, Some("removed from the server")).await;
    team.guild.invites_bot();
    until_lost(&team, &thread, None).await;
    ann.says(&thread, &just_say("here I am again"));
    team.hears(&thread, "here I am again").await;
    team.room.denies(Permission::CreateThreads);
    let asked = ann.mentions(&team.room, &just_say("without a thread"));
    let answer = team.hears(&team.room, "without a thread").await;
    assert_eq!(answer.reply_to, Some(asked.id), "where there are no threads, answers are told by what they answer");
    let request = ann.replies(&team.room, &answer, &just_say("one conversation"));
    let answer = team.hears(&team.room, "one conversation").await;
    assert_eq!(answer.reply_to, Some(request.id));
    let conversations: Vec<_> = team.tasks().await.iter().map(|task| task["conversation"].clone()).collect();
    assert_eq!(conversations[0], conversations[1], "an answer to a card goes on with it: {conversations:?}");
    team.ends().await;
}

/// Waits until a place is lost for this reason, or not lost.
async fn until_lost(team: &Team, place: &Channel, why: Option<&str>) {
    let name = format!("discord:{}", place.id());
    for _ in 0..100 {
        let places: Vec<Value> = serde_json::from_str(&team.says(&["places", "--json"]).await).unwrap();
        let found = places.iter().find(|one| one["place"] == name.as_str()).map(|one| one["lost"].clone());
        let is_so = match (&found, why) {
            (Some(Value::Null), None) => true,
            (Some(Value::String(reason)), Some(why)) => reason.contains(why),
            _ => false,
        };
        if is_so {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not {why:?}: {}", team.says(&["places"]).await);
}
