//! Cards that change.

use crate::stage::{Stage, approval, asks, working};
use serde_json::json;
use signalbox_core::approval::{ApprovalState, Decision, Saying};
use signalbox_core::card::Card;
use signalbox_core::id::UserId;
use signalbox_core::port::SendError;
use signalbox_core::time::Timestamp;

fn decided() -> Card {
    let mut decided = approval("Bash", json!({"command": "make"}));
    decided.state = ApprovalState::Allowed;
    decided.decision = Some(Decision {
        by: UserId::new("bob"),
        name: "Bob".to_owned(),
        place: None,
        at: Timestamp::from_millis(4000),
        saying: Saying::Allow,
        grant: None,
    });
    Card::Approval(Box::new(decided))
}

#[tokio::test]
async fn a_decided_card_says_who_decided_and_has_no_buttons() {
    let stage = Stage::new();
    let channel = stage.channel();
    let sent = channel.send(&stage.delivery(&stage.general, asks("make"))).await.unwrap();
    let card = sent.message.unwrap();
    assert!(stage.general.messages()[0].button("Once").is_some());
    for _ in 0..2 {
        // The same once more is fine, too.
        channel.edit(&stage.delivery(&stage.general, decided()), &card).await.unwrap();
    }
    let message = &stage.general.messages()[0];
    assert!(message.content.contains("llowed by Bob") && message.labels().is_empty(), "{message:#?}");
}

#[tokio::test]
async fn a_card_that_is_gone_is_lost() {
    let stage = Stage::new();
    let channel = stage.channel();
    let sent = channel.send(&stage.delivery(&stage.general, asks("make"))).await.unwrap();
    let card = sent.message.unwrap();
    stage.general.deletes_message(stage.general.messages()[0].id);
    let edited = channel.edit(&stage.delivery(&stage.general, decided()), &card).await;
    assert_eq!(edited, Err(SendError::EditLost));
    let theirs = stage.ann.says(&stage.general, "mine");
    let edited = channel.edit(&stage.delivery(&stage.general, decided()), &theirs.id.to_string()).await;
    assert_eq!(edited, Err(SendError::EditLost));
}

#[tokio::test]
async fn passing_edits_are_spread_out_and_hold_up_no_decision() {
    let stage = Stage::new();
    let channel = stage.channel();
    let sent = channel.send(&stage.delivery(&stage.general, working(false, ""))).await.unwrap();
    let card = sent.message.unwrap();
    let mut held_back = 0;
    for number in 0..20 {
        let passing = stage.delivery(&stage.general, working(true, &format!("step {number}")));
        match channel.edit(&passing, &card).await {
            Ok(_) => {}
            Err(SendError::Later { after: Some(_), .. }) => held_back += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(held_back, 19);
    for _ in 0..3 {
        channel.edit(&stage.delivery(&stage.general, working(false, "done")), &card).await.unwrap();
    }
    assert_eq!(stage.server.too_many_requests(), 0);
}
