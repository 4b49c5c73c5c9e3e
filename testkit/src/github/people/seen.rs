//! What people see.

use serde_json::Value;

use crate::github::check::CheckRun;
use crate::github::issue::{Version, Writing};
use crate::github::world::World;

/// A comment, at an issue or at a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentSeen {
    /// Its number.
    pub id: u64,
    /// Who wrote it.
    pub author: String,
    /// What it says now.
    pub body: String,
    /// What it said, oldest first; the last is what it says now.
    pub versions: Vec<Version>,
    /// Reactions with who gave them: `eyes` by `signalbox[bot]`.
    pub reactions: Vec<(String, String)>,
    /// Path and line, if it stands at one.
    pub line: Option<(String, u64)>,
    /// The comment that it answers, if it stands at a line.
    pub reply_to: Option<u64>,
}

impl CommentSeen {
    pub(crate) fn new(world: &World, id: u64, writing: &Writing) -> Self {
        let reaction = |one: &crate::github::issue::Reaction| (one.content.clone(), world.login(one.user).to_owned());
        Self {
            id,
            author: world.login(writing.author).to_owned(),
            body: writing.body.clone(),
            versions: writing.versions.clone(),
            reactions: writing.reactions.iter().map(reaction).collect(),
            line: None,
            reply_to: None,
        }
    }
}

/// A check run.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRunSeen {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The App's short name.
    pub app: String,
    /// The commit that it is at.
    pub head: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// `success`, `failure` …, once it is completed.
    pub conclusion: Option<String>,
    /// Its title, if it has one.
    pub title: Option<String>,
    /// Its summary, if it has one.
    pub summary: Option<String>,
    /// Its further text, if it has some.
    pub text: Option<String>,
    /// Where its details are.
    pub details_url: Option<String>,
    /// Its buttons: label, description, identifier.
    pub actions: Vec<[String; 3]>,
    /// Annotations as they were sent.
    pub annotations: Vec<Value>,
    /// How often it was changed.
    pub updates: u32,
}

impl CheckRunSeen {
    pub(crate) fn new(world: &World, run: &CheckRun) -> Self {
        let output = |name: &str| run.output[name].as_str().map(str::to_owned);
        let action = |one: &Value| {
            ["label", "description", "identifier"].map(|name| one[name].as_str().unwrap_or_default().to_owned())
        };
        Self {
            id: run.id,
            name: run.name.clone(),
            app: world.apps.get(&run.app).map(|app| app.slug.clone()).unwrap_or_default(),
            head: run.head.clone(),
            status: run.status.clone(),
            conclusion: run.conclusion.clone(),
            title: output("title"),
            summary: output("summary"),
            text: output("text"),
            details_url: run.details_url.clone(),
            actions: run.actions.iter().map(action).collect(),
            annotations: run.annotations.clone(),
            updates: run.updates,
        }
    }
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitSeen {
    /// Its id.
    pub sha: String,
    /// The author's name and address.
    pub author: (String, String),
    /// The committer's name and address.
    pub committer: (String, String),
    /// Its message.
    pub message: String,
}
