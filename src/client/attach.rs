//! A terminal as a place: deliveries are handed over as long as it is attached, and each is acknowledged once it was shown.

use super::SocketHub;
use super::follow::LOOK_AGAIN;
use super::http::NoStream;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use signalbox_core::place::Place;
use signalbox_core::port::{Handed, Refusal};
use tokio_util::codec::LinesCodecError;

/// An attached terminal.
pub(crate) struct Attachment {
    hub: SocketHub,
    place: Place,
    stream: Option<BoxStream<'static, Result<String, LinesCodecError>>>,
}

impl Attachment {
    pub(super) fn new(hub: SocketHub, place: Place) -> Self {
        Self { hub, place, stream: None }
    }

    /// Attaches now, so that nothing that is owed from here on is late.
    ///
    /// # Errors
    /// When the hub refuses it.
    pub(crate) async fn attach(&mut self) -> Result<(), Refusal> {
        let path = ["places", &self.place.to_string(), "deliveries"];
        match self.hub.wire.lines(&path, &()).await {
            Ok(stream) => {
                self.stream = Some(stream);
                Ok(())
            }
            Err(NoStream::Refused(Refusal::Unavailable(_)) | NoStream::Away) => Ok(()),
            Err(NoStream::Refused(refusal)) => Err(refusal),
        }
    }

    /// What is handed over next; waits as long as it takes, also for the hub to come back.
    ///
    /// # Errors
    /// When the hub refuses to attach this terminal again.
    pub(crate) async fn next(&mut self) -> Result<Handed, Refusal> {
        loop {
            let Some(stream) = &mut self.stream else {
                tokio::time::sleep(LOOK_AGAIN).await;
                self.attach().await?;
                continue;
            };
            match stream.next().await {
                // A card of a kind that this version does not know is left to others.
                Some(Ok(line)) => match serde_json::from_str(&line) {
                    Ok(handed) => return Ok(handed),
                    Err(error) => tracing::debug!(%error, "a delivery could not be understood"),
                },
                Some(Err(_)) | None => self.stream = None,
            }
        }
    }
}
