//! Who is at the other end of the local socket.
//!
//! The socket's mode lets in the hub's own user alone; the peer's credentials are checked all the same, so that a
//! wrongly copied directory opens nothing. Whoever passes acts as the hub's operator.

use axum::extract::FromRequestParts;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::http::request::Parts;
use axum::serve::IncomingStream;
use signalbox_core::id::UserId;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use tokio::net::UnixListener;

use crate::Problem;

/// The peer of a connection on the local socket.
#[derive(Debug, Clone, Copy)]
pub struct LocalPeer {
    trusted: bool,
}

impl Connected<IncomingStream<'_, UnixListener>> for LocalPeer {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        let own = own_uid();
        let peer = stream.io().peer_cred().ok().map(|cred| cred.uid());
        Self { trusted: peer.is_some() && (peer == own || peer == Some(0)) }
    }
}

/// The user this process runs as, as the kernel says.
fn own_uid() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").ok().map(|meta| meta.uid())
}

/// The operator, as an extractor: only peers of the local socket have it.
pub(crate) struct Operator(pub(crate) Actor);

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        match parts.extensions.get::<ConnectInfo<LocalPeer>>() {
            Some(ConnectInfo(LocalPeer { trusted: true })) => Ok(Self(operator())),
            _ => Err(Refusal::Forbidden("only the user who runs the hub may use its local socket".to_owned()).into()),
        }
    }
}

/// The person that the local socket stands for.
fn operator() -> Actor {
    Actor { user: UserId::new("operator"), name: "operator".to_owned(), admin: true, place: None, at_most: None }
}
