//! Long texts: short ones lie in their row, long ones in a blob with their beginning in the row.

use super::Store;
use super::columns::Columns;
use super::error::StoreError;
use signalbox_core::id::BlobId;
use sqlx::any::AnyRow;

/// The most bytes of text that a row holds.
pub(super) const ROW_LIMIT: usize = 32 * 1024;
const EXCERPT: usize = 1024;

/// A text as a row holds it.
#[derive(Debug, Clone)]
pub(super) struct Long {
    pub(super) text: String,
    pub(super) blob: Option<BlobId>,
}

impl Long {
    /// The blob's id as a column's value.
    pub(super) fn blob(&self) -> Option<&str> {
        self.blob.as_ref().map(BlobId::as_str)
    }

    /// Reads a text from its two columns.
    pub(super) fn from_row(row: &AnyRow, text: &str, blob: &str) -> Result<Self, StoreError> {
        Ok(Self { text: row.text(text)?, blob: row.maybe_id(blob, BlobId::new)? })
    }

    /// See [`Long::from_row`]; none when there is no text.
    pub(super) fn maybe_from_row(row: &AnyRow, text: &str, blob: &str) -> Result<Option<Self>, StoreError> {
        let blob = row.maybe_id(blob, BlobId::new)?;
        Ok(row.maybe_text(text)?.map(|text| Self { text, blob }))
    }
}

impl Store {
    /// Makes a text ready for a row; a long one is on the disk afterwards.
    pub(super) async fn lay(&self, text: String) -> Result<Long, StoreError> {
        if text.len() <= ROW_LIMIT {
            return Ok(Long { text, blob: None });
        }
        let blob = self.put_blob(text.as_bytes()).await?;
        let end = (0..=EXCERPT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        Ok(Long { text: text[..end].to_owned(), blob: Some(blob) })
    }

    /// The whole text.
    pub(super) async fn whole(&self, long: Long) -> Result<String, StoreError> {
        let Some(blob) = long.blob else { return Ok(long.text) };
        let bytes = self.read_blob(&blob, u64::MAX).await?;
        String::from_utf8(bytes).map_err(|_| StoreError::damaged("a text in a blob that is not UTF-8"))
    }
}
