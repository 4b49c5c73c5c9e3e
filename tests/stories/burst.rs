//! A burst: far more comes in than the platform lets out. Everything is answered all the same, once and in order, without a
//! second refusal in a row; and what somebody waits for does not wait for what merely shows progress.
//!
//! The platform's limits run on testkit's hurried clock, and the hub's own pace is hurried alike.

use crate::harness::World;
use crate::telegram::{Team, just_say};
use signalbox_testkit::script::Script;
use signalbox_testkit::telegram::{Chat, Message, Place, TelegramSettings, Topic, User};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many virtual seconds pass in a real one.
const RATE: f64 = 8.0;
const PRIVATE: usize = 40;
const SUPERGROUPS: usize = 8;
const FORUMS: usize = 2;
const TOPICS: usize = 4;
/// How much is said in each private chat, and in each group to the bot and past it: 10,000 in all.
const IN_PRIVATE: usize = 224;
const TO_BOT: usize = 80;
const PAST_BOT: usize = 24;
/// How long all of it may take.
const LONGEST: Duration = Duration::from_secs(240);

#[tokio::test]
async fn ten_thousand_messages_over_fifty_chats_are_answered_once_and_in_order() {
    let mut team = hurried(RATE, "2").await;
    let mut corners = corners(&team).await;
    // Two chats in which a task shows its progress all the time, while ten others have requests that wait behind it.
    for corner in &corners[..2] {
        corner.person.says(&corner.spot, &long_story(LONGEST * 3));
        team.hears(&corner.spot, "in demo").await;
    }
    team.telegram.pause_updates();
    let said = say_all(&mut corners);
    assert_eq!(said, 10_000);
    let began = Instant::now();
    team.telegram.resume_updates();
    let taken = until(&team, "all is taken in", |team| team.telegram.pending_updates() == 0).await;
    until(&team, "all is answered", |_| corners.iter().all(Corner::is_answered)).await;
    let owed = corners.iter().map(|corner| corner.asked.len()).sum::<usize>() as f64;
    let (took, refused) = (began.elapsed().as_secs_f64(), team.telegram.too_many_requests());
    eprintln!(
        "{said} messages taken in within {taken:.1} s, {owed} answers within {took:.1} s: {:.0} a second, {:.1} a virtual \
         second; {refused} refusals",
        owed / took,
        owed / took / RATE
    );
    assert_eq!(team.telegram.repeated_too_many_requests(), 0, "{refused} refusals in all");
    corners.iter().for_each(Corner::check);
    edits_held_up_nobody(&corners, began);
    stop_all(&team, &corners).await;
    nothing_comes_again(&mut team, &corners).await;
    team.ends().await;
}

