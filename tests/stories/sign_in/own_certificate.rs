//! https without a proxy: by a certificate that the operator has, which the hub reads, judges and takes up anew.

use super::stage::{GOOD, said};
use crate::harness::World;
use serde_json::json;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

async fn issue(folder: &Path, names: &str) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "9"])
        .args(["-subj", "/CN=x", "-addext", names, "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .status();
    assert!(made.await.unwrap().success());
}

/// What curl is answered, which trusts this certificate alone; head and body.
async fn asks(certificate: &Path, address: &str, more: &[&str]) -> String {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--include", "--noproxy", "*", "--cacert"]).arg(certificate).args(more);
    let said = curl.arg(address).output().await.unwrap();
    String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned()
}

#[tokio::test]
async fn people_sign_in_by_https_without_a_proxy() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (listen, public) = (format!("127.0.0.1:{port}"), format!("https://localhost:{port}"));
    let world = World::new().await;
    let path = |name: &str| -> PathBuf { world.folder().join(name) };
    let (certificate, key) = (path("cert.pem"), path("key.pem"));
    let world = world
        .with("SIGNALBOX_WEB_LISTEN", &listen)
        .with("SIGNALBOX_WEB_PUBLIC_URL", &public)
        .with("SIGNALBOX_WEB_TLS_CERTIFICATE", certificate.to_str().unwrap())
        .with("SIGNALBOX_WEB_TLS_KEY", key.to_str().unwrap());
    let refused = world.says(&["serve"]).await;
    assert!(refused.code() != 0 && refused.stderr.contains("cert.pem cannot be read"), "{}", refused.stderr);
    issue(world.folder(), "subjectAltName=DNS:elsewhere.example").await;
    let found = world.says(&["doctor"]).await.stdout;
    assert!(found.contains("FAIL certificate   it is not for localhost, the host of web.public_url"), "{found}");
    issue(world.folder(), "subjectAltName=DNS:localhost").await;
    let found = world.says(&["doctor"]).await.stdout;
    assert!(found.contains("warn certificate   it ends in 8 days"), "{found}");

    let hub = world.serves().await;
    assert_eq!(said(&world, "web: ").await, format!("https://{listen}"));
    let page = asks(&certificate, &public, &["--location"]).await;
    assert!(page.starts_with("HTTP/2 ") && page.contains("\r\nstrict-transport-security: max-age="), "{page}");
    let code = said(&world, "within 24 hours: ").await;
    let welcome = json!({"code": code, "name": "ada", "password": GOOD}).to_string();
    let (origin, json) = (format!("origin: {public}"), "content-type: application/json");
    let more = ["--data", &welcome, "--header", &origin, "--header", json];
    let welcomed = asks(&certificate, &format!("{public}/api/v1/welcome"), &more).await;
    let cookie = welcomed.lines().find(|line| line.starts_with("set-cookie: ")).expect(&welcomed);
    assert!(cookie.contains("__Host-signalbox=") && cookie.contains("; Secure"), "{cookie}");
    let plain = asks(&certificate, &public.replace("https", "http"), &[]).await;
    assert!(plain.starts_with("HTTP/1.1 400") && plain.contains("this hub is reached by https://"), "{plain}");
    hub.stops().await;
    world.ends().await;
}
