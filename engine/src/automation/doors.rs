//! Who knocks: hooks' schemes and secrets, held in memory, so that a request which nobody signed costs the database nothing.

use super::secret::{CURRENT, PREVIOUS, scope};
use crate::fresh;
use crate::parts::Parts;
use crate::store::{Hook, StoreError};
use secrecy::ExposeSecret as _;
use signalbox_core::hook::{Door, Doors, Rules, SharedSecret, source};
use signalbox_core::port::Refusal;
use std::sync::{Arc, PoisonError, RwLock};

/// The doors as they were last read.
#[derive(Debug, Default)]
pub(crate) struct DoorBook(RwLock<Arc<Doors>>);

impl DoorBook {
    pub(crate) fn get(&self) -> Arc<Doors> {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, doors: Doors) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(doors);
    }
}

/// Reads all doors anew.
pub(crate) async fn reload(parts: &Parts) -> Result<(), Refusal> {
    let mut doors = Doors::new();
    for hook in parts.store.hooks().await? {
        match Rules::parse(&hook.rules) {
            Ok(rules) => {
                let secrets = secrets(parts, &hook).await?;
                doors.insert(hook.name.clone(), Door { source: source(&hook.id), scheme: rules.scheme, secrets });
            }
            Err(error) => tracing::warn!(hook = hook.name, %error, "the rules of hook {} cannot be read", hook.name),
        }
    }
    parts.doors.set(doors);
    Ok(())
}

async fn secrets(
    parts: &Parts,
    hook: &Hook,
) -> Result<Vec<(SharedSecret, Option<signalbox_core::time::Timestamp>)>, StoreError> {
    let scope = scope(&hook.id);
    let shared = |secret: secrecy::SecretString| SharedSecret::new(secret.expose_secret());
    let mut all = Vec::new();
    if let Some(current) = parts.store.secret(&scope, CURRENT).await? {
        all.push((shared(current), None));
    }
    if let Some(until) = hook.previous_until.filter(|until| *until > fresh::now())
        && let Some(previous) = parts.store.secret(&scope, PREVIOUS).await?
    {
        all.push((shared(previous), Some(until)));
    }
    Ok(all)
}
