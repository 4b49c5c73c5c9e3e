//! The handling of one update in its lane. What fails for a moment is tried again in place, so that what follows does not
//! overtake it; what fails for longer stays in the inbox.

use crate::act::Act;
use crate::discord::Shared;
use crate::error::CallError;
use crate::hear::Me;
use crate::inbox::Arrival;
use crate::lanes::Done;
use crate::message::on_message;
use signalbox_core::port::Refusal;
use std::slice;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The pauses between tries.
const PAUSES: [u64; 6] = [200, 1000, 3000, 10_000, 30_000, 60_000];

/// Whether an interaction has had its first answer: only then is there anything to be shown to the person alone.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged(watch::Receiver<Option<bool>>);

impl Acknowledged {
    pub(crate) fn later() -> (watch::Sender<Option<bool>>, Self) {
        let (tell, hears) = watch::channel(None);
        (tell, Self(hears))
    }

    pub(crate) fn never() -> Self {
        Self(watch::channel(Some(false)).1)
    }

    /// The first answer went out with the response to its request.
    pub(crate) fn already() -> Self {
        Self(watch::channel(Some(true)).1)
    }

    pub(crate) async fn given(&self) -> bool {
        let mut hears = self.0.clone();
        hears.wait_for(Option::is_some).await.is_ok_and(|given| *given == Some(true))
    }
}

/// Why it cannot be done now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Desk(#[from] Refusal),
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Trouble {
    fn passes(&self) -> bool {
        match self {
            Self::Desk(refusal) => matches!(refusal, Refusal::Unavailable(_) | Refusal::Internal(_)),
            Self::Call(error) => error.passes(),
        }
    }
}

/// Handles one update, whatever it takes within reason.
pub(crate) async fn handle(shared: Arc<Shared>, me: Me, arrival: Arrival, acknowledged: Acknowledged) -> Done {
    let id = arrival.id();
    for pause in PAUSES {
        let Err(trouble) = once(&shared, me, &arrival, &acknowledged).await else { return Done::Handled };
        if !trouble.passes() {
            tracing::warn!(update = id, error = %trouble, "update {id} is given up");
            let given_up = shared.desk.give_up(&me.source(), vec![id], &trouble.to_string()).await;
            return given_up.map_or(Done::NotNow, |()| Done::Handled);
        }
        tracing::warn!(update = id, error = %trouble, "update {id} cannot be handled now");
        if Some(&pause) == PAUSES.last() {
            // Where even this cannot be noted, the log has it.
            let _ = shared.desk.put_off(&me.source(), slice::from_ref(&id), &trouble.to_string()).await;
        }
        shared.lanes.rest(Duration::from_millis(pause)).await;
        if shared.lanes.are_closing() {
            break;
        }
    }
    Done::NotNow
}

async fn once(shared: &Arc<Shared>, me: Me, arrival: &Arrival, acknowledged: &Acknowledged) -> Result<(), Trouble> {
    let id = arrival.id();
    match arrival {
        Arrival::Message(message, _) => on_message(shared, me, &id, message).await,
        Arrival::Interaction(interaction, _) => Act { shared, me, id: &id, interaction, acknowledged }.handle().await,
    }
}
