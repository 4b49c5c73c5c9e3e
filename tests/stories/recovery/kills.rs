//! The hub killed with SIGKILL at random moments of a run, again and again: every task ends right, and what was approved ran
//! exactly once.

use crate::harness::{PATIENCE, Serving, World};
use crate::socket::{Follower, PUSHING, Socket, site};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::{Instant, sleep};

const ROUNDS: usize = 20;
/// Worlds at once, each with its own hub.
const WORLDS: usize = 2;
/// Three heartbeats, as the default configuration has them.
const THREE_HEARTBEATS: Duration = Duration::from_secs(15);

/// When the hub dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    BeforeLease,
    SandboxComesUp,
    MidStream,
    ApprovalOpen,
    BetweenDecisionAndAnswer,
    CommandRuns,
    Collecting,
    After,
}

impl Moment {
    const ALL: [Self; 8] = [
        Self::BeforeLease,
        Self::SandboxComesUp,
        Self::MidStream,
        Self::ApprovalOpen,
        Self::BetweenDecisionAndAnswer,
        Self::CommandRuns,
        Self::Collecting,
        Self::After,
    ];

    /// Whether this event begins it.
    fn begins_with(self, event: &Value) -> bool {
        let kind = event["event"].as_str().unwrap_or_default();
        match self {
            Self::BeforeLease => kind == "submitted",
            Self::SandboxComesUp => kind == "run_started",
            Self::MidStream => kind == "session_started",
            Self::ApprovalOpen | Self::BetweenDecisionAndAnswer => kind == "approval_opened",
            Self::CommandRuns => kind == "gate_answered" && event["answer"] == "allow",
            Self::Collecting => kind == "text" && event["text"]["text"] == LAST_WORDS,
            Self::After => kind == "finished",
        }
    }

    /// How long it lasts, in milliseconds; the hub dies somewhere in it.
    fn lasts(self) -> u64 {
        match self {
            Self::BeforeLease | Self::BetweenDecisionAndAnswer => 25,
            Self::SandboxComesUp | Self::MidStream | Self::CommandRuns => 1500,
            Self::ApprovalOpen | Self::Collecting | Self::After => 400,
        }
    }
}

/// One death of the hub.
#[derive(Debug, Clone, Copy)]
struct Kill {
    moment: Moment,
    after: Duration,
}

const LAST_WORDS: &str = "The mark is made.";

/// Says something at leisure, makes a mark by a slow command that is asked for, and answers.
fn mark() -> String {
    Script::new()
        .slow(Duration::from_millis(60))
        .say("I will make a mark in the file that counts them, and I will say so in many words, so that there is time to die.")
        .tool("Bash", json!({"command": "sleep 1.5; echo x >> count.txt", "description": "Make a mark"}))
        .slow(Duration::from_millis(1))
        .say(LAST_WORDS)
        .to_string()
}

/// Who dies when: each moment comes up at least twice; the last rounds have several deaths.
fn plan(random: &mut StdRng) -> Vec<Vec<Kill>> {
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let mut moments = vec![Moment::ALL[round % 8]];
        if round >= 16 {
            moments = Moment::ALL.into_iter().filter(|_| random.random_bool(0.45)).collect();
            moments.push(Moment::ALL[random.random_range(5..8)]);
            moments.dedup();
        }
        let after = |moment: Moment, random: &mut StdRng| Duration::from_millis(random.random_range(0..moment.lasts()));
        rounds.push(moments.into_iter().map(|moment| Kill { moment, after: after(moment, random) }).collect());
    }
    rounds
}

