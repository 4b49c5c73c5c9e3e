//! https with git's own server program behind TLS that asks for a token.

use super::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::Arc;
use std::thread;

const TOKEN: &str = "tok-3f9a'\"$(x)";
/// `ada:tok-3f9a'"$(x)` as basic authentication writes it.
const BASIC: &str = "Basic YWRhOnRvay0zZjlhJyIkKHgp";

struct Server {
    port: u16,
    certificate: PathBuf,
    _directory: tempfile::TempDir,
}

impl Server {
    /// Serves the repositories below `root` to who knows the token; answers `/moved` with another address.
    fn start(root: &Path) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (certificate, key) = (directory.path().join("cert.pem"), directory.path().join("key.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
            .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout"])
            .args([&key, Path::new("-out"), &certificate])
            .stderr(Stdio::null())
            .status();
        assert!(made.unwrap().success());
        let certificates = vec![CertificateDer::from_pem_file(&certificate).unwrap()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = PrivateKeyDer::from_pem_file(&key).unwrap();
        let config = Arc::new(config.with_no_client_auth().with_single_cert(certificates, key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, root) = (listener.local_addr().unwrap().port(), root.to_owned());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, root) = (Arc::clone(&config), root.clone());
                thread::spawn(move || serve(config, stream, &root));
            }
        });
        Self { port, certificate, _directory: directory }
    }

    fn remote(&self, path: &str) -> Remote {
        Remote::parse(&format!("https://localhost:{}/{path}", self.port)).unwrap()
    }
}

/// One request a connection; a client that goes away is no fault of the server's.
fn serve(config: Arc<rustls::ServerConfig>, stream: TcpStream, root: &Path) {
    let connection = rustls::ServerConnection::new(config).unwrap();
    let mut stream = BufReader::new(rustls::StreamOwned::new(connection, stream));
    let Some((request, headers)) = head(&mut stream) else { return };
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let target = request.split(' ').nth(1).unwrap_or_default();
    let answer = if target.starts_with("/moved") {
        b"HTTP/1.1 302 Found\r\nLocation: https://example.org/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .to_vec()
    } else if header("authorization") != BASIC {
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
    } else {
        let body = body(&mut stream, &headers);
        let method = request.split(' ').next().unwrap_or_default();
        backend(
            root,
            (method, target),
            &[header("content-type"), header("content-encoding"), header("git-protocol")],
            &body,
        )
    };
    let stream = stream.get_mut();
    let _ = stream.write_all(&answer);
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

fn head(stream: &mut impl BufRead) -> Option<(String, Vec<(String, String)>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut lines = lines.into_iter();
    let request = lines.next()?;
    let headers = lines.filter_map(|line| line.split_once(": ").map(|(k, v)| (k.to_ascii_lowercase(), v.to_owned())));
    Some((request, headers.collect()))
}

fn body(stream: &mut impl BufRead, headers: &[(String, String)]) -> Vec<u8> {
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let mut body = Vec::new();
    if header("transfer-encoding") != Some("chunked") {
        let length = header("content-length").map_or(0, |text| text.parse().unwrap());
        stream.take(length).read_to_end(&mut body).unwrap();
        return body;
    }
    loop {
        let mut size = String::new();
        stream.read_line(&mut size).unwrap();
        let size = u64::from_str_radix(size.trim(), 16).unwrap();
        stream.take(size).read_to_end(&mut body).unwrap();
        stream.read_line(&mut String::new()).unwrap();
        if size == 0 {
            return body;
        }
    }
}

fn backend(root: &Path, (method, target): (&str, &str), headers: &[&str; 3], body: &[u8]) -> Vec<u8> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut backend = git(root);
    backend.arg("http-backend").env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1").env("REMOTE_USER", "ada");
    backend.env("PATH_INFO", path).env("QUERY_STRING", query).env("REQUEST_METHOD", method);
    backend.env("CONTENT_TYPE", headers[0]).env("HTTP_CONTENT_ENCODING", headers[1]).env("GIT_PROTOCOL", headers[2]);
    backend.env("CONTENT_LENGTH", body.len().to_string());
    let mut child = backend.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(body).unwrap();
    let said = child.wait_with_output().unwrap().stdout;
    let status = said.strip_prefix(b"Status: ").and_then(|rest| rest.split(|byte| *byte == b'\r').next());
    let status = status.map_or("200 OK".to_owned(), |text| String::from_utf8_lossy(text).into_owned());
    [format!("HTTP/1.1 {status}\r\nConnection: close\r\n").as_bytes(), &said].concat()
}

