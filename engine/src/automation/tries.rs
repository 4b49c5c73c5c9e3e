//! Work that may end the process, were there a fault in it, is not begun for ever: what was begun often and never came to an end
//! is refused.

use crate::store::Store;
use signalbox_core::desk::Update;
use signalbox_core::port::Refusal;

/// How often it may be begun. More than once, for several hubs may be at it, and one may be ended in the middle by others.
const MOST: i64 = 5;

/// Does work on an update.
///
/// # Errors
/// [`Refusal::Invalid`] when it was begun too often, and [`Refusal::Unavailable`] or [`Refusal::Internal`] when that cannot be
/// noted.
pub(super) async fn attempt<T>(store: &Store, update: &Update, work: impl Future<Output = T>) -> Result<T, Refusal> {
    if store.begin(&update.source, &update.id).await? > MOST {
        return Err(Refusal::Invalid(format!(
            "it was begun {MOST} times and the hub ended each time: simplify the rule, and try it with `signalbox hook test`"
        )));
    }
    let done = work.await;
    store.come_to_an_end(&update.source, &update.id).await?;
    Ok(done)
}
