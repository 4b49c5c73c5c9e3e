//! Requests that were sent with a key, for a day: what was asked, as a hash, and what was answered, sealed.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::key::{Sealed, SecretName};
use signalbox_core::account::{GivenAnswer, Known, Repeatable};
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

/// A request that takes longer than this, in milliseconds, was cut off.
const RUNS: i64 = 120_000;

/// An answer as its row holds it.
#[derive(Debug, Clone)]
struct Kept {
    request: Repeatable,
    status: i64,
    answer: String,
}

impl Store {
    /// Begins a request, or says what is known of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_request(&self, request: &Repeatable, now: Timestamp) -> Result<Known, StoreError> {
        let begun =
            self.db.write((request.clone(), now), |tx, (request, now)| Box::pin(begin(tx, request, *now))).await;
        match begun {
            Ok(()) => return Ok(Known::New),
            Err(error) if error.is_duplicate() => {}
            Err(error) => return Err(error),
        }
        let found = sqlx::query(
            "SELECT fingerprint, status, answer, created_at FROM repeated_requests WHERE user_id = ? AND request_key = ?",
        );
        let found = found.bind(request.user.as_str()).bind(&request.key);
        match found.fetch_optional(&mut *self.db.read().await?).await? {
            Some(row) => self.known(request, &row, now),
            // It failed meanwhile, and was forgotten: the next try is a first one.
            None => Ok(Known::Running),
        }
    }

    /// Keeps what was answered; without an answer the request is forgotten, and can be sent again as if for the first time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settle_request(&self, request: &Repeatable, answer: Option<&GivenAnswer>) -> Result<(), StoreError> {
        let Some(answer) = answer else {
            return self.db.write(request.clone(), |tx, request| Box::pin(forget(tx, request))).await;
        };
        let row = row_of(request);
        let sealed = self.keys.seal(&row, answer.body.as_bytes());
        let sealed =
            sealed.map_err(|why| StoreError::Sealed { scope: row.scope.clone(), name: row.name.clone(), why })?;
        let kept = Kept {
            request: request.clone(),
            status: answer.status.into(),
            answer: format!("{}:{}", sealed.key_id, sealed.text),
        };
        self.db.write(kept, |tx, kept| Box::pin(keep(tx, kept))).await
    }

    fn known(&self, request: &Repeatable, row: &AnyRow, now: Timestamp) -> Result<Known, StoreError> {
        if row.text("fingerprint")? != request.fingerprint {
            return Ok(Known::Another);
        }
        let Some(answer) = row.maybe_text("answer")? else {
            let runs = now.millis() - row.time("created_at")?.millis() < RUNS;
            return Ok(if runs { Known::Running } else { Known::Lost });
        };
        let status = row.count("status")?;
        let (key_id, text) = answer.split_once(':').unwrap_or_default();
        let sealed = Sealed { key_id: key_id.to_owned(), text: text.to_owned() };
        // The master key may have been changed since.
        let body = self.keys.open(&row_of(request), &sealed).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(body.map_or(Known::Forgotten, |body| Known::Done(GivenAnswer { status, body })))
    }
}

fn row_of(request: &Repeatable) -> SecretName {
    SecretName { scope: format!("request:{}", request.user), name: request.key.clone() }
}

async fn begin(tx: &mut Tx, request: &Repeatable, now: Timestamp) -> Result<(), StoreError> {
    let begun = sqlx::query(
        "INSERT INTO repeated_requests (user_id, request_key, fingerprint, created_at) VALUES (?, ?, ?, ?)",
    );
    let begun = begun.bind(request.user.as_str()).bind(&request.key).bind(&request.fingerprint).bind(now.millis());
    begun.execute(tx).await?;
    Ok(())
}

async fn keep(tx: &mut Tx, kept: &Kept) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE repeated_requests SET status = ?, answer = ? WHERE user_id = ? AND request_key = ? AND fingerprint = ?",
    );
    let done = done.bind(kept.status).bind(&kept.answer).bind(kept.request.user.as_str());
    done.bind(&kept.request.key).bind(&kept.request.fingerprint).execute(tx).await?;
    Ok(())
}

async fn forget(tx: &mut Tx, request: &Repeatable) -> Result<(), StoreError> {
    let gone = sqlx::query(
        "DELETE FROM repeated_requests WHERE user_id = ? AND request_key = ? AND fingerprint = ? AND answer IS NULL",
    );
    gone.bind(request.user.as_str()).bind(&request.key).bind(&request.fingerprint).execute(tx).await?;
    Ok(())
}
