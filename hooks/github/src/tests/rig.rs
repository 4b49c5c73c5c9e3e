//! GitHub's stand-in, a desk that writes down, and the adapter between them.

use super::desk::Counter;
use super::{provide_crypto, with_token};
use crate::{Credentials, GitHub, GitHubSettings};
use signalbox_core::delivery::Delivery;
use signalbox_core::port::Channel;
use signalbox_testkit::github::{GithubServer, GithubSettings, Repo, Role, User, Visibility};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Long enough for anything on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A public repository where Ann may push and Bob may read; the hub knows both, and nobody else.
pub(super) struct Rig {
    pub(super) server: GithubServer,
    pub(super) desk: Arc<Counter>,
    pub(super) ann: User,
    pub(super) bob: User,
    pub(super) repo: Repo,
    pub(super) settings: GitHubSettings,
    /// Where webhooks are taken.
    pub(super) url: String,
    running: Option<(CancellationToken, JoinHandle<()>)>,
    hook: JoinHandle<()>,
}

impl Rig {
    /// As an App, listening.
    pub(super) async fn new() -> Self {
        let mut rig = Self::idle(Visibility::Public).await;
        rig.listen();
        rig
    }

    /// As an App that takes webhooks, and does not listen yet.
    pub(super) async fn idle(visibility: Visibility) -> Self {
        provide_crypto();
        let server = GithubServer::start(GithubSettings::default()).unwrap();
        let (ann, bob) = (server.user("ann"), server.user("bob"));
        let repo = server.repository("acme/site", visibility);
        repo.grants(&ann, Role::Write);
        repo.grants(&bob, Role::Read);
        repo.installs_app();
        ann.pushes(&repo, "main", &[("a.txt", "a\n")]);
        let desk = Counter::new();
        desk.state().known.extend([ann.id().to_string(), bob.id().to_string()]);
        let settings = GitHubSettings {
            credentials: Credentials::App { id: server.app_id(), private_key: server.app_key().into() },
            webhook_secret: server.webhook_secret().into(),
            api_url: server.enterprise_url(),
            name: String::new(),
            ..with_token()
        };
        let hook = tokio::spawn(async {});
        let mut rig = Self { server, desk, ann, bob, repo, settings, url: String::new(), running: None, hook };
        rig.serve().await;
        rig
    }

    /// With the token of an account of our own, and a webhook of the repository; listening.
    pub(super) async fn with_token() -> Self {
        let mut rig = Self::idle(Visibility::Public).await;
        let us = rig.server.user("signalbox-team");
        rig.repo.grants(&us, Role::Admin);
        rig.repo.uninstalls_app();
        rig.settings = GitHubSettings {
            credentials: Credentials::Token(us.token(&["repo", "admin:repo_hook"]).into()),
            name: "signalbox-team".to_owned(),
            repositories: vec!["acme/site".to_owned()],
            ..rig.settings
        };
        rig.hook.abort();
        rig.serve().await;
        rig.repo.webhooks_to(&rig.url, &rig.server.webhook_secret(), &["issue_comment", "issues", "pull_request"]);
        rig
    }

    /// The adapter as it is set up.
    pub(super) fn adapter(&self) -> GitHub {
        GitHub::new(&self.settings, self.desk.clone()).unwrap()
    }

    pub(super) fn channel(&self) -> Arc<dyn Channel> {
        self.adapter().channel()
    }

    /// Takes webhooks at an address of its own.
    async fn serve(&mut self) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.url = format!("http://{}/hooks/github", listener.local_addr().unwrap());
        self.server.webhooks_to(&self.url);
        let routes = self.adapter().routes();
        self.hook = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    }

    /// Begins to listen.
    pub(super) fn listen(&mut self) {
        let stop = CancellationToken::new();
        self.running = Some((stop.clone(), tokio::spawn(self.adapter().listen(stop))));
    }

    /// Ends the listening, as a hub that stops.
    pub(super) async fn hang_up(&mut self) {
        if let Some((stop, listening)) = self.running.take() {
            stop.cancel();
            tokio::time::timeout(PATIENCE, listening).await.unwrap().unwrap();
        }
    }

    /// A delivery to an issue of the repository.
    pub(super) fn delivery(&self, number: u64, card: signalbox_core::card::Card) -> Delivery {
        super::cards::delivery(&format!("github:acme/site#{number}"), card)
    }

    /// Ends, and says what GitHub would not have taken.
    pub(super) async fn end(mut self) {
        self.hang_up().await;
        self.hook.abort();
        assert_eq!(self.server.complaints(), Vec::<String>::new());
        self.server.stop().await;
    }
}
