//! Pushing a task's branch to the project's repository: a step of its own, after the work is safe in the hub's mirror.

use crate::git::{BranchName, Commit, Credential, Expected, Mirror, PushRequest, Remote};
use crate::hub::chain;
use signalbox_core::policy::PushSettings;

/// A branch that is to be pushed.
pub(crate) struct Publication<'a> {
    pub(crate) mirror: &'a Mirror,
    pub(crate) remote: &'a Remote,
    pub(crate) credential: &'a Credential,
    pub(crate) settings: &'a PushSettings,
    pub(crate) branch: &'a str,
    pub(crate) commit: &'a Commit,
}

impl Publication<'_> {
    /// Pushes it. A branch that is there at this commit already is as good as pushed; nothing is ever forced.
    ///
    /// # Errors
    /// Why not, in words for people.
    pub(crate) async fn push(self) -> Result<(), String> {
        let name: BranchName = self.branch.parse().map_err(|_| format!("`{}` is no name for a branch", self.branch))?;
        if !self.settings.allows_branch(self.branch) {
            return Err("the project's policy protects this branch".to_owned());
        }
        let request = PushRequest {
            remote: self.remote,
            credential: self.credential,
            commit: self.commit,
            branch: &name,
            expected: Expected::Any,
            protected: &[],
        };
        self.mirror.push(request).await.map(drop).map_err(|error| chain(&error))
    }
}
