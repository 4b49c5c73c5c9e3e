//! What is told of a project, and what can be changed about it.

use crate::policy::{Approver, Policy, PushWhen};
use crate::port::Project;
use crate::task::Limits;
use crate::time::Timestamp;
use crate::tool::hex;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

/// One project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectDetail {
    /// What lists show of it.
    #[serde(flatten)]
    pub project: Project,
    /// What opens its repository, where it has a credential of its own.
    pub credential: Option<CredentialReport>,
    /// What holds for its tasks; none where its policy cannot be read.
    pub rules: Option<RulesReport>,
}

impl ProjectDetail {
    /// Tells this state of the project from every other: the tag of the answer in which it is told.
    pub fn version(&self) -> String {
        let told = serde_json::to_vec(self).unwrap_or_default();
        hex(&Sha256::digest(&told))[..32].to_owned()
    }
}

/// What a project's credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A token, for https.
    Token,
    /// A key, for ssh.
    SshKey,
    /// It was sealed with a key that this hub does not have.
    Unreadable,
}

/// That a project has a credential; never the credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CredentialReport {
    /// What it is.
    pub kind: CredentialKind,
    /// When it was set.
    pub since: Timestamp,
}

/// What holds for a project's tasks, policy and the hub's own settings together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RulesReport {
    /// What a task may use.
    pub limits: Limits,
    /// The model where neither task nor conversation names one; none leaves it to the CLI.
    pub model: Option<String>,
    /// Models that may be asked for, `*` standing for anything.
    pub models: Vec<String>,
    /// Hosts that can be reached from its sandboxes.
    pub hosts: Vec<String>,
    /// The image of its sandboxes.
    pub image: String,
    /// Whose vote on an approval counts.
    pub approvers: Vec<Approver>,
    /// How many votes a yes needs.
    pub votes: u32,
    /// Whether the requester's own yes is enough for a dangerous call.
    pub requester_alone: bool,
    /// When commits are pushed.
    pub push: PushWhen,
    /// Branches that are never pushed to.
    pub protected: Vec<String>,
}

impl RulesReport {
    /// What a policy says, where the hub's own settings say less.
    pub fn of(policy: &Policy, limits: Limits, model: Option<String>, models: &[String], image: &str) -> Self {
        let own = &policy.settings;
        Self {
            limits,
            model,
            models: if own.limits.models.is_empty() { models.to_vec() } else { own.limits.models.clone() },
            hosts: own.sandbox.hosts.clone(),
            image: own.sandbox.image.clone().unwrap_or_else(|| image.to_owned()),
            approvers: own.approval.by.clone(),
            votes: own.approval.votes,
            requester_alone: own.approval.requester_alone,
            push: own.push.when,
            protected: own.push.protected.clone(),
        }
    }
}

/// What is to become different about a project. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChangeProject {
    /// Where its repository is. A credential that was given for another server is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<String>,
    /// Its policy file's text; none (`null`) means the built-in policy.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_or_null")]
    #[schema(value_type = Option<String>)]
    pub policy: Option<Option<String>>,
}

/// Tells a field that is `null` from one that is left out.
///
/// # Errors
/// When the value is of another type.
pub fn some_or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(field: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ProjectId, UserId};

    #[test]
    fn a_policy_that_is_taken_away_is_not_one_that_is_left() {
        let read = |json: &str| serde_json::from_str::<ChangeProject>(json).unwrap();
        assert_eq!(read("{}"), ChangeProject::default());
        assert_eq!(read(r#"{"policy":null}"#).policy, Some(None));
        assert_eq!(read(r#"{"policy":"version = 1"}"#).policy, Some(Some("version = 1".to_owned())));
        for change in [read("{}"), read(r#"{"policy":null}"#), read(r#"{"git":"/a","policy":"x"}"#)] {
            assert_eq!(read(&serde_json::to_string(&change).unwrap()), change);
        }
        assert!(serde_json::from_str::<ChangeProject>(r#"{"name":"other"}"#).is_err());
    }

    #[test]
    fn every_change_makes_another_version() {
        let project = Project {
            id: ProjectId::new("p"),
            name: "site".to_owned(),
            git: "/srv/site".to_owned(),
            policy: None,
            owner: UserId::new("ann"),
            created_at: Timestamp::from_millis(1),
        };
        let first = ProjectDetail { project, credential: None, rules: None };
        let mut others = vec![first.clone(); 3];
        others[0].project.policy = Some("version = 1".to_owned());
        others[1].project.git = "/srv/other".to_owned();
        let report = CredentialReport { kind: CredentialKind::Token, since: Timestamp::from_millis(2) };
        others[2].credential = Some(report);
        for other in others {
            assert_ne!(other.version(), first.version());
        }
        assert_eq!(first.clone().version(), first.version());
    }
}
