//! The gate's decision on a tool call: a pure function of the call, the policy and the grants.
//!
//! **Order.** Among the rules of one file the strictest that fits decides, wherever it stands: deny before ask before
//! allow. A project's file comes before the built-in policy: only where no rule of the file fits is the built-in policy
//! looked at, unless the file says `extends = "nothing"`. What no rule fits is asked.
//!
//! **What no rule can allow.** Paths outside the workspace and protected paths (`paths.protected`) are asked even where an
//! allow fits, except that `paths.readable` may be read. Questions and plans of Claude's always go to people. A shell
//! command is allowed only when everything in it is understood and each program in it is listed with its flags.
//!
//! **Grants.** A remembered yes turns an ask into an allow, never a deny. The caller passes the grants of this task,
//! conversation and project; those that have ended are ignored here.
//!
//! **Limits.** Paths are judged by their text, so a link in the workspace can lead out of it, and a search from a parent
//! directory reads what lies below. An ask or a deny of a program is help against mistakes, not a wall: what is not
//! understood is asked, and people decide on what they see.

mod bash;
mod command;
mod files;
mod flags;
mod github;
mod load;
pub(crate) mod paths;
mod planning;
mod reading;
pub(crate) mod rule;
mod section;
mod settings;
pub mod shell;
mod span;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_against_bash;
#[cfg(test)]
mod tests_faults;
#[cfg(test)]
mod tests_shell;

pub(crate) use bash::odd_command_input;
pub(crate) use files::paths_of;
pub use github::{GitHubPolicy, PullRequest, Trigger};
pub use paths::WORKSPACE;
pub use rule::Decision;
pub use section::{Fault, PolicyError};
pub use settings::{
    Answers, ApprovalSettings, Approver, Detail, LimitSettings, PushSettings, PushWhen, SandboxSettings, Settings,
};
pub use span::{BadSpan, parse_span, write_span};

use crate::grant::Grant;
use crate::id::GrantId;
use crate::time::Timestamp;
use crate::tool::ToolCall;
use command::CommandRule;
use paths::Guard;
use rule::{Rule, Subject};
use serde::{Deserialize, Serialize};
use shell::Script;
use utoipa::ToSchema;

/// The built-in policy, which is also the first example for users.
const CAREFUL: &str = include_str!("../../../../config/policies/careful.toml");

/// A project's policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Everything that is not a rule.
    pub settings: Settings,
    guard: Guard,
    /// Variables that a command may set.
    variables: Vec<String>,
    /// The project's rules, then the built-in ones.
    layers: Vec<Layer>,
}

/// The rules of one file.
#[derive(Debug, Clone, Default)]
struct Layer {
    rules: Vec<Rule>,
    commands: Vec<CommandRule>,
    dangers: Vec<Danger>,
}

/// What the requester may have to share the decision on.
#[derive(Debug, Clone)]
enum Danger {
    Call(Subject),
    Command(Box<CommandRule>),
}

/// The decision on a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// Whether it runs.
    pub decision: Decision,
    /// Why, in words for people. Hidden characters in it are shown by their numbers.
    pub reason: String,
    /// What decided.
    pub rule: Basis,
    /// The requester alone may not be enough for a yes.
    pub dangerous: bool,
}

/// What a decision rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "by", content = "name")]
pub enum Basis {
    /// The policy: a rule's name, or what else in it decided.
    Policy(String),
    /// A remembered yes.
    Grant(GrantId),
}

/// What one rule holds of a call or of a part of it.
#[derive(Debug, Clone)]
struct Opinion {
    decision: Decision,
    reason: String,
    rule: String,
}

impl Opinion {
    fn ask(reason: impl Into<String>, rule: &str) -> Self {
        Self { decision: Decision::Ask, reason: reason.into(), rule: rule.to_owned() }
    }

    /// The stricter of the two; of equals the first.
    fn stricter(self, other: Self) -> Self {
        if other.decision > self.decision { other } else { self }
    }
}

impl Decision {
    /// A reason where a rule gives none.
    fn of(self, what: &str) -> String {
        let what = shell::reveal(what);
        match self {
            Self::Allow => format!("policy allows `{what}`"),
            Self::Ask => format!("policy asks about `{what}`"),
            Self::Deny => format!("policy forbids `{what}`"),
        }
    }
}

impl Default for Policy {
    /// The built-in policy for a project without a file: reading and editing in the workspace and harmless commands run,
    /// everything else is asked. Editing is allowed because the workspace is a throw-away clone: what changes there leaves it
    /// only on a branch of its own.
    fn default() -> Self {
        Self::parse(CAREFUL).unwrap_or_else(|_| Self::empty())
    }
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each fault with its line and how to mend it.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        load::parse(text)
    }

    /// Decides on a call. `grants` are those of its task, conversation and project.
    pub fn judge(&self, call: &ToolCall, grants: &[Grant], now: Timestamp) -> Verdict {
        if matches!(call.tool.as_str(), "AskUserQuestion" | "ExitPlanMode") {
            let opinion = Opinion::ask("Claude asks for your word", "questions and plans go to people");
            return opinion.verdict(false);
        }
        let (opinion, dangerous) = self.opinion(call);
        if opinion.decision == Decision::Ask
            && let Some(grant) = grants.iter().find(|grant| grant.until > now && self.honours(grant, call))
        {
            let reason = format!("granted: {}", grant.pattern.describe());
            return Verdict { decision: Decision::Allow, reason, rule: Basis::Grant(grant.id.clone()), dangerous };
        }
        opinion.verdict(dangerous)
    }

    fn opinion(&self, call: &ToolCall) -> (Opinion, bool) {
        match call.command() {
            Some(command) => {
                let script = Script::read(command, &call.cwd);
                let facts = files::command_facts(call, &script);
                let general = self.general_rules(&facts).filter(|opinion| opinion.decision != Decision::Allow);
                let opinion =
                    general.into_iter().fold(self.judge_command(call, &script), |own, rule| rule.stricter(own));
                (opinion, self.danger_of_command(&script) || self.is_dangerous(&facts))
            }
            None => {
                let facts = files::facts(call);
                (self.judge_tool(call, &facts), self.is_dangerous(&facts))
            }
        }
    }

    /// Whether a grant covers the call under this policy. A grant for all files opens no path that is protected here.
    pub fn honours(&self, grant: &Grant, call: &ToolCall) -> bool {
        grant.matches(call) && (grant.pattern.is_exact() || self.barred(&files::facts(call)).is_none())
    }
}

impl Opinion {
    fn verdict(self, dangerous: bool) -> Verdict {
        Verdict { decision: self.decision, reason: self.reason, rule: Basis::Policy(self.rule), dangerous }
    }
}
