//! What people do at issues, pull requests and check runs.

use super::repo::Repo;
use super::thread::Thread;
use super::user::User;
use crate::github::deeds::{NewIssue, NewPull, NewReview, PullFault, Remark, Subject};
use crate::github::grants::Role;
use crate::github::hooks::Event;
use crate::github::world::World;

impl User {
    fn act<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        self.stage.change(act)
    }

    /// Opens an issue.
    pub fn opens_issue(&self, repo: &Repo, title: &str, body: &str) -> Thread {
        self.must(repo, Role::Read, "open an issue");
        let new = NewIssue { repository: repo.id, author: self.id(), title, body, app: None };
        repo.thread(self.act(|world| world.open_issue(&new)))
    }

    /// Opens a pull request from a branch of the same repository to `main`.
    pub fn opens_pull(&self, repo: &Repo, branch: &str, title: &str, body: &str) -> Thread {
        self.opens_pull_from(repo, (repo, branch), (title, body))
    }

    /// Opens a pull request from a fork's branch to `main`.
    ///
    /// # Panics
    /// When it cannot be opened, with GitHub's words.
    pub fn opens_pull_from(&self, repo: &Repo, (fork, branch): (&Repo, &str), (title, body): (&str, &str)) -> Thread {
        self.must(repo, Role::Read, "open a pull request");
        let new = NewIssue { repository: repo.id, author: self.id(), title, body, app: None };
        let branches = NewPull {
            head: fork.id,
            head_branch: branch.to_owned(),
            base_branch: "main".to_owned(),
            draft: false,
            maintainer_can_modify: true,
        };
        let opened: Result<u64, PullFault> = self.act(|world| world.open_pull(&new, branches));
        match opened {
            Ok(number) => repo.thread(number),
            Err(fault) => panic!("no pull request from {branch}: {fault:?}"),
        }
    }

    /// Writes a comment. Gives its number.
    pub fn comments(&self, thread: &Thread, body: &str) -> u64 {
        self.must(&thread.repo, Role::Read, "comment");
        self.act(|world| world.comment(thread.told(self.id()), body, None))
    }

    /// An App writes a comment with the token that this person gave it. Gives its number.
    pub fn comments_through_app(&self, thread: &Thread, body: &str) -> u64 {
        self.must(&thread.repo, Role::Read, "comment");
        self.act(|world| world.comment(thread.told(self.id()), body, Some(world.app)))
    }

    /// Changes a comment, which may be somebody else's if they may push.
    pub fn edits(&self, thread: &Thread, comment: u64, body: &str) {
        self.act(|world| {
            world.edit_comment(thread.told(self.id()), comment, body);
            world.edit_review_comment(thread.told(self.id()), comment, body);
        });
    }

    /// Deletes a comment.
    pub fn deletes(&self, thread: &Thread, comment: u64) {
        self.act(|world| world.delete_comment(thread.told(self.id()), comment));
    }

    /// Changes the text of the issue itself.
    pub fn edits_body(&self, thread: &Thread, body: &str) {
        self.act(|world| world.edit_body(thread.told(self.id()), body));
    }

    /// Changes its title.
    pub fn retitles(&self, thread: &Thread, title: &str) {
        self.act(|world| world.set_title(thread.told(self.id()), title));
    }

    /// Reacts to a comment: `+1`, `eyes`. GitHub tells nobody.
    pub fn reacts(&self, thread: &Thread, comment: u64, content: &str) {
        self.act(|world| world.react(thread.repo.id, Subject::Comment(comment), (self.id(), content)));
    }

    /// Puts a label on.
    pub fn labels(&self, thread: &Thread, label: &str) {
        self.must(&thread.repo, Role::Triage, "label");
        self.act(|world| world.add_label(thread.told(self.id()), label));
    }

    /// Takes a label off.
    pub fn unlabels(&self, thread: &Thread, label: &str) {
        self.must(&thread.repo, Role::Triage, "label");
        self.act(|world| world.remove_label(thread.told(self.id()), label));
    }

    /// Assigns somebody by their name.
    ///
    /// # Panics
    /// When there is nobody of that name.
    pub fn assigns(&self, thread: &Thread, login: &str) {
        self.must(&thread.repo, Role::Triage, "assign");
        self.act(|world| {
            let account = world.account_named(login).map(|account| account.id);
            let Some(account) = account else { panic!("nobody is called {login}") };
            world.assign(thread.told(self.id()), account);
        });
    }

    /// Closes it.
    pub fn closes(&self, thread: &Thread) {
        self.act(|world| world.set_open(thread.told(self.id()), false));
    }

    /// Opens it again.
    pub fn reopens(&self, thread: &Thread) {
        self.act(|world| world.set_open(thread.told(self.id()), true));
    }

    /// Lets only those write who may push.
    pub fn locks(&self, thread: &Thread) {
        self.must(&thread.repo, Role::Triage, "lock");
        self.act(|world| world.issue_mut(thread.repo.id, thread.number).map(|issue| issue.locked = true));
    }

    /// Merges a pull request.
    pub fn merges(&self, thread: &Thread) {
        self.must(&thread.repo, Role::Write, "merge");
        self.act(|world| world.merge_pull(thread.told(self.id())));
    }

    /// Reviews a pull request, with comments at lines of the new side: path, line, text. Gives the review's number.
    ///
    /// # Panics
    /// When it is no pull request.
    pub fn reviews(&self, thread: &Thread, body: &str, lines: &[(&str, u64, &str)]) -> u64 {
        self.submits(thread, ("COMMENTED", body), lines)
    }

    /// Approves a pull request.
    ///
    /// # Panics
    /// When it is no pull request.
    pub fn approves(&self, thread: &Thread, body: &str) -> u64 {
        self.submits(thread, ("APPROVED", body), &[])
    }

    fn submits(&self, thread: &Thread, (state, body): (&'static str, &str), lines: &[(&str, u64, &str)]) -> u64 {
        self.must(&thread.repo, Role::Read, "review");
        let remark = |(path, line, body): &(&str, u64, &str)| Remark {
            path: (*path).to_owned(),
            line: *line,
            start_line: None,
            side: "RIGHT".to_owned(),
            body: (*body).to_owned(),
        };
        let remarks = lines.iter().map(remark).collect();
        let new = NewReview { body: body.to_owned(), state, remarks, app: None };
        match self.act(|world| world.review(thread.told(self.id()), new)) {
            Some(review) => review,
            None => panic!("{} is no pull request", thread.number),
        }
    }

    /// Answers a comment at a line. Gives the answer's number.
    ///
    /// # Panics
    /// When there is no such comment.
    pub fn replies(&self, thread: &Thread, comment: u64, body: &str) -> u64 {
        match self.act(|world| world.reply(thread.told(self.id()), comment, (body, None))) {
            Some(reply) => reply,
            None => panic!("there is no comment {comment} at a line"),
        }
    }

    /// Presses a button of a check run, by its label or its identifier. The button is only shown to those who may push.
    ///
    /// # Panics
    /// When there is no such button.
    pub fn clicks(&self, repo: &Repo, run: u64, button: &str) {
        self.must(repo, Role::Write, "press a check run's button");
        let actions = repo.check_run(run).map(|run| run.actions).unwrap_or_default();
        let found = actions.iter().find(|[label, _, identifier]| label == button || identifier == button);
        let Some([_, _, identifier]) = found else { panic!("no button {button} among {actions:?}") };
        self.act(|world| world.click(repo.id, run, (self.id(), identifier)));
    }

    /// Asks for a check run once more.
    pub fn rerequests(&self, repo: &Repo, run: u64) {
        self.must(repo, Role::Write, "ask for a check run again");
        self.act(|world| world.tell_run(repo.id, run, self.id(), ("rerequested", serde_json::json!({}))));
    }

    /// Gives a repository a star, of which a hub need not hear.
    pub fn stars(&self, repo: &Repo) {
        let payload = serde_json::json!({"starred_at": null});
        let (name, action, repository, only) = ("star", Some("created"), Some(repo.id), None);
        self.act(|world| world.emit(&Event { name, action, repository, sender: self.id(), payload, only }));
    }
}
