//! The hub goes away and comes back: what was running goes on, what was asked can be answered, nothing runs twice and nothing
//! is left behind.

mod kills;

use crate::harness::{PATIENCE, Serving, World, docker};
use crate::socket::{Follower, PUSHING, Socket, site};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

/// One command that is asked for.
fn mark() -> String {
    Script::new()
        .tool("Bash", json!({"command": "echo x >> count.txt", "description": "Make a mark"}))
        .say("The mark is made.")
        .to_string()
}

/// One command that is asked for and takes its time.
fn slow_mark() -> String {
    Script::new()
        .tool("Bash", json!({"command": "sleep 4; echo x >> count.txt", "description": "Make a mark"}))
        .say("The mark is made.")
        .to_string()
}

struct Scene {
    world: World,
    serving: Serving,
    socket: Socket,
}

impl Scene {
    async fn set(world: World) -> Self {
        let serving = world.serves().await;
        let socket = site(&world, PUSHING).await;
        Self { world, serving, socket }
    }

    /// A task whose approval is open.
    async fn asks(&self, prompt: &str) -> (String, Follower, String) {
        let task = self.socket.submits("site", prompt, json!({})).await;
        let mut follower = self.socket.follows(&task);
        let asked = follower.until("approval_opened").await;
        (task, follower, asked["approval"].as_str().unwrap().to_owned())
    }

    async fn ends(self, task: &str, follower: &mut Follower) {
        self.made_one_mark(task, follower).await;
        self.closes().await;
    }

    async fn made_one_mark(&self, task: &str, follower: &mut Follower) {
        let finished = follower.until("finished").await;
        assert_eq!(finished["state"], "succeeded", "{:#?}", follower.seen);
        assert_eq!(self.world.git(&["show", &format!("signalbox/{task}:count.txt")]), "x", "{:#?}", follower.kinds());
    }

    async fn closes(self) {
        self.serving.stops().await;
        self.world.ends().await;
    }
}

#[tokio::test]
async fn a_button_pressed_while_the_hub_is_away_counts_once_it_is_back() {
    let scene = Scene::set(World::new().await).await;
    let (task, mut follower, approval) = scene.asks(&mark()).await;
    let before = scene.world.containers().await;
    scene.serving.dies().await;
    assert_eq!(scene.world.containers().await, before, "the container lives on");
    // Without a hub, the command line records the decision by itself.
    let approved = scene.world.says(&["approve", &approval]).await;
    assert_eq!(approved.code(), 0, "{}", approved.stderr);
    let scene = Scene { serving: scene.world.serves().await, ..scene };
    follower.until("reattached").await;
    scene.ends(&task, &mut follower).await;
    assert_eq!(follower.count("approval_opened"), 1, "nobody was asked twice: {:#?}", follower.kinds());
}

#[tokio::test]
async fn an_open_approval_survives_two_deaths_and_works_in_the_instant_between() {
    let scene = Scene::set(World::new().await).await;
    let (task, mut follower, approval) = scene.asks(&mark()).await;
    scene.serving.dies().await;
    let serving = scene.world.serves().await;
    let decided = scene.socket.approves(&approval).await;
    assert_eq!(decided["outcome"], "applied");
    serving.dies().await;
    let scene = Scene { serving: scene.world.serves().await, ..scene };
    scene.ends(&task, &mut follower).await;
    assert_eq!(follower.count("approval_opened"), 1, "{:#?}", follower.kinds());
}

#[tokio::test]
async fn a_parked_task_waits_through_a_death_and_goes_on_when_answered() {
    let scene = Scene::set(World::new().await.with("SIGNALBOX_APPROVAL_HOLD", "500ms")).await;
    let (task, mut follower, approval) = scene.asks(&mark()).await;
    follower.until("parked").await;
    scene.serving.dies().await;
    let scene = Scene { serving: scene.world.serves().await, ..scene };
    assert_eq!(scene.world.containers().await, Vec::<String>::new());
    assert_eq!(scene.socket.task(&task).await["state"], "parked");
    scene.socket.approves(&approval).await;
    scene.ends(&task, &mut follower).await;
    assert_eq!(follower.count("approval_opened"), 1, "{:#?}", follower.kinds());
}

#[tokio::test]
async fn a_stopped_hub_leaves_the_sandbox_alive_and_the_next_one_takes_it_up() {
    let scene = Scene::set(World::new().await).await;
    let (task, mut follower, approval) = scene.asks(&slow_mark()).await;
    scene.socket.approves(&approval).await;
    follower.until("gate_answered").await;
    let before = scene.world.containers().await;
    scene.serving.stops().await;
    assert_eq!((scene.world.containers().await, before.len()), (before, 1));
    let scene = Scene { serving: scene.world.serves().await, ..scene };
    follower.until("reattached").await;
    scene.ends(&task, &mut follower).await;
    assert_eq!(follower.count("run_started"), 1);
}

