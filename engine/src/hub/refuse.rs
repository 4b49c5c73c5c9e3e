//! Turns the engine's errors into refusals, in this one place: an internal error shows a reference that is in the log too,
//! and nothing else of itself.

use crate::fresh;
use crate::store::StoreError;
use signalbox_core::port::Refusal;

/// A failure of the engine itself.
pub(crate) fn internal(what: &str, error: &(dyn std::error::Error + 'static)) -> Refusal {
    let reference = reference();
    tracing::error!(reference, error = chain(error), "{what}");
    Refusal::Internal(format!("something went wrong inside the hub; its log says more under the reference {reference}"))
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken { what, name } => Self::Conflict(format!("there is a {what} `{name}` already")),
            error if error.is_unavailable() => {
                tracing::error!(error = chain(&error), "the store is not available");
                Self::Unavailable(
                    "the hub's database cannot be written right now (is its disk full, or its server down?); nothing was \
                     taken, try again later"
                        .to_owned(),
                )
            }
            error => internal("the store failed", &error),
        }
    }
}

/// An error with all that caused it, in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

fn reference() -> String {
    let whole = fresh::unique();
    whole[whole.len() - 8..].to_owned()
}
