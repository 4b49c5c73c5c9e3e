//! Conversations: what people choose of them.

use super::bench::Bench;
use super::fixture::*;
use signalbox_core::command::Mode;
use signalbox_core::ground::{Ground, Onto};
use std::sync::Arc;

super::on_both!(a_conversation_keeps_how_it_is_worked_on, a_conversation_keeps_what_it_works_on);

async fn a_conversation_keeps_how_it_is_worked_on(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let store = &bench.store;
    let plain = store.submit(cast.task()).await.unwrap().conversation;
    let found = store.conversation(&plain).await.unwrap().unwrap();
    assert_eq!((found.mode, found.model), (Mode::Work, None));

    let mut task = cast.task();
    if let Some(new) = &mut task.new_conversation {
        (new.mode, new.model) = (Mode::Plan, Some("claude-sonnet-5-5".to_owned()));
    }
    let planned = store.submit(task).await.unwrap().conversation;
    let found = store.conversation(&planned).await.unwrap().unwrap();
    assert_eq!((found.mode, found.model.as_deref()), (Mode::Plan, Some("claude-sonnet-5-5")));

    store.choose_mode(&planned, Mode::Work).await.unwrap();
    store.choose_model(&planned, None).await.unwrap();
    store.choose_model(&plain, Some("claude-opus-5-5".to_owned())).await.unwrap();
    let found = store.conversation(&planned).await.unwrap().unwrap();
    assert_eq!((found.mode, found.model), (Mode::Work, None));
    let found = store.conversation(&plain).await.unwrap().unwrap();
    assert_eq!((found.mode, found.model.as_deref()), (Mode::Work, Some("claude-opus-5-5")));
}

async fn a_conversation_keeps_what_it_works_on(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let store = &bench.store;
    let began = Ground {
        reference: "refs/heads/topic".to_owned(),
        commit: "a".repeat(40),
        onto: Onto::Branch("topic".to_owned()),
        inside: None,
    };
    let mut task = cast.task();
    if let Some(new) = &mut task.new_conversation {
        new.ground = Some(began.clone());
    }
    let id = store.submit(task).await.unwrap().conversation;
    assert_eq!(store.conversation(&id).await.unwrap().unwrap().ground, Some(began.clone()));
    let pushed = Ground { commit: "b".repeat(40), inside: Some("c".repeat(40)), ..began };
    store.set_ground(&id, pushed.clone()).await.unwrap();
    assert_eq!(store.conversation(&id).await.unwrap().unwrap().ground, Some(pushed));
}