#[tokio::test]
async fn a_terminal_sees_every_event_once_although_the_hub_died_under_it() {
    let scene = Scene::set(World::new().await).await;
    let mut run = scene.world.runs(&[], &mark());
    let asked = run.until("approval_opened").await;
    // The terminal would become the hub itself if it saw that there is none; it is asleep meanwhile.
    signal("-STOP", run.pid()).await;
    scene.serving.dies().await;
    let scene = Scene { serving: scene.world.serves().await, ..scene };
    signal("-CONT", run.pid()).await;
    run.until("reattached").await;
    scene.socket.approves(asked["approval"].as_str().unwrap()).await;
    let (finished, code, seen) = run.finishes().await;
    assert_eq!((code, &finished["state"]), (0, &json!("succeeded")));
    numbered_without_gaps(&seen);
    scene.closes().await;
}

#[tokio::test]
async fn a_terminal_goes_on_by_itself_when_another_terminals_hub_is_gone() {
    let world = World::new().await;
    let mut first = world.runs(&[], &mark());
    let of_first = first.until("approval_opened").await;
    let mut second = world.runs(&[], &mark());
    let of_second = second.until("approval_opened").await;
    first.dies().await;
    second.until("reattached").await;
    approves(&world, &of_first).await;
    let task = of_first["task"].as_str().unwrap();
    let until = Instant::now() + PATIENCE;
    loop {
        let shown = world.says(&["show", task, "--json"]).await;
        let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
        if shown["state"] == "succeeded" {
            break;
        }
        assert!(Instant::now() < until, "the first terminal's task is forgotten: {shown}");
        sleep(Duration::from_millis(100)).await;
    }
    approves(&world, &of_second).await;
    let (finished, code, seen) = second.finishes().await;
    assert_eq!((code, &finished["state"]), (0, &json!("succeeded")));
    numbered_without_gaps(&seen);
    world.ends().await;
}

async fn approves(world: &World, asked: &Value) {
    let said = world.says(&["approve", asked["approval"].as_str().unwrap()]).await;
    assert_eq!(said.code(), 0, "{}", said.stderr);
}

#[tokio::test]
async fn a_sandbox_killed_from_outside_is_replaced_and_what_it_asked_is_asked_anew() {
    let scene = Scene::set(World::new().await).await;
    let (task, mut follower, approval) = scene.asks(&mark()).await;
    let container = scene.world.containers().await.remove(0);
    docker(&["kill", &container]).await;
    let voided = follower.until("approval_voided").await;
    assert_eq!(voided["approval"], approval.as_str());
    let failed = follower.until("run_failed").await;
    let late = scene.socket.approves(&approval).await;
    assert_eq!((&late["outcome"], &late["approval"]["state"]), (&json!("late"), &json!("void")), "{failed}");
    let again = follower.until("approval_opened").await;
    scene.socket.approves(again["approval"].as_str().unwrap()).await;
    scene.ends(&task, &mut follower).await;
}

#[tokio::test]
async fn what_belongs_to_nobody_is_removed_at_the_start() {
    let scene = Scene::set(World::new().await).await;
    let (task, mut follower, approval) = scene.asks(&mark()).await;
    let own = scene.world.containers().await.remove(0);
    scene.serving.dies().await;
    let (stray, folder) = strays(&scene.world, &own).await;
    let scene = Scene { serving: scene.world.serves().await, ..scene };
    gone(&scene.world, &stray).await;
    assert!(!folder.exists(), "a stray sandbox folder is removed");
    assert_eq!(scene.world.containers().await, [own], "the running task's own stays");
    scene.socket.approves(&approval).await;
    scene.ends(&task, &mut follower).await;
}

/// A container and a folder as a hub would have left them that died at the wrong moment.
async fn strays(world: &World, like: &str) -> (String, std::path::PathBuf) {
    let id = format!("{:032x}", rand::random::<u128>());
    let hub = docker(&["inspect", "--format", "{{index .Config.Labels \"signalbox.hub\"}}", like]).await;
    let kind = docker(&["inspect", "--format", "{{index .Config.Labels \"signalbox.kind\"}}", like]).await;
    let labels = [("hub", hub.trim()), ("kind", kind.trim()), ("sandbox", &id)];
    let labels: Vec<_> = labels.iter().map(|(name, value)| format!("--label=signalbox.{name}={value}")).collect();
    let name = format!("signalbox-{id}");
    let mut arguments = vec!["run", "--detach", "--network=none", "--entrypoint=sleep", "--name", &name];
    arguments.extend(labels.iter().map(String::as_str));
    arguments.extend(["signalbox-runner", "600"]);
    docker(&arguments).await;
    let folder = world.home().join("sandboxes").join(format!("{:032x}", rand::random::<u128>()));
    std::fs::create_dir_all(&folder).unwrap();
    (name, folder)
}

async fn gone(world: &World, container: &str) {
    let began = Instant::now();
    while world.containers().await.iter().any(|name| name == container) {
        assert!(began.elapsed() < PATIENCE, "{container} is still there");
        sleep(Duration::from_millis(50)).await;
    }
}

async fn signal(signal: &str, pid: u32) {
    let sent = Command::new("kill").args([signal, &pid.to_string()]).status().await.unwrap();
    assert!(sent.success());
}

fn numbered_without_gaps(seen: &[Value]) {
    let numbers: Vec<_> = seen.iter().filter_map(|event| event.get("seq")?.as_u64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "no event is missing or doubled");
}
