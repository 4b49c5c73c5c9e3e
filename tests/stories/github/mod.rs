//! GitHub, through the shipped binary: people write comments and press buttons of check runs, the real CLI works in a real
//! container, and testkit's server keeps the repository, sends webhooks and refuses what GitHub refuses. It speaks https with
//! an authority of its own, as an Enterprise server does; the hub's git fetches and pushes with the App's token.

mod asking;
mod bots;
mod buttons;
mod deliveries;
mod job;
mod load;
mod payloads;
mod places;
mod proposing;
mod pulls;
mod pushing;
mod words;

use crate::harness::{PATIENCE, Serving, World};
use serde_json::Value;
use signalbox_testkit::github::{CommentSeen, GithubServer, GithubSettings, Repo, Role, Thread, User, Visibility};

/// What figures are read with.
const FIGURES: &str = "the token of a monitor";

/// A team with a hub, a project and an App.
pub(crate) struct Team {
    pub(crate) world: World,
    pub(crate) github: GithubServer,
    pub(crate) repo: Repo,
    pub(crate) hub: Option<Serving>,
    /// Where the hub takes what is sent to it, and tells of itself: `http://127.0.0.1:PORT`.
    pub(crate) web: String,
}

impl Team {
    /// A hub that serves, with the project `demo` on the repository `acme/demo`, where the App is installed.
    pub(crate) async fn new(visibility: Visibility) -> Self {
        Self::with(visibility, "", |world| world).await
    }

    /// The same, with a policy for the project and other settings.
    pub(crate) async fn with(visibility: Visibility, policy: &str, adjust: impl FnOnce(World) -> World) -> Self {
        let settings = GithubSettings { secure: true, ..GithubSettings::default() };
        Self::on(settings, visibility, policy, adjust).await
    }

    /// The same on a GitHub that is set up otherwise, but as secure.
    pub(crate) async fn on(
        settings: GithubSettings,
        visibility: Visibility,
        policy: &str,
        adjust: impl FnOnce(World) -> World,
    ) -> Self {
        let github = GithubServer::start(settings).expect("testkit's GitHub starts");
        let repo = github.repository("acme/demo", visibility);
        repo.installs_app();
        let listen = format!("127.0.0.1:{}", free_port());
        let web = format!("http://{listen}");
        github.webhooks_to(&format!("{web}/hooks/github"));
        let world = World::new()
            .await
            .with("SIGNALBOX_WEB_LISTEN", &listen)
            .with("SIGNALBOX_WEB_METRICS_TOKEN", FIGURES)
            .with("SIGNALBOX_GITHUB_APP_ID", &github.app_id().to_string())
            .with("SIGNALBOX_GITHUB_PRIVATE_KEY", &github.app_key())
            .with("SIGNALBOX_GITHUB_WEBHOOK_SECRET", &github.webhook_secret())
            .with("SIGNALBOX_GITHUB_API_URL", &github.enterprise_url());
        let authority = github.ca_file();
        let authority = authority.to_str().expect("a plain path");
        let world = world.with("SIGNALBOX_GITHUB_CA_FILE", authority).with("SIGNALBOX_GIT_CA_FILE", authority);
        let world = world.with("SIGNALBOX_GIT_PRIVATE_ADDRESSES", "true");
        let world = adjust(world);
        let hub = world.serves().await;
        let team = Self { world, github, repo, hub: Some(hub), web };
        let file = team.world.folder().join("policy.toml");
        std::fs::write(&file, format!("version = 1\n{policy}")).expect("a policy file");
        let (url, file) = (team.repo.clone_url(), file.to_str().expect("a plain path").to_owned());
        team.says(&["project", "add", "demo", "--git", &url, "--policy", &file]).await;
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

    /// Waits until an approval is asked for there; its comment and its code.
    pub(crate) async fn is_asked(&self, thread: &Thread) -> (CommentSeen, String) {
        let asked = self.hears(thread, "🔐").await;
        let code = asked.body.split("/approve ").nth(1).and_then(|rest| rest.split('`').next());
        let code = code.expect("a code to approve it by").to_owned();
        (asked, code)
    }

    /// Waits until a comment has become this.
    pub(crate) async fn becomes(&self, thread: &Thread, comment: u64, text: &str) -> CommentSeen {
        thread.wait_for_comment(|seen| seen.id == comment && seen.body.contains(text), PATIENCE).await
    }

    /// All comments of the hub's.
    pub(crate) fn said(&self, thread: &Thread) -> Vec<CommentSeen> {
        let bot = self.github.bot();
        thread.comments().into_iter().filter(|comment| comment.author == bot).collect()
    }

    /// All tasks that there are.
    pub(crate) async fn tasks(&self) -> Vec<Value> {
        serde_json::from_str(&self.says(&["tasks", "--all", "--json"]).await).expect("a list of tasks")
    }

    /// Waits until GitHub has brought everything.
    pub(crate) async fn has_heard_all(&self) {
        let all = |github: &GithubServer| github.deliveries().iter().all(signalbox_testkit::github::Delivery::is_done);
        self.github.wait_until("all webhooks are brought", all, PATIENCE).await;
    }

    /// What the hub counts under this name, which may have labels: `name{label="x"}`.
    pub(crate) async fn counted(&self, name: &str) -> u64 {
        let metrics = reqwest::Client::new().get(format!("{}/metrics", self.web)).bearer_auth(FIGURES).send().await;
        let metrics = metrics.expect("the hub answers");
        let metrics = metrics.text().await.expect("metrics");
        let found = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        found.unwrap_or_default()
    }

    /// All that the hub has put into its log so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.world.folder().join("serve.log")).expect("the hub's log")
    }

    /// Ends the hub as `kill -9` does.
    pub(crate) async fn dies(&mut self) {
        self.hub.take().expect("a hub that runs").dies().await;
    }

    /// Starts the hub again.
    pub(crate) async fn returns(&mut self) {
        self.hub = Some(self.world.serves().await);
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

/// A pull request from the branch `topic` of the team's repository.
pub(crate) fn pull_request(team: &Team, by: &User) -> Thread {
    by.pushes(&team.repo, "topic", &[("a.txt", "b\n")]);
    by.opens_pull(&team.repo, "topic", "Mend it", "As it says.")
}
