//! What people in a chat wait for: the first sign that they were heard, the card of their task, and what a tap changes.
//!
//! The platform is testkit's Telegram in this process, which knows when it handed an update out and when something could be
//! seen. Requests and stops are measured on a hub that is idle, without a worker; decisions while a task waits for them. After
//! each, the same platform is asked something by hand and a page is written to the same disk: where those take long, it is
//! the machine that is slow.

use crate::hub::Hub;
use crate::percentiles::Percentiles;
use crate::world::World;
use anyhow::Context as _;
use serde_json::json;
use signalbox_testkit::script::Script;
use signalbox_testkit::telegram::{Chat, Message, TelegramServer, TelegramSettings, User};
use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How many requests are made, and how many decisions taken, for each of the bench's rounds.
const REQUESTS: usize = 30;
const DECISIONS: usize = 5;
/// So many people take turns, so that nobody still sees that the hub is at it when they ask for the next thing.
const PEOPLE: usize = 60;
/// How long the hub is left alone between two measurements, and a card before its button is pressed.
const REST: Duration = Duration::from_millis(60);
/// How long anything here may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was measured.
#[derive(Default)]
pub(crate) struct ChatFigures {
    sign: Vec<Duration>,
    card: Vec<Duration>,
    stop: Vec<Duration>,
    decision: Vec<Duration>,
    trip: Vec<Duration>,
    page: Vec<Duration>,
}

/// Measures it all.
pub(crate) async fn measure(world: &World, rounds: usize) -> anyhow::Result<ChatFigures> {
    let mut figures = ChatFigures::default();
    let idle = Party::invite(world, "hub-idle", &["--roles", "chat"], PEOPLE).await?;
    // The first ones fill caches; they are not counted.
    for number in 0..REQUESTS * rounds + PEOPLE {
        let member = &idle.people[number % PEOPLE];
        let counted = if number < PEOPLE { &mut ChatFigures::default() } else { &mut figures };
        idle.request_and_stop(member, number, counted).await?;
        idle.compare(counted).await?;
    }
    idle.end().await?;
    let busy = Party::invite(world, "hub-deciding", &[], 1).await?;
    busy.decide(DECISIONS * rounds, &mut figures).await;
    busy.end().await?;
    Ok(figures)
}

/// Somebody and their private chat.
type Member = (User, Chat);

/// A platform, a hub that listens to it, and people who are known to both.
struct Party {
    telegram: TelegramServer,
    hub: Hub,
    http: reqwest::Client,
    page: File,
    people: Vec<Member>,
}

impl Party {
    async fn invite(world: &World, home: &str, arguments: &[&str], people: usize) -> anyhow::Result<Self> {
        let telegram = TelegramServer::start(TelegramSettings { limits: false, ..TelegramSettings::default() })?;
        let (token, api_url) = (telegram.token(), telegram.base_url());
        let variables = [
            ("SIGNALBOX_TELEGRAM_TOKEN", token.as_str()),
            ("SIGNALBOX_TELEGRAM_API_URL", &api_url),
            // What is measured is the hub, not the platform's limits.
            ("SIGNALBOX_TELEGRAM_CHAT_PER_SECOND", "1000"),
            ("SIGNALBOX_TELEGRAM_ALL_PER_SECOND", "1000"),
        ];
        let hub = Hub::start_with(world, home, arguments, &variables).await?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let page = tempfile::tempfile_in(world.path())?;
        let mut party = Self { telegram, hub, http, page, people: Vec::new() };
        for number in 0..people {
            let user = party.telegram.user(&format!("Person{number}"));
            let identity = json!({"platform": "telegram", "account": user.id().to_string()});
            let known = json!({"name": user.name(), "role": "member", "project": null, "admin": false,
                "identities": [identity]});
            party.hub.post("users", &known).await?;
            let chat = party.telegram.private(&user);
            party.people.push((user, chat));
        }
        party.telegram.wait_for_call(|call| call.method == "getUpdates", PATIENCE).await;
        Ok(party)
    }

