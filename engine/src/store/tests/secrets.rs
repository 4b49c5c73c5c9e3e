//! Secrets: sealed for one row, by one key.

use super::super::*;
use super::bench::{Bench, key};
use secrecy::{ExposeSecret, SecretString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

super::on_both!(
    a_secret_comes_back_and_is_not_in_the_database,
    another_key_opens_nothing,
    a_secret_that_was_moved_or_changed_is_refused,
    rotation_seals_everything_anew,
    a_rotation_that_fails_changes_nothing,
);

const TOKEN: &str = "ghp_tökén";

async fn filled(bench: &Bench) {
    for scope in ["project:a", "project:b"] {
        bench.store.put_secret(scope, "token", &SecretString::from(format!("{TOKEN} of {scope}"))).await.unwrap();
    }
}

async fn read(store: &Store, scope: &str) -> Result<Option<String>, StoreError> {
    Ok(store.secret(scope, "token").await?.map(|secret| secret.expose_secret().to_owned()))
}

async fn a_secret_comes_back_and_is_not_in_the_database(bench: Arc<Bench>) {
    filled(&bench).await;
    assert_eq!(read(&bench.store, "project:a").await.unwrap().unwrap(), format!("{TOKEN} of project:a"));
    assert_eq!(read(&bench.store, "project:z").await.unwrap(), None);
    assert_eq!(bench.count("SELECT COUNT(*) FROM secrets WHERE sealed LIKE '%ghp%'").await, 0);
    bench.store.put_secret("project:a", "token", &SecretString::from("new")).await.unwrap();
    assert_eq!(read(&bench.store, "project:a").await.unwrap().as_deref(), Some("new"));
    assert_eq!(bench.store.secret_names("project:a").await.unwrap(), ["token"]);
    assert!(bench.store.remove_secret("project:a", "token").await.unwrap());
    assert!(!bench.store.remove_secret("project:a", "token").await.unwrap());
    assert_eq!(read(&bench.store, "project:b").await.unwrap().unwrap(), format!("{TOKEN} of project:b"));
}

async fn another_key_opens_nothing(bench: Arc<Bench>) {
    filled(&bench).await;
    let stranger = bench.with_key(key(2)).await;
    let refused = read(&stranger, "project:a").await.unwrap_err();
    assert!(matches!(refused, StoreError::Sealed { why: "it was sealed with another master key", .. }), "{refused:?}");
    // Claiming that it was this key does not help: the key's id is authenticated with the value.
    let claim = sqlx::AssertSqlSafe(format!("UPDATE secrets SET key_id = '{}'", key(2).id()));
    sqlx::query(claim).execute(&mut bench.raw().await).await.unwrap();
    let refused = read(&stranger, "project:a").await.unwrap_err();
    assert!(!format!("{refused:?}").contains(TOKEN));
    stranger.close().await;
}

async fn a_secret_that_was_moved_or_changed_is_refused(bench: Arc<Bench>) {
    filled(&bench).await;
    bench.execute("UPDATE secrets SET name = 'moved' WHERE scope = 'project:a'").await;
    assert!(matches!(bench.store.secret("project:a", "moved").await.unwrap_err(), StoreError::Sealed { .. }));
    bench.execute("UPDATE secrets SET scope = 'project:c', name = 'token' WHERE scope = 'project:a'").await;
    assert!(matches!(read(&bench.store, "project:c").await.unwrap_err(), StoreError::Sealed { .. }));
    bench.execute("UPDATE secrets SET sealed = CONCAT('00', sealed) WHERE scope = 'project:b'").await;
    assert!(matches!(read(&bench.store, "project:b").await.unwrap_err(), StoreError::Sealed { .. }));
}

async fn rotation_seals_everything_anew(bench: Arc<Bench>) {
    filled(&bench).await;
    assert_eq!(bench.store.rotate(key(2)).await.unwrap(), 2);
    assert_eq!(read(&bench.store, "project:a").await.unwrap().unwrap(), format!("{TOKEN} of project:a"));
    let (old, new) = (bench.second_node().await, bench.with_key(key(2)).await);
    assert!(read(&old, "project:a").await.is_err());
    assert_eq!(read(&new, "project:b").await.unwrap().unwrap(), format!("{TOKEN} of project:b"));
    bench.store.put_secret("project:a", "token", &SecretString::from("later")).await.unwrap();
    assert_eq!(read(&new, "project:a").await.unwrap().as_deref(), Some("later"));
    old.close().await;
    new.close().await;
}

async fn a_rotation_that_fails_changes_nothing(bench: Arc<Bench>) {
    filled(&bench).await;
    bench.execute("UPDATE secrets SET sealed = 'damaged' WHERE scope = 'project:b'").await;
    assert!(matches!(bench.store.rotate(key(2)).await.unwrap_err(), StoreError::Sealed { .. }));
    assert!(read(&bench.store, "project:a").await.is_ok());
    bench.store.put_secret("project:b", "token", &SecretString::from("mended")).await.unwrap();
    let again = bench.second_node().await;
    assert_eq!(read(&again, "project:b").await.unwrap().as_deref(), Some("mended"), "the old key still seals");
    again.close().await;
}

#[test]
fn a_key_file_is_made_once_for_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master.key");
    let ids: Vec<_> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..8).map(|_| scope.spawn(|| MasterKey::load_or_create(&path).unwrap())).collect();
        makers.into_iter().map(|maker| maker.join().unwrap().id().to_owned()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft is left");
    assert_eq!(MasterKey::load(&path).unwrap().id(), ids[0]);
    assert!(!format!("{:?}", MasterKey::load(&path).unwrap()).contains(fs::read_to_string(&path).unwrap().trim()));
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("master.key");
    key(1).save_new(&path).unwrap();
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(matches!(MasterKey::load(&path), Err(KeyError::Exposed { .. })), "{mode:o}");
    }
}

#[test]
fn key_files_hold_bytes_or_digits() {
    let directory = tempfile::tempdir().unwrap();
    let load = |content: &[u8]| {
        let path = directory.path().join("master.key");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        MasterKey::load(&path)
    };
    assert_eq!(load(&[7; 32]).unwrap().id(), key(7).id());
    assert_eq!(load(format!("{}\n", "07".repeat(32)).as_bytes()).unwrap().id(), key(7).id());
    for bad in [&b""[..], b"short", &[b'z'; 64], &[b'0'; 63]] {
        assert!(matches!(load(bad), Err(KeyError::Malformed { .. })), "{bad:?}");
    }
    assert!(matches!(MasterKey::load(&directory.path().join("none")), Err(KeyError::File { .. })));
}
