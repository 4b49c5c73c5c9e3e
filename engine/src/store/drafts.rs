//! Answers to Claude's questions while they are being put together: kept with the approval, so that every copy of its card
//! shows them and no restart loses them.

use super::Store;
use super::columns::to_json;
use super::db::Tx;
use super::error::StoreError;
use super::outbox::owe_approval;
use signalbox_core::id::ApprovalId;
use signalbox_core::question::Draft;
use signalbox_core::time::Timestamp;

/// A draft in the place of another.
#[derive(Debug, Clone)]
struct Rewriting {
    approval: ApprovalId,
    before: Draft,
    after: Draft,
    now: Timestamp,
}

impl Store {
    /// Puts a draft in the place of the one that was read, and owes the card anew wherever it is shown; false when another
    /// draft was faster, or the approval is not open any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn redraft(
        &self,
        approval: &ApprovalId,
        before: &Draft,
        after: &Draft,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let rewriting = Rewriting { approval: approval.clone(), before: before.clone(), after: after.clone(), now };
        self.db.write(rewriting, |tx, rewriting| Box::pin(redraft(tx, rewriting))).await
    }

    /// Owes an approval's card anew wherever it is shown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn show_again(&self, approval: &ApprovalId, now: Timestamp) -> Result<(), StoreError> {
        self.db.write((approval.clone(), now), |tx, (approval, now)| Box::pin(owe_approval(tx, approval, *now))).await
    }
}

async fn redraft(tx: &mut Tx, rewriting: &Rewriting) -> Result<bool, StoreError> {
    let Rewriting { approval, before, after, now } = rewriting;
    let none = *before == Draft::default();
    let changed = sqlx::query(
        "UPDATE approvals SET draft = ? WHERE id = ? AND status = 'open' AND (draft = ? OR (draft IS NULL AND ? = 1))",
    );
    let changed = changed
        .bind(to_json(after)?)
        .bind(approval.as_str())
        .bind(to_json(before)?)
        .bind(i64::from(none))
        .execute(&mut *tx)
        .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    owe_approval(tx, approval, *now).await?;
    Ok(true)
}