#[tokio::test]
async fn answers_overtake_the_progress_of_tasks_that_uses_up_a_groups_room() {
    let team = hurried(2.0, "4").await;
    let (ann, _) = team.member("Ann", "member").await;
    let group = team.telegram.supergroup("Team", &[&ann]);
    team.binds(&group.id().to_string()).await;
    for _ in 0..3 {
        ann.mentions(&group, &long_story(Duration::from_secs(120)));
    }
    // Of forty a minute progress gets what is not kept for answers: by now it waits for room.
    let edits = |telegram: &signalbox_testkit::telegram::TelegramServer| {
        telegram.messages(&group).iter().map(Message::edits).sum::<usize>()
    };
    team.telegram.wait_until("progress has used its room", |telegram| edits(telegram) >= 8, LONGEST).await;
    for _ in 0..5 {
        let (asked, began) = (ann.says(&group, "/whoami"), Instant::now());
        team.telegram.wait_for(&group, |message| message.reply_to == Some(asked), LONGEST).await;
        let waited = began.elapsed();
        assert!(waited < Duration::from_secs(2), "{waited:?}\n{}", group.transcript());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(team.telegram.too_many_requests(), 0);
    for task in open_tasks(&team).await {
        team.says(&["stop", &task]).await;
    }
    team.ends().await;
}

/// A team whose platform and hub are both this much faster, where so many tasks run at once.
async fn hurried(rate: f64, at_once: &str) -> Team {
    let settings = TelegramSettings { clock_rate: rate, ..TelegramSettings::default() };
    let adjust = |world: World| {
        world
            .with("SIGNALBOX_TELEGRAM_CHAT_PER_SECOND", &rate.to_string())
            .with("SIGNALBOX_TELEGRAM_GROUP_PER_MINUTE", &(20.0 * rate).to_string())
            .with("SIGNALBOX_TELEGRAM_ALL_PER_SECOND", &(30.0 * rate).to_string())
            .with("SIGNALBOX_QUEUE_CONCURRENCY", at_once)
            .with("SIGNALBOX_QUEUE_PER_PROJECT", at_once)
    };
    Team::with(settings, "", adjust).await
}

/// A request whose answer grows for so long.
fn long_story(span: Duration) -> String {
    let lines = 0..span.as_secs();
    lines.fold(Script::new(), |script, n| script.say(format!("line {n}")).delay(Duration::from_secs(1))).to_string()
}

/// Where somebody talks with the bot.
enum Spot {
    Chat(Chat),
    Topic(Topic),
}

impl Place for Spot {
    fn chat(&self) -> &Chat {
        match self {
            Self::Chat(chat) => chat,
            Self::Topic(topic) => topic.chat(),
        }
    }

    fn thread(&self) -> Option<i64> {
        match self {
            Self::Chat(_) => None,
            Self::Topic(topic) => topic.thread(),
        }
    }
}

/// A place, who talks there, and what was asked there so far.
struct Corner {
    spot: Spot,
    person: User,
    asked: Vec<i64>,
}

impl Corner {
    fn new(spot: Spot, person: &User) -> Self {
        Self { spot, person: person.clone(), asked: Vec::new() }
    }

    fn is_private(&self) -> bool {
        self.spot.chat().id() > 0
    }

    /// The bot's answers to what was asked, in the order in which they came.
    fn answers(&self) -> Vec<Message> {
        let messages = self.spot.chat().messages().into_iter();
        let mine = |message: &Message| message.reply_to.is_some_and(|to| self.asked.binary_search(&to).is_ok());
        messages.filter(|message| message.from_bot && mine(message)).collect()
    }

    fn is_answered(&self) -> bool {
        self.answers().len() >= self.asked.len()
    }

    fn check(&self) {
        let answered: Vec<_> = self.answers().iter().filter_map(|message| message.reply_to).collect();
        assert_eq!(answered, self.asked, "each once, in the order of the questions\n{}", self.spot.chat().transcript());
    }
}

async fn corners(team: &Team) -> Vec<Corner> {
    let mut corners = Vec::new();
    let mut people = Vec::new();
    for number in 0..PRIVATE {
        let (person, chat) = team.member(&format!("P{number}"), "member").await;
        corners.push(Corner::new(Spot::Chat(chat), &person));
        people.push(person);
    }
    let members: Vec<_> = people.iter().collect();
    for (number, person) in people.iter().take(SUPERGROUPS).enumerate() {
        let group = team.telegram.supergroup(&format!("Group {number}"), &members);
        team.binds(&group.id().to_string()).await;
        corners.push(Corner::new(Spot::Chat(group), person));
    }
    for (number, person) in people.iter().take(FORUMS).enumerate() {
        let forum = team.telegram.forum(&format!("Forum {number}"), &members);
        team.binds(&forum.id().to_string()).await;
        let topics = (0..TOPICS).map(|topic| forum.topic(&format!("Topic {topic}")));
        corners.extend(topics.map(|topic| Corner::new(Spot::Topic(topic), person)));
    }
    corners
}

/// Everybody talks at once; how much was said.
fn say_all(corners: &mut [Corner]) -> usize {
    const WORDS: [&str; 5] = ["/whoami", "/help stop", "/queue", "/help diff", "/help new"];
    let mut said = 0;
    for round in 0..IN_PRIVATE {
        for (number, corner) in corners.iter_mut().enumerate() {
            let share = if matches!(corner.spot, Spot::Topic(_)) { TOPICS } else { 1 };
            let (to_bot, past_bot) =
                if corner.is_private() { (IN_PRIVATE, 0) } else { (TO_BOT / share, PAST_BOT / share) };
            if round < to_bot {
                let request = just_say("at last");
                let is_request = (2..12).contains(&number) && round == IN_PRIVATE / 2;
                let words = if is_request { &request } else { WORDS[(round + number) % WORDS.len()] };
                corner.asked.push(corner.person.says(&corner.spot, words));
                said += 1;
            }
            if round < past_bot {
                corner.person.says(&corner.spot, "this is for the others here");
                said += 1;
            }
        }
    }
    said
}

/// Looks now and then whether something holds, which takes too long to look at whenever anything changes; how long it took,
/// in seconds.
async fn until(team: &Team, what: &str, holds: impl Fn(&Team) -> bool) -> f64 {
    let began = Instant::now();
    while !holds(team) {
        assert!(began.elapsed() < LONGEST, "waited {LONGEST:?} in vain until {what}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    began.elapsed().as_secs_f64()
}

/// Where a task shows its progress, people are served no later than elsewhere.
fn edits_held_up_nobody(corners: &[Corner], began: Instant) {
    let last = |corner: &Corner| corner.answers().last().map(|message| message.at - began).unwrap_or_default();
    let (busy, quiet) = corners.split_at(2);
    let busy = busy.iter().map(last).max().unwrap_or_default();
    let quiet = quiet.iter().filter(|corner| corner.is_private()).map(last).max().unwrap_or_default();
    eprintln!("the last answer beside progress came after {busy:?}, the last one elsewhere after {quiet:?}");
    assert!(busy <= quiet + Duration::from_secs(2), "{busy:?} beside progress, {quiet:?} elsewhere");
}

/// The tasks that are not over, those that wait first.
async fn open_tasks(team: &Team) -> Vec<String> {
    let tasks: Vec<serde_json::Value> = serde_json::from_str(&team.says(&["tasks", "--json"]).await).unwrap();
    let (running, waiting): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|task| task["state"] == "running");
    waiting.iter().chain(&running).filter_map(|task| task["id"].as_str().map(str::to_owned)).collect()
}

/// Ends the tasks: each request had made one, and only one.
async fn stop_all(team: &Team, corners: &[Corner]) {
    let open = open_tasks(team).await;
    assert_eq!(open.len(), 12, "two that run and ten that wait");
    for task in open {
        team.says(&["stop", &task]).await;
    }
    for corner in &corners[..12] {
        team.hears(&corner.spot, "⏹ Stopped").await;
    }
}

/// Every message is marked as done with: a hub that comes back finds none of them to be answered once more.
async fn nothing_comes_again(team: &mut Team, corners: &[Corner]) {
    let count = |corners: &[Corner]| -> BTreeMap<i64, usize> {
        corners.iter().map(|corner| (corner.spot.chat().id(), corner.spot.chat().messages().len())).collect()
    };
    team.world.is_quiet().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = count(corners);
    team.dies().await;
    team.returns().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(count(corners), before);
}