fn token(text: &str) -> Credential {
    Credential::Token { user: "ada".to_owned(), token: text.to_owned().into() }
}

fn yard_with_server() -> (Yard, Server) {
    let root = tempfile::tempdir().unwrap().keep();
    let server = Server::start(&root);
    let certificate = server.certificate.clone();
    let yard = Yard::with(|settings| {
        settings.private_addresses_allowed = true;
        settings.certificates = Some(certificate);
        settings.binary = spying_git(&settings.root);
    });
    yard.commit("a", "1");
    run(&root, &["clone", "-q", "--bare", yard.upstream().to_str().unwrap(), "a.git"]);
    (yard, server)
}

/// The real git, after noting the arguments that it was called with.
fn spying_git(root: &Path) -> PathBuf {
    let program = root.with_file_name("spying-git");
    let log = root.with_file_name("arguments");
    fs::write(&program, format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\nexec {GIT} \"$@\"\n", log.display()))
        .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program
}

#[tokio::test]
async fn a_token_opens_the_remote_and_is_in_no_argument_and_no_file() {
    let (yard, server) = yard_with_server();
    let remote = server.remote("a.git");
    let mirror = yard.git.sync(&yard.project, &remote, &token(TOKEN)).await.unwrap();
    let base = mirror.resolve("main").await.unwrap();
    let sandbox = yard.sandbox(&mirror, &base).await;
    let commit = sandbox.commit("b", "2");
    mirror.take(yard.request(&base), &sandbox.bundle()[..]).await.unwrap();
    let branch = "signalbox/x".parse().unwrap();
    let (credential, commit, expected) = (&token(TOKEN), &commit, Expected::Absent);
    let request = PushRequest { remote: &remote, credential, commit, branch: &branch, expected, protected: &[] };
    assert_eq!(mirror.push(request).await.unwrap(), Pushed::Created);
    assert_eq!(mirror.push(request).await.unwrap(), Pushed::AlreadyThere);
    let arguments = fs::read_to_string(yard.path().join("arguments")).unwrap();
    assert!(arguments.contains("ls-remote") && arguments.contains("push") && !arguments.contains("tok-3f9a"));
    let found = Command::new("grep").args(["-rl", "tok-3f9a"]).arg(yard.hub()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    yard.assert_quarantine_empty();
}

#[tokio::test]
async fn faults_of_an_https_remote_are_told_apart() {
    let (yard, server) = yard_with_server();
    let probe = async |path: &str, credential: Credential| match yard.git.probe(&server.remote(path), &credential).await
    {
        Err(GitError::Remote { fault, detail }) => (fault, detail),
        other => panic!("{other:?}"),
    };
    let (fault, detail) = probe("a.git", token("wrong-token")).await;
    assert_eq!(fault, RemoteFault::Denied);
    assert!(!detail.contains("wrong-token"), "{detail}");
    assert_eq!(probe("a.git", Credential::None).await.0, RemoteFault::Denied);
    assert_eq!(probe("missing.git", token(TOKEN)).await.0, RemoteFault::NotFound);
    assert_eq!(probe("moved/a.git", token(TOKEN)).await.0, RemoteFault::Redirected);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let remote = Remote::parse(&format!("https://localhost:{closed}/a.git")).unwrap();
    let outcome = yard.git.probe(&remote, &token(TOKEN)).await;
    assert!(matches!(outcome, Err(GitError::Remote { fault: RemoteFault::Unreachable, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_certificate_of_nobody_known_is_refused() {
    let (_yard, server) = yard_with_server();
    let trusting_nobody = Yard::with(|settings| settings.private_addresses_allowed = true);
    let outcome = trusting_nobody.git.probe(&server.remote("a.git"), &token(TOKEN)).await;
    assert!(matches!(outcome, Err(GitError::Remote { fault: RemoteFault::Certificate, .. })), "{outcome:?}");
}
