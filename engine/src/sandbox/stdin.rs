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

pub(super) type Pipe = Pin<Box<dyn AsyncWrite + Send>>;

const WAITING_LINES: usize = 16;

/// The way to a sandbox's standard input. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Stdin(mpsc::Sender<Message>);

#[derive(Debug)]
struct Message {
    line: Bytes,
    done: oneshot::Sender<Result<(), SandboxError>>,
}

impl Stdin {
    /// Of a pipe that is attached already, or of none.
    pub(super) fn new(docker: Docker, container: String, pipe: Option<Pipe>) -> Self {
        let (sender, queue) = mpsc::channel(WAITING_LINES);
        tokio::spawn(Writer { docker, container, pipe }.run(queue));
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
}

impl Writer {
    async fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        while let Some(Message { line, done }) = queue.recv().await {
            // Whoever asked may have stopped waiting; the line was written all the same.
            let _ = done.send(self.write(&line).await);
        }
    }

    async fn write(&mut self, line: &[u8]) -> Result<(), SandboxError> {
        let mut pipe = match self.pipe.take() {
            Some(pipe) => pipe,
            None => attach(&self.docker, &self.container).await?,
        };
        let mut written = pipe.write_all(line).await;
        if written.is_ok() {
            written = pipe.flush().await;
        }
        // A pipe that failed may hold half a line: the next message gets a new one.
        written.map_err(|_| SandboxError::NotRunning { id: self.container.clone() })?;
        self.pipe = Some(pipe);
        Ok(())
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