#[tokio::test]
async fn a_hub_killed_at_any_moment_comes_back_and_every_task_ends_right() {
    let seed = std::env::var("SIGNALBOX_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(rand::random);
    println!("seed {seed} (SIGNALBOX_TEST_SEED sets it)");
    let rounds = plan(&mut StdRng::seed_from_u64(seed));
    let mut worlds = tokio::task::JoinSet::new();
    for world in 0..WORLDS {
        let share: Vec<_> = rounds.iter().cloned().enumerate().skip(world).step_by(WORLDS).collect();
        worlds.spawn(live_through(share));
    }
    let (mut kills, mut slowest) = (0, Duration::ZERO);
    while let Some(lived) = worlds.join_next().await {
        let (deaths, longest) = lived.expect("a world in which every task ended right");
        (kills, slowest) = (kills + deaths, slowest.max(longest));
    }
    println!("{ROUNDS} of {ROUNDS} tasks ended right over {kills} kills; the slowest return took {slowest:?}");
}

async fn live_through(rounds: Vec<(usize, Vec<Kill>)>) -> (usize, Duration) {
    let world = World::new().await;
    let mut serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let (mut deaths, mut slowest) = (0, Duration::ZERO);
    for (number, kills) in rounds {
        println!("round {number}: {kills:?}");
        deaths += kills.len();
        let mut round = Round { world: &world, socket: &socket, returned: None, slowest: Duration::ZERO };
        serving = round.play(serving, kills).await;
        slowest = slowest.max(round.slowest);
    }
    serving.stops().await;
    world.ends().await;
    (deaths, slowest)
}

struct Round<'a> {
    world: &'a World,
    socket: &'a Socket,
    /// When the hub came back, until the task was seen to go on.
    returned: Option<u64>,
    slowest: Duration,
}

impl Round<'_> {
    async fn play(&mut self, mut serving: Serving, mut kills: Vec<Kill>) -> Serving {
        let task = self.socket.submits("site", &mark(), json!({})).await;
        let mut follower = self.socket.follows(&task);
        let finished = loop {
            let event = follower.next().await;
            self.note_return(&event);
            let due = kills.iter().position(|kill| kill.moment.begins_with(&event)).map(|kill| kills.remove(kill));
            if due.is_some_and(|kill| kill.moment == Moment::BetweenDecisionAndAnswer) {
                self.socket.approves(event["approval"].as_str().unwrap()).await;
            }
            if let Some(kill) = due {
                sleep(kill.after).await;
                serving = self.dies_and_returns(serving).await;
            }
            match event["event"].as_str() {
                // Of an approval that became void meanwhile, the answer says so; it is asked anew.
                Some("approval_opened") => drop(self.socket.approves(event["approval"].as_str().unwrap()).await),
                Some("finished") => break event,
                _ => {}
            }
        };
        println!("  {task}: {}", follower.kinds().join(" "));
        self.ended_right(&task, &finished, &follower).await;
        serving
    }

    async fn dies_and_returns(&mut self, serving: Serving) -> Serving {
        serving.dies().await;
        self.returned = Some(clock());
        self.world.serves().await
    }

    /// The first sign of life after the hub's return.
    fn note_return(&mut self, event: &Value) {
        let at = event["at"].as_u64().unwrap_or_default();
        let Some(returned) = self.returned.filter(|returned| at >= *returned) else { return };
        self.slowest = self.slowest.max(Duration::from_millis(at - returned));
        assert!(self.slowest < THREE_HEARTBEATS, "the task was left alone for {:?}", self.slowest);
        self.returned = None;
    }

    async fn ended_right(&self, task: &str, finished: &Value, follower: &Follower) {
        assert_eq!(finished["state"], "succeeded", "{finished}; {:#?}", follower.seen);
        let marks = self.world.git(&["show", &format!("signalbox/{task}:count.txt")]);
        assert_eq!(marks, "x", "the command ran exactly once; {:#?}", follower.seen);
        let began = Instant::now();
        loop {
            let folders = std::fs::read_dir(self.world.home().join("sandboxes")).map_or(0, Iterator::count);
            let containers = self.world.containers().await;
            if folders == 0 && containers.is_empty() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "left over: {containers:?} and {folders} folders");
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The time as events have it.
fn clock() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
