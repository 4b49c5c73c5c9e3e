//! Point 7 at the local socket: whoever is not the hub's own user learns nothing and moves nothing by it.

use crate::harness::{PATIENCE, World};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tokio::process::Command;
use tokio::time::timeout;

/// Another user's view of the socket. A container gives us another user without asking who runs the tests.
async fn stranger_asks(home: &Path, path: &str) -> (i32, String) {
    let mut command = Command::new("docker");
    command.args(["run", "--rm", "--network", "none", "--user", "65534:65534", "--entrypoint", "curl", "--volume"]);
    command.arg(format!("{}:/hub", home.display())).args([
        "signalbox-runner",
        "--silent",
        "--show-error",
        "--unix-socket",
    ]);
    command.args(["/hub/signalbox.sock", &format!("http://hub{path}")]);
    let output = timeout(PATIENCE, command.output()).await.expect("it ends in time").expect("docker runs");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.code().unwrap_or(-1), text)
}

fn open_to_all(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn the_local_socket_is_for_the_hubs_own_user_alone() {
    let world = World::new().await;
    let serving = world.serves().await;
    let (status, said) = stranger_asks(&world.home(), "/api/v1/projects").await;
    assert_eq!(status, 7, "the mode refuses the connection: {said}");
    // Somebody loosens what should be shut, as a careless copy or umask would.
    open_to_all(&world.home(), 0o755);
    let (status, said) = stranger_asks(&world.home(), "/api/v1/projects").await;
    assert_eq!(status, 7, "the socket's own mode refuses the connection: {said}");
    open_to_all(&world.home().join("signalbox.sock"), 0o666);
    for path in ["/api/v1/projects", "/api/v1/tasks", "/api/v1/approvals", "/api/v1/faults"] {
        let (_, said) = stranger_asks(&world.home(), path).await;
        assert!(said.contains("only the user who runs the hub"), "{path}: {said}");
    }
    serving.stops().await;
    world.ends().await;
}
