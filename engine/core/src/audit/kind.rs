//! What can be entered: a closed list, each with the dotted name that it has in the database, on the command line and in the API.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// Every kind, in the order of this page.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The dotted name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// Somebody has signed in.
    SessionCreated = "session.created",
    /// A sign-in was wrong.
    SessionRefused = "session.refused",
    /// A sign-in has to wait, because too many were wrong; entered once for each wait.
    SessionThrottled = "session.throttled",
    /// Somebody has signed out, or ended a session of theirs.
    SessionEnded = "session.ended",
    /// Whoever is signed in was asked to show it once more, and was wrong.
    ProofRefused = "proof.refused",
    /// A password was changed.
    PasswordChanged = "password.changed",
    /// A second factor is in force.
    FactorAdded = "factor.added",
    /// A second factor was taken away.
    FactorRemoved = "factor.removed",
    /// A personal token was made.
    TokenCreated = "token.created",
    /// A personal token was revoked.
    TokenRevoked = "token.revoked",
    /// A program was given access by a password or a personal token.
    TokenExchanged = "token.exchanged",
    /// A program brought a token that is worth nothing, and was given no access for it.
    TokenRefused = "token.refused",
    /// A refresh token came twice; what came of that sign-in has ended.
    TokenReused = "token.reused",
    /// A person was invited to set a password.
    InvitationCreated = "invitation.created",
    /// An invitation was used.
    InvitationAccepted = "invitation.accepted",
    /// A code that is no invitation (any more) was tried.
    InvitationRefused = "invitation.refused",
    /// A code was made by which a person links an account elsewhere.
    LinkCodeCreated = "link_code.created",
    /// An account elsewhere was linked, by such a code or by signing in there.
    IdentityLinked = "identity.linked",
    /// An account by which a person signed in was unlinked by them.
    IdentityUnlinked = "identity.unlinked",
    /// A person was added.
    UserCreated = "user.created",
    /// Rights, roles or accounts of a person were changed.
    UserChanged = "user.changed",
    /// Everything was taken from a person.
    UserRemoved = "user.removed",
    /// A project was added.
    ProjectCreated = "project.created",
    /// A project, its policy or its limits were changed.
    ProjectChanged = "project.changed",
    /// A place was bound to a project.
    PlaceBound = "place.bound",
    /// A place was unbound.
    PlaceUnbound = "place.unbound",
    /// A place goes by another name; what was bound there is bound here.
    PlaceMoved = "place.moved",
    /// A secret was set or replaced.
    SecretSet = "secret.set",
    /// A secret was removed.
    SecretRemoved = "secret.removed",
    /// A hook was added.
    HookCreated = "hook.created",
    /// A hook was given a new secret.
    HookRotated = "hook.rotated",
    /// A hook was removed.
    HookRemoved = "hook.removed",
    /// A schedule was added.
    ScheduleCreated = "schedule.created",
    /// A schedule was run beside its times.
    ScheduleRun = "schedule.run",
    /// A schedule was removed.
    ScheduleRemoved = "schedule.removed",
    /// A subscription was added.
    SubscriptionCreated = "subscription.created",
    /// A subscription was given a new secret.
    SubscriptionRotated = "subscription.rotated",
    /// A subscription was switched on again.
    SubscriptionEnabled = "subscription.enabled",
    /// A subscription was switched off by the hub, because its receiver failed for too long or its owner lost the right.
    SubscriptionDisabled = "subscription.disabled",
    /// A subscription was removed.
    SubscriptionRemoved = "subscription.removed",
    /// An approval was decided.
    ApprovalDecided = "approval.decided",
    /// A word on an approval was counted, and more are needed.
    ApprovalVoted = "approval.voted",
    /// Nobody decided an approval in time; the hub has closed it.
    ApprovalExpired = "approval.expired",
    /// A remembered yes was taken back.
    GrantRevoked = "grant.revoked",
    /// A task was told to stop.
    TaskStopped = "task.stopped",
    /// A task was queued again.
    TaskRetried = "task.retried",
    /// A task's branch was pushed because a person said so.
    TaskPushed = "task.pushed",
    /// A task's work was discarded.
    TaskDiscarded = "task.discarded",
    /// A delivery that was given up, or all of a place's, is owed again.
    DeliverySentAgain = "delivery.sent_again",
    /// An update from which nothing came is handled again.
    UpdateReopened = "update.reopened",
    /// Somebody asked for what they may not do.
    RequestRefused = "request.refused",
    /// An account elsewhere that is linked to nobody was turned away, in a chat or from a provider; entered once a day.
    SenderRefused = "sender.refused",
    /// Every secret was sealed with a new master key.
    KeyRotated = "key.rotated",
}

/// A word that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no kind of entry; one is named like `session.created` or `approval.decided` (docs/audit.md lists them)"
)]
pub struct UnknownKind(String);

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        let found = Self::ALL.iter().find(|kind| kind.as_str() == word);
        found.copied().ok_or_else(|| UnknownKind(word.chars().take(64).collect()))
    }
}

impl TryFrom<String> for Kind {
    type Error = UnknownKind;

    fn try_from(word: String) -> Result<Self, UnknownKind> {
        word.parse()
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.as_str().to_owned()
    }
}

impl PartialSchema for Kind {
    fn schema() -> RefOr<Schema> {
        crate::schema::word("What was done.", Self::ALL.iter().map(|kind| kind.as_str()))
    }
}

impl ToSchema for Kind {}
