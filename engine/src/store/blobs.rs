//! Blobs: large values as files named after their SHA-256, in two levels of folders.
//!
//! The file is complete and on the disk before the first row mentions it. A crash between the two leaves a file without a
//! row, which the [sweep](super::sweep) removes once it is old; it never leaves a row without its file.

use super::Store;
use super::columns::signed;
use super::db::Tx;
use super::error::StoreError;
use sha2::{Digest, Sha256};
use signalbox_core::id::{BlobId, TaskId};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::hex;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::sync::RwLock;

const CHUNK: usize = 256 * 1024;

/// The directory of the blobs.
#[derive(Debug)]
pub(super) struct BlobFiles {
    root: PathBuf,
    /// Held for writing while files are removed, so that none goes between its being found and its being mentioned.
    pub(super) removing: RwLock<()>,
}

impl BlobFiles {
    pub(super) async fn open(root: PathBuf) -> Result<Self, StoreError> {
        tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(root.join("new")).await?;
        Ok(Self { root, removing: RwLock::new(()) })
    }

    /// Where a blob lies. An id is taken apart only when it is a SHA-256, so that none can name a file elsewhere.
    pub(super) fn path(&self, id: &BlobId) -> Result<PathBuf, StoreError> {
        let name = id.as_str();
        if name.len() != 64 || !name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(StoreError::damaged("a blob id that is no SHA-256"));
        }
        Ok(self.root.join(&name[..2]).join(&name[2..4]).join(name))
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    async fn store(&self, mut from: impl AsyncRead + Unpin + Send) -> Result<(BlobId, u64), StoreError> {
        let draft = self.root.join("new").join(uuid::Uuid::now_v7().to_string());
        let written = write_draft(&draft, &mut from).await;
        let moved = match written {
            Ok((id, bytes)) => self.settle(&draft, &id).await.map(|()| (id, bytes)),
            Err(error) => Err(error),
        };
        if moved.is_err() {
            let _ = tokio::fs::remove_file(&draft).await;
        }
        moved
    }

    async fn settle(&self, draft: &Path, id: &BlobId) -> Result<(), StoreError> {
        let path = self.path(id)?;
        let folder = path.parent().unwrap_or(&self.root);
        tokio::fs::create_dir_all(folder).await?;
        tokio::fs::rename(draft, &path).await?;
        for made in [Some(folder), folder.parent(), Some(self.root.as_path())].into_iter().flatten() {
            File::open(made).await?.sync_all().await?;
        }
        Ok(())
    }
}

async fn write_draft(draft: &Path, from: &mut (impl AsyncRead + Unpin + Send)) -> Result<(BlobId, u64), StoreError> {
    let mut file = File::create_new(draft).await?;
    let (mut sha, mut bytes, mut chunk) = (Sha256::new(), 0_u64, vec![0; CHUNK]);
    loop {
        let read = from.read(&mut chunk).await?;
        if read == 0 {
            break;
        }
        sha.update(&chunk[..read]);
        file.write_all(&chunk[..read]).await?;
        bytes += read as u64;
    }
    file.flush().await?;
    file.sync_all().await?;
    Ok((BlobId::new(hex(&sha.finalize())), bytes))
}

impl Store {
    /// Stores bytes and returns where they lie. The same bytes are stored once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the disk is full.
    pub async fn put_blob(&self, bytes: &[u8]) -> Result<BlobId, StoreError> {
        self.put_blob_stream(bytes).await
    }

    /// Stores a stream of any length without holding it in memory.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the disk is full, [`StoreError::Blob`] when the stream fails.
    pub async fn put_blob_stream(&self, from: impl AsyncRead + Unpin + Send) -> Result<BlobId, StoreError> {
        let _kept = self.files.removing.read().await;
        let (id, bytes) = self.files.store(from).await?;
        self.db.write((id.clone(), bytes), |tx, (id, bytes)| Box::pin(touch(tx, id, *bytes))).await?;
        Ok(id)
    }

    /// Whether a task's request or record names this blob.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn names_blob(&self, task: &TaskId, blob: &BlobId) -> Result<bool, StoreError> {
        let found = sqlx::query("SELECT 1 AS known FROM blob_refs WHERE task_id = ? AND blob_id = ?");
        let found = found.bind(task.as_str()).bind(blob.as_str());
        Ok(found.fetch_optional(&mut *self.db.read().await?).await?.is_some())
    }

    /// Opens a blob for reading.
    ///
    /// # Errors
    /// [`StoreError::Blob`] when there is none.
    pub async fn open_blob(&self, id: &BlobId) -> Result<File, StoreError> {
        Ok(File::open(self.files.path(id)?).await?)
    }

    /// Reads the beginning of a blob, at most `limit` bytes.
    ///
    /// # Errors
    /// [`StoreError::Blob`] when there is none.
    pub async fn read_blob(&self, id: &BlobId, limit: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        self.open_blob(id).await?.take(limit).read_to_end(&mut bytes).await?;
        Ok(bytes)
    }
}

/// Notes that a blob is there and was asked for now: what was touched lately is not swept.
async fn touch(tx: &mut Tx, id: &BlobId, bytes: u64) -> Result<(), StoreError> {
    let now = wall_clock().millis();
    let known = sqlx::query("UPDATE blobs SET touched_at = ? WHERE id = ?").bind(now).bind(id.as_str());
    if known.execute(&mut *tx).await?.rows_affected() > 0 {
        return Ok(());
    }
    let added = sqlx::query("INSERT INTO blobs (id, bytes, created_at, touched_at) VALUES (?, ?, ?, ?)")
        .bind(id.as_str())
        .bind(signed(bytes))
        .bind(now)
        .bind(now)
        .execute(tx)
        .await;
    match added.map_err(StoreError::from) {
        Err(error) if error.is_duplicate() => Ok(()),
        other => other.map(|_| ()),
    }
}

/// Files have their times from the system's clock, so their rows have them from there too.
pub(super) fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(0) + since
}

/// Whether the blob's file was gone already or is gone now.
pub(super) async fn remove_file(path: &Path) -> Result<(), StoreError> {
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
