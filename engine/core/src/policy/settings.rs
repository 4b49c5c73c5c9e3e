//! What a policy fixes besides the decision on calls: who approves, limits, the sandbox, pushing and what cards show.

use super::github::GitHubPolicy;
use super::rule::{host_fits, wild};
use crate::id::UserId;
use crate::money::MicroUsd;
use crate::people::{Role, Standing};
use crate::place::Place;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// Everything in a policy that is not a rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Who approves, and how long it is waited for them.
    pub approval: ApprovalSettings,
    /// What a task may use.
    pub limits: LimitSettings,
    /// What its sandbox is.
    pub sandbox: SandboxSettings,
    /// Where its commits go.
    pub push: PushSettings,
    /// How much an approval card shows in a place that anybody can read.
    pub detail_in_public: Detail,
    /// How much task cards, answers and diffs show there.
    pub answers_in_public: Answers,
    /// What holds for work on GitHub.
    pub github: GitHubPolicy,
}

/// Somebody who may approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// Who asked for the task.
    Requester,
    /// A member of the project, or more than that.
    Member,
    /// A maintainer, or more than that.
    Maintainer,
    /// An owner.
    Owner,
}

/// Who approves, and how long it is waited for them.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalSettings {
    /// Those whose vote counts.
    pub by: Vec<Approver>,
    /// How many votes a yes needs; a single no ends it.
    pub votes: u32,
    /// Whether the requester's own yes is enough for a dangerous call.
    pub requester_alone: bool,
    /// How long an open approval keeps its container; none means the hub's setting.
    pub hold: Option<Duration>,
    /// After how long an open approval is denied; none means the hub's setting.
    pub expires: Option<Duration>,
    /// Where approvals are shown beside the place that asked for the task.
    pub places: Vec<Place>,
}

impl Default for ApprovalSettings {
    fn default() -> Self {
        let by = vec![Approver::Requester, Approver::Maintainer];
        Self { by, votes: 1, requester_alone: true, hold: None, expires: None, places: Vec::new() }
    }
}

impl ApprovalSettings {
    /// Whether this person's vote counts. Somebody who may not submit tasks may not approve either, whatever policy says.
    pub fn entitles(&self, person: &Standing, requester: &UserId) -> bool {
        person.may_submit()
            && self.by.iter().any(|approver| match approver {
                Approver::Requester => &person.actor.user == requester,
                Approver::Member => person.is_at_least(Role::Member),
                Approver::Maintainer => person.is_at_least(Role::Maintainer),
                Approver::Owner => person.is_at_least(Role::Owner),
            })
    }

    /// How many more votes a yes needs, given the distinct people who said yes so far.
    pub fn missing(&self, yes: &[UserId], requester: &UserId, dangerous: bool) -> u32 {
        let votes = u32::try_from(yes.len()).unwrap_or(u32::MAX);
        let alone = yes.iter().all(|user| user == requester);
        let other = u32::from(dangerous && !self.requester_alone && alone);
        self.votes.saturating_sub(votes).max(other)
    }
}

/// What a task may use. A missing value means the hub's setting.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LimitSettings {
    /// Models that may be asked, `*` standing for anything; empty means all that the hub permits.
    pub models: Vec<String>,
    /// The most turns of the model.
    pub max_turns: Option<u32>,
    /// The longest all its runs together may take.
    pub time_limit: Option<Duration>,
    /// The most it may cost.
    pub budget: Option<MicroUsd>,
}

impl LimitSettings {
    /// Whether the model may be asked.
    pub fn allows_model(&self, model: &str) -> bool {
        self.models.is_empty() || self.models.iter().any(|pattern| wild(pattern, model))
    }
}

/// What a task's sandbox is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SandboxSettings {
    /// The image; none means the hub's.
    pub image: Option<String>,
    /// Hosts that can be reached through the gateway, by name or as `*.name`.
    pub hosts: Vec<String>,
    /// Tools of the model's side that requests may name, by type.
    pub server_tools: Vec<String>,
}

