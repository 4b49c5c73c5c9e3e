//! Throwing work away.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::event::EventKind;
use signalbox_core::id::SessionId;
use signalbox_core::task::{TaskState, TaskStep};
use std::sync::Arc;

super::on_both!(
    discarded_work_leaves_the_conversation_where_it_began,
    work_that_something_stands_on_is_not_discarded,
    work_of_a_task_that_goes_on_is_not_discarded,
);

const BASE: &str = "1111111111111111111111111111111111111111";

fn discard(commit: Option<&str>) -> Discard {
    let commit = commit.map(str::to_owned);
    Discard { by: "Ann".to_owned(), at: at(20_000), commit, deliveries: Vec::new() }
}

/// Runs a task to its end on `BASE`, in a session and volumes.
async fn worked(cast: &Cast, task: NewTask, commit: Option<&str>) -> Lease {
    let id = cast.store.submit(task).await.unwrap().task;
    let lease = cast.store.lease(&id, &claim("one", 2_000, 12_000)).await.unwrap().unwrap();
    let progress = Progress {
        base: Some(BASE.to_owned()),
        volumes: Some("v".to_owned()),
        session: Some(SessionId::new("s")),
        ..Progress::at(at(3_000))
    };
    cast.store.record(&lease, Vec::new(), progress).await.unwrap().applied().unwrap();
    let end = Finish { commit: commit.map(str::to_owned), ..finish(TaskStep::Answered) };
    cast.store.finish(&lease, end).await.unwrap().applied().unwrap();
    lease
}

async fn discarded_work_leaves_the_conversation_where_it_began(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    for commit in [Some("aaaa"), None] {
        let lease = worked(&cast, cast.task(), commit).await;
        let done = bench.store.discard(&lease.task, discard(commit)).await.unwrap();
        let Discarding::Discarded(events) = done else { panic!("{done:?}") };
        assert_eq!(events[0].kind, EventKind::Discarded { by: "Ann".to_owned() });
        let task = bench.store.task(&lease.task).await.unwrap().unwrap();
        assert_eq!((task.state, task.commit), (TaskState::Succeeded, None));
        let conversation = bench.store.conversation(&lease.conversation).await.unwrap().unwrap();
        assert_eq!(conversation.head.as_deref(), Some(BASE));
        assert_eq!((conversation.session, conversation.volumes, conversation.node), (None, None, None));
    }
}

async fn work_that_something_stands_on_is_not_discarded(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let first = cast.task();
    let next = cast.next_in_conversation(&first);
    let first = worked(&cast, first, Some("aaaa")).await;
    let next = worked(&cast, next, Some("bbbb")).await;
    assert_eq!(bench.store.discard(&first.task, discard(Some("aaaa"))).await.unwrap(), Discarding::BuiltOn);
    assert_eq!(bench.store.task(&first.task).await.unwrap().unwrap().commit.as_deref(), Some("aaaa"));
    let gone = bench.store.discard(&next.task, discard(Some("bbbb"))).await.unwrap();
    assert!(matches!(gone, Discarding::Discarded(_)));
    let conversation = bench.store.conversation(&first.conversation).await.unwrap().unwrap();
    assert_eq!(conversation.head.as_deref(), Some(BASE));
}

async fn work_of_a_task_that_goes_on_is_not_discarded(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let running = cast.running().await;
    let left = bench.store.discard(&running.task, discard(None)).await.unwrap();
    assert_eq!(left, Discarding::Moved(TaskState::Running));
    let first = cast.task();
    let next = cast.next_in_conversation(&first);
    let done = worked(&cast, first, Some("aaaa")).await;
    let other = bench.store.discard(&done.task, discard(Some("cccc"))).await.unwrap();
    assert_eq!(other, Discarding::Moved(TaskState::Succeeded));
    let next = bench.store.submit(next).await.unwrap().task;
    bench.store.lease(&next, &claim("one", 2_000, 12_000)).await.unwrap().unwrap();
    assert_eq!(bench.store.discard(&done.task, discard(Some("aaaa"))).await.unwrap(), Discarding::BuiltOn);
    let unknown = signalbox_core::id::TaskId::from_entropy(0);
    assert_eq!(bench.store.discard(&unknown, discard(None)).await.unwrap(), Discarding::Missing);
}
