//! A tunnel: bytes both ways, until both sides are done, both are silent for too long, the host is no longer allowed, or
//! the exit closes.

use super::connection::Place;
use super::post::Post;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

const BUFFER: usize = 16 * 1024;

pub(super) struct Tunnel {
    pub(super) post: Arc<Post>,
    pub(super) host: String,
    pub(super) stream: TcpStream,
    /// The sandbox's side, once the answer to its request is written.
    pub(super) upgrade: OnUpgrade,
    pub(super) place: Place,
}

/// Carries the tunnel until its end.
pub(super) async fn carry(tunnel: Tunnel) {
    let Tunnel { post, host, stream, upgrade, place } = tunnel;
    tokio::select! {
        () = post.closing.cancelled() => {}
        () = forbidden(&post, &host) => {}
        _ = copy(upgrade, stream, post.hub.limits.tunnel_silence) => {}
    }
    tracing::debug!(sandbox = %post.sandbox, %host, "a tunnel is closed");
    drop(place);
}

/// Returns when the host is no longer allowed.
async fn forbidden(post: &Post, host: &str) {
    let mut allowance = post.allowance.subscribe();
    // An error would mean that the sender is gone, which is held by `post`.
    let _ = allowance.wait_for(|now| !now.as_ref().is_some_and(|allowance| allowance.allows_host(host))).await;
}

async fn copy(upgrade: OnUpgrade, stream: TcpStream, silence: Duration) -> io::Result<()> {
    let sandbox = TokioIo::new(upgrade.await.map_err(io::Error::other)?);
    let (from_sandbox, to_sandbox) = split(sandbox);
    let (from_host, to_host) = stream.into_split();
    let last = Mutex::new(Instant::now());
    tokio::select! {
        () = silent(&last, silence) => Err(io::ErrorKind::TimedOut.into()),
        ended = async {
            tokio::try_join!(pump(from_sandbox, to_host, &last), pump(from_host, to_sandbox, &last))
        } => ended.map(|_| ()),
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    last: &Mutex<Instant>,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..length]).await?;
        to.flush().await?;
        *last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// Returns when nothing has moved for as long as `silence`.
async fn silent(last: &Mutex<Instant>, silence: Duration) {
    loop {
        let until = *last.lock().unwrap_or_else(PoisonError::into_inner) + silence;
        if until <= Instant::now() {
            return;
        }
        sleep_until(until).await;
    }
}
