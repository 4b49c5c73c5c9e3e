//! What chats need kept: updates in their order, links, listeners, places, drafts, and cards that wait for nobody.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::card::{Card, ReplyCard, TaskCard};
use signalbox_core::delivery::Delivery;
use signalbox_core::id::TaskId;
use signalbox_core::people::Identity;
use signalbox_core::policy::Detail;
use signalbox_core::port::Sent;
use signalbox_core::question::Draft;
use signalbox_core::task::TaskState;
use std::sync::Arc;

super::on_both!(
    updates_are_kept_once_and_in_their_order,
    an_update_is_answered_once,
    a_link_code_works_once_and_not_for_long,
    one_node_listens_until_its_right_runs_out,
    somebody_is_turned_away_once_a_day,
    passing_cards_wait_for_all_others_and_hold_up_none,
    a_broken_delivery_goes_on_where_it_broke,
    a_message_leads_back_to_its_card,
    a_place_that_moves_takes_everything_along,
    of_two_drafts_at_once_one_counts,
    anybody_reading_along_sees_a_summary,
);

fn update(id: &str) -> Update {
    Update { source: "telegram:1".to_owned(), external_id: id.to_owned(), raw: format!("{{\"n\":{id}}}"), at: at(5) }
}

fn reply(to: &str, number: u32) -> Delivery {
    let card = ReplyCard {
        to: format!("telegram:1:{number}"),
        message: Some("7".to_owned()),
        parts: Vec::new(),
        file: None,
        rows: Vec::new(),
        wants: None,
    };
    owed(place(to), Card::Reply(card), at(10))
}

fn passing(to: &str, task: &TaskId) -> Delivery {
    let Card::Task(card) = task_card(task, TaskState::Running) else { unreachable!() };
    owed(place(to), Card::Task(TaskCard { passing: true, ..card }), at(10))
}

fn take(now: i64) -> Take<'static> {
    Take { node: sender(), kinds: &["telegram"], now: at(now), lease_until: at(now + 1_000), limit: 10 }
}

fn account(id: &str) -> Identity {
    Identity { platform: "telegram".to_owned(), account: id.to_owned() }
}

async fn updates_are_kept_once_and_in_their_order(bench: Arc<Bench>) {
    let store = &bench.store;
    assert_eq!(store.receive_all(["9", "10", "8"].map(update).to_vec()).await.unwrap(), 3);
    assert_eq!(store.receive_all(["10", "11"].map(update).to_vec()).await.unwrap(), 1);
    let ids = |rows: Vec<Update>| rows.into_iter().map(|row| row.external_id).collect::<Vec<_>>();
    let waiting = ids(store.unhandled("telegram:1", None, 10).await.unwrap());
    assert_eq!(waiting[..1], ["9"]);
    let place_of = |id: &str| waiting.iter().position(|one| one == id).unwrap();
    assert!(place_of("9") < place_of("10") && place_of("10") < place_of("8"));
    for (at, id) in waiting.iter().enumerate() {
        let behind = ids(store.unhandled("telegram:1", Some(id), 10).await.unwrap());
        assert_eq!(behind, waiting[at + 1..], "behind {id}");
    }
    assert!(store.handled("telegram:1", "9", at(6)).await.unwrap());
    assert!(!ids(store.unhandled("telegram:1", None, 10).await.unwrap()).contains(&"9".to_owned()));
    assert_eq!(store.receive_all(vec![update("9")]).await.unwrap(), 0, "handled, and still known");
}

async fn an_update_is_answered_once(bench: Arc<Bench>) {
    let store = &bench.store;
    store.receive_all(vec![update("1")]).await.unwrap();
    assert!(store.is_unhandled("telegram:1", "1").await.unwrap());
    assert!(store.answer_update("telegram:1", "1", vec![reply("telegram:5", 1)], at(6)).await.unwrap());
    assert!(!store.answer_update("telegram:1", "1", vec![reply("telegram:5", 2)], at(7)).await.unwrap());
    assert!(!store.is_unhandled("telegram:1", "1").await.unwrap());
    assert_eq!(store.deliveries(&DeliveryFilter::default()).await.unwrap().len(), 1);
    assert!(!store.answer_update("telegram:1", "2", vec![reply("telegram:5", 3)], at(7)).await.unwrap(), "unknown");
}

