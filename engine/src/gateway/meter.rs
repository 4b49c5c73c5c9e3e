//! The body of an answer on its way from the model to the sandbox: each piece is passed on as it comes, and read by the
//! request's account while it passes.

use super::charge::Charge;
use super::notice::{Bell, Notice};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// Dropping it, at its end or before, settles the account.
pub(super) struct Metered {
    answer: reqwest::Body,
    charge: Option<Charge>,
    /// Taken when the first piece comes.
    first: Option<(Bell, Instant)>,
}

impl Metered {
    /// `charge` is absent for what costs nothing; `sent` is when the request went out.
    pub(super) fn new(answer: reqwest::Body, charge: Option<Charge>, bell: Bell, sent: Instant) -> Self {
        Self { answer, charge, first: Some((bell, sent)) }
    }

    fn observe(&mut self, piece: &Bytes) {
        if let Some((bell, sent)) = self.first.take() {
            bell.ring(Notice::FirstByte { after: sent.elapsed() });
        }
        if let Some(charge) = &mut self.charge {
            charge.observe(piece);
        }
    }
}

impl Body for Metered {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.answer).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => frame.data_ref().into_iter().for_each(|piece| this.observe(piece)),
            Some(Err(_)) | None => this.charge = None,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.answer.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.answer.size_hint()
    }
}
