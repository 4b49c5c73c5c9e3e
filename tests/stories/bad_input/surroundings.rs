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

#[tokio::test]
async fn a_key_of_github_that_is_none_is_named_and_blames_nothing_else() {
    let world = World::new().await.with("SIGNALBOX_GITHUB_APP_ID", "12").with("SIGNALBOX_WEB_LISTEN", "127.0.0.1:0");
    let (key, secret) = (world.folder().join("app.pem"), "s".repeat(32));
    std::fs::write(&key, "-----BEGIN NOTHING-----\n").unwrap();
    let world = world.with("SIGNALBOX_GITHUB_WEBHOOK_SECRET", &secret);
    let world = world.with("SIGNALBOX_GITHUB_PRIVATE_KEY_FILE", key.to_str().unwrap());
    let said = world.says(&["doctor"]).await;
    let of = |check: &str| said.stdout.lines().find(|line| line.contains(check)).unwrap_or_default().to_owned();
    assert!(
        of(" github ").starts_with("FAIL") && of(" github ").contains("SIGNALBOX_GITHUB_PRIVATE_KEY_FILE"),
        "{}",
        said.stdout
    );
    assert!(of(" self-test ").starts_with("ok"), "{}", said.stdout);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(world.home()).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700, "the doctor makes a home for nobody else's eyes");
    world.ends().await;
}

#[tokio::test]
async fn places_of_chats_that_are_not_set_up_are_named() {
    let world = World::new().await;
    let repository = world.repository();
    complains(&world.says(&["project", "add", "site", "--git", repository.to_str().unwrap()]).await, 0, &[]);
    let said = world.says(&["bind", "site", "telegram:-1001234567890"]).await;
    complains(&said, 0, &["telegram.token", "docs/telegram.md"]);
    let hook =
        ["hook", "add", "pager", "--project", "site", "--as", "nobody", "--place", "discord:1234567890123456789"];
    complains(&world.says(&hook).await, 1, &["nobody"]);
    complains(&world.says(&["hook", "example", "nope"]).await, 2, &["standard", "grafana"]);
    world.ends().await;
}
