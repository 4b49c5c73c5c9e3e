//! What a push brings about: `push`, `synchronize` of the pull requests at the branch, and check suites.

use serde_json::{Value, json};

use crate::github::check::CheckSuite;
use crate::github::clock::unix_time;
use crate::github::git::RefChange;
use crate::github::grants::{Grants, Level};
use crate::github::hooks::{Event, Told};
use crate::github::world::World;

/// More commits than this are not listed in one push.
const MOST_COMMITS: usize = 2048;
/// Whoever pushes more branches or tags than this at once is not told of.
const MOST_REFS: usize = 3;

impl World {
    /// Tells of all that is elsewhere now, or of one reference alone.
    pub(crate) fn settle_push(&mut self, repository: u64, only: Option<&str>, pusher: u64) {
        let Some(one) = self.repositories.get_mut(&repository) else { return };
        let mut changes = RefChange::between(&one.told, &one.git.refs());
        changes.retain(|change| only.is_none_or(|only| only == change.name));
        for change in &changes {
            if change.deleted() {
                one.told.remove(&change.name);
            } else {
                one.told.insert(change.name.clone(), change.after.clone());
            }
        }
        if changes.is_empty() {
            return;
        }
        one.pushed = unix_time();
        if changes.len() <= MOST_REFS {
            for change in &changes {
                self.tell_push(repository, change, pusher);
            }
        }
        for change in changes.iter().filter(|change| !change.deleted()) {
            if let Some(branch) = change.branch() {
                let before = (!change.created()).then_some(change.before.as_str());
                self.request_suites(repository, (before, &change.after), branch, pusher);
                self.synchronize(repository, branch, change, pusher);
            }
        }
    }

    fn tell_push(&mut self, repository: u64, change: &RefChange, pusher: u64) {
        let Some(one) = self.repositories.get(&repository) else { return };
        let forced = !change.created()
            && !change.deleted()
            && one.git.merge_base(&change.before, &change.after).as_deref() != Some(&change.before);
        let range = match (change.deleted(), change.created()) {
            (true, _) => None,
            (false, true) => Some(format!("{}..{}", one.default_branch, change.after)),
            (false, false) => Some(format!("{}..{}", change.before, change.after)),
        };
        let logged = range.map(|range| one.git.log(&range, MOST_COMMITS)).unwrap_or_default();
        let commits: Vec<Value> = logged.iter().map(|commit| self.pushed_json(one, commit)).collect();
        let head = one.git.commit_at(&change.after).map(|commit| self.pushed_json(one, &commit));
        let (name, email) = self.accounts.get(&pusher).map(|account| account.signature()).unwrap_or_default();
        let page = self.page_of(one);
        let payload = json!({
            "ref": change.name, "before": change.before, "after": change.after, "created": change.created(),
            "deleted": change.deleted(), "forced": forced, "base_ref": null,
            "compare": format!("{page}/compare/{}...{}", &change.before[..12], &change.after[..12]),
            "commits": commits, "head_commit": head.filter(|_| !change.deleted()),
            "pusher": {"name": name, "email": email},
        });
        let (name, repository) = ("push", Some(repository));
        self.emit(&Event { name, action: None, repository, sender: pusher, payload, only: None });
    }

    /// Every App that may write checks is asked for them.
    pub(crate) fn request_suites(
        &mut self,
        repository: u64,
        (before, head): (Option<&str>, &str),
        branch: &str,
        by: u64,
    ) {
        let Some(one) = self.repositories.get(&repository) else { return };
        let owner = one.owner;
        let writes = |grants: &Grants| grants.get("checks").is_some_and(|level| *level >= Level::Write);
        let installed =
            self.installations.values().filter(|one| one.covers(owner, repository) && writes(&one.permissions));
        let apps: Vec<u64> = installed.map(|one| one.app).collect();
        for app in apps {
            let known = self.suite_at(repository, app, head);
            let suite = self.ensure_suite(repository, app, head);
            let found = self.repositories.get_mut(&repository).and_then(|one| one.suites.get_mut(&suite));
            if let Some(suite) = found {
                suite.branch = Some(branch.to_owned());
                suite.before = before.map(str::to_owned);
            }
            if known.is_none() {
                self.tell_suite(repository, suite, by, "requested");
            }
        }
    }

    pub(crate) fn suite_at(&self, repository: u64, app: u64, head: &str) -> Option<u64> {
        let suites = &self.repositories.get(&repository)?.suites;
        suites.values().find(|suite| suite.app == app && suite.head == head).map(|suite| suite.id)
    }

    /// The suite of an App at a commit, made if there is none.
    pub(crate) fn ensure_suite(&mut self, repository: u64, app: u64, head: &str) -> u64 {
        if let Some(known) = self.suite_at(repository, app, head) {
            return known;
        }
        let id = self.next_id();
        let Some(one) = self.repositories.get_mut(&repository) else { return id };
        let branch = one.git.refs().into_iter().find(|(name, sha)| sha == head && name.starts_with("refs/heads/"));
        let branch = branch.map(|(name, _)| name["refs/heads/".len()..].to_owned());
        one.suites.insert(id, CheckSuite { id, app, branch, head: head.to_owned(), before: None, made: unix_time() });
        id
    }

    /// Moves the pull requests that the branch is the head or the base of.
    fn synchronize(&mut self, repository: u64, branch: &str, change: &RefChange, pusher: u64) {
        let mut moved = Vec::new();
        for base in self.repositories.values_mut() {
            let id = base.id;
            for issue in base.issues.values_mut().filter(|issue| issue.open) {
                let (number, Some(pull)) = (issue.number, issue.pull.as_mut()) else { continue };
                if id == repository && pull.base_branch == branch {
                    pull.base_sha.clone_from(&change.after);
                }
                if pull.head == repository && pull.head_branch == branch {
                    let before = std::mem::replace(&mut pull.head_sha, change.after.clone());
                    moved.push((id, number, before));
                }
            }
        }
        for (base, number, before) in moved {
            self.update_pull_ref(base, number);
            let told = Told { repository: base, number, sender: pusher };
            self.tell_pull(told, "synchronize", json!({"before": before, "after": change.after}));
            if base != repository {
                self.request_suites(base, (Some(&before), &change.after), branch, pusher);
            }
        }
    }
}
