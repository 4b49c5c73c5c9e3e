//! The CONNECT proxy: tunnels to the hosts that the project lists.
//!
//! The hub resolves the name, looks at every address it got, and connects to the very addresses it looked at: what the
//! name points to a moment later does not matter.

use super::allowance::host_name;
use super::connection::Place;
use super::notice::{Notice, printable};
use super::post::Post;
use super::refusal::{Body, full};
use super::tunnel;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::uri::Authority;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use signalbox_core::address::is_public;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

const MOST_ADDRESSES: usize = 4;
const LONGEST_HOST: usize = 100;

/// Why there is no tunnel. The sandbox reads the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NoTunnel {
    #[error("not a host's name with a port")]
    NotAName,
    #[error("port {0} is not open")]
    Port(u16),
    #[error("the host is not on this project's list")]
    NotListed,
    #[error("the name leads to an address that is not public")]
    Private,
    #[error("the name cannot be resolved")]
    Unresolved,
    #[error("the host cannot be reached")]
    Unreachable,
}

/// Answers a CONNECT request, and carries the tunnel on if there is one.
pub(super) async fn answer(post: &Arc<Post>, request: Request<Incoming>, place: &Place) -> Response<Body> {
    let asked = request.uri().authority();
    match open(post, asked).await {
        Ok((host, stream)) => {
            tracing::debug!(sandbox = %post.sandbox, %host, "a tunnel is opened");
            post.bell.ring(Notice::Connected { host: host.clone() });
            let upgrade = hyper::upgrade::on(request);
            post.tasks.spawn(tunnel::carry(tunnel::Tunnel {
                post: post.clone(),
                host,
                stream,
                upgrade,
                place: place.clone(),
            }));
            Response::new(full(Bytes::new()))
        }
        Err(refusal) => {
            let host = printable(asked.map_or("", Authority::as_str), LONGEST_HOST);
            tracing::debug!(sandbox = %post.sandbox, %host, %refusal, "a tunnel is refused");
            post.bell.ring(Notice::HostRefused { host: host.clone(), reason: refusal.to_string() });
            refused(&host, refusal)
        }
    }
}

fn refused(host: &str, refusal: NoTunnel) -> Response<Body> {
    let mut response = Response::new(full(format!("signalbox: no tunnel to {host}: {refusal}\n")));
    *response.status_mut() = match refusal {
        NoTunnel::NotAName => StatusCode::BAD_REQUEST,
        NoTunnel::Port(_) | NoTunnel::NotListed | NoTunnel::Private => StatusCode::FORBIDDEN,
        NoTunnel::Unresolved | NoTunnel::Unreachable => StatusCode::BAD_GATEWAY,
    };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

async fn open(post: &Post, asked: Option<&Authority>) -> Result<(String, TcpStream), NoTunnel> {
    let (host, port) = asked.and_then(target).ok_or(NoTunnel::NotAName)?;
    if !post.hub.connect.ports.contains(&port) {
        return Err(NoTunnel::Port(port));
    }
    if !post.allows_host(&host) {
        return Err(NoTunnel::NotListed);
    }
    let limit = post.hub.limits.connect;
    let found = timeout(limit, look_up(post, host.clone(), port)).await.unwrap_or_default();
    if found.is_empty() {
        return Err(NoTunnel::Unresolved);
    }
    if !post.hub.connect.private && !found.iter().all(|address| is_public(address.ip())) {
        return Err(NoTunnel::Private);
    }
    let stream = reach(&found[..found.len().min(MOST_ADDRESSES)], limit).await?;
    Ok((host, stream))
}

/// All addresses of a name; none if there is no such name. A look-up that is given up goes on in its thread, so it keeps
/// its place until it is done: a sandbox cannot take all threads of the hub.
async fn look_up(post: &Post, host: String, port: u16) -> Vec<SocketAddr> {
    let Ok(place) = post.lookups.clone().acquire_owned().await else {
        return Vec::new();
    };
    let closing = post.closing.clone();
    let looking = post.tasks.spawn(async move {
        let found = closing.run_until_cancelled(lookup_host((host.as_str(), port))).await;
        drop(place);
        found.and_then(Result::ok).map(Iterator::collect).unwrap_or_default()
    });
    looking.await.unwrap_or_default()
}

fn target(asked: &Authority) -> Option<(String, u16)> {
    let has_user = asked.as_str().contains('@');
    let host = (!has_user).then(|| host_name(asked.host())).flatten()?;
    Some((host, asked.port_u16()?))
}

/// Connects to the first address that answers; all of them together get `limit`.
async fn reach(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, NoTunnel> {
    let each = limit / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    for address in addresses {
        if let Ok(Ok(stream)) = timeout(each, TcpStream::connect(address)).await {
            return Ok(stream);
        }
    }
    Err(NoTunnel::Unreachable)
}
