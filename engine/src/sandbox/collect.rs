//! The result of a turn out of a sandbox, as a git bundle: data, which nothing here looks into.
//!
//! `collect` runs inside, as the sandbox's user; what it says is a claim. It gets a limit of time and of size.

use super::connect::Sandboxes;
use super::error::SandboxError;
use super::hardening::{COLLECT, USER, WORKSPACE};
use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error as BollardError;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use std::io;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::io::StreamReader;

/// For the whole of it: staging, committing, packing and reading the bundle.
const TIME_LIMIT: Duration = Duration::from_secs(600);
/// The answer before the bundle is one short line.
const ANSWER_LIMIT: usize = 4096;
const STDERR_LIMIT: usize = 4096;
const WAITING_PARTS: usize = 16;
const READ_BYTES: usize = 64 * 1024;

/// A bundle as it arrives; reading it ends with an error when `collect` failed or came to a limit, so what was read is
/// worth something only after its end was reached.
pub type Bundle = Pin<Box<dyn AsyncRead + Send>>;

/// `collect`, started and waiting. Dropping it ends it.
pub struct Collector {
    docker: Docker,
    exec: String,
    input: Pin<Box<dyn AsyncWrite + Send>>,
    output: Pin<Box<dyn Stream<Item = Result<LogOutput, BollardError>> + Send>>,
    stderr: BytesMut,
    max_bytes: u64,
}

/// What stood in the workspace.
pub struct Collected {
    /// The commit that it claims to be; none in a repository that has neither commits nor files.
    pub commit: Option<String>,
    /// Whether it differs from the base: only then is there a bundle.
    pub changed: bool,
    /// Whether it claims that files are to be handed over; `Control::handed_over` has them.
    pub handed: bool,
    /// The bundle with the ref `refs/signalbox/result`; empty if nothing changed.
    pub bundle: Bundle,
}

#[derive(Deserialize)]
struct Answer {
    commit: String,
    changed: bool,
    #[serde(default)]
    handed: bool,
}

/// What becomes of the files that Claude wants handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandOver {
    /// They are taken out of the workspace, to be fetched.
    Take,
    /// They stay where they are.
    Leave,
}

impl HandOver {
    fn as_str(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Leave => "leave",
        }
    }
}

/// What is to be collected.
#[derive(Debug, Clone, Copy)]
pub struct CollectOrder<'a> {
    /// The task's branch.
    pub branch: &'a str,
    /// The commit that the work stands on; none where there is none.
    pub base: Option<&'a str>,
    /// The commit's message.
    pub message: &'a str,
    /// What becomes of the files that Claude wants handed over.
    pub files: HandOver,
}

impl Collector {
    pub(super) async fn arm(sandboxes: &Sandboxes, container: &str) -> Result<Self, SandboxError> {
        let docker = sandboxes.docker.clone();
        let options = CreateExecOptions {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(vec![COLLECT]),
            user: Some(USER),
            working_dir: Some(WORKSPACE),
            ..Default::default()
        };
        let fault = || SandboxError::of("start collecting", container);
        let exec = docker.create_exec(container, options).await.map_err(fault())?.id;
        let start = StartExecOptions { output_capacity: Some(READ_BYTES), ..Default::default() };
        match docker.start_exec(&exec, Some(start)).await.map_err(fault())? {
            StartExecResults::Attached { output, input } => {
                let max_bytes = sandboxes.shared.settings.bundle_max_bytes;
                Ok(Self { docker, exec, input, output, stderr: BytesMut::new(), max_bytes })
            }
            StartExecResults::Detached => Err(failed("it could not be attached to")),
        }
    }

    /// Commits the workspace to the branch on top of the base and begins to take the bundle out.
    pub async fn run(mut self, order: CollectOrder<'_>) -> Result<Collected, SandboxError> {
        let CollectOrder { branch, base, message, files } = order;
        let base = base.unwrap_or("-");
        for word in [branch, base] {
            if word.is_empty() || word.contains(char::is_whitespace) {
                return Err(SandboxError::BadName {
                    text: word.chars().take(64).collect(),
                    what: "a branch or commit",
                });
            }
        }
        let deadline = Instant::now() + TIME_LIMIT;
        let order = format!("{branch} {base} {} {}\n{message}", message.len(), files.as_str());
        let answer = timeout_at(deadline, async {
            self.input.write_all(order.as_bytes()).await?;
            self.input.flush().await?;
            io::Result::Ok(self.answer().await)
        });
        let answer = answer.await.map_err(|_| failed("it took too long"))?;
        let (answer, rest) = answer.map_err(|_| failed("the sandbox is gone"))??;
        let commit = Some(answer.commit).filter(|commit| !commit.is_empty());
        let (changed, handed) = (answer.changed, answer.handed);
        Ok(Collected { commit, changed, handed, bundle: self.into_bundle(rest, deadline) })
    }

