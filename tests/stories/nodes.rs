//! Two hubs with homes of their own on one MariaDB and one Redis: they share the queue and the approvals, and one goes on when
//! the other, or Redis, dies.

use crate::harness::{PATIENCE, Serving, World, git};
use crate::socket::{PUSHING, Socket};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

/// So seldom is the database looked at, that whatever goes on at once was rung for.
const SELDOM: &str = "20s";

/// Two hubs, and what they share.
struct Pair {
    a: Node,
    b: Node,
}

struct Node {
    world: World,
    serving: Serving,
    socket: Socket,
}

impl Node {
    async fn ends(self) {
        let began = Instant::now();
        while !self.world.containers().await.is_empty() && began.elapsed() < PATIENCE {
            sleep(Duration::from_millis(50)).await;
        }
        self.serving.stops().await;
        self.world.ends().await;
    }
}

impl Pair {
    /// Both on a fresh database and this Redis, with one project of A's repository.
    async fn on(redis: &str, settings: &[(&str, &str)]) -> Self {
        let (database, first) = (fresh_database().await, World::new().await);
        let key = master_key(&first);
        let node = async |world: World| {
            let world = world.with("SIGNALBOX_DATABASE_URL", &database).with("SIGNALBOX_REDIS_URL", redis);
            let world = world.with("SIGNALBOX_MASTER_KEY_FILE", &key);
            let world = settings.iter().fold(world, |world, (name, value)| world.with(name, value));
            let serving = world.serves().await;
            let socket = Socket::of(&world.home());
            Node { world, serving, socket }
        };
        let pair = Self { a: node(first).await, b: node(World::new().await).await };
        pair.a.socket.adds_project("site", &pair.a.world.repository(), PUSHING).await;
        pair
    }

    async fn ends(self) {
        self.a.ends().await;
        self.b.ends().await;
    }
}

/// A master key for several hubs, in the folder of one of them.
fn master_key(world: &World) -> String {
    let file = world.folder().join("shared.key");
    std::fs::write(&file, "7".repeat(64)).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    file.to_str().unwrap().to_owned()
}

fn server(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} is not set: run the stories by scripts/test.sh, or as `scripts/services.sh cargo nextest run`"
        )
    })
}

