use super::*;
use crate::accept::accept;
use crate::connection::{Doorway, Transport};
use crate::settings::{Patience, WebSettings};
use axum::Router;
use axum::extract::Extension;
use axum::http::{HeaderMap, Version, header};
use axum::routing::get;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsConnector;

const EVERY: Duration = Duration::from_millis(50);
/// What clients are answered.
const HELLO: &str = "localhost tls true";
const PATIENCE: Duration = Duration::from_millis(500);

fn files(folder: &TempDir) -> CertificateFiles {
    CertificateFiles { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") }
}

/// A certificate for `localhost` that vouches for itself, for so many days.
fn issue(files: &CertificateFiles, days: u32) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj"])
        .args(["/CN=x", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext"])
        .args(["basicConstraints=critical,CA:FALSE", "-days", &days.to_string(), "-keyout"])
        .args([&files.key, Path::new("-out"), &files.certificate])
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}

struct Place {
    address: SocketAddr,
    folder: TempDir,
    _stop: tokio_util::sync::DropGuard,
}

async fn serve() -> Place {
    let folder = tempfile::tempdir().unwrap();
    issue(&files(&folder), 3);
    let (tls, read) = Tls::open(files(&folder)).unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(tls.clone().keep_fresh(read, EVERY, stop.clone()));
    let patience = Patience { head: PATIENCE, ..Patience::default() };
    let doorway = Doorway::new(Arc::new(WebSettings { patience, ..WebSettings::default() }), Some(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hello = |Extension(transport): Extension<Transport>, headers: HeaderMap| async move {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        format!("{} tls {}", host.unwrap_or_default(), transport.tls)
    };
    tokio::spawn(accept(listener, doorway, Router::new().route("/", get(hello)), stop.clone()));
    Place { address, folder, _stop: stop.drop_guard() }
}

/// A client that trusts the certificate that is there now, and speaks this.
async fn greet(place: &Place, protocol: &[u8]) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(files(&place.folder).certificate).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(place.address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn ask(place: &Place, protocol: &[u8]) -> (Version, String) {
    let stream = TokioIo::new(greet(place, protocol).await.unwrap());
    let request =
        Request::get("https://localhost/").header(header::HOST, if protocol == H2 { "elsewhere" } else { "localhost" });
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let answer = if protocol == H2 {
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    };
    let version = answer.version();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (version, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn browsers_are_answered_by_https_as_they_speak_it() {
    let place = serve().await;
    assert_eq!(ask(&place, H2).await, (Version::HTTP_2, HELLO.to_owned()));
    assert_eq!(ask(&place, b"http/1.1").await, (Version::HTTP_11, HELLO.to_owned()));
}

#[tokio::test]
async fn who_speaks_plainly_is_told_so() {
    let place = serve().await;
    let mut plain = TcpStream::connect(place.address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut said = String::new();
    plain.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 400") && said.ends_with("\r\n\r\nthis hub is reached by https://\n"), "{said}");
}

#[tokio::test]
async fn who_greets_slowly_keeps_nobody_waiting_and_is_let_go_of() {
    let place = serve().await;
    let began = Instant::now();
    let mut slow = TcpStream::connect(place.address).await.unwrap();
    slow.write_all(&[HANDSHAKE, 3, 1]).await.unwrap();
    assert_eq!(ask(&place, H2).await.1, HELLO);
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    assert_eq!(slow.read(&mut [0; 8]).await.unwrap_or_default(), 0);
    assert!((PATIENCE..PATIENCE * 8).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn who_asks_nothing_by_http2_is_let_go_of() {
    let place = serve().await;
    let stream = TokioIo::new(greet(&place, H2).await.unwrap());
    let handshake = hyper::client::conn::http2::handshake::<_, _, Empty<Bytes>>(TokioExecutor::new(), stream);
    let (_sender, connection) = handshake.await.unwrap();
    let _ = tokio::time::timeout(PATIENCE * 10, connection).await.expect("it ends");
}

#[tokio::test]
async fn a_new_certificate_is_shown_and_a_bad_one_is_not() {
    let place = serve().await;
    let own = files(&place.folder);
    let old = std::fs::read(&own.certificate).unwrap();
    std::fs::write(&own.certificate, "nothing").unwrap();
    tokio::time::sleep(EVERY * 4).await;
    std::fs::write(&own.certificate, &old).unwrap();
    assert_eq!(ask(&place, H2).await.1, HELLO, "the old one stays");
    // The two files are seldom written at once.
    let key = std::fs::read(&own.key).unwrap();
    issue(&own, 9);
    let new = std::fs::read(&own.key).unwrap();
    std::fs::write(&own.key, &key).unwrap();
    tokio::time::sleep(EVERY * 4).await;
    std::fs::write(&own.key, &new).unwrap();
    tokio::time::sleep(EVERY * 4).await;
    assert_eq!(ask(&place, H2).await.1, HELLO, "the new one is shown, for the client trusts no other");
}

#[test]
fn files_that_are_of_no_use_say_which_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let own = files(&folder);
    let fault = |files: &CertificateFiles| files.read().unwrap_err().to_string();
    assert!(fault(&own).contains("cert.pem cannot be read"), "{}", fault(&own));
    issue(&own, 3);
    let certificate = own.read().unwrap();
    let left = certificate.ends().unwrap().duration_since(SystemTime::now()).unwrap();
    assert_eq!(left.as_secs().div_ceil(24 * 60 * 60), 3);
    assert!(certificate.is_for("localhost") && certificate.is_for("127.0.0.1") && !certificate.is_for("hub.example"));
    let swapped = CertificateFiles { certificate: own.key.clone(), key: own.certificate.clone() };
    assert!(fault(&swapped).contains("key.pem holds no certificate"), "{}", fault(&swapped));
    let keyless = CertificateFiles { key: own.certificate.clone(), ..own.clone() };
    assert!(fault(&keyless).contains("cert.pem holds no private key"), "{}", fault(&keyless));
    let old = std::fs::read(&own.key).unwrap();
    issue(&own, 3);
    std::fs::write(&own.key, old).unwrap();
    assert!(fault(&own).contains("is not the key of the certificate"), "{}", fault(&own));
}