impl SandboxSettings {
    /// Whether the host can be reached through the gateway.
    pub fn allows_host(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.hosts.iter().any(|pattern| host_fits(pattern, &host))
    }
}

/// When commits are pushed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushWhen {
    /// Without a question.
    Auto,
    /// When somebody says so.
    #[default]
    Ask,
    /// Not at all.
    Never,
}

/// Where a task's commits go.
#[derive(Debug, Clone, PartialEq)]
pub struct PushSettings {
    /// When they are pushed.
    pub when: PushWhen,
    /// Branches that are never pushed to, `*` standing for anything.
    pub protected: Vec<String>,
}

impl Default for PushSettings {
    fn default() -> Self {
        let protected = ["main", "master", "release*", "production"].map(str::to_owned).to_vec();
        Self { when: PushWhen::default(), protected }
    }
}

impl PushSettings {
    /// Whether the branch may be pushed to.
    pub fn allows_branch(&self, branch: &str) -> bool {
        let name = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        !self.protected.iter().any(|pattern| wild(pattern, name))
    }
}

/// How much a card shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// The whole command or diff.
    Full,
    /// What kind of call it is, and a link for those entitled.
    #[default]
    Summary,
}

/// How much is told of a task where anybody can read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// All of it: what Claude does and says, what changed.
    #[default]
    Full,
    /// Whether it works, is done or failed; the rest in a private chat.
    Summary,
}

impl From<Answers> for Detail {
    fn from(answers: Answers) -> Self {
        match answers {
            Answers::Full => Self::Full,
            Answers::Summary => Self::Summary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ProjectId;
    use crate::people::Actor;

    fn person(name: &str, role: Option<Role>) -> Standing {
        let actor = Actor {
            user: UserId::new(name),
            name: name.to_owned(),
            admin: false,
            place: None,
            at_most: None,
            origin: crate::people::Origin::default(),
        };
        Standing { actor, project: ProjectId::new("p"), role }
    }

    #[test]
    fn votes_count_by_role_at_the_moment() {
        let settings = ApprovalSettings::default();
        let ann = UserId::new("ann");
        assert!(settings.entitles(&person("ann", Some(Role::Member)), &ann));
        assert!(!settings.entitles(&person("bob", Some(Role::Member)), &ann));
        assert!(settings.entitles(&person("eve", Some(Role::Owner)), &ann));
        assert!(!settings.entitles(&person("ann", Some(Role::Viewer)), &ann), "a requester who lost the role");
        assert!(!settings.entitles(&person("ann", None), &ann));
    }

    #[test]
    fn a_dangerous_call_can_need_somebody_else() {
        let settings = ApprovalSettings { requester_alone: false, ..ApprovalSettings::default() };
        let (ann, bob) = (UserId::new("ann"), UserId::new("bob"));
        assert_eq!(settings.missing(std::slice::from_ref(&ann), &ann, true), 1);
        assert_eq!(settings.missing(std::slice::from_ref(&ann), &ann, false), 0);
        assert_eq!(settings.missing(std::slice::from_ref(&bob), &ann, true), 0);
        let two = ApprovalSettings { votes: 2, ..settings };
        assert_eq!(two.missing(&[], &ann, true), 2);
        assert_eq!(two.missing(&[ann.clone(), bob], &ann, true), 0);
    }

    #[test]
    fn protected_branches_are_known_in_both_spellings() {
        let push = PushSettings::default();
        assert!(!push.allows_branch("main") && !push.allows_branch("refs/heads/release/1.2"));
        assert!(push.allows_branch("signalbox/abc"));
    }

    #[test]
    fn hosts_are_compared_without_case() {
        let sandbox = SandboxSettings { hosts: vec!["*.crates.io".to_owned()], ..SandboxSettings::default() };
        assert!(sandbox.allows_host("Static.Crates.IO"));
        assert!(!sandbox.allows_host("crates.io.evil.example"));
    }
}
