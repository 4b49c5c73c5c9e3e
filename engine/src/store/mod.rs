//! The store: the database is the truth, and only this module holds SQL.
//!
//! The same code runs on SQLite and on MySQL or MariaDB. What it guarantees: a write that returned `Ok` survives a power
//! cut; a state is changed only from the state it was judged in; every write that carries a [`Lease`] is checked against
//! the fence of its task, so that a worker which lost its task can no longer touch it; messages owed to places are written
//! in the transaction that makes them owed. Losing a race is a value, not an error.
//!
//! Texts above 32 KiB lie in the [blob store](blobs), with their beginning in the row.

mod answers;
mod approvals;
mod audit;
mod bindings;
mod blobs;
mod claim;
mod columns;
mod conversations;
mod credentials;
mod db;
mod decide;
mod deliveries;
mod discard;
mod drafts;
mod ending;
mod error;
mod families;
mod followers;
mod gate;
mod grants;
mod group;
mod hooks;
mod inbox;
mod incoming;
mod invitations;
mod key;
mod lease;
mod links;
mod listeners;
mod listing;
mod long;
mod nodes;
mod noting;
mod outbox;
mod outgoing;
mod people;
mod places;
mod projects;
mod providers;
mod queue;
mod record;
mod repeats;
mod roster;
mod sandboxes;
mod schedules;
mod schema;
mod seal;
mod secrets;
mod sent_again;
mod sessions;
mod settle;
mod stop;
mod submit;
mod subscriptions;
mod sweep;
mod tasks;
mod telling;
mod tokens;
mod tries;
mod trouble;
mod usage;
mod visits;
mod void;
mod words;

#[cfg(test)]
mod tests;

pub use answers::{Fenced, Prefix, Visible};
pub use approvals::OpenApproval;
pub use claim::{Claim, Heartbeat, Lease};
pub use conversations::Conversation;
pub(crate) use credentials::factor_scope;
pub use credentials::{Credentials, NewPassword};
pub use decide::{Consumed, Verdict, Vote};
pub use deliveries::{DeliveryFilter, Take, Taken};
pub use discard::{Discard, Discarding};
pub use error::StoreError;
pub use families::{Family, NewFamily, Rotated};
pub use gate::{GateRecord, Gated};
pub use hooks::{Heeded, Hook, NewHook};
pub use inbox::{Receipt, Update};
pub use incoming::Reopened;
pub use invitations::{Acceptance, Invited, WayIn};
pub use key::{KeyError, MasterKey};
pub use links::Redeemed;
pub use listing::TaskQuery;
pub use outbox::owed;
pub use people::NewUser;
pub use places::{PlaceSetting, PlaceState};
pub use projects::ProjectChange;
pub use providers::{Linking, Unlink, Unlinking};
pub use queue::QueueHead;
pub use record::{Progress, Run};
pub use roster::PersonChange;
pub use schedules::{NewSchedule, Passing, Schedule};
pub use schema::SchemaVersion;
pub use sent_again::Again;
pub use sessions::{NewSession, Session};
pub use settle::{Finish, Parking, Requeue, Requeued};
pub use stop::{Retrying, StopRequest, Stopping};
pub use submit::NewTask;
pub use subscriptions::{NewSubscription, Subscription};
pub use sweep::{Retention, Swept};
pub use telling::Failed;
pub(crate) use telling::place_of as subscription_place;
pub use tokens::NewToken;
pub use usage::Used;
pub use visits::{VisitPurpose, Visited};
pub use void::Voided;

use blobs::BlobFiles;
use db::Database;
use key::Keyring;
use noting::Waiting;
use seal::SealKey;
use secrecy::SecretString;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Where the store is and what opens its secrets.
#[derive(Debug)]
pub struct StoreSettings {
    /// `sqlite:///path/to/file` or `mysql://user:password@host/database`.
    pub url: SecretString,
    /// The directory of the blobs; made when it is missing.
    pub blobs: PathBuf,
    /// What secrets are sealed with.
    pub master_key: MasterKey,
}

/// The store. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    db: Arc<Database>,
    files: Arc<BlobFiles>,
    keys: Arc<Keyring>,
    seal: Arc<OnceCell<Arc<SealKey>>>,
    /// What the change that is made next enters in the audit log.
    deed: Option<Arc<Waiting>>,
}

impl Store {
    /// Connects. The schema is left as it is: see [`Store::migrate`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database or the blob directory cannot be reached.
    pub async fn open(settings: StoreSettings) -> Result<Self, StoreError> {
        let files = BlobFiles::open(settings.blobs).await?;
        let db = Database::open(&settings.url).await?;
        let keys = Arc::new(Keyring::new(settings.master_key));
        Ok(Self { db: Arc::new(db), files: Arc::new(files), keys, seal: Arc::default(), deed: None })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut connection = self.db.read().await?;
        sqlx::query("SELECT 1").execute(&mut *connection).await?;
        Ok(())
    }

    /// How many transactions were committed for groups of writes; none where writes are not grouped.
    pub fn group_commits(&self) -> Option<u64> {
        self.db.group_commits()
    }

    /// Finishes the writes that wait, then closes every connection. What is asked afterwards is refused as unavailable.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
