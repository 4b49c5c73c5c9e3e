//! Taking in what clients send: a body has to arrive within a time, and there must be room for it.
//!
//! What was refused before all of it was read is listened to a moment longer, and forgotten: who still sends would otherwise find
//! the connection broken, and never read why.

#[cfg(test)]
mod tests;

use crate::Problem;
use crate::room::{Full, Room, Taken};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use hyper::body::{Frame, SizeHint};
use signalbox_core::port::Refusal;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// How fast a large body has to come in the long run, in bytes a second.
const SLOWEST: u32 = 64 << 10;
/// After how many seconds it may be tried again where there was no room.
const AGAIN: u32 = 5;
/// How much of what was refused is listened to, in bytes, and for how long.
const UNHEARD: u64 = 1 << 20;
const UNHEARD_FOR: Duration = Duration::from_secs(1);

/// What bodies are taken in by.
#[derive(Clone)]
pub(crate) struct Intake {
    pub(crate) room: Room,
    pub(crate) pace: Pace,
}

/// How fast a body has to come.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// All of it within this time: servers send so.
    Within(Duration),
    /// What comes from people's own lines, with more time the more has come.
    Steady(Duration),
}

impl Pace {
    /// How long a body may take of which so much has come.
    fn patience(self, bytes: u64) -> Duration {
        match self {
            Self::Within(patience) => patience,
            Self::Steady(patience) => patience + Duration::from_secs(bytes / u64::from(SLOWEST)),
        }
    }
}

/// Why a body was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("the request's body did not come in time")]
    Late,
    #[error("too much is being sent to this hub at the moment; try again in a few seconds")]
    Crowded,
}

/// What is known of a body, by who takes it in and by who answers it.
#[derive(Clone, Default)]
struct Account(Arc<Mutex<(Taken, Option<Fault>)>>);

impl Account {
    fn open(&self) -> MutexGuard<'_, (Taken, Option<Fault>)> {
        // No code panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a request pass whose body is measured as it comes, and says what was wrong with it if that was the reason that it was not
/// heard.
pub(crate) async fn take_in(State(intake): State<Intake>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let account = Account::default();
    // Who waits to be told that they may send it need not be listened to.
    let waits = request.headers().contains_key(header::EXPECT);
    let request = request.map(|body| Body::new(Arriving::new(body, waits, intake, account.clone())));
    let response = next.run(request).await;
    let fault = account.open().1;
    fault.map_or(response, answer)
}

fn answer(fault: Fault) -> Response {
    let refusal = Refusal::Unavailable(fault.to_string());
    match fault {
        Fault::Late => {
            let mut response = Problem::of(StatusCode::REQUEST_TIMEOUT, refusal).into_response();
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
        Fault::Crowded => Problem { retry_after: Some(AGAIN), ..refusal.into() }.into_response(),
    }
}

/// A body as it comes.
struct Arriving {
    body: Body,
    waits: bool,
    intake: Intake,
    account: Account,
    began: Instant,
    come: u64,
    /// Until when it is waited for; set anew whenever something comes.
    until: Pin<Box<Sleep>>,
}

impl Arriving {
    fn new(body: Body, waits: bool, intake: Intake, account: Account) -> Self {
        let began = Instant::now();
        let until = Box::pin(tokio::time::sleep_until(began + intake.pace.patience(0)));
        Self { body, waits, intake, account, began, come: 0, until }
    }

    fn count(&mut self, bytes: usize) -> Result<(), axum::Error> {
        let more = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.come = self.come.saturating_add(more);
        self.until.as_mut().reset(self.began + self.intake.pace.patience(self.come));
        let taken = self.intake.room.take(&mut self.account.open().0, bytes);
        taken.map_err(|Full| self.fail(Fault::Crowded))
    }

    fn fail(&self, fault: Fault) -> axum::Error {
        self.account.open().1 = Some(fault);
        axum::Error::new(fault)
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // Asked first: what trickles in without end is late, too.
        if self.until.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(self.fail(Fault::Late))));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let counted = match frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
            Some(data) => self.count(data.len()),
            None => Ok(()),
        };
        Poll::Ready(counted.map_or_else(|error| Some(Err(error)), |()| frame))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        let is_late = self.account.open().1 == Some(Fault::Late);
        if self.waits || is_late || self.body.is_end_stream() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let body = std::mem::take(&mut self.body);
            runtime.spawn(tokio::time::timeout(UNHEARD_FOR, forget(body)));
        }
    }
}

/// Listens to what nobody reads.
async fn forget(mut body: Body) {
    let mut heard = 0;
    while heard < UNHEARD {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        let Some(Ok(frame)) = frame else { return };
        heard += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
}
