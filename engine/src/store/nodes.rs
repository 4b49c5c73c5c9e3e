//! Which nodes live: a conversation's tasks wait for the node that has its volumes, as long as that one lives.

use super::Store;
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::id::NodeId;
use signalbox_core::time::Timestamp;

impl Store {
    /// Says that the node lives, until then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn announce_node(&self, node: &NodeId, until: Timestamp) -> Result<(), StoreError> {
        let living = (node.clone(), until);
        self.db.write(living, |tx, (node, until)| Box::pin(announce(tx, node, *until))).await
    }
}

async fn announce(tx: &mut Tx, node: &NodeId, until: Timestamp) -> Result<(), StoreError> {
    let moved = sqlx::query("UPDATE nodes SET alive_until = ? WHERE id = ?").bind(until.millis()).bind(node.as_str());
    if moved.execute(&mut *tx).await?.rows_affected() > 0 {
        return Ok(());
    }
    let added = sqlx::query("INSERT INTO nodes (id, alive_until) VALUES (?, ?)").bind(node.as_str());
    added.bind(until.millis()).execute(tx).await?;
    Ok(())
}
