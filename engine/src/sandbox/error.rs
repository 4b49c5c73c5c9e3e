//! Why a sandbox operation did not come off, told apart by what the caller does next.

use bollard::errors::Error as BollardError;
use std::io;
use std::path::PathBuf;

/// Why a sandbox operation did not come off.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// No engine answers: the environment is not ready.
    #[error(
        "no Docker engine answers at {address} (sandbox.docker); install it with `apt-get install docker.io`, start it with \
         `systemctl start docker` (or `dockerd`), and let this user reach its socket"
    )]
    NoEngine {
        /// Where it was looked for.
        address: String,
        /// What happened there.
        #[source]
        source: Box<BollardError>,
    },
    /// The setting names something other than a unix socket.
    #[error("the Docker address `{address}` is not a unix socket (unix:///path)")]
    BadAddress {
        /// What was given.
        address: String,
    },
    /// The image does not exist on the engine.
    #[error("the sandbox image `{image}` does not exist; `make image` builds the standard one")]
    NoImage {
        /// The image asked for.
        image: String,
    },
    /// A name that cannot be used: a programming fault or an attempt.
    #[error("`{text}` cannot be used as {what}")]
    BadName {
        /// What was given, cut short.
        text: String,
        /// What it was to be.
        what: &'static str,
    },
    /// The container is gone: nothing to go on with.
    #[error("the container of sandbox {id} is gone")]
    Missing {
        /// The sandbox.
        id: String,
    },
    /// The container is paused: unpause it first.
    #[error("sandbox {id} is paused")]
    Paused {
        /// The sandbox.
        id: String,
    },
    /// The container does not run (any more, or yet).
    #[error("sandbox {id} is not running")]
    NotRunning {
        /// The sandbox.
        id: String,
    },
    /// The engine's record of the output does not hold all that was written: the task cannot be gone on with.
    #[error("the output record of sandbox {id} has a gap")]
    RecordGap {
        /// The sandbox.
        id: String,
    },
    /// `collect` said no, or said nonsense.
    #[error("the result could not be collected: {message}")]
    CollectFailed {
        /// What it wrote to standard error, or what was wrong with its answer.
        message: String,
    },
    /// A folder of the hub could not be made or removed.
    #[error("cannot prepare {path}", path = path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Anything else that the engine refused or broke off: try again later.
    #[error("the Docker engine failed to {doing}")]
    Engine {
        /// What was attempted.
        doing: &'static str,
        /// What it said.
        #[source]
        source: Box<BollardError>,
    },
}

impl SandboxError {
    /// For `map_err`: tells apart what the engine says of a container.
    pub(super) fn of(doing: &'static str, id: &str) -> impl FnOnce(BollardError) -> Self {
        move |source| match refusal(&source) {
            Some((404, message)) if message.contains("No such image") => Self::NoImage { image: id.to_owned() },
            Some((404, _)) => Self::Missing { id: id.to_owned() },
            Some((409, message)) if message.contains("is paused") => Self::Paused { id: id.to_owned() },
            Some((409, message)) if message.contains("is not running") => Self::NotRunning { id: id.to_owned() },
            _ => Self::Engine { doing, source: Box::new(source) },
        }
    }
}

/// The status and message of an answer that is a refusal.
pub(super) fn refusal(error: &BollardError) -> Option<(u16, &str)> {
    match error {
        BollardError::DockerResponseServerError { status_code, message } => Some((*status_code, message)),
        _ => None,
    }
}

/// Takes a refusal for success when it says that what was to be brought about is so already.
pub(super) fn unless_so(result: Result<(), BollardError>, already: &[Already]) -> Result<(), BollardError> {
    let said = |status, message: &str| {
        already.iter().any(|already| match already {
            Already::Status(expected) => *expected == status,
            Already::Words(words) => message.contains(words),
        })
    };
    match result {
        Err(error) if refusal(&error).is_some_and(|(status, message)| said(status, message)) => Ok(()),
        other => other,
    }
}

/// How the engine says that something is so already.
pub(super) enum Already {
    /// By a status.
    Status(u16),
    /// By words in its message: the status is a general one.
    Words(&'static str),
}
