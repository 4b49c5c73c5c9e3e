//! What the hub's services enter in the audit log: changes, by [`did`], and refusals, by [`turned_away`] and [`hidden`].

use super::refuse::chain;
use crate::fresh;
use crate::parts::Parts;
use signalbox_core::audit::{Deed, Kind, named};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;

/// Something that the actor does now.
pub(crate) fn did(actor: &Actor, kind: Kind, what: &str, name: impl AsRef<str>) -> Deed {
    Deed::of(actor, kind, named(what, name.as_ref()), fresh::now())
}

/// Passes on what came of a request, and enters where it was refused because the right was missing. Other refusals say nothing
/// about rights.
pub(crate) async fn judged<T>(
    parts: &Parts,
    actor: &Actor,
    (asked, what, name): (&str, &str, &str),
    outcome: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    let outcome = outcome.await;
    if let Err(Refusal::Forbidden(why)) = &outcome {
        let deed = did(actor, Kind::RequestRefused, what, name).with("asked", asked).with("why", why);
        turned_away(parts, deed).await;
    }
    outcome
}

/// Enters that somebody asked for what they may not even know of.
pub(crate) async fn hidden(parts: &Parts, actor: &Actor, what: &str, name: &str) {
    turned_away(parts, did(actor, Kind::RequestRefused, what, name).with("why", "hidden")).await;
}

/// Whoever is refused stays refused, even if that cannot be entered.
async fn turned_away(parts: &Parts, deed: Deed) {
    if let Err(error) = parts.store.enter(deed).await {
        tracing::error!(error = chain(&error), "a refusal could not be entered in the audit log");
    }
}
