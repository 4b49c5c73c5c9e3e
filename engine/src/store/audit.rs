//! The audit log: entries are appended, in the transaction of what they tell of, and never changed.
//!
//! The head's row is taken before an entry is written, so that whoever writes at the same time waits for it: the numbers have no
//! gaps and the chain never forks, on however many nodes.

use super::Store;
use super::columns::{Columns as _, from_json, signed, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::seal::SealKey;
use secrecy::SecretString;
use signalbox_core::audit::{
    AuditHead, AuditPage, AuditQuery, Chain, Columns, Deed, Digest, Entry, MOST, Verification, Who,
};
use signalbox_core::tool::hex;
use sqlx::any::AnyRow;
use sqlx::{Any, QueryBuilder};
use std::sync::Arc;

const COLUMNS: &str = "number, created_at, who, user_id, name, token_id, origin, action, resource, details, previous, \
     hash, seal";
/// Under which scope and name the key of the seals is kept.
const KEY: (&str, &str) = ("hub", "audit-log");

impl Store {
    /// Enters something that changes nothing else here.
    ///
    /// # Errors
    /// [`StoreError`]; then it is not entered.
    pub async fn enter(&self, deed: Deed) -> Result<(), StoreError> {
        let entered = (self.seal_key().await?, deed);
        self.db.write(entered, |tx, (key, deed)| Box::pin(append(tx, key, deed))).await
    }

    /// Makes sure that entries can be sealed: without that nobody could decide, change or sign in to anything.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when the key of the seals was made under another master key.
    pub async fn prepare_audit(&self) -> Result<(), StoreError> {
        self.seal_key().await.map(drop)
    }

    /// Some entries.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when one of them cannot be read; [`Store::verify_audit`] says which.
    pub async fn audit(&self, wanted: &AuditQuery) -> Result<AuditPage, StoreError> {
        let mut query = select(wanted);
        let rows = query.build().fetch_all(&mut *self.db.read().await?).await?;
        let mut entries = rows.iter().map(entry_of).collect::<Result<Vec<_>, _>>()?;
        let limit = wanted.limit() as usize;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().map(|entry| entry.number).filter(|_| more);
        Ok(AuditPage { entries, next })
    }

    /// Where the log ends, as it is kept beside the entries.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit_head(&self) -> Result<AuditHead, StoreError> {
        Ok(ends(&mut *self.db.read().await?).await?.0)
    }

    /// Goes along the whole log, with the seals, and says what does not fit. `expected` is a head that was kept elsewhere.
    ///
    /// # Errors
    /// [`StoreError`]; that something does not fit is none.
    pub async fn verify_audit(&self, expected: Option<AuditHead>) -> Result<Verification, StoreError> {
        let key = self.seal_key().await?;
        let mut connection = self.db.read().await?;
        let (head, last) = ends(&mut connection).await?;
        let mut chain = Chain::begin(expected);
        let mut after = 0;
        // What is entered meanwhile lies beyond `last`.
        while after < last {
            let rows = stretch(&mut connection, after, last).await?;
            let Some(furthest) = rows.last() else { break };
            after = furthest.count("number")?;
            rows.iter().try_for_each(|row| step(&mut chain, &key, row))?;
        }
        Ok(chain.end(Some(head)))
    }

    /// The key of the seals: the same on every node, made when it is first needed.
    pub(super) async fn seal_key(&self) -> Result<Arc<SealKey>, StoreError> {
        let load = || async {
            let (scope, name) = KEY;
            let new = SecretString::from(hex(&rand::random::<[u8; 32]>()));
            Ok(Arc::new(SealKey::new(&self.secret_or(scope, name, &new).await?)))
        };
        self.seal.get_or_try_init(load).await.cloned()
    }
}

/// Appends an entry. It is the last thing that a transaction does: until its end nobody else can enter anything.
pub(super) async fn append(tx: &mut Tx, key: &SealKey, deed: &Deed) -> Result<(), StoreError> {
    let head = take_head(tx).await?;
    let hash = Entry::hash_after(&head, deed);
    let number = head.number + 1;
    let entry = Entry { number, deed: deed.clone(), previous: head.hash, hash, seal: key.seal(&hash) };
    insert(tx, &entry).await?;
    let moved = sqlx::query("UPDATE audit_head SET number = ?, hash = ? WHERE id = 1").bind(signed(number));
    moved.bind(hash.to_string()).execute(tx).await?;
    Ok(())
}

