//! The payloads of what happens to issues, pull requests and checks.

use serde_json::{Value, json};

use super::emit::Event;
use crate::github::view::merge;
use crate::github::world::World;

/// What is told: of which thing in which repository, by whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) repository: u64,
    /// The issue or pull request.
    pub(crate) number: u64,
    pub(crate) sender: u64,
}

impl World {
    /// Tells of an issue. What the payload has beside it is given.
    pub(crate) fn tell_issue(&mut self, told: Told, action: &'static str, more: Value) {
        let issue = self.shown_issue(told);
        self.happen(told, ("issues", action), json!({"issue": issue}), more);
    }

    /// Tells of a pull request.
    pub(crate) fn tell_pull(&mut self, told: Told, action: &'static str, more: Value) {
        let pull = self.shown_pull(told, Counting::Whole);
        let payload = json!({"number": told.number, "pull_request": pull});
        self.happen(told, ("pull_request", action), payload, more);
    }

    /// Tells of a comment at an issue or pull request.
    pub(crate) fn tell_comment(&mut self, told: Told, comment: u64, action: &'static str, more: Value) {
        let Some(one) = self.repositories.get(&told.repository) else { return };
        let Some(issue) = one.issues.get(&told.number) else { return };
        let found = issue.comments.iter().find(|one| one.id == comment);
        let comment = found.map(|comment| self.comment_json(one, issue, comment));
        let payload = json!({"issue": self.issue_json(one, issue), "comment": comment});
        self.happen(told, ("issue_comment", action), payload, more);
    }

    /// Tells of a review.
    pub(crate) fn tell_review(&mut self, told: Told, review: u64, action: &'static str) {
        let Some(one) = self.repositories.get(&told.repository) else { return };
        let Some(issue) = one.issues.get(&told.number) else { return };
        let reviews = issue.pull.as_ref().map(|pull| pull.reviews.as_slice()).unwrap_or_default();
        let found = reviews.iter().find(|one| one.id == review);
        let mut review = found.map_or(Value::Null, |review| self.review_json(one, issue, review));
        // Webhooks write the state in small letters, the API in capitals.
        review["state"] = review["state"].as_str().unwrap_or_default().to_lowercase().into();
        let payload = json!({"review": review, "pull_request": self.shown_pull(told, Counting::Plain)});
        self.happen(told, ("pull_request_review", action), payload, json!({}));
    }

    /// Tells of a comment at a line.
    pub(crate) fn tell_review_comment(&mut self, told: Told, comment: u64, action: &'static str, more: Value) {
        let Some(one) = self.repositories.get(&told.repository) else { return };
        let Some(issue) = one.issues.get(&told.number) else { return };
        let comments = issue.pull.as_ref().map(|pull| pull.comments.as_slice()).unwrap_or_default();
        let found = comments.iter().find(|one| one.id == comment);
        let comment = found.map(|comment| self.review_comment_json(one, issue, comment));
        let payload = json!({"comment": comment, "pull_request": self.shown_pull(told, Counting::Plain)});
        self.happen(told, ("pull_request_review_comment", action), payload, more);
    }

    /// Tells of a check run: the App that it belongs to when somebody wants something of it, else all.
    pub(crate) fn tell_run(&mut self, repository: u64, run: u64, sender: u64, (action, more): (&'static str, Value)) {
        let Some(one) = self.repositories.get(&repository) else { return };
        let Some(run) = one.runs.get(&run) else { return };
        let only = matches!(action, "requested_action" | "rerequested").then_some(run.app);
        let mut payload = json!({"check_run": self.run_event_json(one, run)});
        merge(&mut payload, more);
        let (name, action, repository) = ("check_run", Some(action), Some(repository));
        self.emit(&Event { name, action, repository, sender, payload, only });
    }

    /// Tells an App, or all, of a check suite.
    pub(crate) fn tell_suite(&mut self, repository: u64, suite: u64, sender: u64, action: &'static str) {
        let Some(one) = self.repositories.get(&repository) else { return };
        let Some(suite) = one.suites.get(&suite) else { return };
        let mut shown = self.suite_json(one, suite);
        shown["head_commit"] = self.head_commit_json(one, &suite.head);
        let only = matches!(action, "requested" | "rerequested").then_some(suite.app);
        let (name, action, repository) = ("check_suite", Some(action), Some(repository));
        self.emit(&Event { name, action, repository, sender, payload: json!({"check_suite": shown}), only });
    }

    fn happen(&mut self, told: Told, (name, action): (&'static str, &'static str), mut payload: Value, more: Value) {
        merge(&mut payload, more);
        let (action, repository, sender, only) = (Some(action), Some(told.repository), told.sender, None);
        self.emit(&Event { name, action, repository, sender, payload, only });
    }

    fn shown_issue(&self, told: Told) -> Value {
        let one = self.repositories.get(&told.repository);
        let found = one.and_then(|one| Some((one, one.issues.get(&told.number)?)));
        found.map_or(Value::Null, |(one, issue)| self.issue_json(one, issue))
    }

    fn shown_pull(&self, told: Told, counting: Counting) -> Value {
        let one = self.repositories.get(&told.repository);
        let found = one.and_then(|one| {
            let issue = one.issues.get(&told.number)?;
            Some((one, issue, issue.pull.as_ref()?))
        });
        match (found, counting) {
            (None, _) => Value::Null,
            (Some((one, issue, pull)), Counting::Plain) => self.pull_json(one, issue, pull),
            (Some((one, issue, pull)), Counting::Whole) => self.full_pull_json(one, issue, pull),
        }
    }
}

/// Whether a payload's pull request has its numbers of commits and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counting {
    Plain,
    Whole,
}
