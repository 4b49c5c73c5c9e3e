//! What a policy fixes for work on GitHub: what begins it, and how it is put forward.

use super::section::{Report, Section};
use crate::card::Proposal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What holds for work on GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubPolicy {
    /// Whether pushed work that an issue asked for becomes a pull request.
    pub pull_request: PullRequest,
    /// Whether the issue is closed once that is merged; else it is only named there.
    pub closes_issue: bool,
    /// What begins work.
    pub triggers: Vec<Trigger>,
}

/// Whether pushed work becomes a pull request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullRequest {
    /// It does not.
    None,
    /// As a draft.
    #[default]
    Draft,
    /// Ready for review.
    Ready,
}

/// What can begin work on GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A comment that mentions us.
    Mention,
    /// A comment with a command such as `/task`.
    Command,
    /// An issue or pull request is assigned to us.
    Assigned,
    /// It is given the label that asks for work.
    Labelled,
    /// The description of a new issue or pull request calls us.
    Opened,
    /// The text of a review calls us.
    Review,
    /// Somebody has a failed check repaired.
    CheckFailed,
}

impl Trigger {
    /// All there are.
    pub const ALL: [Self; 7] =
        [Self::Mention, Self::Command, Self::Assigned, Self::Labelled, Self::Opened, Self::Review, Self::CheckFailed];

    /// As it is written in a policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Command => "command",
            Self::Assigned => "assigned",
            Self::Labelled => "labelled",
            Self::Opened => "opened",
            Self::Review => "review",
            Self::CheckFailed => "check_failed",
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Default for GitHubPolicy {
    fn default() -> Self {
        Self { pull_request: PullRequest::default(), closes_issue: true, triggers: Trigger::ALL.to_vec() }
    }
}

impl GitHubPolicy {
    /// How work is put forward that this person asked for.
    pub fn proposal(&self, by: String) -> Option<Proposal> {
        let draft = match self.pull_request {
            PullRequest::None => return None,
            PullRequest::Draft => true,
            PullRequest::Ready => false,
        };
        Some(Proposal { draft, closes: self.closes_issue, by })
    }
}

/// Reads the section `[github]`.
pub(super) fn read(file: &mut Section<'_>, github: &mut GitHubPolicy, report: &mut Report<'_>) {
    let mut section = file.table("github", report);
    if let Some(given) = section.take("pull_request", "`\"none\"`, `\"draft\"` or `\"ready\"`", report) {
        github.pull_request = given;
    }
    if let Some(given) = section.take("closes_issue", "`true` or `false`", report) {
        github.closes_issue = given;
    }
    let known = Trigger::ALL.map(|trigger| format!("`{trigger}`")).join(", ");
    if let Some(given) = section.take("triggers", &format!("a list of {known}"), report) {
        github.triggers = given;
    }
    section.finish(report);
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    fn read(section: &str) -> Result<GitHubPolicy, String> {
        let policy = Policy::parse(&format!("version = 1\n[github]\n{section}\n"));
        policy.map(|policy| policy.settings.github).map_err(|faults| faults.to_string())
    }

    #[test]
    fn everything_begins_work_unless_it_is_said_otherwise() {
        assert_eq!(read("").unwrap(), GitHubPolicy::default());
        assert_eq!(GitHubPolicy::default().triggers, Trigger::ALL);
        let given =
            read("triggers = ['mention', 'check_failed']\npull_request = 'ready'\ncloses_issue = false").unwrap();
        assert_eq!(given.triggers, [Trigger::Mention, Trigger::CheckFailed]);
        let put_forward = Proposal { draft: false, closes: false, by: "ann".to_owned() };
        assert_eq!(given.proposal("ann".to_owned()), Some(put_forward));
        assert_eq!(read("pull_request = 'none'").unwrap().proposal("ann".to_owned()), None);
        assert_eq!(read("triggers = []").unwrap().triggers, []);
    }

    #[test]
    fn an_unknown_word_is_refused_and_the_known_ones_are_named() {
        let fault = read("triggers = ['mention', 'labeled']").unwrap_err();
        assert!(fault.contains("labeled"), "{fault}");
        for trigger in Trigger::ALL {
            assert!(fault.contains(&format!("`{trigger}`")), "{trigger} is missing: {fault}");
            let word = serde_json::to_value(trigger).unwrap();
            assert_eq!(word, trigger.as_str(), "written as it is read");
        }
    }
}
