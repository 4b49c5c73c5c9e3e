//! The queue: who goes next, how many at once, who is stopped or given up, and who gets another try.

use crate::harness::{PATIENCE, Serving, World};
use crate::socket::{Follower, PUSHING, Socket, site};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

struct Scene {
    world: World,
    serving: Serving,
    socket: Socket,
}

impl Scene {
    /// A hub with these settings and two projects, `site` and `other`.
    async fn with(settings: &[(&str, &str)]) -> Self {
        let world = settings.iter().fold(World::new().await, |world, (name, value)| world.with(name, value));
        Self::set(world).await
    }

    async fn set(world: World) -> Self {
        let serving = world.serves().await;
        let socket = site(&world, PUSHING).await;
        socket.adds_project("other", &world.repository(), PUSHING).await;
        Self { world, serving, socket }
    }

    async fn submits(&self, project: &str, prompt: &str, other: Value) -> (String, Follower) {
        let task = self.socket.submits(project, prompt, other).await;
        let follower = self.socket.follows(&task);
        (task, follower)
    }

    async fn stops(&self, task: &str) {
        self.socket.posts(&format!("tasks/{task}/stop"), &json!({})).await;
    }

    async fn ends(self) {
        let began = Instant::now();
        while !self.world.containers().await.is_empty() && began.elapsed() < PATIENCE {
            sleep(Duration::from_millis(50)).await;
        }
        self.serving.stops().await;
        self.world.ends().await;
    }
}

/// One command that is asked for.
fn asking(command: &str) -> String {
    Script::new().tool("Bash", json!({"command": command, "description": "Do it"})).say("Done.").to_string()
}

fn mark() -> String {
    asking("echo x >> count.txt")
}

/// Says yes to what the task asks next.
async fn approve_next(socket: &Socket, follower: &mut Follower) {
    let asked = follower.until("approval_opened").await;
    socket.approves(asked["approval"].as_str().unwrap()).await;
}

/// How the task ended: its state, and the kind of failure if it failed.
async fn ended(follower: &mut Follower) -> (String, Option<String>) {
    let finished = follower.until("finished").await;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    (text(&finished["state"]).unwrap(), text(&finished["failure"]["kind"]))
}

async fn started_at(follower: &mut Follower) -> u64 {
    follower.until("run_started").await["at"].as_u64().unwrap()
}

fn clock() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

#[tokio::test]
async fn no_more_run_at_once_than_hub_and_project_allow_and_one_with_a_question_is_stopped() {
    let scene = Scene::with(&[("SIGNALBOX_QUEUE_CONCURRENCY", "3"), ("SIGNALBOX_QUEUE_PER_PROJECT", "2")]).await;
    let mut tasks = Vec::new();
    for project in ["site", "site", "site", "other", "other"] {
        tasks.push(scene.submits(project, &mark(), json!({})).await);
    }
    for number in [0, 1, 3] {
        tasks[number].1.until("approval_opened").await;
    }
    for (number, state) in ["running", "running", "queued", "running", "queued"].into_iter().enumerate() {
        assert_eq!(scene.socket.task(&tasks[number].0).await["state"], state, "task {number}");
    }
    // The waiting ones first, so that none of them takes a place that becomes free.
    for number in [2, 4, 0, 1, 3] {
        scene.stops(&tasks[number].0).await;
    }
    for (_, follower) in &mut tasks {
        assert_eq!(ended(follower).await, ("stopped".to_owned(), None));
    }
    assert_eq!((tasks[0].1.count("approval_voided"), tasks[2].1.count("run_started")), (1, 0));
    scene.ends().await;
}

#[tokio::test]
async fn one_projects_many_tasks_do_not_hold_up_anothers_single_one() {
    let scene = Scene::with(&[("SIGNALBOX_QUEUE_CONCURRENCY", "1")]).await;
    let mut first = scene.submits("site", &mark(), json!({})).await;
    let mut crowd = Vec::new();
    for _ in 0..9 {
        crowd.push(scene.submits("site", "SAY done", json!({})).await);
    }
    let mut lone = scene.submits("other", "SAY done", json!({})).await;
    approve_next(&scene.socket, &mut first.1).await;
    assert_eq!(ended(&mut lone.1).await.0, "succeeded");
    let began = lone.1.seen.iter().find(|event| event["event"] == "run_started").unwrap()["at"].as_u64().unwrap();
    assert!(started_at(&mut crowd[0].1).await > began, "the crowd's next went after the lone one");
    for (task, _) in &crowd[1..] {
        scene.stops(task).await;
    }
    for (_, follower) in &mut crowd {
        ended(follower).await;
    }
    assert_eq!(crowd[8].1.count("run_started"), 0);
    scene.ends().await;
}

