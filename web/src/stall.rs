//! A connection whose other end must read: who does not, for long, is let go of, with all that is kept to be sent to them.

use crate::seats::Seat;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How long nothing may be read at the other end while there is something to read. A stream that has nothing to tell may rest.
const LONGEST: Duration = Duration::from_secs(60);

/// The connection, with the seat that it takes for as long as it is open.
pub(crate) struct Stall<S> {
    stream: S,
    /// Runs while the other end does not read.
    patience: Option<Pin<Box<Sleep>>>,
    _seat: Seat,
}

impl<S> Stall<S> {
    pub(crate) fn new(stream: S, seat: Seat) -> Self {
        Self { stream, patience: None, _seat: seat }
    }

    fn judge<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.patience = None;
            return written;
        }
        let patience =
            self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + LONGEST)));
        std::task::ready!(patience.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::from(io::ErrorKind::TimedOut)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stall<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stall<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.judge(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.judge(cx, closed)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::{Guest, Seats};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    async fn pair() -> (Stall<tokio::io::DuplexStream>, tokio::io::DuplexStream) {
        let seats = Seats::new(1, 1);
        let seat = seats.give(seats.free().await.unwrap(), Guest::Proxy).unwrap();
        let (ours, theirs) = tokio::io::duplex(8);
        (Stall::new(ours, seat), theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_is_let_go_of() {
        let (mut ours, _theirs) = pair().await;
        let error = ours.write_all(b"more than fits").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_is_waited_for() {
        let (mut ours, mut theirs) = pair().await;
        let reading = tokio::spawn(async move {
            let mut read = 0;
            while read < 80 {
                tokio::time::sleep(LONGEST / 2).await;
                read += theirs.read(&mut [0; 8]).await.unwrap();
            }
        });
        ours.write_all(&[7; 80]).await.unwrap();
        reading.await.unwrap();
    }
}
