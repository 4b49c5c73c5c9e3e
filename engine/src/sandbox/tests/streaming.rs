//! Lines out and in, live.

use super::super::*;
use super::yard::{Yard, next_text, rest_of, texts, within};
use bytes::Bytes;

#[tokio::test]
async fn a_line_of_20_mb_arrives_whole() {
    let yard = Yard::open().await;
    let (lines, _) = yard.output_of("python3 -c \"print('x' * 20_000_000)\"; echo after").await;
    let texts = texts(&lines);
    assert_eq!(texts.iter().map(String::len).collect::<Vec<_>>(), [20_000_000, 5]);
    assert!(texts[0].bytes().all(|byte| byte == b'x'));
}

#[tokio::test]
async fn a_line_beyond_the_limit_is_told_and_the_next_one_comes() {
    let yard = Yard::open().await;
    let (lines, _) = yard.output_of("head -c 70000000 /dev/zero; echo; echo after").await;
    let after = Line::Stdout { number: 2, bytes: Bytes::from_static(b"after") };
    assert_eq!(lines, [Line::TooLong { number: 1, bytes: 70_000_000 }, after]);
}

#[tokio::test]
async fn binary_junk_empty_lines_and_an_unfinished_one_come_as_they_are() {
    let yard = Yard::open().await;
    let (lines, exit) = yard.output_of("printf '\\377\\0\\r\\n\\n\\001\\002\\n{\"half'; exit 3").await;
    let expected: [&'static [u8]; 4] = [b"\xff\0\r", b"", b"\x01\x02", b"{\"half"];
    let expected: Vec<Line> = (1..).zip(expected).map(|(number, b)| Line::Stdout { number, bytes: b.into() }).collect();
    assert_eq!(lines, expected);
    assert_eq!(exit, Exit { code: 3, oom_killed: false, killed: None });
}

#[tokio::test]
async fn standard_error_is_kept_apart_and_not_numbered() {
    let yard = Yard::open().await;
    let (lines, _) = yard.output_of("echo one; echo warning >&2; sleep 0.1; echo two").await;
    assert!(lines.contains(&Line::Stderr(Bytes::from_static(b"warning"))), "{lines:?}");
    assert!(lines.contains(&Line::Stdout { number: 2, bytes: Bytes::from_static(b"two") }), "{lines:?}");
}

#[tokio::test]
async fn lines_sent_arrive_whole_also_when_the_sender_gave_up() {
    let yard = Yard::open().await;
    let mut sandbox = yard.run("while read -r line; do echo ${#line}; done").await;
    let long = vec![b'a'; 1 << 20];
    drop(tokio::time::timeout(std::time::Duration::ZERO, sandbox.control.send(&long)).await);
    let other = sandbox.control.clone();
    let (first, second) = tokio::join!(sandbox.control.send(b"short"), other.send(&long));
    first.and(second).unwrap();
    let mut lengths = vec![next_text(&mut sandbox).await, next_text(&mut sandbox).await];
    if lengths[0] == "1048576" && lengths.len() == 2 {
        lengths.rotate_left(1);
    }
    assert_eq!(lengths, ["5", "1048576"]);
}

#[tokio::test]
async fn a_slow_reader_makes_the_sandbox_wait_and_loses_nothing() {
    let yard = Yard::open().await;
    let mut sandbox = yard.run("seq 1 300000; echo end").await;
    assert_eq!(next_text(&mut sandbox).await, "1");
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    let (lines, _) = rest_of(sandbox).await;
    let expected: Vec<String> = (2..=300_000).map(|n| n.to_string()).chain(["end".to_owned()]).collect();
    assert!(texts(&lines) == expected, "{} lines, last {:?}", lines.len(), lines.last());
}

#[tokio::test]
async fn a_sandbox_that_closes_its_output_is_not_taken_for_dead() {
    let yard = Yard::open().await;
    let mut sandbox = yard.run("exec 1>&- 2>&-; sleep 2; exit 9").await;
    assert_eq!(within(sandbox.output.exit()).await.unwrap().code, 9);
}
