//! Changes that the audit log tells of: the entry is written in the transaction of the change, so that neither is ever there
//! without the other.
//!
//! [`Store::noting`] gives the store a deed; the next change made by it enters that, if it came to something. What a change has
//! to have come to is for its outcome to say.

use super::Store;
use super::audit::append;
use super::db::{Tx, Work};
use super::error::StoreError;
use super::seal::SealKey;
use signalbox_core::audit::Deed;
use signalbox_core::event::Event;
use signalbox_core::id::UserId;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a change came to, as far as it matters to the audit log.
pub(super) trait Outcome {
    /// What is entered; none where nothing has changed.
    fn entered(&self, deed: &Deed) -> Option<Deed>;
}

impl Outcome for () {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        Some(deed.clone())
    }
}

/// Whether it was there to be changed.
impl Outcome for bool {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        self.then(|| deed.clone())
    }
}

/// How much was changed.
impl Outcome for u64 {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        Some(deed.clone())
    }
}

/// Whom it made.
impl Outcome for UserId {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        Some(deed.clone())
    }
}

/// What it put into a task's record.
impl Outcome for Vec<Event> {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        Some(deed.clone())
    }
}

/// It may have come too late.
impl<T: Outcome> Outcome for Option<T> {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        self.as_ref()?.entered(deed)
    }
}

/// A deed that waits for its change.
#[derive(Debug)]
pub(super) struct Waiting {
    deed: Deed,
    taken: AtomicBool,
}

/// Whoever gives the store a deed and then asks for something that enters none has made a mistake that no type shows.
impl Drop for Waiting {
    fn drop(&mut self) {
        if !*self.taken.get_mut() && !std::thread::panicking() {
            tracing::error!(kind = %self.deed.kind, "a deed was not entered in the audit log, for its change does not tell of it");
            debug_assert!(false, "{} was to be entered by something that enters nothing", self.deed.kind);
        }
    }
}

/// A change with what is entered of it.
struct Noted<D, T> {
    data: D,
    work: Work<D, T>,
    deed: Arc<Waiting>,
    key: Arc<SealKey>,
}

impl Store {
    /// The store, for one change that enters `deed`.
    #[must_use]
    pub fn noting(&self, deed: Deed) -> Self {
        let waiting = Waiting { deed, taken: AtomicBool::new(false) };
        Self { deed: Some(Arc::new(waiting)), ..self.clone() }
    }

    /// Makes a change that the audit log may tell of.
    pub(super) async fn change<D, T>(&self, data: D, work: Work<D, T>) -> Result<T, StoreError>
    where
        D: Send + Sync + 'static,
        T: Outcome + Send + 'static,
    {
        let Some(deed) = self.deed.clone() else { return self.db.write(data, work).await };
        deed.taken.store(true, Ordering::Relaxed);
        let noted = Noted { data, work, deed, key: self.seal_key().await? };
        self.db.write(noted, |tx, noted| Box::pin(make(tx, noted))).await
    }
}

async fn make<D, T>(tx: &mut Tx, noted: &Noted<D, T>) -> Result<T, StoreError>
where
    D: Send + Sync,
    T: Outcome + Send,
{
    let outcome = (noted.work)(&mut *tx, &noted.data).await?;
    if let Some(deed) = outcome.entered(&noted.deed.deed) {
        append(tx, &noted.key, &deed).await?;
    }
    Ok(outcome)
}
