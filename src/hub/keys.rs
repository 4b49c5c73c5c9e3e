//! The master key: where it lies, and putting a new one in its place.

use super::home::Home;
use super::{open_store_with, socket_in};
use crate::config::Config;
use anyhow::Context as _;
use signalbox_core::audit::{Deed, Kind, Who};
use signalbox_engine::fresh;
use signalbox_engine::store::{MasterKey, StoreError};
use std::path::{Path, PathBuf};

/// The variable that names the key's file.
const VARIABLE: &str = "SIGNALBOX_MASTER_KEY_FILE";

/// The key that seals secrets; one is made in the home where no file is named.
pub(super) fn load(home: &Home) -> anyhow::Result<MasterKey> {
    let path = path(home);
    let key = if named() { MasterKey::load(&path) } else { MasterKey::load_or_create(&path) };
    key.with_context(|| format!("the master key in {} cannot be used ({VARIABLE} can name another)", path.display()))
}

/// Seals every secret with a new master key, and puts that in the place of the old one. Returns how many there were.
///
/// Cut off at any moment, it can be run again: the new key lies beside the old one until all is done.
///
/// # Errors
/// When a hub is using the home, or the secrets open with neither key.
pub(crate) async fn rotate(config: &Config) -> anyhow::Result<u64> {
    let home = Home::take(&config.hub.home)
        .with_context(|| format!("stop the hub on {} first", socket_in(&config.hub.home).display()))?;
    let path = path(&home);
    let next = path.with_extension("next");
    let fresh = || MasterKey::load_or_create(&next).with_context(|| format!("{} cannot be used", next.display()));
    let sealed = match reseal(config, &home, load(&home)?, fresh()?).await {
        // An earlier try was cut off between sealing and putting the key in its place.
        Err(error) if is_sealed(&error) => reseal(config, &home, fresh()?, fresh()?).await?,
        sealed => sealed?,
    };
    std::fs::rename(&next, &path)
        .with_context(|| format!("rename {} to {} by hand", next.display(), path.display()))?;
    Ok(sealed)
}

async fn reseal(config: &Config, home: &Home, old: MasterKey, new: MasterKey) -> anyhow::Result<u64> {
    let store = open_store_with(config, home, old).await?;
    store.migrate().await?;
    let rotated = Deed::by(Who::Terminal, Kind::KeyRotated, "hub:master-key", fresh::now());
    let sealed = store.noting(rotated).rotate(new).await;
    store.close().await;
    Ok(sealed?)
}

fn is_sealed(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<StoreError>(), Some(StoreError::Sealed { .. }))
}

fn named() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

fn path(home: &Home) -> PathBuf {
    std::env::var_os(VARIABLE).map_or_else(|| home.path().join("master.key"), |file| Path::new(&file).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::{ExposeSecret as _, SecretString};
    use signalbox_core::audit::AuditQuery;
    use std::collections::BTreeMap;

    fn config(home: &Path) -> Config {
        let home = home.to_str().unwrap().to_owned();
        Config::load(None, &BTreeMap::from([("SIGNALBOX_HOME".to_owned(), home)])).unwrap()
    }

    async fn put(config: &Config) {
        let home = Home::take(&config.hub.home).unwrap();
        let store = open_store_with(config, &home, load(&home).unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        store.put_secret("project:p", "remote", &SecretString::from("token")).await.unwrap();
        store.close().await;
    }

    async fn opens(config: &Config) -> String {
        let home = Home::take(&config.hub.home).unwrap();
        let store = open_store_with(config, &home, load(&home).unwrap()).await.unwrap();
        let secret = store.secret("project:p", "remote").await.unwrap().unwrap();
        store.close().await;
        secret.expose_secret().to_owned()
    }

    #[tokio::test]
    async fn secrets_open_with_the_new_key_and_no_longer_with_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder.path().join("home"));
        put(&config).await;
        let key = config.hub.home.join("master.key");
        let old = std::fs::read(&key).unwrap();
        assert_eq!(rotate(&config).await.unwrap(), 2, "the project's, and the key of the audit log");
        assert_ne!(std::fs::read(&key).unwrap(), old);
        assert_eq!(opens(&config).await, "token");
        assert_eq!(entered(&config).await, [Kind::KeyRotated]);
    }

    /// What is in the audit log, of which the seals still hold.
    async fn entered(config: &Config) -> Vec<Kind> {
        let home = Home::take(&config.hub.home).unwrap();
        let store = open_store_with(config, &home, load(&home).unwrap()).await.unwrap();
        let entries = store.audit(&AuditQuery::default()).await.unwrap().entries;
        assert!(store.verify_audit(None).await.unwrap().is_sound());
        store.close().await;
        entries.iter().map(|entry| entry.deed.kind).collect()
    }

    #[tokio::test]
    async fn a_rotation_that_was_cut_off_is_finished_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder.path().join("home"));
        put(&config).await;
        let key = config.hub.home.join("master.key");
        let old = std::fs::read(&key).unwrap();
        rotate(&config).await.unwrap();
        // As it stands when the process dies between the two steps.
        std::fs::rename(&key, key.with_extension("next")).unwrap();
        std::fs::write(&key, old).unwrap();
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(rotate(&config).await.unwrap(), 2, "the project's, and the key of the audit log");
        assert_eq!(opens(&config).await, "token");
    }
}