/// Takes the head for the rest of the transaction.
async fn take_head(tx: &mut Tx) -> Result<AuditHead, StoreError> {
    sqlx::query("UPDATE audit_head SET number = number WHERE id = 1").execute(&mut *tx).await?;
    let row = sqlx::query("SELECT number, hash FROM audit_head WHERE id = 1").fetch_optional(tx).await?;
    head_of(&row.ok_or_else(no_head)?)
}

/// The head, and the last entry's number, of one moment.
async fn ends(tx: &mut Tx) -> Result<(AuditHead, u64), StoreError> {
    let found = "SELECT number, hash, (SELECT MAX(number) FROM audit_logs) AS last FROM audit_head WHERE id = 1";
    let row = sqlx::query(found).fetch_optional(tx).await?.ok_or_else(no_head)?;
    let last = row.maybe_int("last")?.unwrap_or(0);
    Ok((head_of(&row)?, u64::try_from(last).unwrap_or(0)))
}

fn head_of(row: &AnyRow) -> Result<AuditHead, StoreError> {
    Ok(AuditHead { number: row.count("number")?, hash: row.word("hash")? })
}

fn no_head() -> StoreError {
    StoreError::damaged("the audit log has no head: the row of audit_head is gone")
}

async fn stretch(tx: &mut Tx, after: u64, until: u64) -> Result<Vec<AnyRow>, StoreError> {
    let mut query = QueryBuilder::new(format!("SELECT {COLUMNS} FROM audit_logs WHERE number > "));
    query.push_bind(signed(after)).push(" AND number <= ").push_bind(signed(until));
    query.push(" ORDER BY number LIMIT ").push_bind(i64::from(MOST));
    Ok(query.build().fetch_all(tx).await?)
}

fn step(chain: &mut Chain, key: &SealKey, row: &AnyRow) -> Result<(), StoreError> {
    match entry_of(row) {
        Ok(entry) => chain.add(&entry, key.judge(&entry.hash, &entry.seal)),
        Err(_) => chain.add_unreadable(row.count("number")?),
    }
    Ok(())
}

fn select(wanted: &AuditQuery) -> QueryBuilder<Any> {
    let mut query = QueryBuilder::new(format!("SELECT {COLUMNS} FROM audit_logs WHERE number > "));
    query.push_bind(signed(wanted.after.unwrap_or(0)));
    if let Some(before) = wanted.before {
        query.push(" AND number < ").push_bind(signed(before));
    }
    if let Some(person) = &wanted.person {
        query.push(" AND name = ").push_bind(person.clone());
    }
    if let Some(kind) = wanted.kind {
        query.push(" AND action = ").push_bind(kind.as_str());
    }
    if let Some(since) = wanted.since {
        query.push(" AND created_at >= ").push_bind(since.millis());
    }
    let order = if wanted.after.is_some() { "ASC" } else { "DESC" };
    // One more than wanted tells whether any are left.
    query.push(format!(" ORDER BY number {order} LIMIT ")).push_bind(i64::from(wanted.limit()) + 1);
    query
}

fn entry_of(row: &AnyRow) -> Result<Entry, StoreError> {
    let columns = Columns {
        word: row.text("who")?,
        user: row.maybe_text("user_id")?,
        name: row.maybe_text("name")?,
        token: row.maybe_text("token_id")?,
    };
    let deed = Deed {
        at: row.time("created_at")?,
        who: Who::from_columns(columns).ok_or_else(|| StoreError::damaged("who: nobody is written so"))?,
        from: row.maybe_text("origin")?,
        kind: row.word("action")?,
        object: row.text("resource")?,
        detail: from_json("details", &row.text("details")?)?,
    };
    let digest = |column| row.word::<Digest>(column);
    let (previous, hash, seal) = (digest("previous")?, digest("hash")?, digest("seal")?);
    Ok(Entry { number: row.count("number")?, deed, previous, hash, seal })
}

async fn insert(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    let Entry { number, deed, previous, hash, seal } = entry;
    let who = deed.who.columns();
    let added = sqlx::query(
        "INSERT INTO audit_logs (number, created_at, who, user_id, name, token_id, origin, action, resource, details, \
         previous, hash, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let added = added.bind(signed(*number)).bind(deed.at.millis()).bind(who.word).bind(who.user).bind(who.name);
    let added = added.bind(who.token).bind(&deed.from).bind(deed.kind.as_str()).bind(&deed.object);
    let added = added.bind(to_json(&deed.detail)?).bind(previous.to_string()).bind(hash.to_string());
    added.bind(seal.to_string()).execute(tx).await?;
    Ok(())
}
