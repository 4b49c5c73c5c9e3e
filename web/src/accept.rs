//! Letting clients in: a seat for each, nobody waits for a slow one, and all of them are gone a moment after the hub stops.

#[cfg(test)]
mod tests;

use crate::connection::{Doorway, serve_connection};
use crate::seats::Guest;
use axum::Router;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long an open request may take to end once the hub stops.
pub(crate) const GRACE: Duration = Duration::from_secs(2);
/// How long nobody is let in after that failed: where there are no more file handles, trying again at once would only spin.
const REST: Duration = Duration::from_millis(500);

/// Lets clients in until `stop`, and returns once the last of them is gone.
pub(crate) async fn accept(listener: TcpListener, doorway: Doorway, router: Router, stop: CancellationToken) {
    let (open, cut) = (TaskTracker::new(), CancellationToken::new());
    while let Some(accepted) = stop.run_until_cancelled(next(&listener, &doorway)).await {
        let Some((stream, peer, seat)) = accepted else { continue };
        let connection = serve_connection(doorway.clone(), (stream, peer, seat), router.clone(), stop.clone());
        let cut = cut.clone();
        open.spawn(async move { cut.run_until_cancelled_owned(connection).await });
    }
    drop(listener);
    open.close();
    if tokio::time::timeout(GRACE, open.wait()).await.is_err() {
        cut.cancel();
        open.wait().await;
    }
}

/// The next client; none where it was turned away.
async fn next(listener: &TcpListener, doorway: &Doorway) -> Option<(TcpStream, SocketAddr, crate::seats::Seat)> {
    let free = doorway.seats.free().await?;
    let (stream, peer) = match listener.accept().await {
        Ok(accepted) => accepted,
        Err(error) => {
            rest(&error).await;
            return None;
        }
    };
    let address = peer.ip().to_canonical();
    let guest = if doorway.web.trusted_proxies.is_own(address) { Guest::Proxy } else { Guest::At(address) };
    let seat = doorway.seats.give(free, guest);
    if seat.is_none() {
        tracing::debug!("an address has web.connections_per_address connections already; another one was closed");
    }
    // A request and its answer are small and many: they are not kept back to be sent with others.
    let _ = stream.set_nodelay(true);
    Some((stream, peer, seat?))
}

/// Waits a little, where the fault is ours and not of the client who has gone again.
async fn rest(error: &io::Error) {
    let theirs = [io::ErrorKind::ConnectionRefused, io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset];
    if !theirs.contains(&error.kind()) {
        tracing::error!(%error, "nobody can connect at the moment; too many open files? (`ulimit -n`, web.connections)");
        tokio::time::sleep(REST).await;
    }
}
