//! An approval: a question to people about one tool call, or a question or plan of Claude's, and its one decision.

use crate::id::{ApprovalId, ConversationId, GrantId, ProjectId, RunId, TaskId, UserId};
use crate::place::Place;
use crate::question::Draft;
use crate::task::UnknownWord;
use crate::time::Timestamp;
use crate::tool::{CallHash, ToolCall};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::str::FromStr;
use utoipa::ToSchema;

/// What people are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalKind {
    /// May this tool run?
    Tool,
    /// A question of Claude's (`AskUserQuestion`), with options and room for free text.
    Question,
    /// A plan of Claude's (`ExitPlanMode`).
    Plan,
}

impl ApprovalKind {
    /// The kind that a tool call is asked as.
    pub fn of(call: &ToolCall) -> Self {
        match call.tool.as_str() {
            "AskUserQuestion" => Self::Question,
            "ExitPlanMode" => Self::Plan,
            _ => Self::Tool,
        }
    }

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Question => "question",
            Self::Plan => "plan",
        }
    }
}

/// Where an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// It waits for people.
    Open,
    /// Yes; exactly this call may run, once.
    Allowed,
    /// No.
    Denied,
    /// It can no longer be answered: its task ended, or its container took the question with it.
    Void,
}

impl ApprovalState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Allowed, Self::Denied, Self::Void];

    /// The word in the database, in JSON and on screens.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Void => "void",
        }
    }

    /// Takes one step. Only an open approval takes any: the first decision wins.
    ///
    /// # Errors
    /// The state it is in already, when it is not open any more.
    pub fn step(self, step: ApprovalStep) -> Result<Self, Self> {
        match (self, step) {
            (Self::Open, ApprovalStep::Allow) => Ok(Self::Allowed),
            (Self::Open, ApprovalStep::Deny) => Ok(Self::Denied),
            (Self::Open, ApprovalStep::Void) => Ok(Self::Void),
            (
                Self::Allowed | Self::Denied | Self::Void,
                ApprovalStep::Allow | ApprovalStep::Deny | ApprovalStep::Void,
            ) => Err(self),
        }
    }
}

impl FromStr for ApprovalState {
    type Err = UnknownWord;
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// What can happen to an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApprovalStep {
    /// Enough people said yes.
    Allow,
    /// Somebody entitled said no.
    Deny,
    /// It lost its meaning.
    Void,
}

/// What a person says to an approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "say")]
pub enum Saying {
    /// Yes.
    Allow,
    /// Yes, with answers to Claude's questions: question → label or free text.
    Answer {
        /// The answers.
        answers: BTreeMap<String, String>,
    },
    /// No, perhaps with a reason that Claude is told.
    Deny {
        /// Why.
        reason: Option<String>,
    },
}

impl Saying {
    /// The step that this saying asks for.
    pub fn step(&self) -> ApprovalStep {
        match self {
            Self::Allow | Self::Answer { .. } => ApprovalStep::Allow,
            Self::Deny { .. } => ApprovalStep::Deny,
        }
    }
}

/// One decision, as it is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Who decided.
    pub by: UserId,
    /// How others are shown them.
    pub name: String,
    /// Where they did.
    pub place: Option<Place>,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub saying: Saying,
    /// The grant that they gave along with it, if any.
    pub grant: Option<GrantId>,
}

