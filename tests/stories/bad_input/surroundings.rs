//! What the hub needs around it is not there, or it is told nonsense.

use super::{complains, greeting, run};
use crate::harness::World;

#[tokio::test]
async fn without_docker_it_says_where_it_looked() {
    let world = World::new().await.with("SIGNALBOX_SANDBOX_DOCKER", "/nowhere/docker.sock");
    complains(&run(&world, &greeting()).await, 3, &["/nowhere/docker.sock", "sandbox.docker"]);
    complains(&world.says(&["serve"]).await, 3, &["/nowhere/docker.sock", "sandbox.docker"]);
    world.ends().await;
}

#[tokio::test]
async fn without_the_image_it_says_how_to_get_one() {
    let world = World::new().await.with("SIGNALBOX_SANDBOX_IMAGE", "does-not-exist");
    let said = run(&world, &greeting()).await;
    assert!([1, 3].contains(&said.code()), "{}{}", said.stdout, said.stderr);
    let all = format!("{}{}", said.stdout, said.stderr);
    assert!(all.contains("does-not-exist") && all.contains("make image"), "{all}");
    world.ends().await;
}

#[tokio::test]
async fn unknown_keys_are_errors_and_all_are_named_at_once() {
    let world = World::new().await.with("SIGNALBOX_QUEUE_CONCURENCY", "2").with("SIGNALBOX_LIMITS_TIME", "soon");
    let file = world.repository().join("signalbox.toml");
    std::fs::write(&file, "[approval]\nhodl = \"1m\"\n[nonsense]\nx = 1\n").unwrap();
    let said = world.says(&["--config", file.to_str().unwrap(), "tasks"]).await;
    complains(
        &said,
        3,
        &["hodl", "nonsense", "SIGNALBOX_QUEUE_CONCURENCY", "SIGNALBOX_QUEUE_CONCURRENCY", "limits.time"],
    );
    world.ends().await;
}

#[tokio::test]
async fn a_home_that_cannot_be_is_named() {
    let world = World::new().await;
    std::fs::write(world.home(), "not a folder").unwrap();
    complains(&world.says(&["tasks"]).await, 3, &["SIGNALBOX_HOME"]);
    std::fs::remove_file(world.home()).unwrap();
    world.ends().await;
}
