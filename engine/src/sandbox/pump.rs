//! Carries a sandbox's output from the engine to its reader, each line once, until the sandbox has ended.
//!
//! It reads live while it can. When the attachment breaks, or there was none, it reads the engine's record from the
//! start, passes over the lines that were handed over already, and follows. Before it reports the end it makes sure that
//! the record holds no more: a slow reader loses the tail of an attachment.

use super::error::SandboxError;
use super::lines::Piece;
use super::output::{Exit, ExitSender, KillReason, Line, Outlet};
use super::reading::Reading;
use super::watchdog::Watched;
use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error as BollardError;
use bollard::query_parameters::{LogsOptions, WaitContainerOptions};
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long a container that closed its output may take to be gone.
const ENDING: Duration = Duration::from_secs(1);
/// The engine gives an attachment two seconds to be drained when a container ends; a reader this slow may have lost some.
const SLOW: Duration = Duration::from_millis(500);
/// The exit status of what was killed.
const KILLED: i64 = 137;
const LATE_NEWS: Duration = Duration::from_millis(200);
/// How often in a row the engine may break off without having handed over a line.
const PATIENCE: u32 = 5;

pub(super) type Frames = Pin<Box<dyn Stream<Item = Result<LogOutput, BollardError>> + Send>>;

/// Where a pump stands and what it needs.
pub(super) struct Pump {
    pub(super) docker: Docker,
    pub(super) container: String,
    pub(super) outlet: Outlet,
    pub(super) watched: Arc<Watched>,
    pub(super) log_max_bytes: u64,
    /// Where the fingerprint of the first line is kept.
    pub(super) head: PathBuf,
    /// Cancelled when the live attachment is not read any more.
    pub(super) unread: CancellationToken,
    /// How many lines of standard output have been handed over.
    pub(super) delivered: u64,
}

enum Stopped {
    Unread,
    /// The engine has no more, for now or for good.
    Ended(Reading),
    /// There is more than there may be.
    Full,
}

impl Pump {
    /// Runs until the sandbox has ended or nobody reads any more. `live` are the frames since the container's start.
    pub(super) async fn run(mut self, live: Option<Frames>, exit: ExitSender) {
        if let Some(result) = self.carry(live).await.transpose() {
            // The reader may have gone in the meantime.
            let _ = exit.send(result);
        }
    }

    async fn carry(&mut self, mut live: Option<Frames>) -> Result<Option<Exit>, SandboxError> {
        let mut fruitless = 0;
        loop {
            let before = self.delivered;
            let recorded = live.is_none();
            let frames = live.take().unwrap_or_else(|| self.record(Following::Yes));
            let stopped = self.read(frames, recorded).await;
            self.unread.cancel();
            let reading = match stopped? {
                Stopped::Unread => return Ok(None),
                Stopped::Full => return self.stop_flood().await.map(Some),
                Stopped::Ended(reading) => reading,
            };
            if self.has_ended().await? {
                return self.finish(reading).await;
            }
            fruitless = if self.delivered > before { 0 } else { fruitless + 1 };
            if fruitless > PATIENCE {
                return Err(SandboxError::RecordGap { id: self.container.clone() });
            }
            sleep(Duration::from_millis(50) * fruitless).await;
        }
    }

    fn record(&self, following: Following) -> Frames {
        let follow = matches!(following, Following::Yes);
        let options = LogsOptions { follow, stdout: true, stderr: true, tail: "all".to_owned(), ..Default::default() };
        Box::pin(self.docker.logs(&self.container, Some(options)))
    }

    /// Hands over what `frames` bring; breaking off is not an error here, since the record can be read again.
    async fn read(&mut self, mut frames: Frames, recorded: bool) -> Result<Stopped, SandboxError> {
        let mut reading = Reading::new(recorded);
        loop {
            let frame = tokio::select! {
                frame = frames.next() => frame,
                () = self.outlet.closed() => return Ok(Stopped::Unread),
            };
            let (bytes, is_stdout) = match frame {
                Some(Ok(LogOutput::StdOut { message })) => (message, true),
                Some(Ok(LogOutput::StdErr { message })) => (message, false),
                Some(Ok(LogOutput::StdIn { .. })) => continue,
                // What does not have a frame's head is the engine breaking off with a message.
                Some(Ok(LogOutput::Console { .. })) | Some(Err(_)) | None => return Ok(Stopped::Ended(reading)),
            };
            reading.measure(&bytes);
            if reading.written > self.log_max_bytes {
                return Ok(Stopped::Full);
            }
            let handed = if is_stdout {
                let pieces = reading.stdout_pieces(bytes);
                self.hand_over_stdout(&mut reading, pieces).await?
            } else {
                let pieces = reading.stderr_pieces(bytes);
                self.hand_over_stderr(&reading, pieces).await
            };
            match handed {
                Handed::All => {}
                Handed::Unread => return Ok(Stopped::Unread),
                Handed::LetGo => return Ok(Stopped::Ended(Reading { slow: true, ..reading })),
            }
        }
    }

    async fn hand_over_stdout(&mut self, reading: &mut Reading, pieces: Vec<Piece>) -> Result<Handed, SandboxError> {
        for piece in pieces {
            reading.seen += 1;
            if reading.seen == 1 {
                self.check_head(reading, &piece).await?;
            }
            if reading.seen <= self.delivered {
                continue;
            }
            let number = reading.seen;
            let line = match piece {
                Piece::Line(bytes) => Line::Stdout { number, bytes },
                Piece::TooLong(bytes) => Line::TooLong { number, bytes },
            };
            let asked = Instant::now();
            match self.hand_over(line, reading.recorded).await {
                Handed::All => self.delivered = number,
                other => return Ok(other),
            }
            reading.slow |= asked.elapsed() > SLOW;
        }
        Ok(Handed::All)
    }

