//! One sandbox's way out: its socket, and all that runs for it.

use super::allowance::Allowance;
use super::connection::serve;
use super::ledger::{Ledger, Spent};
use super::notice::{Bell, Notices};
use super::post::{Post, TokenDigest};
use super::{GatewayError, Hub};
use secrecy::SecretString;
use signalbox_core::id::SandboxId;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixListener;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long to wait when a connection cannot be accepted, say for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many names of one sandbox may be looked up at once: each takes one of the hub's threads.
const LOOKUPS: usize = 4;

/// One sandbox's way out. Dropping it stops everything soon; [`Exit::close`] waits until it has.
#[must_use = "the sandbox's way out is closed when this is dropped"]
pub struct Exit {
    post: Arc<Post>,
    /// Held for its end, which removes the file.
    _socket: SocketFile,
}

impl Exit {
    pub(super) async fn open(
        hub: Arc<Hub>,
        sandbox: &SandboxId,
        path: &Path,
        token: &SecretString,
    ) -> Result<(Self, Notices), GatewayError> {
        let (listener, socket) = bind(path).await?;
        let (bell, notices) = Bell::new();
        let post = Arc::new(Post {
            bodies: Semaphore::new((hub.limits.bodies_under_way / 1024).min(Semaphore::MAX_PERMITS)),
            hub,
            sandbox: sandbox.clone(),
            token: TokenDigest::of(token),
            lookups: Arc::new(Semaphore::new(LOOKUPS)),
            allowance: watch::Sender::new(None),
            ledger: Arc::new(Ledger::default()),
            bell,
            closing: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        post.tasks.spawn(accept(post.clone(), listener));
        Ok((Self { post, _socket: socket }, notices))
    }

    /// Sets what the task that is now in the sandbox may do. Its budget counts from here. Requests to the model that are
    /// under way go on; tunnels to hosts that are no longer allowed are cut.
    pub fn allow(&self, allowance: Allowance) {
        let budget = allowance.budget;
        self.post.allowance.send_replace(Some(Arc::new(allowance)));
        // Second, for it wakes the requests that wait: they must find what is allowed now.
        self.post.ledger.allow(budget);
    }

    /// What went through since the exit was opened.
    pub fn spent(&self) -> Spent {
        self.post.ledger.spent()
    }

    /// Ends all connections, waits for all tasks, removes the socket, and says what was spent in the end.
    pub async fn close(self) -> Spent {
        self.post.closing.cancel();
        self.post.tasks.close();
        self.post.tasks.wait().await;
        self.post.ledger.spent()
    }
}

impl Drop for Exit {
    fn drop(&mut self) {
        self.post.closing.cancel();
    }
}

async fn accept(post: Arc<Post>, listener: UnixListener) {
    let places = Arc::new(Semaphore::new(post.hub.limits.connections));
    let serve_next = async {
        while let Ok(place) = places.clone().acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => {
                    post.tasks.spawn(serve(post.clone(), stream, place));
                }
                Err(error) => {
                    tracing::warn!(sandbox = %post.sandbox, %error, "sandbox {} cannot be heard", post.sandbox);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        () = post.closing.cancelled() => {}
        () = serve_next => {}
    }
}

async fn bind(path: &Path) -> Result<(UnixListener, SocketFile), GatewayError> {
    remove_stale(path).await?;
    let failed = |source| GatewayError::Bind { path: path.to_owned(), source };
    let listener = UnixListener::bind(path).map_err(failed)?;
    // The sandbox's user is not the hub's; the directory above keeps everybody else out.
    tokio::fs::set_permissions(path, Permissions::from_mode(0o666)).await.map_err(failed)?;
    let identity = identity(path).map_err(failed)?;
    Ok((listener, SocketFile { path: path.to_owned(), identity }))
}

async fn remove_stale(path: &Path) -> Result<(), GatewayError> {
    let failed = |source| GatewayError::Bind { path: path.to_owned(), source };
    match tokio::fs::symlink_metadata(path).await {
        Ok(found) if found.file_type().is_socket() => tokio::fs::remove_file(path).await.map_err(failed),
        Ok(_) => Err(GatewayError::NotASocket(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// The socket's file, removed in the end unless another has taken its place.
struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let found = std::fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = identity(&self.path).is_ok_and(|identity| identity == self.identity);
        if is_ours && let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, "the gateway's socket {} is left over", self.path.display());
        }
    }
}
