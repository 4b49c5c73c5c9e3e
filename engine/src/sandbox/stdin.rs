//! Whole lines into a sandbox's standard input.
//!
//! One task owns the pipe, so that a caller who gives up waiting never leaves half a line behind. It attaches when it
//! has to: a paused container refuses attachments.

use super::error::SandboxError;
use bollard::Docker;
use bollard::models::ContainerStateStatusEnum as Status;
use bollard::query_parameters::AttachContainerOptions;
use bytes::Bytes;
use std::pin::Pin;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

pub(super) type Pipe = Pin<Box<dyn AsyncWrite + Send>>;

const WAITING_LINES: usize = 16;

/// A pipe on the connection that the output comes by. An output that nobody reads would hold up the container, so the
/// connection must be closed from both sides once `unread` is cancelled.
pub(super) struct SharedPipe {
    pub(super) pipe: Pipe,
    pub(super) unread: CancellationToken,
}

/// The way to a sandbox's standard input. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Stdin(mpsc::Sender<Message>);

#[derive(Debug)]
struct Message {
    line: Bytes,
    done: oneshot::Sender<Result<(), SandboxError>>,
}

impl Stdin {
    /// Attaches when it first has to.
    pub(super) fn detached(docker: Docker, container: String) -> Self {
        Self::spawn(Writer { docker, container, pipe: None, shared: None })
    }

    /// Of a pipe that shares its connection with the output.
    pub(super) fn attached(docker: Docker, container: String, pipe: SharedPipe) -> Self {
        let SharedPipe { pipe, unread } = pipe;
        Self::spawn(Writer { docker, container, pipe: Some(pipe), shared: Some(unread) })
    }

    fn spawn(writer: Writer) -> Self {
        let (sender, queue) = mpsc::channel(WAITING_LINES);
        tokio::spawn(writer.run(queue));
        Self(sender)
    }

    pub(super) async fn send(&self, line: &[u8], id: &str) -> Result<(), SandboxError> {
        let closed = || SandboxError::NotRunning { id: id.to_owned() };
        let (done, written) = oneshot::channel();
        let line = [line, b"\n"].concat().into();
        self.0.send(Message { line, done }).await.map_err(|_| closed())?;
        written.await.map_err(|_| closed())?
    }
}

struct Writer {
    docker: Docker,
    container: String,
    pipe: Option<Pipe>,
    /// Set while the pipe is the one that shares its connection with the output.
    shared: Option<CancellationToken>,
}

impl Writer {
    async fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        loop {
            let message = tokio::select! {
                biased;
                () = unread(self.shared.as_ref()) => {
                    (self.pipe, self.shared) = (None, None);
                    continue;
                }
                message = queue.recv() => message,
            };
            let Some(Message { line, done }) = message else { return };
            // Whoever asked may have stopped waiting; the line was written all the same.
            let _ = done.send(self.write(&line).await);
        }
    }

    async fn write(&mut self, line: &[u8]) -> Result<(), SandboxError> {
        let gone = || SandboxError::NotRunning { id: self.container.clone() };
        let mut pipe = match self.pipe.take() {
            Some(pipe) => pipe,
            None => attach(&self.docker, &self.container).await?,
        };
        let written = tokio::select! {
            written = write_out(&mut pipe, line) => written.map_err(|_| gone()),
            () = unread(self.shared.as_ref()) => Err(gone()),
        };
        match written {
            Ok(()) => self.pipe = Some(pipe),
            // It may hold half a line: the next message gets a new one.
            Err(_) => self.shared = None,
        }
        written
    }
}

async fn write_out(pipe: &mut Pipe, line: &[u8]) -> std::io::Result<()> {
    pipe.write_all(line).await?;
    pipe.flush().await
}

async fn unread(shared: Option<&CancellationToken>) {
    match shared {
        Some(unread) => unread.cancelled().await,
        None => std::future::pending().await,
    }
}

/// The engine also attaches to a container that has ended, and then swallows what is written; hence the look before.
async fn attach(docker: &Docker, container: &str) -> Result<Pipe, SandboxError> {
    let fault = || SandboxError::of("attach to a sandbox", container);
    let state = docker.inspect_container(container, None).await.map_err(fault())?.state.unwrap_or_default();
    match state.status {
        Some(Status::RUNNING) => {}
        Some(Status::PAUSED) => return Err(SandboxError::Paused { id: container.to_owned() }),
        _ => return Err(SandboxError::NotRunning { id: container.to_owned() }),
    }
    let options = AttachContainerOptions { stream: true, stdin: true, ..Default::default() };
    Ok(docker.attach_container(container, Some(options)).await.map_err(fault())?.input)
}