    /// Somebody asks for something, sees that they were heard, sees the card, and stops it.
    async fn request_and_stop(&self, member: &Member, number: usize, figures: &mut ChatFigures) -> anyhow::Result<()> {
        let (person, chat) = member;
        let asked = person.says(chat, &format!("request {number}"));
        let answers = |message: &Message| message.reply_to == Some(asked) && message.button("Stop").is_some();
        let card = self.telegram.wait_for(chat, answers, PATIENCE).await;
        let update = self.telegram.update_of(chat, asked).context("no update tells of the request")?;
        let handed = self.telegram.handed_out(update).context("the update was not handed out")?;
        let actions = self.telegram.actions(chat);
        let signs = actions.iter().map(|action| action.at).filter(|at| *at >= handed).chain([card.at]);
        figures.sign.push(signs.min().context("no sign")? - handed);
        figures.card.push(card.at - handed);
        sleep(REST).await;
        figures.stop.push(self.tap(member, card.id, "Stop", "Stopped").await);
        sleep(REST).await;
        Ok(())
    }

    /// From a tap to when the card says so.
    async fn tap(&self, (person, chat): &Member, card: i64, button: &str, becomes: &str) -> Duration {
        let tapped = Instant::now();
        let press = person.presses(chat, card, button);
        let changed = |message: &Message| message.id == card && message.text.contains(becomes);
        let changed = self.telegram.wait_for(chat, changed, PATIENCE).await;
        press.answer().await;
        let version = changed.versions.iter().find(|version| version.text.contains(becomes));
        version.map_or(PATIENCE, |version| version.at - tapped)
    }

    /// One task asks for many things; each is decided on by a tap.
    async fn decide(&self, times: usize, figures: &mut ChatFigures) {
        let (person, chat) = &self.people[0];
        let call = |number: usize| json!({"command": format!("echo {number} >> done.txt"), "description": "Count"});
        let script = (0..times).fold(Script::new(), |script, number| script.tool("Bash", call(number)));
        person.says(chat, &script.say("All is counted.").to_string());
        let mut last = 0;
        for number in 0..times {
            let command = format!("echo {number} ");
            let asks = |message: &Message| {
                message.id > last && message.text.contains(&command) && message.button("Once").is_some()
            };
            last = self.telegram.wait_for(chat, asks, PATIENCE).await.id;
            sleep(REST * 5).await;
            figures.decision.push(self.tap(&self.people[0], last, "Once", "Allowed by").await);
        }
        let ends = |message: &Message| message.id > last && message.text.contains("All is counted.");
        self.telegram.wait_for(chat, ends, PATIENCE).await;
    }

    /// What the machine does by itself.
    async fn compare(&self, figures: &mut ChatFigures) -> anyhow::Result<()> {
        let began = Instant::now();
        let url = format!("{}/bot{}/getMe", self.telegram.base_url(), self.telegram.token());
        self.http.get(url).send().await?.error_for_status()?.bytes().await?;
        figures.trip.push(began.elapsed());
        let began = Instant::now();
        self.page.write_all_at(&[1; 4096], 0)?;
        self.page.sync_data()?;
        figures.page.push(began.elapsed());
        Ok(())
    }

    async fn end(self) -> anyhow::Result<()> {
        self.hub.stop().await?;
        self.telegram.stop().await;
        Ok(())
    }
}

impl fmt::Display for ChatFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [sign, card, stop, decision, trip, page] =
            [&self.sign, &self.card, &self.stop, &self.decision, &self.trip, &self.page]
                .map(|all| Percentiles::of(all));
        writeln!(f, "\nIn a chat, in milliseconds: of {} requests and {} decisions\n", sign.count, decision.count)?;
        writeln!(f, "  {:54}{:>10}{:>10}{:>10}", "", "p50", "p99", "most")?;
        for (name, found) in [
            ("update handed out to the first sign", &sign),
            ("update handed out to the card", &card),
            ("tap on Stop to the changed card", &stop),
            ("tap on Once to the changed card, beside the task", &decision),
            ("the machine: one request to the same platform", &trip),
            ("the machine: one page written and synced", &page),
        ] {
            writeln!(f, "  {name:54}{found}")?;
        }
        writeln!(f, "\nTargets in a chat (a missed one does not fail the run)\n")?;
        for (name, found, limit) in [
            ("first sign, p50", sign.p50, 10.0),
            ("card, p50", card.p50, 70.0),
            ("card, p99", card.p99, 100.0),
            ("tap on Stop to the changed card, p50", stop.p50, 50.0),
            ("tap on Once to the changed card, p50", decision.p50, 50.0),
        ] {
            let word = if found <= limit { "met" } else { "MISSED" };
            writeln!(f, "  {name:46}{found:>8.2}  to be at most {limit:<6} {word}")?;
        }
        Ok(())
    }
}
