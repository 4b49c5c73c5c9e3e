//! Ports: how the parts of the product meet without knowing each other.
//!
//! [`Hub`] is what places and people ask of the engine; the engine implements it, and so does the client that the command
//! line uses to speak to a running hub. [`Channel`] is how the engine reaches a kind of place; every adapter brings one.
//! [`Forge`] is a platform that keeps repositories, where the hub has an account of its own.

mod channel;
mod forge;
mod listing;

pub use channel::{Channel, Handed, SendError, Sent};
pub use forge::{Forge, KnownPlace, RemoteToken};
pub use listing::{LOOKED_THROUGH, TaskFilter, TaskPage};

use crate::approval::{Approval, Saying};
use crate::audit::Auditing;
use crate::automation::Automation;
use crate::command::Mode;
use crate::event::Live;
use crate::grant::GrantSpan;
use crate::ground::Ground;
use crate::id::{ApprovalId, ConversationId, ProjectId, TaskId, UserId};
use crate::people::{Actor, Identity, Role};
use crate::place::Place;
use crate::project::Projects;
use crate::reading::Reading;
use crate::task::{Limits, Task};
use crate::traffic::Traffic;
use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why the hub did not do what it was asked. The text is meant for the person who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, ToSchema)]
#[serde(rename_all = "snake_case", tag = "refusal", content = "message")]
pub enum Refusal {
    /// What was asked makes no sense as it stands; the text says how to mend it.
    #[error("{0}")]
    Invalid(String),
    /// Nobody has shown who they are, or what was shown is worth nothing (any more).
    #[error("{0}")]
    Unauthenticated(String),
    /// The person may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing, or the person may not know of it.
    #[error("{0}")]
    NotFound(String),
    /// It cannot be done any more, or not now.
    #[error("{0}")]
    Conflict(String),
    /// Too much is asked in too short a time.
    #[error("{0}")]
    Throttled(String),
    /// The hub cannot do it at the moment; trying again later may help.
    #[error("{0}")]
    Unavailable(String),
    /// The hub failed; the text carries a reference that is in its log too.
    #[error("{0}")]
    Internal(String),
}

/// A request for a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({
    "source": "web", "key": "readme-1", "project": "site", "conversation": null, "place": "web:ann",
    "prompt": "Say in the README how the tests are run.", "attachments": [], "model": null, "priority": 0,
    "not_before": null, "limits": {}, "asking": "ask"
})))]
pub struct SubmitTask {
    /// Makes the request safe to repeat: a second one with the same (source, key) is the same task.
    pub source: String,
    /// See `source`.
    pub key: String,
    /// The project, by name or id; none where the conversation or the place tells it.
    pub project: Option<String>,
    /// The conversation to continue; none starts a new one.
    pub conversation: Option<ConversationId>,
    /// Where it is asked and the outcome goes.
    pub place: Place,
    /// What is asked.
    pub prompt: String,
    /// Files that come with it, already stored.
    pub attachments: Vec<crate::task::Attachment>,
    /// The model; none means the project's.
    pub model: Option<String>,
    /// Higher goes first; 0 is usual.
    pub priority: i64,
    /// Not to be started before.
    pub not_before: Option<crate::time::Timestamp>,
    /// Limits tighter than the project's.
    pub limits: Limits,
    /// What is done with a call that policy would ask about.
    pub asking: Asking,
    /// How a new conversation is worked on; none means at once.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// The message that asks, where the place has messages: cards answer it.
    #[serde(default)]
    pub message: Option<String>,
    /// Whether its conversation is from now on the one that goes on in the place.
    #[serde(default)]
    pub goes_on: bool,
    /// What a new conversation works on; none means the repository's default branch.
    #[serde(default)]
    pub ground: Option<Ground>,
    /// What the request is about, for Claude to read beside it.
    #[serde(default)]
    pub about: Option<String>,
}

/// What is done with a call that policy would ask about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    /// People are asked.
    #[default]
    Ask,
    /// The requester has said yes to everything beforehand, as far as policy lets them decide alone.
    AllowAll,
    /// Nobody can be asked: it is denied.
    DenyAll,
}

/// The answer to a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Submitted {
    /// The task.
    pub task: TaskId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The same request was there before; nothing new was made.
    pub repeated: bool,
}

