//! Who is at the other end of the local socket.
//!
//! The socket's mode lets in the hub's own user alone; the peer's credentials are checked all the same, so that a
//! wrongly copied directory opens nothing. Whoever passes acts as the hub's operator.

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use signalbox_core::id::UserId;
use signalbox_core::people::{Actor, Origin};
use tokio::net::UnixListener;

/// The peer of a connection on the local socket.
#[derive(Debug, Clone, Copy)]
pub struct LocalPeer {
    trusted: bool,
}

impl LocalPeer {
    /// Whether it is the user who runs the hub, or root.
    pub(crate) fn is_trusted(self) -> bool {
        self.trusted
    }
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

/// The person that the local socket stands for.
pub(crate) fn operator() -> Actor {
    Actor {
        user: UserId::new("operator"),
        name: "operator".to_owned(),
        admin: true,
        place: None,
        at_most: None,
        origin: Origin::default(),
    }
}
