//! What comes out of the sandbox is garbage, cut off, or far too much.

use super::{failure, outcome, run};
use crate::harness::{World, docker};
use crate::socket::{PUSHING, site};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::path::Path;

/// A tool result as long as this must not fill the hub's memory nor its database.
const LARGE: u64 = 50_000_000;

/// An image whose CLI is claude.sh. A shell must be able to read it, so it is not as closed as the real one.
struct OddImage {
    name: String,
}

impl OddImage {
    async fn new(world: &World) -> Self {
        let script = world.repository().with_extension("sh");
        std::fs::write(&script, include_str!("claude.sh")).unwrap();
        set_mode(&script, 0o755);
        let name = format!("signalbox-story-{:016x}", rand::random::<u64>());
        let container = docker(&["create", "signalbox-runner"]).await.trim().to_owned();
        docker(&["cp", script.to_str().unwrap(), &format!("{container}:/usr/local/bin/claude")]).await;
        docker(&["commit", &container, &name]).await;
        docker(&["rm", &container]).await;
        Self { name }
    }

    async fn goes(self) {
        docker(&["rmi", &self.name]).await;
    }
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn garbage_between_the_lines_is_passed_over_and_lines_cut_off_are_no_answer() {
    let world = World::new().await;
    let image = OddImage::new(&world).await;
    let world = world.with("SIGNALBOX_SANDBOX_IMAGE", &image.name).with("SIGNALBOX_QUEUE_RETRIES", "0");
    let said = run(&world, "garbage").await;
    assert_eq!(outcome(&said)["result"], "Good morning.");
    assert!(said.events().iter().any(|event| event["event"] == "warning"), "{}", said.stdout);
    let (kind, message) = failure(&run(&world, "truncated").await);
    assert_eq!(kind, "protocol_broken", "{message}");
    let said = run(&world, "endless").await;
    assert_eq!(outcome(&said)["result"], "Good morning.");
    assert!(said.stdout.contains("90000000 bytes, which is too long"), "{}", said.stdout);
    image.goes().await;
    world.ends().await;
}

#[tokio::test]
async fn a_tool_result_of_fifty_megabytes_is_kept_whole_beside_the_database() {
    let world = World::new().await;
    let image = OddImage::new(&world).await;
    let world = world.with("SIGNALBOX_SANDBOX_IMAGE", &image.name);
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let task = socket.submits("site", "large", Value::Null).await;
    let mut record = socket.follows(&task);
    let told = record.until("tool_finished").await;
    assert_eq!(told["output"]["bytes"], LARGE);
    assert!(told["output"]["text"].as_str().unwrap().len() < 100_000, "the row holds its beginning alone");
    assert_eq!(record.until("finished").await["state"], "succeeded");
    let blobs = files_below(&world.home().join("blobs"));
    assert!(blobs.iter().any(|(_, bytes)| *bytes == LARGE), "{blobs:?}");
    let database: u64 = files_below(&world.home()).iter().filter(|(name, _)| name.contains(".db")).map(|f| f.1).sum();
    assert!(database < 10_000_000, "the database has {database} bytes");
    let peak = kilobytes(serving.pid(), "VmHWM:");
    assert!(peak < 400_000, "the hub held {peak} kB");
    serving.stops().await;
    image.goes().await;
    world.ends().await;
}

#[tokio::test]
async fn fifty_megabytes_out_of_a_real_command_leave_the_hub_as_it_was() {
    let world = World::new().await;
    let command = format!("head -c {LARGE} /dev/zero | tr '\\0' x");
    let prompt =
        Script::new().tool("Bash", json!({"command": command, "description": "Say much"})).say("Done.").to_string();
    let said = run(&world, &prompt).await;
    assert_eq!(outcome(&said)["result"], "Done.");
    assert!(said.stdout.len() < 1_000_000, "{} bytes of events", said.stdout.len());
    world.ends().await;
}

fn files_below(folder: &Path) -> Vec<(String, u64)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push((entry.path().display().to_string(), metadata.len()));
        }
    }
    files
}

fn kilobytes(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
