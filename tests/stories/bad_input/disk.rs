//! The hub's disk is full.

use super::{complains, greeting, succeeds};
use crate::harness::World;
use crate::socket::{PUSHING, site, yes};
use reqwest::Method;
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use tokio::process::Command;

/// A file system of its own under the hub's home, small enough to be filled.
struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    async fn under(path: PathBuf) -> Self {
        std::fs::create_dir_all(&path).unwrap();
        let owner = std::fs::metadata(&path).unwrap().uid();
        let options = format!("size=48m,mode=0700,uid={owner}");
        as_root(&["mount", "-t", "tmpfs", "-o", &options, "story", path.to_str().unwrap()]).await;
        Self { path }
    }

    /// Takes up all that is left of it.
    fn fills(&self) -> PathBuf {
        let ballast = self.path.join("ballast");
        let mut file = std::fs::File::create(&ballast).unwrap();
        for size in [1 << 20, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        ballast
    }

    async fn goes(self) {
        as_root(&["umount", "--lazy", self.path.to_str().unwrap()]).await;
    }
}

async fn as_root(command: &[&str]) {
    let root = Command::new("id").arg("-u").output().await.unwrap().stdout.trim_ascii() == b"0";
    let all = if root { command.to_vec() } else { [&["sudo", "-n"], command].concat() };
    assert!(Command::new(all[0]).args(&all[1..]).status().await.unwrap().success(), "{all:?}");
}

#[tokio::test]
async fn a_full_disk_refuses_what_is_new_and_loses_nothing_that_was_taken() {
    let world = World::new().await;
    let disk = SmallDisk::under(world.home()).await;
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let command = json!({"command": "echo ran >> ran.txt", "description": "Leave a trace"});
    let prompt = Script::new().tool("Bash", command).say("Done.").to_string();
    let task = socket.submits("site", &prompt, Value::Null).await;
    let mut record = socket.follows(&task);
    let asked = record.until("approval_opened").await;
    let approval = asked["approval"].as_str().unwrap();

    let ballast = disk.fills();
    let run = world.says(&["run", "--json", "--project", "site", &greeting()]).await;
    complains(&run, 3, &["disk full", "try again later"]);
    let decision = format!("approvals/{approval}/decision");
    let (status, problem) = socket.tries(Method::POST, &decision, &yes(approval)).await.unwrap();
    assert!(status >= 500 && problem.to_string().contains("disk full"), "{status} {problem}");
    assert_eq!(socket.task(&task).await["state"], "running", "what is there can still be read");

    std::fs::remove_file(ballast).unwrap();
    socket.approves(approval).await;
    assert_eq!(record.until("finished").await["state"], "succeeded");
    assert_eq!(world.git(&["show", &format!("signalbox/{task}:ran.txt")]), "ran", "it ran exactly once");
    let later = socket.submits("site", &greeting(), Value::Null).await;
    succeeds(&socket, &later).await;
    let kept = socket.gets("tasks?open=false").await;
    assert_eq!(kept.as_array().map(Vec::len), Some(2), "what was refused is not there: {kept}");
    serving.stops().await;
    disk.goes().await;
    world.ends().await;
}