#[tokio::test]
async fn the_urgent_go_first_and_nobody_before_their_time() {
    let scene = Scene::with(&[("SIGNALBOX_QUEUE_CONCURRENCY", "1")]).await;
    let mut first = scene.submits("site", &mark(), json!({})).await;
    let asked = first.1.until("approval_opened").await;
    let later = clock() + 4_000;
    let mut future = scene.submits("site", "SAY done", json!({"priority": 9, "not_before": later})).await;
    let mut usual = scene.submits("site", "SAY done", json!({})).await;
    let mut urgent = scene.submits("site", "SAY done", json!({"priority": 5})).await;
    scene.socket.approves(asked["approval"].as_str().unwrap()).await;
    let (usual, urgent) = (started_at(&mut usual.1).await, started_at(&mut urgent.1).await);
    assert!(urgent < usual, "{urgent} {usual}");
    assert!(started_at(&mut future.1).await >= later);
    assert_eq!(ended(&mut future.1).await.0, "succeeded");
    scene.ends().await;
}

#[tokio::test]
async fn a_conversation_has_one_task_at_a_time_and_the_next_sees_its_work() {
    let scene = Scene::with(&[]).await;
    let (task, mut first) = scene.submits("site", &mark(), json!({})).await;
    let asked = first.until("approval_opened").await;
    let conversation = scene.socket.task(&task).await["conversation"].clone();
    let look = Script::new().tool("Bash", json!({"command": "cat count.txt"})).echo().to_string();
    let (second_task, mut second) =
        scene.submits("site", &look, json!({"project": null, "conversation": conversation})).await;
    let (_, mut elsewhere) = scene.submits("site", "SAY done", json!({})).await;
    assert_eq!(ended(&mut elsewhere).await.0, "succeeded", "there was room for another");
    assert_eq!(scene.socket.task(&second_task).await["state"], "queued");
    scene.socket.approves(asked["approval"].as_str().unwrap()).await;
    let over = first.until("finished").await["at"].as_u64().unwrap();
    assert!(started_at(&mut second).await >= over);
    assert_eq!(second.until("finished").await["result"], "x");
    scene.ends().await;
}

#[tokio::test]
async fn a_slow_command_stopped_from_another_terminal_ends_the_run_with_status_4() {
    let world = World::new().await;
    let mut run = world.runs(&[], &asking("sleep 300; echo x >> count.txt"));
    let asked = run.until("approval_opened").await;
    assert_eq!(world.says(&["approve", asked["approval"].as_str().unwrap()]).await.code(), 0);
    run.until("gate_answered").await;
    let began = Instant::now();
    let stopped = world.says(&["stop", asked["task"].as_str().unwrap()]).await;
    assert_eq!(stopped.code(), 0, "{}", stopped.stderr);
    let (finished, code, seen) = run.finishes().await;
    assert_eq!((code, &finished["state"]), (4, &json!("stopped")), "{seen:#?}");
    println!("stopped after {:?}", began.elapsed());
    world.ends().await;
}

#[tokio::test]
async fn a_parked_task_is_stopped_at_once_and_can_be_tried_again() {
    let scene = Scene::with(&[("SIGNALBOX_APPROVAL_HOLD", "300ms")]).await;
    let (task, mut follower) = scene.submits("site", &mark(), json!({})).await;
    let asked = follower.until("approval_opened").await;
    follower.until("parked").await;
    scene.stops(&task).await;
    assert_eq!(ended(&mut follower).await.0, "stopped");
    let late = scene.socket.approves(asked["approval"].as_str().unwrap()).await;
    assert_eq!((&late["outcome"], &late["approval"]["state"]), (&json!("late"), &json!("void")));
    scene.socket.posts(&format!("tasks/{task}/retry"), &json!({})).await;
    approve_next(&scene.socket, &mut follower).await;
    assert_eq!(ended(&mut follower).await.0, "succeeded", "{:#?}", follower.seen);
    assert_eq!(scene.world.git(&["show", &format!("signalbox/{task}:count.txt")]), "x");
    scene.ends().await;
}

