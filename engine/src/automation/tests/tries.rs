//! What becomes of work that ends the hub.

use super::super::tries::attempt;
use crate::fresh;
use crate::store::{MasterKey, Receipt, Store, StoreSettings, Update as Row};
use signalbox_core::desk::Update;
use signalbox_core::port::Refusal;
use std::future::pending;
use std::time::Duration;

#[tokio::test]
async fn what_ends_the_hub_each_time_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("hub.db").display()).into();
    let settings =
        StoreSettings { url, blobs: folder.path().join("blobs"), master_key: MasterKey::from_bytes([1; 32]) };
    let store = Store::open(settings).await.unwrap();
    store.migrate().await.unwrap();
    let update = Update { source: "hook:x".to_owned(), id: "1".to_owned(), raw: "{}".to_owned() };
    let row =
        Row { source: update.source.clone(), external_id: update.id.clone(), raw: "{}".to_owned(), at: fresh::now() };
    assert_eq!(store.receive(row).await.unwrap(), Receipt::New);
    for _ in 0..20 {
        assert_eq!(attempt(&store, &update, async { 7 }).await.unwrap(), 7, "what comes to an end is no try");
    }
    for _ in 0..5 {
        let ends_the_hub = attempt(&store, &update, pending::<()>());
        assert!(tokio::time::timeout(Duration::from_millis(100), ends_the_hub).await.is_err());
    }
    let given_up = attempt(&store, &update, async {}).await.unwrap_err();
    assert!(matches!(&given_up, Refusal::Invalid(why) if why.contains("begun 5 times")), "{given_up:?}");
    store.close().await;
}