    /// The line before the bundle, and what came with it.
    async fn answer(&mut self) -> Result<(Answer, Bytes), SandboxError> {
        let mut begin = BytesMut::new();
        loop {
            if let Some(end) = begin.iter().position(|byte| *byte == b'\n') {
                let line = begin.split_to(end + 1);
                let answer = serde_json::from_slice(&line).map_err(|_| failed("its answer makes no sense"))?;
                return Ok((answer, begin.freeze()));
            }
            if begin.len() > ANSWER_LIMIT {
                return Err(failed("its answer makes no sense"));
            }
            match self.next_part().await {
                Ok(Some(part)) => begin.extend_from_slice(&part),
                Ok(None) => return Err(failed(&self.how_it_failed().await.unwrap_or_default())),
                Err(error) => return Err(failed(&error.to_string())),
            }
        }
    }

    /// The next bytes of standard output; standard error is put aside.
    async fn next_part(&mut self) -> io::Result<Option<Bytes>> {
        while let Some(frame) = self.output.next().await {
            match frame.map_err(io::Error::other)? {
                LogOutput::StdOut { message } => return Ok(Some(message)),
                LogOutput::StdErr { message } => {
                    let room = STDERR_LIMIT.saturating_sub(self.stderr.len());
                    self.stderr.extend_from_slice(&message[..message.len().min(room)]);
                }
                LogOutput::StdIn { .. } | LogOutput::Console { .. } => {}
            }
        }
        Ok(None)
    }

    /// Why it failed, once its output has ended; none if it did not.
    async fn how_it_failed(&mut self) -> Option<String> {
        for _ in 0..100 {
            match self.docker.inspect_exec(&self.exec).await {
                Ok(found) if found.running == Some(true) => sleep(Duration::from_millis(10)).await,
                Ok(found) if found.exit_code == Some(0) => return None,
                Ok(found) => return Some(self.complaint(found.exit_code)),
                Err(_) => break,
            }
        }
        Some("the sandbox is gone".to_owned())
    }

    fn complaint(&self, code: Option<i64>) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        match text.trim() {
            "" => format!("it ended with status {}", code.unwrap_or(-1)),
            text => text.to_owned(),
        }
    }

    fn into_bundle(self, rest: Bytes, deadline: Instant) -> Bundle {
        let (sender, parts) = mpsc::channel(WAITING_PARTS);
        tokio::spawn(async move {
            let carried = tokio::select! {
                carried = timeout_at(deadline, self.carry(rest, &sender)) => carried,
                // Nobody wants the bundle any more.
                () = sender.closed() => return,
            };
            let result = carried.unwrap_or_else(|_| Err(io::Error::other("collecting took too long")));
            if let Err(error) = result {
                // A reader that has gone has its own reason.
                let _ = sender.send(Err(error)).await;
            }
        });
        Box::pin(StreamReader::new(ReceiverStream::new(parts)))
    }

    async fn carry(mut self, rest: Bytes, sender: &mpsc::Sender<io::Result<Bytes>>) -> io::Result<()> {
        let mut taken = 0;
        let mut part = Some(rest);
        while let Some(bytes) = part {
            taken += bytes.len() as u64;
            if taken > self.max_bytes {
                return Err(io::Error::other(format!("the result is larger than {} bytes", self.max_bytes)));
            }
            if !bytes.is_empty() && sender.send(Ok(bytes)).await.is_err() {
                return Ok(());
            }
            part = self.next_part().await?;
        }
        self.how_it_failed().await.map_or(Ok(()), |message| Err(io::Error::other(message)))
    }
}

fn failed(message: &str) -> SandboxError {
    SandboxError::CollectFailed { message: message.to_owned() }
}