async fn a_link_code_works_once_and_not_for_long(bench: Arc<Bench>) {
    let store = &bench.store;
    let (ann, bob) = (store.add_user(new_user("ann")).await.unwrap(), store.add_user(new_user("bob")).await.unwrap());
    store.keep_link_code(&ann, "abcd-efgh", at(10), at(100)).await.unwrap();
    store.keep_link_code(&bob, "ijkl-mnop", at(10), at(100)).await.unwrap();
    let redeem =
        async |code: &str, who: &str, now: i64| store.redeem_link_code(code, &account(who), at(now)).await.unwrap();
    assert_eq!(redeem("abcd-efgx", "1", 20).await, Redeemed::Unknown);
    assert_eq!(redeem("abcd-efgh", "1", 100).await, Redeemed::Unknown, "its time is over");
    assert_eq!(redeem("ABCDEFGH", "1", 20).await, Redeemed::Linked(ann.clone()));
    assert_eq!(redeem("abcd-efgh", "2", 20).await, Redeemed::Unknown, "it is used up");
    assert_eq!(redeem("ijkl-mnop", "1", 20).await, Redeemed::Taken(ann.clone()));
    assert_eq!(store.actor_by_identity(&account("1")).await.unwrap().unwrap().user, ann);
    store.keep_link_code(&bob, "new-code", at(30), at(100)).await.unwrap();
    assert_eq!(redeem("ijkl-mnop", "3", 40).await, Redeemed::Unknown, "the newer code replaced it");
    assert_eq!(bench.count("SELECT COUNT(*) FROM link_codes WHERE code LIKE '%new%'").await, 0, "only a hash is kept");
    assert!(store.void_link_code("NEWCODE").await.unwrap() && !store.void_link_code("new-code").await.unwrap());
    assert_eq!(redeem("new-code", "3", 40).await, Redeemed::Unknown, "others have read it");
}

async fn one_node_listens_until_its_right_runs_out(bench: Arc<Bench>) {
    let store = &bench.store;
    let listen =
        async |name: &str, now: i64| store.listen("telegram:1", &node(name), at(now), at(now + 30)).await.unwrap();
    assert!(listen("a", 0).await && listen("a", 10).await);
    assert!(!listen("b", 39).await);
    assert!(listen("b", 40).await);
    assert!(!listen("a", 41).await);
    store.hang_up("telegram:1", &node("a")).await.unwrap();
    assert!(!listen("a", 42).await, "somebody else's right is not given up");
    store.hang_up("telegram:1", &node("b")).await.unwrap();
    assert!(listen("a", 43).await);
}

async fn somebody_is_turned_away_once_a_day(bench: Arc<Bench>) {
    let store = &bench.store;
    let turned = async |who: &str, day: i64| store.turn_away(&account(who), day).await.unwrap();
    assert!(turned("1", 100).await);
    assert!(!turned("1", 100).await);
    assert!(turned("2", 100).await && turned("1", 101).await);
    assert!(!turned("1", 100).await, "no way back by a clock that is set back");
}

async fn passing_cards_wait_for_all_others_and_hold_up_none(bench: Arc<Bench>) {
    let store = &bench.store;
    let task = TaskId::from_entropy(1);
    let (edit, first, second) = (passing("telegram:1", &task), reply("telegram:1", 1), reply("telegram:1", 2));
    for one in [&edit, &first, &second] {
        store.owe(one.clone()).await.unwrap();
    }
    for expected in [&first, &second, &edit] {
        let mut taken = store.take_due(&take(20)).await.unwrap();
        assert_eq!(taken.len(), 1);
        let one = taken.remove(0);
        assert_eq!(one.delivery.id, expected.id);
        if expected.id == edit.id {
            // The channel has no room for it now; what comes later goes first.
            let _ = store.failed(one, "no room", at(500)).await.unwrap();
        } else {
            let _ = store.accepted(one, Sent::one("m")).await.unwrap();
        }
    }
    let third = reply("telegram:1", 3);
    store.owe(third.clone()).await.unwrap();
    let taken = store.take_due(&take(30)).await.unwrap();
    assert_eq!(taken[0].delivery.id, third.id, "a waiting edit holds up nobody");
    let newer = passing("telegram:1", &task);
    store.owe(newer.clone()).await.unwrap();
    let _ = store.accepted(taken.into_iter().next().unwrap(), Sent::one("m3")).await.unwrap();
    assert_eq!(store.take_due(&take(40)).await.unwrap()[0].delivery.id, newer.id, "the newest wins");
}

async fn a_broken_delivery_goes_on_where_it_broke(bench: Arc<Bench>) {
    let store = &bench.store;
    store.owe(reply("telegram:1", 1)).await.unwrap();
    let taken = store.take_due(&take(20)).await.unwrap().remove(0);
    let sent = vec!["a".to_owned(), "b".to_owned()];
    let _ = store.broken(taken, sent.clone(), "cut off", at(30)).await.unwrap();
    let again = store.take_due(&take(30)).await.unwrap().remove(0);
    assert_eq!((again.delivery.sent.clone(), again.delivery.attempts, again.message.clone()), (sent.clone(), 2, None));
    let _ = store.failed(again, "again", at(40)).await.unwrap();
    let again = store.take_due(&take(40)).await.unwrap().remove(0);
    assert_eq!(again.delivery.sent, sent, "a later failure forgets nothing");
    assert_eq!(store.card_of(&place("telegram:1"), "b").await.unwrap().as_deref(), Some("reply:telegram:1:1"));
}

