//! The master key, and the sealing of secrets: AES-256-GCM, with the key's id and the row as associated data, so that a
//! sealed value opens only in the row it was sealed for.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, Generate, KeyInit, Nonce, Payload};
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};
use signalbox_core::tool::hex;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

const NONCE: usize = 12;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the master key file {path} cannot be used")]
    File {
        /// The file.
        path: PathBuf,
        /// What happened below.
        #[source]
        source: io::Error,
    },
    /// Others than its owner can read the file.
    #[error("the master key file {path} has mode {mode:o}: take it from the others with `chmod 600`")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds no key.
    #[error("the master key file {path} must hold 32 bytes, or 64 hexadecimal digits")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
}

/// What secrets are sealed with. It is never shown.
#[derive(Debug, Clone)]
pub struct MasterKey {
    id: String,
    bytes: Arc<SecretBox<[u8; 32]>>,
}

impl MasterKey {
    /// A key of bytes that the caller has.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"signalbox master key").chain_update(bytes).finalize();
        Self { id: hex(&digest[..8]), bytes: Arc::new(SecretBox::new(Box::new(bytes))) }
    }

    /// A new random key.
    pub fn generate() -> Self {
        Self::from_bytes(aes_gcm::Key::<Aes256Gcm>::generate().into())
    }

    /// Which key this is; tells nothing about it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Reads a key file: 32 bytes, or 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyError`]; among others when anybody but the file's owner may read it.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let unusable = |source| KeyError::File { path: path.to_owned(), source };
        let mode = fs::metadata(path).map_err(unusable)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed { path: path.to_owned(), mode });
        }
        let content = fs::read(path).map_err(unusable)?;
        let malformed = || KeyError::Malformed { path: path.to_owned() };
        let bytes = match <[u8; 32]>::try_from(content.as_slice()) {
            Ok(bytes) => bytes,
            Err(_) => unhex(content.trim_ascii()).and_then(|b| b.try_into().ok()).ok_or_else(malformed)?,
        };
        Ok(Self::from_bytes(bytes))
    }

    /// Reads a key file, or makes a new one with mode 0600. Of several who make it at once, all get the same key.
    ///
    /// # Errors
    /// See [`MasterKey::load`].
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::generate().save_new(path)?,
            _ => {}
        }
        Self::load(path)
    }

    /// Writes the key to a file that must not exist yet, with mode 0600; a file that is there is left alone.
    ///
    /// # Errors
    /// [`KeyError::File`].
    pub fn save_new(&self, path: &Path) -> Result<(), KeyError> {
        let draft = path.with_extension(format!("new-{}", uuid::Uuid::now_v7()));
        let placed = self.write(&draft).and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        });
        let _ = fs::remove_file(&draft);
        let synced = placed.and_then(|()| File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all());
        synced.map_err(|source| KeyError::File { path: path.to_owned(), source })
    }

    fn write(&self, draft: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
        debug_assert_eq!(file.metadata()?.mode() & 0o077, 0);
        writeln!(file, "{}", hex(self.bytes.expose_secret()))?;
        file.sync_all()
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.bytes.expose_secret().into())
    }
}

/// Whose secret a sealed value is: part of what is authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SecretName {
    pub(super) scope: String,
    pub(super) name: String,
}

impl SecretName {
    fn associated_data(&self, key_id: &str) -> Vec<u8> {
        let parts = [key_id, &self.scope, &self.name];
        parts.iter().flat_map(|part| (part.len() as u64).to_be_bytes().into_iter().chain(part.bytes())).collect()
    }
}

/// A sealed value as its row holds it.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    pub(super) key_id: String,
    pub(super) text: String,
}

/// The keys at hand: one that seals, and those that still open what they sealed.
#[derive(Debug)]
pub(super) struct Keyring(RwLock<Vec<MasterKey>>);

impl Keyring {
    pub(super) fn new(key: MasterKey) -> Self {
        Self(RwLock::new(vec![key]))
    }

    /// The key that seals from now on; the others go on opening.
    pub(super) fn promote(&self, key: MasterKey) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|old| old.id != key.id);
        keys.insert(0, key);
    }

    /// Forgets every key but one.
    pub(super) fn keep_only(&self, key_id: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|key| key.id == key_id);
    }

    /// The key that seals.
    pub(super) fn current(&self) -> Option<MasterKey> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).first().cloned()
    }

    /// Seals a value for one row.
    pub(super) fn seal(&self, row: &SecretName, plain: &[u8]) -> Result<Sealed, &'static str> {
        let key = self.current().ok_or("there is no master key")?;
        let nonce = Nonce::<Aes256Gcm>::generate();
        let aad = row.associated_data(&key.id);
        let sealed = key.cipher().encrypt(&nonce, Payload { msg: plain, aad: &aad }).map_err(|_| "it is too long")?;
        Ok(Sealed { key_id: key.id, text: hex(&[nonce.as_slice(), &sealed].concat()) })
    }

    /// Opens what was sealed for this row.
    pub(super) fn open(&self, row: &SecretName, sealed: &Sealed) -> Result<Vec<u8>, &'static str> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.iter().find(|key| key.id == sealed.key_id).ok_or("it was sealed with another master key")?;
        let bytes = unhex(sealed.text.as_bytes()).filter(|b| b.len() > NONCE).ok_or("the row is damaged")?;
        let (nonce, body) = bytes.split_at(NONCE);
        let nonce = Nonce::<Aes256Gcm>::try_from(nonce).map_err(|_| "the row is damaged")?;
        let aad = row.associated_data(&sealed.key_id);
        key.cipher()
            .decrypt(&nonce, Payload { msg: body, aad: &aad })
            .map_err(|_| "it was changed, or belongs elsewhere")
    }
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some(value(*high)? << 4 | value(*low)?),
        _ => None,
    });
    pairs.collect()
}