/// An approval as the engine and the places see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// Its id, which is also the code on its buttons.
    pub id: ApprovalId,
    /// The task that waits for it.
    pub task: TaskId,
    /// The run in which it was asked.
    pub run: RunId,
    /// The conversation of the task.
    pub conversation: ConversationId,
    /// The project of the task.
    pub project: ProjectId,
    /// Who asked for the task.
    pub requester: UserId,
    /// What is asked.
    pub kind: ApprovalKind,
    /// The call it is about, whole.
    pub call: ToolCall,
    /// What the decision is bound to.
    pub hash: CallHash,
    /// The CLI's request that waits for the answer, as long as its process lives; sent again after a hub's restart.
    pub request: String,
    /// Why policy asks, in words; for a plan, the plan itself.
    pub reason: String,
    /// Policy holds this call for dangerous: the requester alone may not be enough.
    pub dangerous: bool,
    /// The same call was allowed before and may have run already: said on the card.
    pub may_have_run: bool,
    /// How many entitled people must say yes.
    pub votes_needed: u32,
    /// Where it stands.
    pub state: ApprovalState,
    /// Set once the CLI was told `defer`: the task waits with no process.
    pub parked: bool,
    /// The decision, once there is one.
    pub decision: Option<Decision>,
    /// When it was asked.
    pub opened_at: Timestamp,
    /// When it becomes void by itself.
    pub expires_at: Timestamp,
    /// What else a card shows of it.
    #[serde(default)]
    pub context: Context,
}

/// What a card shows of an approval beside the call itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Context {
    /// Who asked for the task, as others are shown them.
    pub requester: String,
    /// The project's name.
    pub project: String,
    /// What was chosen or written in answer to Claude's questions, before it is sent.
    pub draft: Draft,
    /// How many people have said yes, where several must.
    pub yes: u32,
}

/// Counts votes: a single no ends it, `needed` different people must say yes.
pub fn tally<'a>(votes: impl IntoIterator<Item = (&'a UserId, ApprovalStep)>, needed: u32) -> Option<ApprovalStep> {
    let mut yes = std::collections::BTreeSet::new();
    for (user, vote) in votes {
        match vote {
            ApprovalStep::Deny => return Some(ApprovalStep::Deny),
            ApprovalStep::Allow => {
                yes.insert(user);
            }
            ApprovalStep::Void => {}
        }
    }
    (yes.len() >= needed.max(1) as usize).then_some(ApprovalStep::Allow)
}

/// What Claude's tool is given as its input when people said yes: the input as it was, with the answers put in where
/// there are any (recording 08: `answers` maps question to label).
pub fn allowed_input(call: &ToolCall, saying: &Saying) -> Value {
    let mut input = call.input.clone();
    if let (Saying::Answer { answers }, Value::Object(fields)) = (saying, &mut input) {
        let answers = answers.iter().map(|(question, label)| (question.clone(), Value::from(label.as_str())));
        fields.insert("answers".to_owned(), Value::Object(answers.collect()));
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;
    use ApprovalStep::{Allow, Deny};

    #[test]
    fn only_the_first_decision_counts() {
        for step in [Allow, Deny, ApprovalStep::Void] {
            let decided = ApprovalState::Open.step(step).unwrap();
            for again in [Allow, Deny, ApprovalStep::Void] {
                assert_eq!(decided.step(again), Err(decided));
            }
        }
    }

    #[test]
    fn votes_are_counted_by_person_and_one_no_ends_it() {
        let (ann, bob) = (UserId::new("ann"), UserId::new("bob"));
        assert_eq!(tally([(&ann, Allow)], 1), Some(Allow));
        assert_eq!(tally([(&ann, Allow), (&ann, Allow)], 2), None);
        assert_eq!(tally([(&ann, Allow), (&bob, Allow)], 2), Some(Allow));
        assert_eq!(tally([(&ann, Allow), (&bob, Deny)], 2), Some(Deny));
        assert_eq!(tally([], 0), None);
    }

    #[test]
    fn answers_are_put_into_the_input_and_nothing_else_changes() {
        let call = ToolCall {
            id: crate::id::ToolUseId::new("t"),
            tool: "AskUserQuestion".to_owned(),
            input: serde_json::json!({"questions": [1]}),
            cwd: "/workspace".to_owned(),
            agent: None,
        };
        let answers = BTreeMap::from([("Which?".to_owned(), "Blue".to_owned())]);
        let input = allowed_input(&call, &Saying::Answer { answers });
        assert_eq!(input, serde_json::json!({"questions": [1], "answers": {"Which?": "Blue"}}));
        assert_eq!(allowed_input(&call, &Saying::Allow), call.input);
    }
}
