//! Big values: whole when read, in files and not in rows.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::event::{EventKind, Excerpt};
use signalbox_core::id::{BlobId, ToolUseId};
use signalbox_core::task::TaskStep;
use std::sync::Arc;
use tokio::io::AsyncReadExt;

super::on_both!(
    a_prompt_of_a_megabyte_comes_back_whole,
    a_tool_result_of_fifty_megabytes_is_streamed,
    a_long_answer_comes_back_whole,
    an_id_that_is_no_hash_opens_nothing,
);

async fn a_prompt_of_a_megabyte_comes_back_whole(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let mut new = cast.task();
    new.task.prompt = format!("x{}", "🚂".repeat(1 << 18));
    new.submitted = warning("submitted");
    let id = bench.store.submit(new.clone()).await.unwrap().task;
    assert_eq!(bench.store.task(&id).await.unwrap().unwrap().prompt, new.task.prompt);
    assert_eq!(bench.count("SELECT CAST(MAX(LENGTH(command)) AS CHAR) + 0 < 40000 FROM tasks").await, 1);
    let query = TaskQuery { open: true, ..TaskQuery::newest(50, Visible::All) };
    assert_eq!(bench.store.tasks(&query).await.unwrap().tasks[0].prompt, new.task.prompt);
}

async fn a_tool_result_of_fifty_megabytes_is_streamed(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let bytes = 50 * 1024 * 1024;
    let blob = bench.store.put_blob_stream(tokio::io::repeat(b'a').take(bytes)).await.unwrap();
    let output = Excerpt { text: "a".repeat(100), bytes, blob: Some(blob.clone()) };
    let finished = EventKind::ToolFinished { call: ToolUseId::new("t"), is_error: false, output };
    bench.store.record(&lease, vec![finished.clone()], Progress::at(at(4_000))).await.unwrap().applied().unwrap();
    assert_eq!(cast.record_of(&lease.task).await.last().unwrap().kind, finished);
    assert_eq!(bench.store.read_blob(&blob, 3).await.unwrap(), b"aaa");
    assert_eq!(bench.store.open_blob(&blob).await.unwrap().metadata().await.unwrap().len(), bytes);
    assert_eq!(bench.store.put_blob_stream(tokio::io::repeat(b'a').take(bytes)).await.unwrap(), blob);
    assert_eq!(bench.count("SELECT COUNT(*) FROM blobs").await, 1, "the same bytes are stored once");
}

async fn a_long_answer_comes_back_whole(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let answer = "Ä".repeat(100_000);
    let outcome = Finish { result: Some(answer.clone()), ..finish(TaskStep::Answered) };
    bench.store.finish(&lease, outcome).await.unwrap().applied().unwrap();
    assert_eq!(bench.store.task(&lease.task).await.unwrap().unwrap().result, Some(answer.clone()));
    let last = cast.record_of(&lease.task).await.pop().unwrap();
    assert!(matches!(last.kind, EventKind::Finished { result, .. } if result == Some(answer)));
}

async fn an_id_that_is_no_hash_opens_nothing(bench: Arc<Bench>) {
    for id in ["", "../../../etc/passwd", &"A".repeat(64), &"/".repeat(64)] {
        assert!(bench.store.open_blob(&BlobId::new(id)).await.is_err(), "{id}");
    }
    let missing = bench.store.read_blob(&BlobId::new("0".repeat(64)), 9).await.unwrap_err();
    assert!(matches!(missing, StoreError::Blob { .. }), "{missing:?}");
}
