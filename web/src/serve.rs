//! The two listeners.

use crate::accept::{GRACE, accept};
use crate::certificate::CertificateError;
use crate::connection::Doorway;
use crate::guard::{self, Guard};
use crate::intake::{Intake, Pace, take_in};
use crate::limits::Limits;
use crate::peer::LocalPeer;
use crate::room::Room;
use crate::tls::{LOOK, Tls};
use crate::{App, api, health, pages, repeat};
use axum::{Extension, Router, middleware};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;

/// Cancelled when the hub stops: streams that would never end by themselves end then.
#[derive(Debug, Clone)]
pub(crate) struct Closing(pub(crate) CancellationToken);

/// A listener could not be opened, or broke.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The TCP address is none.
    #[error("web.listen (SIGNALBOX_WEB_LISTEN) must be an address with a port, e.g. 127.0.0.1:8080, not `{0}`")]
    Address(String),
    /// The TCP address cannot be had.
    #[error("cannot listen on {address} (web.listen, SIGNALBOX_WEB_LISTEN): is another program there already?")]
    Tcp {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no certificate to show.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The local socket cannot be had.
    #[error("cannot listen on {path}; its path may be too long (107 bytes at most) or its folder not writable")]
    Local {
        /// The socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Serves health, figures, what platforms send us (`hooks`), and the API to whoever shows who they are, on a TCP address until `stop`. Returns the address (a port of 0 gets a free one) and the task to join.
///
/// # Errors
/// [`ServeError::Tcp`], [`ServeError::Certificate`].
pub async fn serve_tcp(
    address: SocketAddr,
    app: App,
    hooks: Router,
    stop: CancellationToken,
) -> Result<(SocketAddr, tokio::task::JoinHandle<()>), ServeError> {
    let failed = |source| ServeError::Tcp { address, source };
    let tls = app.web.tls.clone().map(Tls::open).transpose()?;
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    if let Some((tls, read)) = &tls {
        tokio::spawn(tls.clone().keep_fresh(read.clone(), LOOK, stop.clone()));
    }
    let doorway = Doorway::new(app.web.clone(), tls.map(|(tls, _)| tls));
    let limits = Arc::new(Limits::new(app.web.requests_per_minute));
    let guard = Guard { app: app.clone(), limits };
    let repeated = middleware::from_fn_with_state(app.clone(), repeat::once);
    let routes = api::routes().layer(repeated).merge(pages::routes());
    let (room, patience) = (Room::new(), doorway.web.patience.head * 2);
    let measured = |pace| middleware::from_fn_with_state(Intake { room: room.clone(), pace }, take_in);
    let guarded = routes.layer(measured(Pace::Steady(patience)));
    let guarded = guarded.layer(middleware::from_fn_with_state(guard, guard::guard));
    let hooks = hooks.layer(measured(Pace::Within(patience)));
    let open = health::routes().merge(health::figures_by_token());
    let router = open.merge(guarded).layer(Extension(Closing(stop.clone()))).with_state(app).merge(hooks);
    let router = router.layer(middleware::from_fn(guard::headed));
    let serving = tokio::spawn(accept(listener, doorway, router, stop));
    Ok((bound, serving))
}

/// Serves the whole API on a unix socket, mode 0600, until `stop`. A socket file left behind is replaced: the caller holds
/// the home's lock, so no other hub can be behind it.
///
/// # Errors
/// [`ServeError::Local`].
pub async fn serve_local(
    path: &Path,
    app: App,
    stop: CancellationToken,
) -> Result<tokio::task::JoinHandle<()>, ServeError> {
    let failed = |source| ServeError::Local { path: path.to_owned(), source };
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    let router = health::routes()
        .merge(health::figures())
        .merge(api::routes())
        .merge(pages::routes())
        .layer(Extension(Closing(stop.clone())))
        .with_state(app);
    let service = router.into_make_service_with_connect_info::<LocalPeer>();
    Ok(tokio::spawn(async move {
        let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::select! {
            served = async { serving.await } => if let Err(error) = served {
                tracing::error!(%error, "the local socket broke");
            },
            () = overdue(&stop) => {}
        }
    }))
}

/// Streams end by themselves when the hub stops; whoever does not read theirs is not waited for.
async fn overdue(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}
