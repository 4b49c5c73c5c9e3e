//! Pushing a task's work to the project's repository: a step of its own, after it is safe in the hub's mirror.
//!
//! Work on a branch of the repository's own (a pull request's) goes onto that branch, as long as it is still where the work
//! began; all other work goes onto the task's own branch.

use crate::git::{BranchName, Commit, Credential, Expected, Mirror, PushError, PushRequest, Rejection, Remote};
use crate::hub::chain;
use signalbox_core::ground::{Ground, Onto};
use signalbox_core::policy::PushSettings;
use signalbox_core::task::Task;

/// Work that is to be pushed.
pub(crate) struct Publication<'a> {
    pub(crate) mirror: &'a Mirror,
    pub(crate) remote: &'a Remote,
    pub(crate) credential: &'a Credential,
    pub(crate) settings: &'a PushSettings,
    pub(crate) target: &'a Target,
    pub(crate) commit: &'a Commit,
}

/// The branch that work goes onto.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Its name.
    pub(crate) branch: String,
    /// The commit that it must be at; none for a branch of the task's own.
    at: Option<String>,
}

impl Target {
    /// Where a task's work goes; none where it goes nowhere.
    pub(crate) fn of(task: &Task, ground: Option<&Ground>) -> Option<Self> {
        match ground.map(|ground| (&ground.onto, &ground.commit)) {
            None => Some(Self { branch: task.branch(), at: None }),
            Some((Onto::Branch(branch), commit)) => Some(Self { branch: branch.clone(), at: Some(commit.clone()) }),
            Some((Onto::Nowhere, _)) => None,
        }
    }
}

impl Publication<'_> {
    /// Pushes it. A branch that is there at this commit already is as good as pushed; nothing is ever forced.
    ///
    /// # Errors
    /// Why not, in words for people.
    pub(crate) async fn push(self) -> Result<(), String> {
        let Target { branch, at } = self.target;
        let name: BranchName = branch.parse().map_err(|_| format!("`{branch}` is no name for a branch"))?;
        if !self.settings.allows_branch(branch) {
            return Err("the project's policy protects this branch".to_owned());
        }
        let before: Option<Commit> =
            at.as_deref().map(str::parse).transpose().map_err(|_| "its commit is none".to_owned())?;
        let request = PushRequest {
            remote: self.remote,
            credential: self.credential,
            commit: self.commit,
            branch: &name,
            expected: before.as_ref().map_or(Expected::Any, Expected::At),
            protected: &[],
        };
        match self.mirror.push(request).await {
            Ok(_) => Ok(()),
            Err(PushError::Rejected(Rejection::Moved | Rejection::NotFastForward)) if before.is_some() => {
                Err("somebody has pushed to it since the work began; ask again to have it done on what is there now"
                    .to_owned())
            }
            Err(error) => Err(chain(&error)),
        }
    }
}