/// A database of this story's own, made by the server's client.
async fn fresh_database() -> String {
    let server = server("SIGNALBOX_TEST_MYSQL_URL");
    let name = format!("story_{:016x}", rand::random::<u64>());
    let address = reqwest::Url::parse(&server).expect("an address");
    let mut client = Command::new("mariadb");
    client.args(["--no-defaults", "--protocol=tcp", "--host", address.host_str().unwrap()]);
    client.args(["--port", &address.port().unwrap_or(3306).to_string(), "--user", address.username()]);
    client.env("MYSQL_PWD", address.password().unwrap_or_default());
    let made = client.args(["--execute", &format!("CREATE DATABASE {name}")]).output().await.expect("mariadb runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut own = address.clone();
    own.set_path(&name);
    own.to_string()
}

/// A Redis of this story's own, to be killed.
async fn own_redis() -> (Child, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let mut server = Command::new("redis-server");
    server.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    let server = server.stdout(Stdio::null()).kill_on_drop(true).spawn().expect("redis-server runs");
    let began = Instant::now();
    while tokio::net::TcpStream::connect(format!("127.0.0.1:{port}")).await.is_err() {
        assert!(began.elapsed() < PATIENCE, "redis does not answer");
        sleep(Duration::from_millis(20)).await;
    }
    (server, format!("redis://127.0.0.1:{port}"))
}

/// One command that is asked for.
fn mark(command: &str) -> String {
    let command = format!("{command}echo x >> count.txt");
    Script::new().tool("Bash", json!({"command": command, "description": "Make a mark"})).say("Done.").to_string()
}

fn marks(pair: &Pair, task: &str) -> String {
    git(&pair.a.world.repository(), &["show", &format!("signalbox/{task}:count.txt")])
}

#[tokio::test]
async fn two_hubs_share_the_queue_and_what_one_asks_is_decided_through_the_other_at_once() {
    let redis = server("SIGNALBOX_TEST_REDIS_URL");
    let settings =
        [("SIGNALBOX_QUEUE_POLL", SELDOM), ("SIGNALBOX_QUEUE_CONCURRENCY", "1"), ("SIGNALBOX_QUEUE_PER_PROJECT", "9")];
    let pair = Pair::on(&redis, &settings).await;
    let mut tasks = Vec::new();
    for _ in 0..6 {
        tasks.push(pair.a.socket.submits("site", &mark(""), json!({"asking": "allow_all"})).await);
    }
    let mut places = [0, 0];
    for task in &tasks {
        // B, too, is told what happens on A while it happens.
        let mut follower = pair.b.socket.follows(task);
        let finished = follower.until("finished").await;
        assert_eq!((&finished["state"], follower.count("run_started")), (&json!("succeeded"), 1), "{finished}");
        assert_eq!(marks(&pair, task), "x");
        places[usize::from(ran_on(&pair.b, task))] += 1;
    }
    assert!(places[0] > 0 && places[1] > 0, "both took some: {places:?}");
    let waited = decided_elsewhere(&pair).await;
    println!("6 tasks were spread {places:?}; a decision through the other hub took {waited:?} to arrive");
    assert!(waited < Duration::from_secs(5), "{waited:?}");
    pair.ends().await;
}

/// Whether the node's own mirror has the task's result.
fn ran_on(node: &Node, task: &str) -> bool {
    let log = std::fs::read_to_string(node.world.home().join("../serve.log")).unwrap_or_default();
    log.lines().any(|line| line.contains(task) && line.contains("succeeded"))
}

/// How long a decision takes to the hub that waits for it, given through the hub that does not.
async fn decided_elsewhere(pair: &Pair) -> Duration {
    let mut longest = Duration::ZERO;
    // Both hubs have one, so one of the two is decided through the other.
    let mut asking = Vec::new();
    for _ in 0..2 {
        let task = pair.a.socket.submits("site", &mark(""), json!({})).await;
        asking.push((pair.b.socket.follows(&task), task));
    }
    for (follower, task) in &mut asking {
        let asked = follower.until("approval_opened").await;
        let decided = pair.b.socket.approves(asked["approval"].as_str().unwrap()).await;
        assert_eq!(decided["outcome"], "applied");
        let answered = follower.until("gate_answered").await;
        let decided = follower.seen.iter().find(|event| event["event"] == "approval_decided").unwrap();
        longest = longest.max(Duration::from_millis(at(&answered) - at(decided)));
        assert_eq!(follower.until("finished").await["state"], "succeeded");
        assert_eq!(marks(pair, task), "x");
    }
    longest
}

fn at(event: &Value) -> u64 {
    event["at"].as_u64().unwrap()
}

#[tokio::test]
async fn with_redis_dead_polling_goes_on() {
    let (mut redis, address) = own_redis().await;
    let settings = [("SIGNALBOX_QUEUE_POLL", "500ms"), ("SIGNALBOX_QUEUE_CONCURRENCY", "1")];
    let pair = Pair::on(&address, &settings).await;
    let first = pair.a.socket.submits("site", &mark(""), json!({})).await;
    let mut follower = pair.b.socket.follows(&first);
    let asked = follower.until("approval_opened").await;
    redis.kill().await.unwrap();
    let second = pair.a.socket.submits("site", "SAY done", json!({})).await;
    assert_eq!(pair.b.socket.follows(&second).until("finished").await["state"], "succeeded");
    pair.b.socket.approves(asked["approval"].as_str().unwrap()).await;
    assert_eq!(follower.until("finished").await["state"], "succeeded");
    assert_eq!(marks(&pair, &first), "x");
    pair.ends().await;
}

#[tokio::test]
async fn a_dead_hubs_task_goes_on_at_the_other_once_and_the_dead_one_clears_up_when_it_returns() {
    let redis = server("SIGNALBOX_TEST_REDIS_URL");
    // B begins when A has a task already, so that it is clear who has it.
    let pair = Pair::on(&redis, &[("SIGNALBOX_QUEUE_LEASE", "3s"), ("SIGNALBOX_QUEUE_POLL", "500ms")]).await;
    let Pair { a, b } = pair;
    b.serving.stops().await;
    let task = a.socket.submits("site", &mark(""), json!({})).await;
    let asked = a.socket.follows(&task).until("approval_opened").await;
    let b = Node { serving: b.world.serves().await, ..b };
    a.serving.dies().await;
    let left = a.world.containers().await;
    assert_eq!(left.len(), 1);
    let mut follower = b.socket.follows(&task);
    let voided = follower.until("approval_voided").await;
    assert_eq!(voided["approval"], asked["approval"], "a dead sandbox takes its question with it");
    follower.until("run_started").await;
    let again = follower.until("approval_opened").await;
    assert_eq!((a.world.containers().await, b.world.containers().await.len()), (left, 1), "A's was left alone");
    let a = Node { serving: a.world.serves().await, ..a };
    assert_eq!(a.world.containers().await, Vec::<String>::new(), "A has cleared up");
    a.socket.approves(again["approval"].as_str().unwrap()).await;
    assert_eq!(follower.until("finished").await["state"], "succeeded", "{:#?}", follower.seen);
    let pair = Pair { a, b };
    assert_eq!(marks(&pair, &task), "x");
    pair.ends().await;
}

#[tokio::test]
async fn a_conversation_waits_for_its_node_and_goes_on_elsewhere_when_that_is_dead() {
    let redis = server("SIGNALBOX_TEST_REDIS_URL");
    let Pair { a, b } = Pair::on(&redis, &[("SIGNALBOX_QUEUE_LEASE", "3s"), ("SIGNALBOX_QUEUE_POLL", "500ms")]).await;
    b.serving.stops().await;
    let first = a.socket.submits("site", &mark(""), json!({"asking": "allow_all"})).await;
    assert_eq!(a.socket.follows(&first).until("finished").await["state"], "succeeded");
    let conversation = a.socket.task(&first).await["conversation"].clone();
    let b = Node { serving: b.world.serves().await, ..b };
    let next = json!({"project": null, "conversation": conversation});
    let look = Script::new().tool("Bash", json!({"command": "cat count.txt"})).echo().to_string();
    let second = b.socket.submits("site", &look, next.clone()).await;
    assert_eq!(b.socket.follows(&second).until("finished").await["result"], "x");
    assert!(ran_on(&a, &second), "the node with the workspace took it");
    a.serving.dies().await;
    let third = b.socket.submits("site", &look, next).await;
    let mut follower = b.socket.follows(&third);
    assert_eq!(follower.until("finished").await["result"], "x", "{:#?}", follower.seen);
    assert!(ran_on(&b, &third));
    let a = Node { serving: a.world.serves().await, ..a };
    Pair { a, b }.ends().await;
}

#[tokio::test]
async fn a_hub_with_another_master_key_does_not_start_and_says_why() {
    let database = fresh_database().await;
    let first = World::new().await.with("SIGNALBOX_DATABASE_URL", &database);
    assert_eq!(first.says(&["audit", "head"]).await.code(), 0);
    let other = World::new().await.with("SIGNALBOX_DATABASE_URL", &database);
    let said = other.says(&["serve"]).await;
    assert_eq!(said.code(), 3, "{}", said.stderr);
    assert!(said.stderr.contains("SIGNALBOX_MASTER_KEY_FILE"), "{}", said.stderr);
    first.ends().await;
    other.ends().await;
}