/// A person's word on an approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({ "approval": "7d3k5w9x2m4n6p8q", "saying": { "say": "allow" }, "span": "once" })))]
pub struct Decide {
    /// The approval, by its code or an unambiguous beginning of it.
    pub approval: String,
    /// What they say.
    pub saying: Saying,
    /// For how long the yes is remembered for calls like it.
    pub span: GrantSpan,
}

/// What became of a person's word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Decided {
    /// It was the decision.
    Applied {
        /// The approval as it stands now.
        approval: Box<Approval>,
    },
    /// It was counted, but more votes are needed.
    Counted {
        /// How many more.
        missing: u32,
    },
    /// Somebody was faster, or it can no longer be answered.
    Late {
        /// The approval as it stands.
        approval: Box<Approval>,
    },
}

/// A file that will come with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({ "name": "notes.txt", "media_type": "text/plain", "content": "aGVsbG8K" })))]
pub struct KeepFile {
    /// Its own name, without directories.
    pub name: String,
    /// Its media type, e.g. `image/png`. Pictures are shown to Claude as well as laid into the sandbox.
    pub media_type: String,
    /// Its bytes, in base64.
    pub content: String,
}

/// A request for a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({ "name": "site", "git": "https://github.com/example/site", "policy": null, "credential": null })))]
pub struct AddProject {
    /// Its name: letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// Where its repository is: an https or ssh address, or a path on the hub's own disk.
    pub git: String,
    /// Its policy file's text; none means the built-in policy.
    pub policy: Option<String>,
    /// A token or a private key with its known hosts; sealed at once.
    pub credential: Option<NewCredential>,
}

/// A credential on its way into the store. It is never given out again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum NewCredential {
    /// For https.
    Token {
        /// The user name that goes with it, e.g. `x-access-token`.
        user: String,
        /// The token.
        token: String,
    },
    /// For ssh.
    SshKey {
        /// The private key, as OpenSSH writes it.
        private_key: String,
        /// The lines of `known_hosts` that pin the server's key.
        known_hosts: String,
    },
}

impl std::fmt::Debug for NewCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewCredential(hidden)")
    }
}

/// A project as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// Where its repository is.
    pub git: String,
    /// Its policy file's text, if it has one of its own.
    pub policy: Option<String>,
    /// Who added it.
    pub owner: UserId,
    /// When.
    pub created_at: crate::time::Timestamp,
}

/// A request for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({
    "name": "ann", "role": "member", "project": "site", "admin": false,
    "identities": [{ "platform": "telegram", "account": "1001" }]
})))]
pub struct AddUser {
    /// Their name.
    pub name: String,
    /// Their role in `project`, or in every project there is.
    pub role: Role,
    /// The project, by name or id; none means all there are now.
    pub project: Option<String>,
    /// Admin of the hub as well.
    pub admin: bool,
    /// Their accounts elsewhere.
    pub identities: Vec<Identity>,
}

/// A person as an admin sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Admin of the hub.
    pub admin: bool,
    /// Their role in each project where they have one, by the project's name.
    pub roles: Vec<(String, Role)>,
    /// Their accounts elsewhere.
    pub accounts: Vec<Identity>,
}

/// What is to become different about a person. What is empty stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(examples(json!({ "role": ["site", "maintainer"], "admin": null, "link": [], "unlink": [] })))]
pub struct ChangePerson {
    /// A project, by name or id, and the role there; no role takes it away.
    pub role: Option<(String, Option<Role>)>,
    /// Whether they are an admin of the hub.
    pub admin: Option<bool>,
    /// Accounts to be linked.
    pub link: Vec<Identity>,
    /// Accounts to be unlinked.
    pub unlink: Vec<Identity>,
}

/// A one-time code by which a person links an account elsewhere. It is shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewLinkCode {
    /// The code.
    pub code: String,
    /// Until when it can be used.
    pub until: crate::time::Timestamp,
}

impl std::fmt::Debug for NewLinkCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewLinkCode").field("until", &self.until).finish_non_exhaustive()
    }
}

/// A place as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlaceReport {
    /// The place.
    pub place: Place,
    /// The project that it is bound to, by name.
    pub project: Option<String>,
    /// Why nothing can be said there, if so.
    pub lost: Option<String>,
    /// How many deliveries to it were given up.
    pub dead: u64,
}

