//! What a result is made of: the objects in its bundle, and objects of the history that the sandbox was given.
//!
//! The quarantine reads the whole mirror, so a result could name any object there whose id became known (as a parent,
//! in a tree, or as the base of a delta), and the conversation's next sandbox would be given its content. Ids are no
//! secrets: they are in diffs and logs. So every object that the result needs and the bundle has not must be in the
//! base's history. Nearly always it is in the base's own tree; only otherwise is that history listed.

use super::bundle::{BundleHead, RESULT};
use super::command::Invocation;
use super::error::{GitError, Refusal, TakeError};
use super::names::Commit;
use super::take::Quarantine;
use std::collections::HashSet;
use std::fs::File;
use std::path::PathBuf;

/// A list of objects may be this long, in bytes: some three million objects.
const LIST_LIMIT: usize = 128 * 1024 * 1024;

type Ids = HashSet<String>;

impl Quarantine<'_> {
    /// Refuses what builds on objects that were not given.
    pub(super) async fn check_provenance(&self, base: Option<&Commit>, head: &BundleHead) -> Result<(), TakeError> {
        let (brought, borrowed) = self.packed(head.objects).await?;
        let without = base.map(|base| format!("^{base}"));
        let needs = self.git("rev-list").args(["--objects", "--no-object-names", RESULT]).args(without);
        let mut missing: Ids = self.ids(needs).await?.into_iter().filter(|id| !brought.contains(id)).collect();
        missing.extend(borrowed);
        let Some(base) = base.filter(|_| !missing.is_empty()) else {
            return if missing.is_empty() { Ok(()) } else { Err(TakeError::Refused(Refusal::ForeignBase)) };
        };
        let tree = self.git("ls-tree").args(["-r", "-t", "--format=%(objectname)", base.as_str()]);
        let root = self.git("rev-parse").args(["--verify", &format!("{base}^{{tree}}")]);
        self.strike_out(&mut missing, tree).await?;
        self.strike_out(&mut missing, root).await?;
        if !missing.is_empty() {
            let history = self.git("rev-list").args(["--objects", "--no-object-names", base.as_str()]);
            self.strike_out(&mut missing, history).await?;
        }
        if missing.is_empty() { Ok(()) } else { Err(TakeError::Refused(Refusal::ForeignBase)) }
    }

    async fn strike_out(&self, missing: &mut Ids, given: Invocation) -> Result<(), TakeError> {
        for id in self.ids(given).await? {
            missing.remove(&id);
        }
        Ok(())
    }

    /// The objects that the bundle brought, and those that git completed its pack with: they come last in it.
    async fn packed(&self, brought: u32) -> Result<(Ids, Ids), TakeError> {
        let mut objects = Vec::new();
        for index in self.indexes()? {
            let index = File::open(index).map_err(GitError::Disk)?;
            for line in self.ids(self.git("show-index").stdin(index)).await? {
                let mut words = line.split(' ');
                let offset: Option<u64> = words.next().and_then(|word| word.parse().ok());
                objects.extend(offset.zip(words.next().map(str::to_owned)));
            }
        }
        objects.sort_unstable();
        let mut ids = objects.into_iter().map(|(_, id)| id);
        let first = ids.by_ref().take(brought as usize).collect();
        Ok((first, ids.collect()))
    }

    fn indexes(&self) -> Result<Vec<PathBuf>, GitError> {
        let packs = std::fs::read_dir(self.repository().join("objects/pack")).map_err(GitError::Disk)?;
        let files = packs.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
        let is_index = |path: &PathBuf| path.extension().is_some_and(|end| end == "idx");
        Ok(files.map_err(GitError::Disk)?.into_iter().filter(is_index).collect())
    }

    async fn ids(&self, list: Invocation) -> Result<Vec<String>, TakeError> {
        match self.mirror.shared.runner.succeed(&list.stdout_limit(LIST_LIMIT)).await {
            Ok(said) => Ok(String::from_utf8_lossy(&said).lines().map(str::to_owned).collect()),
            Err(GitError::TooMuchOutput(_) | GitError::TimedOut { .. }) => {
                Err(TakeError::Refused(Refusal::TooExpensive))
            }
            Err(error) => Err(TakeError::Git(error)),
        }
    }
}
