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

fn order<'a>(base: Option<&'a str>, message: &'a str) -> CollectOrder<'a> {
    CollectOrder { branch: "signalbox/test", base, message, files: HandOver::Leave }
}

#[tokio::test]
async fn a_bundle_comes_out_whole() {
    let yard = Yard::open().await;
    let sandbox = sandbox_with(&yard, "head -c 3000000 /dev/urandom > file").await;
    let collector = sandbox.control.arm_collect().await.unwrap();
    let mut collected = within(collector.run(order(None, "A message\n\nwith lines"))).await.unwrap();
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
    let again = sandbox.control.arm_collect().await.unwrap().run(order(Some(&commit), "again")).await.unwrap();
    assert_eq!((again.commit, again.changed, again.handed), (Some(commit.clone()), false, false));
}

#[tokio::test]
async fn a_bundle_that_is_too_large_ends_with_an_error() {
    let yard = Yard::with(|settings| settings.bundle_max_bytes = 1 << 20).await;
    let sandbox = sandbox_with(&yard, "head -c 3000000 /dev/urandom > file").await;
    let mut collected = sandbox.control.arm_collect().await.unwrap().run(order(None, "m")).await.unwrap();
    let error = collected.bundle.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("larger than 1048576 bytes"), "{error}");
}

#[tokio::test]
async fn what_collect_complains_about_is_told() {
    let yard = Yard::open().await;
    let sandbox = sandbox_with(&yard, "rm -rf .git; echo broken > .git").await;
    let error = sandbox.control.arm_collect().await.unwrap().run(order(None, "m")).await.err().unwrap();
    let SandboxError::CollectFailed { message } = &error else { panic!("{error}") };
    assert!(message.starts_with("signalbox: "), "{message}");
    let two = CollectOrder { branch: "two words", ..order(None, "m") };
    let named = sandbox.control.arm_collect().await.unwrap().run(two).await.err().unwrap();
    assert!(matches!(named, SandboxError::BadName { .. }));
    let collector = sandbox.control.arm_collect().await.unwrap();
    sandbox.control.kill().await.unwrap();
    assert!(matches!(within(collector.run(order(None, "m"))).await, Err(SandboxError::CollectFailed { .. })));
    assert!(matches!(sandbox.control.arm_collect().await, Err(SandboxError::NotRunning { .. })));
}

/// Collects and reads the bundle to its end; returns the commit and whether files are to be handed over.
async fn collect(sandbox: &Sandbox, order: CollectOrder<'_>) -> (Option<String>, bool) {
    let mut collected = within(sandbox.control.arm_collect().await.unwrap().run(order)).await.unwrap();
    collected.bundle.read_to_end(&mut Vec::new()).await.unwrap();
    (collected.commit, collected.handed)
}

/// The names in the archive of what is to be handed over.
async fn handed(sandbox: &Sandbox) -> Vec<String> {
    let tar: Vec<bytes::Bytes> = sandbox.control.handed_over("signalbox/test").try_collect().await.unwrap();
    let tar = tar.concat();
    let mut archive = tar::Archive::new(&tar[..]);
    let entries = archive.entries().unwrap().map(|entry| entry.unwrap());
    entries
        .filter(|entry| !entry.header().entry_type().is_dir())
        .map(|entry| entry.path().unwrap().display().to_string())
        .collect()
}

#[tokio::test]
async fn files_to_hand_over_are_no_part_of_the_commit_and_are_handed_over_once() {
    let yard = Yard::open().await;
    let script = "mkdir -p .signalbox/out/a && echo 1 > .signalbox/out/report.txt && echo 2 > .signalbox/out/a/b.txt && echo x > x; \
         git status --porcelain; git add -f .signalbox x && git -c user.name=c -c user.email=c@c commit -qm mine; echo y > y";
    let mut sandbox = yard
        .run_spec({
            let mut spec = yard.spec(&format!(
                "{script}; echo ready; read -r _; ls -A .signalbox; git log --format=%s -- .signalbox; git ls-files"
            ));
            spec.env = vec![("SIGNALBOX_BRANCH".to_owned(), SecretString::from("signalbox/test"))];
            spec
        })
        .await;
    assert_eq!([next_text(&mut sandbox).await, next_text(&mut sandbox).await], ["?? x", "ready"]);
    let (_, left) = collect(&sandbox, order(None, "m")).await;
    assert!(!left, "they stay where they are");
    let take = CollectOrder { files: HandOver::Take, ..order(None, "m") };
    let (commit, taken) = collect(&sandbox, take).await;
    assert!(taken);
    let names = handed(&sandbox).await;
    assert!(
        names.len() == 2
            && names.iter().all(|name| name.ends_with("/out/report.txt") || name.ends_with("/out/a/b.txt")),
        "{names:?}"
    );
    let again = CollectOrder { base: commit.as_deref(), ..take };
    assert_eq!(collect(&sandbox, again).await, (commit.clone(), true), "the same task finds them again");
    assert_eq!(handed(&sandbox).await, names);
    let next = CollectOrder { branch: "signalbox/next", ..again };
    assert_eq!(collect(&sandbox, next).await, (commit, false), "the next task has none");
    sandbox.control.send(b"go on").await.unwrap();
    let mut rest = Vec::new();
    while let Some(Line::Stdout { bytes, .. }) = within(sandbox.output.next()).await {
        rest.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    assert_eq!(rest, ["x", "y"], "the folder is empty, and in no commit");
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
