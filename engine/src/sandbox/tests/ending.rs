//! How sandboxes end, by themselves and by force.

use super::super::*;
use super::yard::{Yard, next_text, rest_of, texts, within};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_killed_sandbox_says_so_also_when_it_was_paused() {
    let yard = Yard::open().await;
    let mut sandbox = yard.run("echo up; sleep 60").await;
    next_text(&mut sandbox).await;
    sandbox.control.pause().await.unwrap();
    sandbox.control.kill().await.unwrap();
    let control = sandbox.control.clone();
    let (_, exit) = rest_of(sandbox).await;
    assert_eq!(exit, Exit { code: 137, oom_killed: false, killed: None });
    control.kill().await.expect("killing twice is no fault");
}

#[tokio::test]
async fn a_sandbox_whose_output_nobody_takes_can_still_be_killed_and_read_afterwards() {
    let yard = Yard::open().await;
    let mut sandbox = yard.run("seq 1 10000000").await;
    assert_eq!(next_text(&mut sandbox).await, "1");
    tokio::time::sleep(Duration::from_secs(1)).await;
    within(sandbox.control.kill()).await.unwrap();
    let (lines, exit) = rest_of(sandbox).await;
    assert_eq!(exit.code, 137);
    let mut texts = texts(&lines);
    let last = texts.pop().unwrap();
    let wrong = (2..).zip(&texts).find(|(number, text): &(usize, _)| **text != number.to_string());
    assert!(texts.len() > 10_000 && wrong.is_none(), "{wrong:?} of {}", texts.len());
    assert!((texts.len() + 2).to_string().starts_with(&last), "only the last line may be cut short: {last}");
}

#[tokio::test]
async fn running_out_of_memory_is_reported() {
    let yard = Yard::with(|settings| settings.memory_bytes = 64 << 20).await;
    let (_, exit) = yard.output_of("exec python3 -c \"x = 'a' * (1 << 30)\"").await;
    assert_eq!((exit.code, exit.oom_killed), (137, true));
}

#[tokio::test]
async fn too_much_output_kills_with_the_reason() {
    let yard = Yard::with(|settings| settings.log_max_bytes = 2 << 20).await;
    let (_, exit) = within(yard.output_of("yes")).await;
    assert_eq!(exit.killed, Some(KillReason::LogFull { limit_bytes: 2 << 20 }));
    let id = yard.sandboxes.find().await.unwrap()[0].id.clone();
    let again = within(yard.sandboxes.reattach(&id, 10).await.unwrap().output.exit()).await.unwrap();
    assert_eq!(again, exit, "the next hub sees it the same way");
}

#[tokio::test]
async fn too_much_on_the_disk_kills_with_the_reason() {
    let yard = Yard::with(|settings| settings.disk_limit_bytes = Some(8 << 20)).await;
    let stop = CancellationToken::new();
    let sandboxes = yard.sandboxes.clone();
    let watch = tokio::spawn({
        let stop = stop.clone();
        async move { sandboxes.watch_disk(stop).await }
    });
    let modest = yard.run("head -c 4000000 /dev/zero > small; sleep 30").await;
    let spec = yard.spec("head -c 9000000 /dev/zero > big; sleep 30");
    let volumes = spec.volumes.clone();
    let greedy = yard.run_spec(spec).await;
    let control = greedy.control.clone();
    let (_, exit) = rest_of(greedy).await;
    let Some(KillReason::DiskFull { used_bytes, limit_bytes }) = exit.killed else { panic!("{exit:?}") };
    assert!(used_bytes > limit_bytes && limit_bytes == 8 << 20);
    let usage = control.disk_usage(&volumes).await.unwrap();
    assert!(usage.workspace_bytes > 8 << 20 && usage.session_bytes < 1_000_000, "{usage:?}");
    assert!(modest.control.usage().await.unwrap().pids > 0, "the other one lives");
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), watch).await.unwrap().unwrap();
}

#[tokio::test]
async fn removing_takes_container_and_folder_and_is_content_when_they_are_gone() {
    let yard = Yard::open().await;
    let mut sandbox = yard.run("sleep 60").await;
    let id = sandbox.control.id().clone();
    assert!(yard.sandboxes.directory(&id).exists());
    sandbox.control.remove().await.unwrap();
    sandbox.control.remove().await.expect("removing twice is no fault");
    assert!(!yard.sandboxes.directory(&id).exists() && !yard.sandboxes.head_file(&id).exists());
    assert_eq!(yard.sandboxes.find().await.unwrap(), []);
    assert!(matches!(
        within(sandbox.output.exit()).await,
        Err(SandboxError::Missing { .. }) | Ok(Exit { code: 137, .. })
    ));
}
