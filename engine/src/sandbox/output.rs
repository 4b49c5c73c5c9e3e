//! The receiving end of a sandbox's output.

use super::error::SandboxError;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// What lines may wait for the reader together; a sandbox that writes faster than it is read waits.
const WAITING_LINES: usize = 256;
const WAITING_KIB: u32 = 128 * 1024;

/// One line that a sandbox wrote, without its newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A line of standard output.
    Stdout {
        /// Its number among the lines of standard output, from 1; the same in every life of the hub.
        number: u64,
        /// Its bytes, which need not be UTF-8.
        bytes: Bytes,
    },
    /// A line of standard error. After a re-attachment those since the last line asked for come again.
    Stderr(Bytes),
    /// A line of standard output that was too long to be kept.
    TooLong {
        /// Its number among the lines of standard output.
        number: u64,
        /// How long it was.
        bytes: u64,
    },
}

/// Why a sandbox was killed by its own watchdogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillReason {
    /// It wrote more output than its record may hold.
    LogFull {
        /// The limit that it came to.
        limit_bytes: u64,
    },
    /// Its volumes hold more than they may.
    DiskFull {
        /// What they hold.
        used_bytes: u64,
        /// What they may.
        limit_bytes: u64,
    },
}

/// How a sandbox ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// The exit status of the CLI; 137 if it was killed.
    pub code: i64,
    /// Whether the memory limit killed anything in it.
    pub oom_killed: bool,
    /// Set when a watchdog killed it.
    pub killed: Option<KillReason>,
}

/// A sandbox's lines in order, then its end. Dropping it leaves the sandbox running.
#[derive(Debug)]
pub struct Output {
    lines: mpsc::Receiver<Line>,
    exit: Option<oneshot::Receiver<Result<Exit, SandboxError>>>,
    room: Arc<Semaphore>,
    id: String,
}

impl Output {
    /// The next line, or none when there will be no more: then ask for the `exit`. Cancelling loses nothing.
    pub async fn next(&mut self) -> Option<Line> {
        let line = self.lines.recv().await?;
        self.room.add_permits(weight(&line) as usize);
        Some(line)
    }

    /// How the sandbox ended; waits for it, throwing away the lines that are left. Cancelling loses nothing; it answers
    /// once.
    pub async fn exit(&mut self) -> Result<Exit, SandboxError> {
        while self.next().await.is_some() {}
        let exit = match &mut self.exit {
            Some(exit) => exit.await.ok(),
            None => None,
        };
        self.exit = None;
        exit.unwrap_or_else(|| Err(SandboxError::Missing { id: self.id.clone() }))
    }
}

/// The sending end of a sandbox's output.
#[derive(Debug)]
pub(super) struct Outlet {
    lines: mpsc::Sender<Line>,
    room: Arc<Semaphore>,
}

/// The exit's way to the `Output`.
pub(super) type ExitSender = oneshot::Sender<Result<Exit, SandboxError>>;

impl Outlet {
    pub(super) fn new(id: &str) -> (Self, ExitSender, Output) {
        let (sender, lines) = mpsc::channel(WAITING_LINES);
        let (exit_sender, exit) = oneshot::channel();
        let room = Arc::new(Semaphore::new(WAITING_KIB as usize));
        let output = Output { lines, exit: Some(exit), room: room.clone(), id: id.to_owned() };
        (Self { lines: sender, room }, exit_sender, output)
    }

    /// Waits for room. False when nobody reads any more.
    pub(super) async fn send(&self, line: Line) -> bool {
        let acquired = tokio::select! {
            acquired = self.room.acquire_many(weight(&line)) => acquired,
            () = self.lines.closed() => return false,
        };
        if let Ok(permit) = acquired {
            permit.forget();
        }
        self.lines.send(line).await.is_ok()
    }

    /// Ends when nobody reads any more.
    pub(super) async fn closed(&self) {
        self.lines.closed().await;
    }
}

fn weight(line: &Line) -> u32 {
    let bytes = match line {
        Line::Stdout { bytes, .. } | Line::Stderr(bytes) => bytes.len(),
        Line::TooLong { .. } => 0,
    };
    u32::try_from(bytes / 1024).unwrap_or(u32::MAX).min(WAITING_KIB)
}