#[tokio::test]
async fn limits_end_a_task_and_say_which_one_it_was() {
    let scene = Scene::with(&[("SIGNALBOX_QUEUE_PER_PROJECT", "4")]).await;
    let limits = |name: &str, value: u64| json!({"limits": {name: value}, "asking": "allow_all"});
    let many_turns = Script::new().tool("Bash", json!({"command": "pwd"})).tool("Bash", json!({"command": "ls"}));
    let many_turns = many_turns.say("Done.").to_string();
    let mut over = [
        (scene.submits("site", &asking("sleep 300"), limits("seconds", 6)).await, "time_limit"),
        (scene.submits("site", &many_turns, limits("turns", 1)).await, "turn_limit"),
        (scene.submits("site", &many_turns, limits("budget", 1)).await, "budget_reached"),
    ];
    for ((_, follower), kind) in &mut over {
        assert_eq!(ended(follower).await, ("failed".to_owned(), Some((*kind).to_owned())), "{:#?}", follower.seen);
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_failed_task_can_be_tried_again() {
    let scene = Scene::with(&[]).await;
    // One turn is too few for both, but each try has one.
    let script = Script::new().tool("Bash", json!({"command": "pwd"})).say("Better now.").to_string();
    let (task, mut follower) = scene.submits("site", &script, json!({"limits": {"turns": 1}})).await;
    assert_eq!(ended(&mut follower).await, ("failed".to_owned(), Some("turn_limit".to_owned())));
    scene.socket.posts(&format!("tasks/{task}/retry"), &json!({})).await;
    follower.until("retry_requested").await;
    assert_eq!(follower.until("finished").await["result"], "Better now.", "{:#?}", follower.seen);
    scene.ends().await;
}

#[tokio::test]
async fn a_model_that_is_away_is_waited_for_with_a_longer_pause_each_time() {
    let world = World::new().await;
    let there = world.model.base_url().replace("http://", "");
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let scene = Scene::set(world.with("SIGNALBOX_MODEL_BASE_URL", &format!("http://{port}"))).await;
    let (_, mut follower) = scene.submits("site", "SAY Here I am.", json!({})).await;
    let first = pause(&mut follower).await;
    let second = pause(&mut follower).await;
    assert!(second > first, "{first} {second}");
    let listener = TcpListener::bind(port).await.unwrap();
    let open = tokio::spawn(forward(listener, there));
    assert_eq!(follower.until("finished").await["result"], "Here I am.", "{:#?}", follower.seen);
    open.abort();
    scene.ends().await;
}

/// How long the next run is put off after this one failed for want of the model, in milliseconds.
async fn pause(follower: &mut Follower) -> u64 {
    let failed = follower.until("run_failed").await;
    assert_eq!(failed["failure"]["kind"], "model_unavailable", "{failed}");
    failed["retry_at"].as_u64().unwrap() - failed["at"].as_u64().unwrap()
}

async fn forward(listener: TcpListener, to: String) {
    while let Ok((mut near, _)) = listener.accept().await {
        let to = to.clone();
        tokio::spawn(async move {
            let mut far = TcpStream::connect(to).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
        });
    }
}

#[tokio::test]
async fn a_cli_that_says_nothing_for_too_long_is_given_up() {
    let scene = Scene::with(&[("SIGNALBOX_LIMITS_SILENCE", "3s"), ("SIGNALBOX_QUEUE_RETRIES", "0")]).await;
    let script = Script::new().delay(Duration::from_secs(300)).say("Too late.").to_string();
    let (_, mut follower) = scene.submits("site", &script, json!({})).await;
    let finished = follower.until("finished").await;
    assert_eq!((&finished["state"], &finished["failure"]["kind"]), (&json!("failed"), &json!("protocol_broken")));
    assert!(finished["failure"]["message"].as_str().unwrap().contains("silent"), "{finished}");
    scene.ends().await;
}
