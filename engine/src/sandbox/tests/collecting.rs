//! Results and sessions out of a sandbox.

use super::super::*;
use super::yard::{Yard, next_text, within};
use futures::TryStreamExt;
use secrecy::SecretString;
use signalbox_core::id::ConversationId;
use tokio::io::AsyncReadExt;

async fn sandbox_with(yard: &Yard, script: &str) -> Sandbox {
    let mut spec = yard.spec(&format!("{script}; echo ready; read -r end"));
    spec.env = vec![("SIGNALBOX_BRANCH".to_owned(), SecretString::from("signalbox/test"))];
    let mut sandbox = yard.run_spec(spec).await;
    assert_eq!(next_text(&mut sandbox).await, "ready");
    sandbox
}

#[tokio::test]
async fn a_bundle_comes_out_whole() {
    let yard = Yard::open().await;
    let sandbox = sandbox_with(&yard, "head -c 3000000 /dev/urandom > file").await;
    let collector = sandbox.control.arm_collect().await.unwrap();
    let mut collected = within(collector.run("signalbox/test", None, "A message\n\nwith lines")).await.unwrap();
    let mut bundle = Vec::new();
    collected.bundle.read_to_end(&mut bundle).await.unwrap();
    let commit = collected.commit.unwrap();
    assert!(collected.changed && commit.len() == 40);
    let head = String::from_utf8_lossy(&bundle[..200]).into_owned();
    assert!(
        head.starts_with("# v2 git bundle\n") && head.contains(&format!("{commit} refs/signalbox/result")),
        "{head}"
    );
    assert!(bundle.len() > 3_000_000);
    let again =
        sandbox.control.arm_collect().await.unwrap().run("signalbox/test", Some(&commit), "again").await.unwrap();
    assert_eq!((again.commit, again.changed), (Some(commit), false));
}

#[tokio::test]
async fn a_bundle_that_is_too_large_ends_with_an_error() {
    let yard = Yard::with(|settings| settings.bundle_max_bytes = 1 << 20).await;
    let sandbox = sandbox_with(&yard, "head -c 3000000 /dev/urandom > file").await;
    let mut collected = sandbox.control.arm_collect().await.unwrap().run("signalbox/test", None, "m").await.unwrap();
    let error = collected.bundle.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("larger than 1048576 bytes"), "{error}");
}

#[tokio::test]
async fn what_collect_complains_about_is_told() {
    let yard = Yard::open().await;
    let sandbox = sandbox_with(&yard, "rm -rf .git; echo broken > .git").await;
    let error = sandbox.control.arm_collect().await.unwrap().run("signalbox/test", None, "m").await.err().unwrap();
    let SandboxError::CollectFailed { message } = &error else { panic!("{error}") };
    assert!(message.starts_with("signalbox: "), "{message}");
    let named = sandbox.control.arm_collect().await.unwrap().run("two words", None, "m").await.err().unwrap();
    assert!(matches!(named, SandboxError::BadName { .. }));
    let collector = sandbox.control.arm_collect().await.unwrap();
    sandbox.control.kill().await.unwrap();
    assert!(matches!(within(collector.run("b", None, "m")).await, Err(SandboxError::CollectFailed { .. })));
    assert!(matches!(sandbox.control.arm_collect().await, Err(SandboxError::NotRunning { .. })));
}

#[tokio::test]
async fn a_session_moves_to_other_volumes() {
    let yard = Yard::open().await;
    let script = "mkdir -p ~/.claude/projects && echo story > ~/.claude/projects/s.jsonl";
    let sandbox = sandbox_with(&yard, script).await;
    let tar: Vec<bytes::Bytes> = sandbox.control.save_session().try_collect().await.unwrap();
    let spec = yard.spec("stat -c '%u %a' ~/.claude; cat ~/.claude/projects/s.jsonl && echo more >> ~/.claude/projects/s.jsonl && echo written");
    let talk = ConversationId::new("talk");
    let restore = Restore { conversation: &talk, volumes: &spec.volumes, image: &spec.image };
    yard.sandboxes.restore_session(restore, futures::stream::iter(tar)).await.unwrap();
    let mut moved = yard.run_spec(spec).await;
    assert_eq!(next_text(&mut moved).await, "10001 700");
    assert_eq!([next_text(&mut moved).await, next_text(&mut moved).await], ["story", "written"]);
}
