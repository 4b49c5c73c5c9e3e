//! GitHub, through the shipped binary: people write comments and press buttons of check runs, the real CLI works in a real
//! container, and testkit's server keeps the repository, sends webhooks and refuses what GitHub refuses.

mod job;

use crate::harness::{PATIENCE, Serving, World};
use signalbox_testkit::github::{CommentSeen, GithubServer, GithubSettings, Repo, Role, Thread, User, Visibility};

/// A team with a hub, a project and an App.
pub(crate) struct Team {
    pub(crate) world: World,
    pub(crate) github: GithubServer,
    pub(crate) repo: Repo,
    pub(crate) hub: Option<Serving>,
}

impl Team {
    /// A hub that serves, with the project `demo` on the repository `acme/demo`, where the App is installed.
    pub(crate) async fn new(visibility: Visibility) -> Self {
        let github = GithubServer::start(GithubSettings::default()).expect("testkit's GitHub starts");
        let repo = github.repository("acme/demo", visibility);
        repo.installs_app();
        let port = free_port();
        github.webhooks_to(&format!("http://127.0.0.1:{port}/hooks/github"));
        let world = World::new()
            .await
            .with("SIGNALBOX_WEB_LISTEN", &format!("127.0.0.1:{port}"))
            .with("SIGNALBOX_GITHUB_APP_ID", &github.app_id().to_string())
            .with("SIGNALBOX_GITHUB_PRIVATE_KEY", &github.app_key())
            .with("SIGNALBOX_GITHUB_WEBHOOK_SECRET", &github.webhook_secret())
            .with("SIGNALBOX_GITHUB_API_URL", &github.enterprise_url());
        let hub = world.serves().await;
        let team = Self { world, github, repo, hub: Some(hub) };
        let repository = team.world.repository();
        team.says(&["project", "add", "demo", "--git", repository.to_str().expect("a plain path")]).await;
        team.says(&["bind", "demo", "github:acme/demo"]).await;
        team
    }

    /// Runs a command of the operator's that must succeed; what it printed.
    pub(crate) async fn says(&self, arguments: &[&str]) -> String {
        let said = self.world.says(arguments).await;
        assert_eq!(said.code(), 0, "{arguments:?}: {}", said.stderr);
        said.stdout
    }

    /// Somebody with a role in the project, and the same rights at GitHub; added by their login.
    pub(crate) async fn member(&self, name: &str, role: &str, there: Role) -> User {
        let user = self.github.user(name);
        self.repo.grants(&user, there);
        self.says(&["user", "add", name, "--role", role, "--project", "demo", "--github", name]).await;
        user
    }

    /// Waits for a comment of the hub's that has this in its text.
    pub(crate) async fn hears(&self, thread: &Thread, text: &str) -> CommentSeen {
        let bot = self.github.bot();
        let says = |comment: &CommentSeen| comment.author == bot && comment.body.contains(text);
        thread.wait_for_comment(says, PATIENCE).await
    }

    /// Ends the story: the hub stops, nothing is left over, and nothing was said that GitHub does not know.
    pub(crate) async fn ends(mut self) {
        self.world.is_quiet().await;
        if let Some(hub) = self.hub.take() {
            hub.stops().await;
        }
        assert_eq!(self.github.complaints(), Vec::<String>::new());
        self.github.stop().await;
        self.world.ends().await;
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}
