//! Debian's Chromium without a screen, and the chromedriver that steers it. Both are gone when this is dropped, and when
//! the test is killed: the browser listens on a pipe that ends with its driver.

use crate::harness::PATIENCE;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Nothing of the browser's own goes out, and no name of anything outside can be resolved: what a page loads is of the hub.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--remote-debugging-pipe",
];

/// A chromedriver with a home of its own, in which each browser's profile is a fresh one.
pub(super) struct Driver {
    child: Child,
    // It is held open: what a driver says into a closed pipe would end it.
    _said: Lines<BufReader<ChildStdout>>,
    url: String,
    home: TempDir,
}

impl Driver {
    pub(super) async fn starts() -> Self {
        let home = tempfile::Builder::new().prefix("sbx-browser").tempdir().expect("a temporary folder");
        let mut command = Command::new("chromedriver");
        command
            .args(["--port=0", "--log-level=SEVERE"])
            .env_clear()
            .env("HOME", home.path())
            .env("TMPDIR", home.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().expect("chromedriver starts: scripts/setup.sh installs it");
        let mut said = BufReader::new(child.stdout.take().expect("its output")).lines();
        let port = timeout(PATIENCE, port(&mut said)).await.expect("chromedriver says its port in time");
        Self { child, _said: said, url: format!("http://127.0.0.1:{port}"), home }
    }

    /// A browser with a fresh profile.
    pub(super) async fn opens(&self) -> Client {
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!("--user-data-dir={}", self.home.path().join("profile").display()));
        let Value::Object(wanted) = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
        }) else {
            unreachable!("it is an object")
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted.into_iter().collect()).connect(&self.url).await.expect("Chromium starts")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.start_kill();
        // The browser, which ends a moment later, still writes into its profile.
        for _ in 0..50 {
            if std::fs::remove_dir_all(self.home.path()).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(40));
        }
    }
}

/// The port that a driver says it has taken.
async fn port(said: &mut Lines<BufReader<ChildStdout>>) -> u16 {
    while let Some(line) = said.next_line().await.expect("a readable line") {
        if let Some((_, rest)) = line.split_once("started successfully on port ") {
            return rest.trim_end_matches('.').parse().expect("a port");
        }
    }
    panic!("chromedriver ended at once");
}
