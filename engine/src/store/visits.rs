//! Visits at providers that are under way, each for a few minutes and once; and who each provider is. Of what a browser holds
//! only a hash is kept.

use super::Store;
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use serde::{Deserialize, Serialize};
use signalbox_core::id::UserId;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

/// How many visits may be under way from one address: what is begun and left would fill the table.
const MOST: i64 = 100;

/// What somebody went for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to")]
pub enum VisitPurpose {
    /// To sign in.
    SignIn {
        /// Where they wanted to go.
        next: String,
    },
    /// To use a one-time code up.
    Welcome {
        /// Its hash.
        code_hash: String,
        /// The name of the first admin.
        name: Option<String>,
    },
    /// To link their account there.
    Link {
        /// The session that asks.
        session: String,
    },
    /// To show once more who they are.
    Confirm {
        /// The session in which they do.
        session: String,
    },
    /// They are back, and owe a code of their second factor.
    GiveCode {
        /// Where they wanted to go.
        next: String,
        /// When they showed the provider who they are.
        shown_at: Option<Timestamp>,
    },
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    /// The hash of what the browser holds.
    pub ticket_hash: String,
    /// The provider's name.
    pub provider: String,
    /// What for.
    pub purpose: VisitPurpose,
    /// What its secrets are made of, beside the ticket.
    pub salt: String,
    /// Where the provider sends them back to.
    pub redirect: String,
    /// From where it was begun.
    pub address: String,
    /// Who it is, where that is known.
    pub user: Option<UserId>,
    /// When it was begun.
    pub at: Timestamp,
    /// Until when they can come back.
    pub until: Timestamp,
}

impl Store {
    /// Keeps a visit; false where too many are under way from its address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_visit(&self, visit: Visited) -> Result<bool, StoreError> {
        self.db.write(visit, |tx, visit| Box::pin(begin(tx, visit))).await
    }

    /// A visit that is under way.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visit(&self, ticket_hash: &str, now: Timestamp) -> Result<Option<Visited>, StoreError> {
        let found = sqlx::query(
            "SELECT ticket_hash, provider, purpose, salt, redirect, address, user_id, expires_at, created_at \
             FROM provider_visits WHERE ticket_hash = ? AND expires_at > ?",
        );
        let row = found.bind(ticket_hash).bind(now.millis()).fetch_optional(&mut *self.db.read().await?).await?;
        row.map(|row| visited(&row)).transpose()
    }

    /// Ends a visit; false where it has ended before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_visit(&self, ticket_hash: &str) -> Result<bool, StoreError> {
        self.db.write(ticket_hash.to_owned(), |tx, hash| Box::pin(end(tx, hash))).await
    }

    /// Who a provider of this name is, from the first time on that anybody came from there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn issuer_of(&self, provider: &str, issuer: &str, now: Timestamp) -> Result<String, StoreError> {
        if let Some(known) = self.known_issuer(provider).await? {
            return Ok(known);
        }
        let first = (provider.to_owned(), issuer.to_owned(), now);
        let kept = self.db.write(first, |tx, (provider, issuer, now)| Box::pin(name(tx, provider, issuer, *now))).await;
        match kept {
            Ok(()) => Ok(issuer.to_owned()),
            // Another node was faster.
            Err(error) if error.is_duplicate() => {
                self.known_issuer(provider).await?.ok_or(StoreError::Missing { what: "provider" })
            }
            Err(error) => Err(error),
        }
    }

    /// The same, where anybody came from there before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn known_issuer(&self, provider: &str) -> Result<Option<String>, StoreError> {
        let found = sqlx::query("SELECT issuer FROM provider_issuers WHERE provider = ?").bind(provider);
        let row = found.fetch_optional(&mut *self.db.read().await?).await?;
        row.map(|row| row.text("issuer")).transpose()
    }
}

async fn begin(tx: &mut Tx, visit: &Visited) -> Result<bool, StoreError> {
    let from_there = sqlx::query("SELECT COUNT(*) AS n FROM provider_visits WHERE address = ? AND expires_at > ?");
    let from_there = from_there.bind(&visit.address).bind(visit.at.millis()).fetch_one(&mut *tx).await?;
    if from_there.int("n")? >= MOST {
        return Ok(false);
    }
    let begun = sqlx::query(
        "INSERT INTO provider_visits (ticket_hash, provider, purpose, salt, redirect, address, user_id, expires_at, \
         created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let begun = begun.bind(&visit.ticket_hash).bind(&visit.provider).bind(to_json(&visit.purpose)?).bind(&visit.salt);
    let begun = begun.bind(&visit.redirect).bind(&visit.address).bind(visit.user.as_ref().map(UserId::as_str));
    begun.bind(visit.until.millis()).bind(visit.at.millis()).execute(tx).await?;
    Ok(true)
}

fn visited(row: &AnyRow) -> Result<Visited, StoreError> {
    Ok(Visited {
        ticket_hash: row.text("ticket_hash")?,
        provider: row.text("provider")?,
        purpose: row.json("purpose")?,
        salt: row.text("salt")?,
        redirect: row.text("redirect")?,
        address: row.text("address")?,
        user: row.maybe_id("user_id", UserId::new)?,
        at: row.time("created_at")?,
        until: row.time("expires_at")?,
    })
}

async fn end(tx: &mut Tx, ticket_hash: &str) -> Result<bool, StoreError> {
    let ended = sqlx::query("DELETE FROM provider_visits WHERE ticket_hash = ?").bind(ticket_hash);
    Ok(ended.execute(tx).await?.rows_affected() > 0)
}

async fn name(tx: &mut Tx, provider: &str, issuer: &str, now: Timestamp) -> Result<(), StoreError> {
    let named = sqlx::query("INSERT INTO provider_issuers (provider, issuer, created_at) VALUES (?, ?, ?)");
    named.bind(provider).bind(issuer).bind(now.millis()).execute(tx).await?;
    Ok(())
}
