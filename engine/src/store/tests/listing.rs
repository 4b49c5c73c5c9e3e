//! Finding tasks: by project, state, requester and words, page by page.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::id::TaskId;
use signalbox_core::task::{TaskState, TaskStep};
use std::sync::Arc;

super::on_both!(
    words_are_found_in_prompts_and_answers_in_any_case,
    a_new_answer_takes_the_place_of_the_old_one,
    what_is_wanted_is_wanted_all_at_once,
    a_search_looks_further_back_page_by_page_and_misses_nothing,
    what_is_removed_is_found_no_more,
);

fn any() -> TaskQuery {
    TaskQuery::newest(50, Visible::All)
}

fn by_words(words: &str) -> TaskQuery {
    TaskQuery { words: words.split(' ').map(str::to_owned).collect(), ..any() }
}

async fn finds(bench: &Bench, query: TaskQuery, expected: &[&TaskId]) {
    let found = bench.store.tasks(&query).await.unwrap().tasks;
    assert_eq!(found.iter().map(|task| &task.id).collect::<Vec<_>>(), expected, "{query:?}");
}

async fn asked(cast: &Cast, prompt: &str, millis: i64) -> TaskId {
    let mut new = cast.task();
    (new.task.prompt, new.task.created_at) = (prompt.to_owned(), at(millis));
    cast.store.submit(new).await.unwrap().task
}

async fn answered(cast: &Cast, task: &TaskId, answer: &str) {
    let lease = cast.store.lease(task, &claim("one", 20_000, 30_000)).await.unwrap().unwrap();
    let outcome = Finish { result: Some(answer.to_owned()), ..finish(TaskStep::Answered) };
    cast.store.finish(&lease, outcome).await.unwrap().applied().unwrap();
}

async fn words_are_found_in_prompts_and_answers_in_any_case(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let fence = asked(&cast, "Mend the FENCE\n\nbefore Überlingen", 1_000).await;
    let roof = asked(&cast, "Mend the roof; 100% of it, 修复屋顶", 2_000).await;
    answered(&cast, &roof, "It is as good as new, said the Zimmermann.").await;
    let long = asked(&cast, &format!("{} needle", "hay ".repeat(20_000)), 3_000).await;
    for (words, expected) in [
        ("mend", vec![&roof, &fence]),
        ("fence mend", vec![&fence]),
        ("überLINGEN", vec![&fence]),
        ("zimmer mend", vec![&roof]),
        ("修复", vec![&roof]),
        ("100%", vec![&roof]),
        ("hay", vec![&long]),
        ("needle", vec![]),
        ("m_nd", vec![]),
        ("men%e", vec![]),
        ("'", vec![]),
        ("!", vec![]),
        ("\\", vec![]),
    ] {
        finds(&bench, by_words(words), &expected).await;
    }
}

async fn a_new_answer_takes_the_place_of_the_old_one(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let task = asked(&cast, "x", 1_000).await;
    let lease = bench.store.lease(&task, &claim("one", 20_000, 30_000)).await.unwrap().unwrap();
    let outcome = Finish { result: Some("half a fence".to_owned()), ..finish(TaskStep::GaveUp) };
    bench.store.finish(&lease, outcome).await.unwrap().applied().unwrap();
    finds(&bench, by_words("half"), &[&task]).await;
    bench.store.retry(&task, "Ann", at(19_000)).await.unwrap();
    finds(&bench, by_words("half"), &[]).await;
    answered(&cast, &task, "a whole fence").await;
    finds(&bench, by_words("whole"), &[&task]).await;
}

async fn what_is_wanted_is_wanted_all_at_once(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let beta = add_project(&bench.store, "beta", &cast.ann).await;
    let bob = bench.store.add_user(new_user("bob")).await.unwrap();
    let mine = asked(&cast, "mend it", 1_000).await;
    let mut his = cast.task_in(&beta);
    (his.task.requester, his.task.created_at) = (bob.clone(), at(2_000));
    let his = bench.store.submit(his).await.unwrap().task;
    answered(&cast, &mine, "done").await;
    let by_bob = || TaskQuery { requester: Some(bob.clone()), ..any() };
    finds(&bench, by_bob(), &[&his]).await;
    finds(&bench, TaskQuery { project: Some(cast.project.clone()), ..by_bob() }, &[]).await;
    finds(&bench, TaskQuery { state: Some(TaskState::Succeeded), ..any() }, &[&mine]).await;
    finds(&bench, TaskQuery { state: Some(TaskState::Queued), ..any() }, &[&his]).await;
    finds(&bench, TaskQuery { open: true, ..by_words("mend") }, &[&his]).await;
    let seen = TaskQuery { visible: Visible::Projects(vec![cast.project.clone()]), ..by_words("mend") };
    finds(&bench, seen, &[&mine]).await;
}

async fn a_search_looks_further_back_page_by_page_and_misses_nothing(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let mut wanted = Vec::new();
    for number in 0..23 {
        // Of every two, the time is the same.
        let task = asked(&cast, if number % 7 == 0 { "needle" } else { "hay" }, number / 2 * 1_000).await;
        wanted.extend((number % 7 == 0).then_some((number / 2, task)));
    }
    wanted.sort();
    let (mut seen, mut before, mut pages) = (Vec::new(), None, 0);
    loop {
        let query = TaskQuery { look_through: 5, limit: 2, before, ..by_words("needle") };
        let page = bench.store.tasks(&query).await.unwrap();
        assert_eq!(page.reached.is_some(), page.next.is_some() && page.tasks.len() < 2);
        seen.extend(page.tasks.into_iter().map(|task| (task.created_at.millis() / 1_000, task.id)));
        pages += 1;
        let Some(next) = page.next else { break };
        let last = bench.store.task(&next).await.unwrap().unwrap();
        before = Some((last.created_at, last.id));
        asked(&cast, "needle", 99_000).await;
    }
    seen.reverse();
    assert_eq!(seen, wanted);
    assert!(pages >= 5, "{pages}");
}

async fn what_is_removed_is_found_no_more(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let task = asked(&cast, "mend it", 1_000).await;
    answered(&cast, &task, "done").await;
    bench.execute("DELETE FROM tasks").await;
    finds(&bench, by_words("mend"), &[]).await;
    assert_eq!(bench.count("SELECT COUNT(*) FROM task_words").await, 0);
}
