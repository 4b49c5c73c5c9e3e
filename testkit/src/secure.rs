//! A listener that speaks TLS, with a certificate of a throwaway authority: what it is told by nobody else is worth nothing.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use crate::socket::{CuttableListener, CuttableStream, Scissors};

/// How many connections wait to be served.
const WAITING: usize = 64;

/// An authority that nobody trusts who was not told to, and what it says of `localhost`.
#[derive(Debug)]
pub(crate) struct Authority {
    folder: TempDir,
}

impl Authority {
    /// Makes one.
    ///
    /// # Errors
    /// When openssl is not there, or fails.
    pub(crate) fn new() -> io::Result<Self> {
        let authority = Self { folder: TempDir::with_prefix("authority-")? };
        let common =
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
        let own =
            ["-subj", "/CN=Testkit", "-addext", "keyUsage=critical,keyCertSign", "-keyout", "ca.key", "-out", "ca.pem"];
        authority.openssl(&[&common[..], &own].concat())?;
        let names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
        let end = ["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "server.key", "-out", "server.pem"];
        let signed = ["-CA", "ca.pem", "-CAkey", "ca.key"];
        authority.openssl(&[&common[..], &names, &end, &signed].concat())?;
        Ok(authority)
    }

    /// The authority's own certificate, as a file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// What proves to clients that they speak to `localhost`.
    ///
    /// # Errors
    /// When the files make no sense.
    pub(crate) fn acceptor(&self) -> io::Result<TlsAcceptor> {
        let path = |name: &str| self.folder.path().join(name);
        let certificate = CertificateDer::from_pem_file(path("server.pem")).map_err(io::Error::other)?;
        let key = PrivateKeyDer::from_pem_file(path("server.key")).map_err(io::Error::other)?;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
        let config = builder.with_no_client_auth().with_single_cert(vec![certificate], key);
        Ok(TlsAcceptor::from(Arc::new(config.map_err(io::Error::other)?)))
    }

    fn openssl(&self, arguments: &[&str]) -> io::Result<()> {
        let folder: &Path = self.folder.path();
        let made = Command::new("openssl").args(arguments).current_dir(folder).stderr(Stdio::null()).status()?;
        if made.success() { Ok(()) } else { Err(io::Error::other("openssl made no certificate")) }
    }
}

/// A listener that speaks TLS. Who is slow to greet keeps nobody else waiting.
pub(crate) struct SecureListener {
    address: SocketAddr,
    ready: mpsc::Receiver<TlsStream<CuttableStream>>,
}

impl SecureListener {
    /// # Errors
    /// When the listener has no address.
    pub(crate) fn new(listener: CuttableListener, acceptor: TlsAcceptor) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, ready) = mpsc::channel(WAITING);
        tokio::spawn(greet_all(listener, acceptor, sender));
        Ok(Self { address, ready })
    }
}

async fn greet_all(
    mut listener: CuttableListener,
    acceptor: TlsAcceptor,
    sender: mpsc::Sender<TlsStream<CuttableStream>>,
) {
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = sender.closed() => return,
        };
        let (acceptor, sender) = (acceptor.clone(), sender.clone());
        tokio::spawn(async move {
            match acceptor.accept(stream).await {
                Ok(stream) => drop(sender.send(stream).await),
                Err(error) => tracing::debug!(%error, "a client did not like the certificate"),
            }
        });
    }
}

impl Listener for SecureListener {
    type Io = TlsStream<CuttableStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(stream) => (stream, self.address),
            // Whoever greets is gone; there will be nothing more.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, SecureListener>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, SecureListener>) -> Self {
        stream.io().get_ref().0.scissors()
    }
}
