//! https by a certificate of one's own. The files are looked at again and again; a new certificate is shown to who comes next,
//! and one that is of no use changes nothing but the log.

#[cfg(test)]
mod tests;

use crate::certificate::{Certificate, CertificateError, CertificateFiles, Pem};
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at.
pub(crate) const LOOK: Duration = Duration::from_secs(30);
/// HTTP/2, as TLS names it.
const H2: &[u8] = b"h2";
/// What every greeting in TLS begins with.
const HANDSHAKE: u8 = 0x16;
/// What is said to who speaks plainly.
const PLAIN: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 32\r\n\r\n\
    this hub is reached by https://\n";

/// What greets clients.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    files: CertificateFiles,
}

/// The certificate that is shown now.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl Shown {
    fn show(&self, certificate: &Certificate) {
        // No code panics while it holds the lock.
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = certificate.key();
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Tls {
    /// Reads the files; what is returned beside is what was in them.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub(crate) fn open(files: CertificateFiles) -> Result<(Self, Pem), CertificateError> {
        let pem = files.pem()?;
        let shown = Arc::new(Shown(RwLock::new(files.parse(&pem)?.key())));
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_protocol_versions(&[&version::TLS13, &version::TLS12]);
        let builder = builder.map_err(|source| CertificateError::Unfit {
            certificate: files.certificate.clone(),
            key: files.key.clone(),
            source,
        })?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(shown.clone());
        config.alpn_protocols = vec![H2.to_vec(), b"http/1.1".to_vec()];
        Ok((Self { acceptor: TlsAcceptor::from(Arc::new(config)), shown, files }, pem))
    }

    /// Looks at the files until `stop`, and shows what is new in them.
    pub(crate) async fn keep_fresh(self, mut known: Pem, every: Duration, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(every)).await.is_some() {
            let read = self.files.pem();
            if read.as_ref().is_ok_and(|read| *read == known) {
                continue;
            }
            match read.and_then(|pem| self.files.parse(&pem).map(|certificate| (certificate, pem))) {
                Ok((certificate, pem)) => {
                    self.shown.show(&certificate);
                    known = pem;
                    tracing::info!("a new certificate is shown from now on");
                }
                // It is said again each time: until it is mended, the old one comes nearer to its end.
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the old certificate stays: {error}")
                }
            }
        }
    }

    /// Whether a client speaks TLS; who does not is told to.
    ///
    /// # Errors
    /// When the client has gone.
    pub(crate) async fn is_spoken(stream: &mut TcpStream) -> io::Result<bool> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 1 && first[0] == HANDSHAKE {
            return Ok(true);
        }
        stream.write_all(PLAIN).await?;
        stream.shutdown().await?;
        // What they said is read, so that closing does not take back what they are told.
        let _ = stream.read(&mut [0; 4096]).await?;
        Ok(false)
    }

    /// Greets a client.
    ///
    /// # Errors
    /// When they have gone, or nothing is agreed upon.
    pub(crate) async fn greet<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<TlsStream<S>> {
        self.acceptor.accept(stream).await
    }
}

/// Whether HTTP/2 was agreed upon.
pub(crate) fn speaks_h2<S>(stream: &TlsStream<S>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(H2)
}
