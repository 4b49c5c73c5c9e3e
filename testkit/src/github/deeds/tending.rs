//! Issues are labelled, assigned, closed, and pull requests merged.

use serde_json::{Value, json};

use crate::github::clock::unix_time;
use crate::github::hooks::Told;
use crate::github::repository::Label;
use crate::github::world::World;

impl World {
    /// A label by its name, made if there is none.
    pub(crate) fn ensure_label(&mut self, repository: u64, name: &str) {
        let id = self.next_id();
        let Some(repository) = self.repositories.get_mut(&repository) else { return };
        if repository.labels.iter().all(|label| label.name != name) {
            let (name, color) = (name.to_owned(), "ededed".to_owned());
            repository.labels.push(Label { id, name, color, description: None });
        }
    }

    /// Puts a label on; whether it was not there.
    pub(crate) fn add_label(&mut self, at: Told, name: &str) {
        self.ensure_label(at.repository, name);
        let Some(issue) = self.issue_mut(at.repository, at.number) else { return };
        if !issue.labels.iter().any(|label| label == name) {
            issue.labels.push(name.to_owned());
            self.tell_labelled(at, name, "labeled");
        }
    }

    /// Takes a label off; whether it was there.
    pub(crate) fn remove_label(&mut self, at: Told, name: &str) -> bool {
        let Some(issue) = self.issue_mut(at.repository, at.number) else { return false };
        let before = issue.labels.len();
        issue.labels.retain(|label| label != name);
        let removed = issue.labels.len() < before;
        if removed {
            self.tell_labelled(at, name, "unlabeled");
        }
        removed
    }

    fn tell_labelled(&mut self, at: Told, name: &str, action: &'static str) {
        let Some(one) = self.repositories.get(&at.repository) else { return };
        let label = one.labels.iter().find(|label| label.name == name).map(|label| self.label_json(one, label));
        let is_pull = one.issues.get(&at.number).is_some_and(|issue| issue.pull.is_some());
        self.tell_either(at, is_pull, action, json!({"label": label}));
    }

    /// Assigns somebody.
    pub(crate) fn assign(&mut self, at: Told, account: u64) {
        let Some(issue) = self.issue_mut(at.repository, at.number) else { return };
        if issue.assignees.contains(&account) {
            return;
        }
        issue.assignees.push(account);
        let is_pull = issue.pull.is_some();
        let assignee = self.user_json(account);
        self.tell_either(at, is_pull, "assigned", json!({"assignee": assignee}));
    }

    /// Closes it, or opens it again.
    pub(crate) fn set_open(&mut self, at: Told, open: bool) {
        let Some(issue) = self.issue_mut(at.repository, at.number) else { return };
        if issue.open == open {
            return;
        }
        issue.open = open;
        issue.closed = (!open).then(unix_time);
        let is_pull = issue.pull.is_some();
        self.tell_either(at, is_pull, if open { "reopened" } else { "closed" }, json!({}));
    }

    /// Changes a title.
    pub(crate) fn set_title(&mut self, at: Told, title: &str) {
        let Some(issue) = self.issue_mut(at.repository, at.number) else { return };
        let before = std::mem::replace(&mut issue.title, title.to_owned());
        let is_pull = issue.pull.is_some();
        let changes: Value = json!({"changes": {"title": {"from": before}}});
        self.tell_either(at, is_pull, "edited", changes);
    }

    /// Merges a pull request by moving its base to its head, and closes it.
    pub(crate) fn merge_pull(&mut self, at: Told) {
        let Some(one) = self.repositories.get(&at.repository) else { return };
        let Some(pull) = one.issues.get(&at.number).and_then(|issue| issue.pull.clone()) else { return };
        if let Err(error) = one.git.set_ref(&format!("refs/heads/{}", pull.base_branch), &pull.head_sha) {
            tracing::warn!(error = error.0, "GitHub's stand-in could not merge");
        }
        if let Some(pull) = self.issue_mut(at.repository, at.number).and_then(|issue| issue.pull.as_mut()) {
            pull.merged = Some((at.sender, unix_time()));
        }
        self.set_open(at, false);
        self.settle_push(at.repository, Some(&format!("refs/heads/{}", pull.base_branch)), at.sender);
    }
}