    async fn hand_over_stderr(&self, reading: &Reading, pieces: Vec<Piece>) -> Handed {
        for piece in pieces {
            let Piece::Line(bytes) = piece else { continue };
            if reading.seen < self.delivered {
                continue;
            }
            match self.hand_over(Line::Stderr(bytes), reading.recorded).await {
                Handed::All => {}
                other => return other,
            }
        }
        Handed::All
    }

    /// Waits for the reader; but not with an attachment to a container that is being ended.
    async fn hand_over(&self, line: Line, recorded: bool) -> Handed {
        tokio::select! {
            biased;
            sent = self.outlet.send(line) => if sent { Handed::All } else { Handed::Unread },
            () = self.watched.ending.cancelled(), if !recorded => Handed::LetGo,
        }
    }

    /// A record that was rotated while no hub looked on begins with another line than the sandbox did.
    async fn check_head(&self, reading: &Reading, first: &Piece) -> Result<(), SandboxError> {
        let print = fingerprint(first);
        if self.delivered == 0 {
            // Without it the check is left out later; that is no reason to stop the sandbox now.
            if let Err(error) = tokio::fs::write(&self.head, print).await {
                tracing::warn!(sandbox = %self.container, %error, "cannot keep the first line's fingerprint");
            }
            return Ok(());
        }
        match tokio::fs::read(&self.head).await {
            Ok(kept) if reading.recorded && kept != print => {
                Err(SandboxError::RecordGap { id: self.container.clone() })
            }
            _ => Ok(()),
        }
    }

    /// What came after the limit is not worth reading: the task has failed.
    async fn stop_flood(&self) -> Result<Exit, SandboxError> {
        self.watched.kill(&self.docker, KillReason::LogFull { limit_bytes: self.log_max_bytes }).await;
        while !self.has_ended().await? {}
        self.exit().await
    }

    /// Whether the container is at its end; one that only closed its output is not.
    async fn has_ended(&self) -> Result<bool, SandboxError> {
        let options = WaitContainerOptions { condition: "not-running".to_owned() };
        let mut waiting = Box::pin(self.docker.wait_container(&self.container, Some(options)));
        match timeout(ENDING, waiting.next()).await {
            Err(_) => Ok(false),
            Ok(Some(Err(BollardError::DockerContainerWaitError { .. }) | Ok(_)) | None) => Ok(true),
            Ok(Some(Err(error))) => Err(SandboxError::of("wait for a sandbox", &self.container)(error)),
        }
    }

    async fn finish(&mut self, mut reading: Reading) -> Result<Option<Exit>, SandboxError> {
        if !reading.recorded && !reading.slow {
            let last = reading.stdout.finish().into_iter().collect();
            reading.slow = self.hand_over_stdout(&mut reading, last).await? != Handed::All;
            let last = reading.stderr.finish().into_iter().collect();
            self.hand_over_stderr(&reading, last).await;
        }
        if (reading.recorded || reading.slow) && !self.read_rest().await? {
            return Ok(None);
        }
        self.exit().await.map(Some)
    }

    /// The engine learns of an end and of the memory limit that brought it in two ways, of which the second may be later.
    async fn exit(&self) -> Result<Exit, SandboxError> {
        let mut exit = self.inspect_exit().await?;
        if exit.code == KILLED && !exit.oom_killed && !self.watched.ending.is_cancelled() {
            sleep(LATE_NEWS).await;
            exit = self.inspect_exit().await?;
        }
        Ok(exit)
    }

    async fn inspect_exit(&self) -> Result<Exit, SandboxError> {
        let state = self.docker.inspect_container(&self.container, None).await;
        let state = state.map_err(SandboxError::of("inspect a sandbox", &self.container))?.state.unwrap_or_default();
        Ok(Exit {
            code: state.exit_code.unwrap_or(-1),
            oom_killed: state.oom_killed.unwrap_or(false),
            killed: self.watched.reason(),
        })
    }

    /// The record of a container that has ended is complete: all that was handed over must be in it.
    async fn read_rest(&mut self) -> Result<bool, SandboxError> {
        let frames = self.record(Following::No);
        let mut reading = match self.read(frames, true).await? {
            Stopped::Ended(reading) => reading,
            Stopped::Unread => return Ok(false),
            Stopped::Full => {
                self.watched.kill(&self.docker, KillReason::LogFull { limit_bytes: self.log_max_bytes }).await;
                return Ok(true);
            }
        };
        let last = reading.stdout.finish().into_iter().collect();
        let handed = self.hand_over_stdout(&mut reading, last).await?;
        if reading.seen < self.delivered {
            return Err(SandboxError::RecordGap { id: self.container.clone() });
        }
        Ok(handed == Handed::All)
    }
}

#[derive(PartialEq, Eq)]
enum Handed {
    All,
    /// Nobody reads any more.
    Unread,
    /// The reader is slow and the container is being ended.
    LetGo,
}

enum Following {
    Yes,
    No,
}

fn fingerprint(piece: &Piece) -> Vec<u8> {
    match piece {
        Piece::Line(bytes) => Sha256::digest(bytes).to_vec(),
        Piece::TooLong(bytes) => bytes.to_be_bytes().to_vec(),
    }
}