async fn a_message_leads_back_to_its_card(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    let mut new = cast.task();
    (new.message, new.goes_on) = (Some("70".to_owned()), true);
    let (task, origin, conversation) = (new.task.id.clone(), new.task.origin.clone(), new.task.conversation.clone());
    new.receipt = Some(owed(origin.clone(), task_card(&task, TaskState::Queued), at(10)));
    store.submit(new).await.unwrap();
    assert_eq!(store.card_of(&origin, "70").await.unwrap(), Some(format!("asked:{task}")));
    assert_eq!(store.place(&origin).await.unwrap().conversation, Some(conversation.clone()));
    assert_eq!(store.latest_task_of(&conversation).await.unwrap(), Some(task.clone()));
    let kinds = [origin.kind()];
    let take = Take { node: sender(), kinds: &kinds, now: at(1_000_000), lease_until: at(2_000_000), limit: 10 };
    let receipt = store.take_due(&take).await.unwrap().remove(0);
    assert_eq!(receipt.delivery.answers.as_deref(), Some("70"), "the receipt answers the request");
    assert!(store.is_being_told(&origin).await.unwrap(), "who sees it may answer it already");
    let sent = Sent { message: Some("72".to_owned()), all: vec!["71".to_owned(), "72".to_owned()] };
    let _ = store.accepted(receipt, sent).await.unwrap();
    assert!(!store.is_being_told(&origin).await.unwrap());
    for message in ["71", "72"] {
        assert_eq!(store.card_of(&origin, message).await.unwrap(), Some(format!("task:{task}")));
    }
    assert!(store.is_shown(&origin, &format!("task:{task}")).await.unwrap());
    assert!(!store.is_shown(&place("telegram:99"), &format!("task:{task}")).await.unwrap());
}

async fn a_place_that_moves_takes_everything_along(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    let (from, to) = (place("telegram:-1"), place("telegram:-1001"));
    store.bind(&from, &cast.project, at(1)).await.unwrap();
    store.set_place(&from, PlaceSetting::Mode(Some("plan".to_owned()))).await.unwrap();
    store.set_place(&from, PlaceSetting::Lost(Some("the group was upgraded".to_owned()))).await.unwrap();
    store.set_place(&to, PlaceSetting::Mode(Some("work".to_owned()))).await.unwrap();
    store.owe(reply("telegram:-1", 1)).await.unwrap();
    let taken = store.take_due(&take(15)).await.unwrap().remove(0);
    let _ = store.broken(taken, vec!["5".to_owned()], "the group was upgraded", at(16)).await.unwrap();
    store.move_place(&from, &to).await.unwrap();
    assert_eq!(store.bound_project(&to).await.unwrap(), Some(cast.project.clone()));
    assert_eq!(store.bound_project(&from).await.unwrap(), None);
    let now = store.place(&to).await.unwrap();
    assert_eq!((now.mode.as_deref(), now.lost), (Some("plan"), None));
    let owed = store.take_due(&take(20)).await.unwrap().remove(0).delivery;
    assert_eq!((owed.place, owed.sent.len()), (to.clone(), 0), "it is said anew, and whole");
    let reports = store.places().await.unwrap();
    assert_eq!(reports.len(), 1);
    assert_eq!((reports[0].place.clone(), reports[0].project.as_deref()), (to, Some("alpha")));
}

async fn of_two_drafts_at_once_one_counts(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    let none = Draft::default();
    let draft = |text: &str| serde_json::from_str::<Draft>(text).unwrap();
    let (red, blue) = (draft(r#"{"0":{"options":[0]}}"#), draft(r#"{"0":{"options":[1]}}"#));
    assert!(store.redraft(&approval.id, &none, &red, at(20)).await.unwrap());
    assert!(!store.redraft(&approval.id, &none, &blue, at(20)).await.unwrap(), "another was faster");
    assert!(store.redraft(&approval.id, &red, &blue, at(20)).await.unwrap());
    assert_eq!(store.approval(&approval.id).await.unwrap().unwrap().context.draft, blue);
    store.decide(&approval.id, vote("ann", no())).await.unwrap();
    assert!(!store.redraft(&approval.id, &blue, &red, at(30)).await.unwrap(), "it is decided");
}

async fn anybody_reading_along_sees_a_summary(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    let lease = cast.running().await;
    let approval = cast.approval(&lease, 1);
    let _ = store.open_approval(&lease, asking(&approval, &["telegram:1", "telegram:2"])).await.unwrap();
    store.set_place(&place("telegram:1"), PlaceSetting::Privacy("public")).await.unwrap();
    store.set_place(&place("telegram:2"), PlaceSetting::Privacy("shared")).await.unwrap();
    let taken = store.take_due(&take(1_000_000)).await.unwrap();
    store.owe(owed(place("telegram:3"), Card::Approval(Box::new(approval)), at(20))).await.unwrap();
    let details: Vec<_> = taken.iter().map(|taken| (taken.delivery.place.address(), taken.delivery.detail)).collect();
    assert_eq!(details, [("1", Detail::Summary), ("2", Detail::Full)]);
    let unheard = store.take_due(&take(1_000_001)).await.unwrap().remove(0).delivery;
    assert_eq!((unheard.place.address(), unheard.detail), ("3", Detail::Summary), "nothing is known of it yet");
}
