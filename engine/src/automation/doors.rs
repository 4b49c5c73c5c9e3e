//! Who knocks: hooks' schemes and secrets, held in memory, so that a request which nobody signed costs the database nothing.

use super::secret::{self, scope};
use crate::parts::Parts;
use signalbox_core::hook::{Door, Doors, Rules, source};
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
                let secrets = secret::counting(parts, &scope(&hook.id), hook.previous_until).await?;
                doors.insert(hook.name.clone(), Door { source: source(&hook.id), scheme: rules.scheme, secrets });
            }
            Err(error) => tracing::warn!(hook = hook.name, %error, "the rules of hook {} cannot be read", hook.name),
        }
    }
    parts.doors.set(doors);
    Ok(())
}
