//! The certificate that the hub shows who comes by https, out of two files that somebody else keeps fresh.

use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError as Flaw, RootCertStore};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The end of the year 9999, when every certificate has ended, in seconds since 1970.
const END_OF_TIME: u64 = 253_402_300_799;

/// Where it lies, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, and those that vouch for it, after it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// The files are of no use.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// One cannot be read.
    #[error(
        "{path} cannot be read (web.tls.certificate and web.tls.key name a certificate and its key); the hub's user must be \
         able to"
    )]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no certificate in it.
    #[error(
        "{0} holds no certificate (web.tls.certificate): it must be in PEM, with the certificates that vouch for it after it"
    )]
    NoCertificate(PathBuf),
    /// There is no private key in it.
    #[error("{0} holds no private key (web.tls.key): it must be in PEM, without a password")]
    NoKey(PathBuf),
    /// The two do not belong together, or nothing can be done with them.
    #[error(
        "{key} (web.tls.key) is not the key of the certificate in {certificate} (web.tls.certificate): set both to what was issued together"
    )]
    Unfit {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's.
        key: PathBuf,
        /// Why.
        #[source]
        source: rustls::Error,
    },
}

/// What was in the files.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Pem {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// A certificate with its key.
#[derive(Debug, Clone)]
pub struct Certificate {
    key: Arc<CertifiedKey>,
}

impl CertificateFiles {
    /// Reads them.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn read(&self) -> Result<Certificate, CertificateError> {
        self.parse(&self.pem()?)
    }

    pub(crate) fn pem(&self) -> Result<Pem, CertificateError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|source| CertificateError::Unreadable { path: path.to_owned(), source })
        };
        Ok(Pem { certificate: read(&self.certificate)?, key: read(&self.key)? })
    }

    pub(crate) fn parse(&self, pem: &Pem) -> Result<Certificate, CertificateError> {
        let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&pem.certificate).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| CertificateError::NoCertificate(self.certificate.clone()))?;
        let key = PrivateKeyDer::from_pem_slice(&pem.key).map_err(|_| CertificateError::NoKey(self.key.clone()))?;
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|source| {
            CertificateError::Unfit { certificate: self.certificate.clone(), key: self.key.clone(), source }
        })?;
        Ok(Certificate { key: Arc::new(key) })
    }
}

impl Certificate {
    pub(crate) fn key(&self) -> Arc<CertifiedKey> {
        self.key.clone()
    }

    /// When it ends; none where it does not say.
    pub fn ends(&self) -> Option<SystemTime> {
        let parsed = ParsedCertificate::try_from(self.key.cert.first()?).ok()?;
        let late = UnixTime::since_unix_epoch(Duration::from_secs(END_OF_TIME));
        // The one reader of certificates that is here anyway tells the end only to who comes after it.
        let judged = verify_server_cert_signed_by_trust_anchor(&parsed, &RootCertStore::empty(), &[], late, &[]);
        match judged {
            Err(rustls::Error::InvalidCertificate(Flaw::ExpiredContext { not_after, .. })) => {
                Some(SystemTime::UNIX_EPOCH + Duration::from_secs(not_after.as_secs()))
            }
            _ => None,
        }
    }

    /// Whether it is for this host.
    pub fn is_for(&self, host: &str) -> bool {
        let parsed = self.key.cert.first().and_then(|own| ParsedCertificate::try_from(own).ok());
        let name = ServerName::try_from(host).ok();
        parsed.zip(name).is_some_and(|(parsed, name)| verify_server_name(&parsed, &name).is_ok())
    }
}
