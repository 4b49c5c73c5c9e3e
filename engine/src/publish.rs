//! Pushing a task's work to the project's repository: a step of its own, after it is safe in the hub's mirror.
//!
//! Work on a branch of the repository's own (a pull request's) goes onto that branch, as long as it is still where the work
//! began; all other work goes onto the task's own branch. On its way out the hub says by whom it is, and signs it.

use crate::git::{
    BranchName, Byline, Commit, Credential, DefaultBranch, Expected, GitError, Mirror, Person, PushError, PushRequest,
    Rejection, Remote, RewriteRequest,
};
use crate::hub::chain;
use crate::outcome::Pushed;
use crate::parts::Parts;
use crate::settings::Author;
use crate::store::{Conversation, StoreError};
use signalbox_core::ground::Ground;
use signalbox_core::policy::PushSettings;
use signalbox_core::task::Task;

/// Work that is to be pushed.
pub(crate) struct Publication<'a> {
    pub(crate) task: &'a Task,
    pub(crate) conversation: &'a Conversation,
    pub(crate) mirror: &'a Mirror,
    pub(crate) remote: &'a Remote,
    pub(crate) credential: &'a Credential,
    pub(crate) settings: &'a PushSettings,
    /// The commit that the conversation began on; none in what was an empty repository.
    pub(crate) began: Option<Commit>,
    pub(crate) commit: &'a Commit,
}

/// Why work was not pushed, in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unpushed {
    /// Where it was to go; none where it goes nowhere.
    pub(crate) branch: Option<String>,
    pub(crate) why: String,
}

impl Unpushed {
    fn from_fork() -> Self {
        Self { branch: None, why: "it comes from a fork: nothing is pushed from there".to_owned() }
    }
}

impl Publication<'_> {
    /// Pushes it, and keeps where the conversation's branch is now. A branch that is there already is as good as pushed;
    /// nothing is ever forced.
    ///
    /// # Errors
    /// [`Unpushed`].
    pub(crate) async fn push(&self, parts: &Parts) -> Result<Pushed, Unpushed> {
        let ground = self.conversation.ground.as_ref();
        let branch = match ground {
            None => self.task.branch(),
            Some(ground) => ground.branch().ok_or_else(Unpushed::from_fork)?.to_owned(),
        };
        let pushed = self.push_to(parts, &branch, ground).await;
        let commit = pushed.map_err(|why| Unpushed { branch: Some(branch.clone()), why })?;
        if let Some(ground) = ground {
            self.moved_on(parts, ground, &commit).await;
        }
        Ok(Pushed { branch, commit: commit.to_string() })
    }

    async fn push_to(&self, parts: &Parts, branch: &str, ground: Option<&Ground>) -> Result<Commit, String> {
        let name: BranchName = branch.parse().map_err(|_| format!("`{branch}` is no name for a branch"))?;
        if !self.settings.allows_branch(branch) {
            return Err("the project's policy protects this branch".to_owned());
        }
        if ground.is_some() {
            self.refuse_guarded(parts, branch).await?;
        }
        let default = match self.mirror.default_branch().await.map_err(|error| chain(&error))? {
            DefaultBranch::At { branch, .. } => Some(branch),
            DefaultBranch::Empty => None,
        };
        let read = |commit: &String| commit.parse::<Commit>().map_err(|_| format!("`{commit}` is no commit"));
        let before = ground.map(|ground| read(&ground.commit)).transpose()?;
        let inside = ground.and_then(|ground| ground.inside.as_ref()).map(read).transpose()?;
        let byline = byline(parts, self.task).await.map_err(|error| chain(&error))?;
        let earlier = self.earlier(parts).await.map_err(|error| chain(&error))?;
        let request = RewriteRequest {
            task: &self.task.id,
            commit: self.commit,
            base: inside.as_ref().or(self.began.as_ref()),
            onto: inside.as_ref().and(before.as_ref()),
            byline: &byline,
            earlier: &earlier,
        };
        let commit = self.mirror.rewrite(request).await.map_err(|error: GitError| chain(&error))?;
        let request = PushRequest {
            remote: self.remote,
            credential: self.credential,
            commit: &commit,
            branch: &name,
            expected: before.as_ref().map_or(Expected::Any, Expected::At),
            // Whatever the policy says: all others begin there.
            protected: default.as_slice(),
        };
        match self.mirror.push(request).await {
            Ok(_) => Ok(commit),
            Err(PushError::Rejected(Rejection::Moved | Rejection::NotFastForward)) if before.is_some() => {
                Err("somebody has pushed to it since the work began; ask again to have it done on what is there now"
                    .to_owned())
            }
            Err(error) => Err(chain(&error)),
        }
    }

    /// The repository's own rules are asked, too.
    async fn refuse_guarded(&self, parts: &Parts, branch: &str) -> Result<(), String> {
        let (Remote::Https { .. }, Some(forge)) = (self.remote, &parts.forge) else { return Ok(()) };
        match forge.is_protected(&self.remote.to_string(), branch).await {
            Ok(false) => Ok(()),
            Ok(true) => Err("the repository protects this branch".to_owned()),
            Err(refusal) => Err(format!("whether the repository protects this branch could not be asked: {refusal}")),
        }
    }

    /// By whom the conversation's earlier work is that goes out with this: each keeps who asked for it.
    async fn earlier(&self, parts: &Parts) -> Result<Vec<(Commit, Person)>, StoreError> {
        if parts.settings.commits.author == Author::Hub {
            return Ok(Vec::new());
        }
        let mut earlier = Vec::new();
        for task in parts.store.works_of(&self.conversation.id).await? {
            if task.id == self.task.id || task.created_at > self.task.created_at {
                continue;
            }
            if let Some(commit) = task.commit.as_ref().and_then(|commit| commit.parse().ok()) {
                earlier.push((commit, author(parts, &task).await?));
            }
        }
        Ok(earlier)
    }

    /// If this is lost, the next request there begins a conversation of its own.
    async fn moved_on(&self, parts: &Parts, ground: &Ground, commit: &Commit) {
        let inside = Some(self.commit.to_string());
        let ground = Ground { commit: commit.to_string(), inside, ..ground.clone() };
        if let Err(error) = parts.store.set_ground(&self.conversation.id, ground).await {
            tracing::warn!(task = %self.task.id, error = chain(&error), "where the branch is now could not be kept");
        }
    }
}

/// By whom a task's commits are, by the hub's settings.
async fn byline(parts: &Parts, task: &Task) -> Result<Byline, StoreError> {
    let settings = &parts.settings.commits;
    Ok(Byline {
        author: author(parts, task).await?,
        committer: settings.hub.clone(),
        co_author: settings.co_author.clone(),
        signing_key: settings.signing_key.clone(),
    })
}

async fn author(parts: &Parts, task: &Task) -> Result<Person, StoreError> {
    let settings = &parts.settings.commits;
    Ok(match settings.author {
        Author::Hub => settings.hub.clone(),
        Author::Requester => match parts.store.address(&task.requester).await? {
            Some((name, email)) => Person::new(&name, email.as_deref().unwrap_or(&settings.hub.email)),
            None => settings.hub.clone(),
        },
    })
}
