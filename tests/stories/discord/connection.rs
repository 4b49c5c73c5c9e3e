//! The connection to the gateway breaks, is refused, or is not there for a while: nothing is missed, nothing is done twice.

use super::{Team, just_say};
use crate::harness::PATIENCE;
use signalbox_testkit::discord::{Beginning, Channel, Fault, Resumable, User};
use std::time::Duration;

/// Writes this in the channel, and expects an answer in a thread of it.
async fn is_answered(team: &Team, user: &User, texts: &[String], during: impl Fn(usize)) -> Vec<Channel> {
    let mut requests = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        during(number);
        requests.push(user.mentions(&team.room, &just_say(text)));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut threads = Vec::new();
    for (request, text) in requests.iter().zip(texts) {
        let thread = team.thread_of(&team.room, request).await;
        team.hears(&thread, text).await;
        threads.push(thread);
    }
    assert_eq!(team.tasks().await.len(), texts.len(), "each was done once");
    threads
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("answer {number}.")).collect()
}

#[tokio::test]
async fn a_lost_connection_is_resumed_and_nothing_is_missed_or_done_twice() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    is_answered(&team, &ann, &numbered(6), |number| match number {
        1 => team.discord.cut_gateway(),
        2 => team.discord.misbehave(Fault::RepeatEvent.once().of("MESSAGE_CREATE")),
        3 => team.discord.asks_to_reconnect(),
        4 => team.discord.misbehave(Fault::SwapEvents.once().of("MESSAGE_CREATE")),
        5 => team.discord.close_gateway(4000),
        _ => {}
    })
    .await;
    let connections = team.discord.connections();
    let resumed = connections.iter().filter(|connection| connection.began == [Beginning::Resumed]).count();
    assert!(resumed >= 2, "{connections:#?}");
    assert_eq!(connections.iter().filter(|connection| connection.began == [Beginning::Identified]).count(), 1);
    team.ends().await;
}

#[tokio::test]
async fn what_was_said_while_the_hub_was_down_and_its_session_died_is_read_from_the_channels() {
    let mut team = Team::new().await;
    let (ann, bob) = (team.member("Ann", "member").await, team.member("Bob", "member").await);
    let thread = team.asks(&ann, &just_say("hello")).await;
    team.hears(&thread, "hello").await;
    let direct = team.discord.dm(&bob);
    bob.says(&direct, &just_say("good morning"));
    team.hears(&direct, "good morning").await;
    team.dies().await;
    ann.says(&thread, &just_say("in the thread"));
    bob.says(&direct, &just_say("in private"));
    let request = bob.mentions(&team.room, &just_say("in the channel"));
    bob.says(&team.room, "not for the bot");
    team.discord.invalidate_sessions(Resumable::No);
    team.discord.advance(Duration::from_secs(3600));
    team.returns().await;
    team.hears(&thread, "in the thread").await;
    team.hears(&direct, "in private").await;
    let begun = team.thread_of(&team.room, &request).await;
    team.hears(&begun, "in the channel").await;
    // An invalid session, while it listens, is followed by a new one.
    team.discord.invalidate_sessions(Resumable::No);
    ann.says(&thread, &just_say("and on it goes"));
    team.hears(&thread, "and on it goes").await;
    assert_eq!(team.tasks().await.len(), 6, "each was done once");
    team.discord.wait_connected(PATIENCE).await;
    team.ends().await;
}

#[tokio::test]
async fn answers_that_are_lost_on_the_way_are_sent_again_and_seen_once() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    team.discord.misbehave(Fault::LoseResponse.once().on("POST", "/threads"));
    let long: String = (0..90).map(|number| format!("Paragraph {number} of an answer that goes on.\n\n")).collect();
    let thread = team.asks(&ann, &just_say(&long)).await;
    let posts = format!("channels/{}/messages", thread.id());
    for fault in [Fault::LoseResponse, Fault::Html(502), Fault::LoseRequest, Fault::LoseResponse] {
        team.discord.misbehave(fault.once().on("POST", &posts));
    }
    team.hears(&thread, "Paragraph 89 of").await;
    let said = thread.messages();
    for number in [0, 30, 60, 89] {
        let says = format!("Paragraph {number} of");
        let count = said.iter().filter(|message| message.from_bot && message.content.contains(&says)).count();
        assert_eq!(count, 1, "{says}\n{}", team.discord.transcript(&thread));
    }
    assert_eq!(team.discord.threads(&team.room).len(), 1);
    assert_eq!(team.discord.misbehaviour_left(), 0);
    team.ends().await;
}
