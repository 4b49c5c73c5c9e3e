//! The hub's own image does the same main job: beside the sandboxes it starts, on the host's Docker engine.

use crate::harness::{PATIENCE, World, docker};
use crate::socket::Socket;
use serde_json::json;
use signalbox_testkit::script::Script;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;
use tokio::process::Command;
use tokio::time::timeout;

const ENGINE: &str = "/var/run/docker.sock";

#[tokio::test]
async fn the_hub_in_its_own_image_does_the_main_job() {
    let world = World::new().await;
    let hub = HubContainer::start(&world, &build_image().await).await;
    // Answers once the hub does; a command would rather start a hub of its own meanwhile.
    Socket::of(&world.home()).gets("tasks").await;

    let call = json!({"command": "echo ran >> ran.txt", "description": "Leave a trace"});
    let mut run = world.runs(&[], &Script::new().tool("Bash", call).say("It is done.").to_string());
    let asked = run.until("approval_opened").await;
    assert_eq!(world.containers().await.len(), 1, "the sandbox stands beside the hub");
    let approved = world.says(&["approve", asked["approval"].as_str().unwrap()]).await;
    assert_eq!(approved.code(), 0, "{}", approved.stderr);
    let (finished, code, _) = run.finishes().await;
    assert_eq!((code, &finished["result"]), (0, &json!("It is done.")));

    let task = finished["task"].as_str().unwrap();
    assert_eq!(finished["commit"].as_str().unwrap(), world.git(&["rev-parse", &format!("signalbox/{task}")]));
    assert_eq!(world.git(&["show", &format!("signalbox/{task}:ran.txt")]), "ran");
    assert!(hub.log().await.contains(task), "it was the hub in the container that did it");
    hub.stops().await;
    world.ends().await;
}

/// The image with this very build of the program, made as `make hub-image` makes it.
async fn build_image() -> String {
    let (name, root) = ("signalbox-hub-story", Path::new(env!("CARGO_MANIFEST_DIR")));
    let mut build = Command::new(root.join("scripts/hub-image.sh"));
    build.arg(env!("CARGO_BIN_EXE_signalbox")).env("HUB_IMAGE", name);
    // Where no registry answers, its base is made from packages first.
    let built = timeout(PATIENCE * 5, build.output()).await.expect("it is built in time").expect("the script runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    name.to_owned()
}

/// The hub as the Dockerfile says to run it, under the user of this test, so that its socket lets that user in.
struct HubContainer {
    id: String,
    image: String,
}

impl HubContainer {
    async fn start(world: &World, image: &str) -> Self {
        let (home, repository) = (world.home(), world.repository());
        std::fs::DirBuilder::new().mode(0o700).create(&home).unwrap();
        let owner = std::fs::metadata(&home).unwrap();
        let engine = std::fs::metadata(ENGINE).unwrap();
        let same = |path: &Path| format!("{0}:{0}", path.display());
        let mut arguments: Vec<String> = ["run", "--detach", "--init", "--network", "host"].map(str::to_owned).into();
        arguments.extend(["--user".to_owned(), format!("{}:{}", owner.uid(), owner.gid())]);
        arguments.extend(["--group-add".to_owned(), engine.gid().to_string()]);
        for volume in [same(Path::new(ENGINE)), same(&home), same(&repository)] {
            arguments.extend(["--volume".to_owned(), volume]);
        }
        for (name, value) in world.signalbox(&[]).as_std().get_envs() {
            if let (Some(name), Some(value)) = (name.to_str().filter(|name| name.starts_with("SIGNALBOX_")), value) {
                arguments.extend(["--env".to_owned(), format!("{name}={}", value.to_str().unwrap())]);
            }
        }
        arguments.push(image.to_owned());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let id = docker(&arguments).await.trim().to_owned();
        Self { id, image: image.to_owned() }
    }

    async fn log(&self) -> String {
        let said = Command::new("docker").args(["logs", &self.id]).output().await.unwrap();
        format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr))
    }

    /// Tells it to stop, as `docker stop` does; it must do so by itself and well.
    async fn stops(self) {
        docker(&["stop", "--time", "30", &self.id]).await;
        let code = docker(&["inspect", "--format", "{{.State.ExitCode}}", &self.id]).await;
        assert_eq!(code.trim(), "0", "{}", self.log().await);
        docker(&["rm", &self.id]).await;
        docker(&["rmi", "--force", &self.image]).await;
    }
}
