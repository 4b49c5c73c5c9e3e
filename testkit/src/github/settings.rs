//! How the server is set up.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::LazyLock;

use super::grants::{Grants, Level};

/// The App's key, made anew in each process: a private key that lies in a repository is one too many.
static APP_KEY: LazyLock<String> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder for the App's key");
    let file = folder.path().join("app-key");
    let mut make = Command::new("ssh-keygen");
    let made = make.args(["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f"]).arg(&file).status();
    assert!(made.is_ok_and(|status| status.success()), "ssh-keygen makes the App's key");
    std::fs::read_to_string(file).expect("the App's key")
});

/// How a GitHub server is set up.
#[derive(Debug, Clone)]
pub struct GithubSettings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether it speaks https, as an Enterprise server does with an authority of its own.
    pub secure: bool,
    /// The App's private key, PKCS#1 as PEM, which is how GitHub hands it out.
    pub app_key: String,
    /// The App's short name; its bot is called `NAME[bot]`.
    pub app_slug: String,
    /// What the App may do, as in its settings: `issues` → write.
    pub app_permissions: Grants,
    /// The events that the App has subscribed to.
    pub app_events: Vec<String>,
    /// The secret that the App's webhooks are signed with.
    pub webhook_secret: String,
    /// How many virtual seconds pass in a real one, for limits and expiry.
    pub clock_rate: f64,
    /// Whether more than GitHub takes is refused.
    pub limits: bool,
    /// How many requests an hour a credential has.
    pub hourly: u32,
    /// How many things may be made in a minute, and in an hour.
    pub creations: (usize, usize),
    /// Whether the secondary limit answers with 429; else with 403. GitHub does either.
    pub secondary_as_429: bool,
}

impl Default for GithubSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            secure: false,
            app_key: APP_KEY.clone(),
            app_slug: "signalbox".to_owned(),
            app_permissions: default_permissions(),
            app_events: DEFAULT_EVENTS.iter().map(|event| (*event).to_owned()).collect(),
            webhook_secret: "It's a Secret to Everybody".to_owned(),
            clock_rate: 1.0,
            limits: true,
            hourly: 5000,
            creations: (80, 500),
            secondary_as_429: false,
        }
    }
}

const DEFAULT_EVENTS: &[&str] = &[
    "check_run",
    "check_suite",
    "issue_comment",
    "issues",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "push",
    "workflow_run",
];

fn default_permissions() -> Grants {
    let write = ["checks", "contents", "issues", "pull_requests"].map(|name| (name.to_owned(), Level::Write));
    let read = ["actions", "metadata"].map(|name| (name.to_owned(), Level::Read));
    write.into_iter().chain(read).collect::<BTreeMap<_, _>>()
}
