//! The hub dies (its ends are dropped), the container lives on, and another hub takes it up.

use super::super::*;
use super::yard::{Yard, next_text, rest_of, texts, within};
use std::time::Duration;

/// Numbered lines, some far longer than the 16 KiB at which the engine cuts, with characters that lie across the cuts.
const PRODUCER: &str = r#"exec python3 -u -c "
import sys, time
for n in range(1, 1501):
    sys.stdout.write('%d %s\n' % (n, '中é𝄞' * (9000 if n % 50 == 0 else n % 7)))
    if n % 100 == 0: sys.stderr.write('note\n'); time.sleep(0.02)
""#;

fn expected(number: usize) -> String {
    format!("{number} {}", "中é𝄞".repeat(if number.is_multiple_of(50) { 9000 } else { number % 7 }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_times_nothing_is_missing_and_nothing_comes_twice() {
    let yard = Yard::open().await;
    let tries = (0..20).map(|n| lose_and_find_again(&yard, 1 + n * 70));
    use futures::StreamExt;
    futures::stream::iter(tries).buffer_unordered(4).collect::<Vec<()>>().await;
}

async fn lose_and_find_again(yard: &Yard, before: usize) {
    let mut sandbox = yard.run(PRODUCER).await;
    let id = sandbox.control.id().clone();
    for number in 1..=before {
        assert_eq!(next_text(&mut sandbox).await, expected(number));
    }
    drop(sandbox);
    tokio::time::sleep(Duration::from_millis(before as u64 % 90)).await;
    let mut again = yard.sandboxes.reattach(&id, before as u64).await.unwrap();
    for number in before + 1..=before + 5 {
        assert_eq!(next_text(&mut again).await, expected(number));
    }
    drop(again);
    let (lines, exit) = rest_of(yard.sandboxes.reattach(&id, before as u64 + 5).await.unwrap()).await;
    let texts = texts(&lines);
    assert_eq!(texts.len(), 1500 - before - 5, "after {before} lines");
    assert!(texts.iter().enumerate().all(|(i, text)| *text == expected(before + 6 + i)), "after {before} lines");
    let last =
        lines.iter().rev().find_map(|line| if let Line::Stdout { number, .. } = line { Some(*number) } else { None });
    assert_eq!((last, exit.code), (Some(1500), 0));
}

#[tokio::test]
async fn what_was_asked_is_answered_by_the_next_hub() {
    let yard = Yard::open().await;
    let mut sandbox = yard.run("echo question; read -r answer; echo got $answer; read -r more; echo and $more").await;
    assert_eq!(next_text(&mut sandbox).await, "question");
    let id = sandbox.control.id().clone();
    drop(sandbox);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut again = yard.sandboxes.reattach(&id, 1).await.unwrap();
    again.control.send(b"allow").await.unwrap();
    assert_eq!(next_text(&mut again).await, "got allow");
    again.control.send(b"deny").await.unwrap();
    let (lines, exit) = rest_of(again).await;
    assert_eq!((texts(&lines), exit.code), (vec!["and deny".to_owned()], 0));
}

#[tokio::test]
async fn a_paused_sandbox_is_read_and_answered_once_it_goes_on() {
    let yard = Yard::open().await;
    let mut sandbox = yard.run("echo one; echo two; read -r answer; echo $answer").await;
    assert_eq!([next_text(&mut sandbox).await, next_text(&mut sandbox).await], ["one", "two"]);
    sandbox.control.pause().await.unwrap();
    sandbox.control.pause().await.expect("pausing twice is no fault");
    let id = sandbox.control.id().clone();
    drop(sandbox);
    let mut again = yard.sandboxes.reattach(&id, 1).await.unwrap();
    assert_eq!(next_text(&mut again).await, "two");
    assert!(matches!(again.control.send(b"now").await, Err(SandboxError::Paused { .. })));
    again.control.unpause().await.unwrap();
    again.control.unpause().await.expect("unpausing twice is no fault");
    again.control.send(b"later").await.unwrap();
    let (lines, _) = rest_of(again).await;
    assert_eq!(texts(&lines), ["later"]);
}

#[tokio::test]
async fn an_ended_sandbox_is_read_to_its_end() {
    let yard = Yard::open().await;
    let sandbox = yard.run("printf 'one\\ntwo\\nthr'; exit 4").await;
    let id = sandbox.control.id().clone();
    rest_of(sandbox).await;
    let again = yard.sandboxes.reattach(&id, 1).await.unwrap();
    let dead = again.control.send(b"anyone?").await;
    assert!(matches!(dead, Err(SandboxError::NotRunning { .. })), "{dead:?}");
    let (lines, exit) = rest_of(again).await;
    assert_eq!((texts(&lines), exit.code), (vec!["two".to_owned(), "thr".to_owned()], 4));
}

#[tokio::test]
async fn a_record_that_lacks_lines_is_a_fault() {
    let yard = Yard::open().await;
    let sandbox = yard.run("echo one; echo two").await;
    let id = sandbox.control.id().clone();
    rest_of(sandbox).await;
    let mut short = yard.sandboxes.reattach(&id, 3).await.unwrap();
    assert!(matches!(within(short.output.exit()).await, Err(SandboxError::RecordGap { .. })));
    std::fs::write(yard.sandboxes.head_file(&id), "of another first line").unwrap();
    let mut rotated = yard.sandboxes.reattach(&id, 1).await.unwrap();
    assert!(matches!(within(rotated.output.exit()).await, Err(SandboxError::RecordGap { .. })));
}

#[tokio::test]
async fn what_does_not_exist_or_never_ran_cannot_be_gone_on_with() {
    let yard = Yard::open().await;
    let spec = yard.spec("true");
    let id = spec.id.clone();
    assert!(matches!(yard.sandboxes.reattach(&id, 0).await, Err(SandboxError::Missing { .. })));
    yard.sandboxes.prepare_directory(&id, None).await.unwrap();
    yard.sandboxes.create(spec).await.unwrap();
    assert!(matches!(yard.sandboxes.reattach(&id, 0).await, Err(SandboxError::NotRunning { .. })));
}
