//! Exit statuses, and how errors come to them: decided here and nowhere else. `docs/reference.md` fixes the numbers.

use crate::client::NoHub;
use crate::config::ConfigFaults;
use crate::hub::HubStartError;
use signalbox_core::port::Refusal;
use signalbox_core::task::TaskState;
use std::process::ExitCode;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked; a task came to its outcome.
    Done,
    /// It could not be done; a task failed.
    Failed,
    /// It was asked wrongly.
    WrongUsage,
    /// Something around it must be mended first: configuration, Docker, the image, the hub.
    NotReady,
    /// A person stopped it.
    Stopped,
}

/// The person asked for something that makes no sense as it stands.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WrongUsage(pub(crate) String);

/// Something around the program must be mended first.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotReady(pub(crate) String);

impl Exit {
    /// Every way to end, in the order of the statuses.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 5] = [Self::Done, Self::Failed, Self::WrongUsage, Self::NotReady, Self::Stopped];

    /// The number that the shell sees.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::WrongUsage => 2,
            Self::NotReady => 3,
            Self::Stopped => 4,
        }
    }

    /// How `signalbox run` ends when its task ended so.
    pub(crate) fn of_task(state: TaskState) -> Self {
        match state {
            TaskState::Succeeded => Self::Done,
            TaskState::Stopped => Self::Stopped,
            TaskState::Failed | TaskState::Queued | TaskState::Running | TaskState::Parked => Self::Failed,
        }
    }

    /// How the program ends with this error.
    pub(crate) fn of_error(error: &anyhow::Error) -> Self {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return match refusal {
                Refusal::Invalid(_) => Self::WrongUsage,
                Refusal::Unavailable(_) => Self::NotReady,
                Refusal::Unauthenticated(_)
                | Refusal::Forbidden(_)
                | Refusal::NotFound(_)
                | Refusal::Conflict(_)
                | Refusal::Throttled(_)
                | Refusal::Internal(_) => Self::Failed,
            };
        }
        if error.is::<WrongUsage>() {
            return Self::WrongUsage;
        }
        let not_ready =
            error.is::<NotReady>() || error.is::<ConfigFaults>() || error.is::<NoHub>() || error.is::<HubStartError>();
        if not_ready { Self::NotReady } else { Self::Failed }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_to_their_status_through_their_context() {
        let status = |error: anyhow::Error| Exit::of_error(&error.context("while trying")).status();
        assert_eq!(status(WrongUsage("x".to_owned()).into()), 2);
        assert_eq!(status(Refusal::Invalid("x".to_owned()).into()), 2);
        assert_eq!(status(Refusal::NotFound("x".to_owned()).into()), 1);
        assert_eq!(status(Refusal::Unavailable("x".to_owned()).into()), 3);
        assert_eq!(status(ConfigFaults(vec!["x".to_owned()]).into()), 3);
        assert_eq!(status(NotReady("x".to_owned()).into()), 3);
        assert_eq!(status(std::io::Error::other("x").into()), 1);
    }

    #[test]
    fn a_task_ends_the_program_as_it_ended_itself() {
        assert_eq!(TaskState::ALL.map(|state| Exit::of_task(state).status()), [1, 1, 1, 0, 1, 4]);
    }
}