/// A diff as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiffText {
    /// The unified diff.
    pub text: String,
    /// Whether it was cut at the limit.
    pub truncated: bool,
}

/// What places and people ask of the engine. Every method judges the actor at this moment; none trusts the adapter with it.
#[async_trait]
pub trait Hub: Auditing + Automation + Projects + Reading + Traffic {
    /// Keeps a file for a request that is to follow; what no request names is swept.
    async fn keep_file(&self, actor: &Actor, file: KeepFile) -> Result<crate::task::Attachment, Refusal>;
    /// Stores a task, its first event and the receipt owed to the place, in one transaction.
    async fn submit(&self, actor: &Actor, request: SubmitTask) -> Result<Submitted, Refusal>;
    /// Records a person's word on an approval; the first decision wins.
    async fn decide(&self, actor: &Actor, request: Decide) -> Result<Decided, Refusal>;
    /// Asks to stop a task; returns it as it stands.
    async fn stop(&self, actor: &Actor, task: &str) -> Result<Task, Refusal>;
    /// Queues a failed or stopped task again.
    async fn retry(&self, actor: &Actor, task: &str) -> Result<Task, Refusal>;
    /// Pushes a task's branch to the project's repository, where policy leaves that to people.
    async fn push(&self, actor: &Actor, task: &str) -> Result<Task, Refusal>;
    /// Throws away what a task came to, where it was not pushed and nothing is built on it: its conversation stands again
    /// where the task began.
    async fn discard(&self, actor: &Actor, task: &str) -> Result<Task, Refusal>;
    /// One task, by its id or an unambiguous beginning of it.
    async fn task(&self, actor: &Actor, task: &str) -> Result<Task, Refusal>;
    /// Tasks, the newest first.
    async fn tasks(&self, actor: &Actor, filter: TaskFilter) -> Result<TaskPage, Refusal>;
    /// What a task changed, as text.
    async fn diff(&self, actor: &Actor, task: &str) -> Result<DiffText, Refusal>;
    /// Approvals that are open, the oldest first.
    async fn approvals(&self, actor: &Actor) -> Result<Vec<Approval>, Refusal>;
    /// One approval, whole.
    async fn approval(&self, actor: &Actor, id: &ApprovalId) -> Result<Approval, Refusal>;
    /// A task's record after the event `after`, and then what happens, until its outcome.
    async fn follow(
        &self,
        actor: &Actor,
        task: &TaskId,
        after: u64,
    ) -> Result<BoxStream<'static, Result<Live, Refusal>>, Refusal>;
    /// Adds a project.
    async fn add_project(&self, actor: &Actor, request: AddProject) -> Result<Project, Refusal>;
    /// The projects that the actor may see.
    async fn projects(&self, actor: &Actor) -> Result<Vec<Project>, Refusal>;
    /// Adds a person.
    async fn add_user(&self, actor: &Actor, request: AddUser) -> Result<UserId, Refusal>;
    /// Everybody whom the hub knows, by name.
    async fn people(&self, actor: &Actor) -> Result<Vec<Person>, Refusal>;
    /// Changes what a person may do, or whose accounts are theirs; returns them as they are then.
    async fn change_person(&self, actor: &Actor, person: &str, change: ChangePerson) -> Result<Person, Refusal>;
    /// Takes every account, role and right away from a person. What they did stays under their name.
    async fn remove_person(&self, actor: &Actor, person: &str) -> Result<(), Refusal>;
    /// Makes a one-time code by which a person links an account elsewhere.
    async fn make_link_code(&self, actor: &Actor, person: &str) -> Result<NewLinkCode, Refusal>;
    /// The places that are bound or were heard of, with what keeps us from speaking there.
    async fn places(&self, actor: &Actor) -> Result<Vec<PlaceReport>, Refusal>;
    /// Binds a place to a project: what is asked there is about it. Gives the place as it is bound, by the name that it has
    /// now, as its platform writes it.
    async fn bind(&self, actor: &Actor, project: &str, place: &Place) -> Result<Place, Refusal>;
    /// What is asked in a place is about no project any more.
    async fn unbind(&self, actor: &Actor, place: &Place) -> Result<(), Refusal>;
    /// What keeps the hub from doing its work right now, a sentence each; empty means ready.
    async fn faults(&self) -> Result<Vec<String>, Refusal>;
}
