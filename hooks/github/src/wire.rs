//! What GitHub sends, as far as it is used. Whatever else is in it, or missing from it, is passed over.

use serde::Deserialize;

/// The payload of a webhook.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payload {
    pub(crate) action: String,
    pub(crate) repository: Option<Repository>,
    pub(crate) sender: Option<User>,
    pub(crate) issue: Option<Issue>,
    pub(crate) pull_request: Option<Pull>,
    pub(crate) comment: Option<Comment>,
    pub(crate) review: Option<Review>,
    pub(crate) label: Option<Label>,
    pub(crate) assignee: Option<User>,
    pub(crate) check_run: Option<CheckRun>,
    pub(crate) requested_action: Option<RequestedAction>,
    pub(crate) changes: Option<Changes>,
}

/// A repository.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Repository {
    pub(crate) id: u64,
    pub(crate) full_name: String,
    #[serde(default)]
    pub(crate) private: bool,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct User {
    pub(crate) login: String,
    pub(crate) id: u64,
    /// `User`, `Bot`, `Organization` or `Mannequin`.
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
}

/// An issue; a pull request is one, too.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) user: Option<User>,
    /// The App that wrote it in the person's name.
    #[serde(default)]
    pub(crate) performed_via_github_app: Option<serde_json::Value>,
    /// There for a pull request.
    #[serde(default)]
    pub(crate) pull_request: Option<serde_json::Value>,
}

/// A pull request.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) state: Option<String>,
    pub(crate) head: End,
    pub(crate) base: End,
}

impl Pull {
    /// Whether it is neither merged nor closed.
    pub(crate) fn is_open(&self) -> bool {
        self.state.as_deref() != Some("closed")
    }
}

/// One end of a pull request.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct End {
    #[serde(rename = "ref")]
    pub(crate) branch: String,
    pub(crate) sha: String,
    /// None once the fork is deleted.
    #[serde(default)]
    pub(crate) repo: Option<Repository>,
}

/// A comment, at an issue or at a line.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) user: Option<User>,
    /// The App that wrote it in the person's name.
    #[serde(default)]
    pub(crate) performed_via_github_app: Option<serde_json::Value>,
    #[serde(default)]
    pub(crate) path: Option<String>,
    #[serde(default)]
    pub(crate) line: Option<u64>,
    #[serde(default)]
    pub(crate) original_line: Option<u64>,
    #[serde(default)]
    pub(crate) start_line: Option<u64>,
    #[serde(default)]
    pub(crate) side: Option<String>,
    #[serde(default)]
    pub(crate) diff_hunk: Option<String>,
}

/// A review.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Review {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) state: Option<String>,
    #[serde(default)]
    pub(crate) user: Option<User>,
}

/// A label.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Label {
    pub(crate) name: String,
}

/// A check run.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CheckRun {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) head_sha: String,
    pub(crate) external_id: Option<String>,
    pub(crate) conclusion: Option<String>,
    pub(crate) html_url: Option<String>,
    pub(crate) output: CheckOutput,
    pub(crate) app: Option<AppId>,
}

/// What a check run says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CheckOutput {
    pub(crate) title: Option<String>,
    pub(crate) summary: Option<String>,
}

/// Which App something belongs to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AppId {
    pub(crate) id: u64,
}

/// A button of a check run that somebody pressed.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RequestedAction {
    pub(crate) identifier: String,
}

/// What was changed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Changes {
    pub(crate) repository: Option<RenamedRepository>,
    pub(crate) owner: Option<FormerOwner>,
}

/// Whose a repository was.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FormerOwner {
    pub(crate) from: Owners,
}

/// A person or an organisation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Owners {
    pub(crate) user: Option<User>,
    pub(crate) organization: Option<User>,
}

/// A repository that has a new name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RenamedRepository {
    pub(crate) name: Option<OldName>,
}

/// The name that it had.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OldName {
    pub(crate) from: String,
}
