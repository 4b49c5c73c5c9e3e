//! What every story needs: a home and a repository of its own, a scripted model, the shipped binary, and a look at Docker.

#![allow(dead_code)]

use serde_json::Value;
use signalbox_testkit::{ScriptedModel, Settings};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};

/// The key that the scripted model accepts, and the hub has. No sandbox ever sees it.
pub(crate) const MODEL_KEY: &str = "sk-the-real-key-of-the-operator";

/// How long anything in a story may take: these machines are slow and shared.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A world for one story.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) model: ScriptedModel,
    name: String,
    variables: BTreeMap<String, String>,
}

impl World {
    /// A fresh world with a small repository.
    pub(crate) async fn new() -> Self {
        install_crypto();
        let folder = tempfile::Builder::new().prefix("sbx").tempdir().expect("a temporary folder");
        let settings = Settings { api_key: Some(MODEL_KEY.to_owned()), ..Settings::default() };
        let model = ScriptedModel::start(settings).expect("the scripted model starts");
        let name = format!("story-{}", folder.path().file_name().and_then(|n| n.to_str()).unwrap_or("x"));
        let world = Self { folder, model, name, variables: BTreeMap::new() };
        make_repository(&world.repository(), &[("README.md", "# A story\n"), ("notes.txt", "one\ntwo\n")]);
        let base_url = world.model.base_url();
        world
            .with("SIGNALBOX_MODEL_BASE_URL", &base_url)
            .with("SIGNALBOX_MODEL_API_KEY", MODEL_KEY)
            .with("SIGNALBOX_WEB_LISTEN", "")
            .with("SIGNALBOX_SANDBOX_WARM", "0")
            .with("SIGNALBOX_SANDBOX_KEEP", "0")
    }

    /// Sets a variable for every command of this world.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Unsets one.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// The hub's home.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The folder that all of this world lies in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The repository.
    pub(crate) fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// A command of the shipped binary, with this world's environment and nothing else.
    pub(crate) fn signalbox(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
            .env("HOME", self.folder.path())
            .env("SIGNALBOX_HOME", self.home())
            .env("SIGNALBOX_HUB_NAME", &self.name);
        command.envs(&self.variables).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn says(&self, arguments: &[&str]) -> Said {
        let output = timeout(PATIENCE, self.signalbox(arguments).output()).await;
        Said::from(output.expect("the command ends in time").expect("the command runs"))
    }

    /// `signalbox run --repo <the repository> --json PROMPT`, to be followed line by line.
    pub(crate) fn runs(&self, options: &[&str], prompt: &str) -> Running {
        let repository = self.repository();
        let mut arguments = vec!["run", "--repo", repository.to_str().expect("a plain path"), "--json"];
        arguments.extend(options);
        arguments.push(prompt);
        Running::start(self.signalbox(&arguments))
    }

    /// The same in another repository.
    pub(crate) fn runs_in(&self, repository: &Path, prompt: &str) -> Running {
        let repository = repository.to_str().expect("a plain path");
        Running::start(self.signalbox(&["run", "--repo", repository, "--json", prompt]))
    }

    /// `signalbox run --continue CONVERSATION --json PROMPT`.
    pub(crate) fn continues(&self, conversation: &str, prompt: &str) -> Running {
        Running::start(self.signalbox(&["run", "--continue", conversation, "--json", prompt]))
    }

    /// A `signalbox run … --json`, with whatever arguments.
    pub(crate) fn follows(&self, arguments: &[&str]) -> Running {
        Running::start(self.signalbox(arguments))
    }

    /// Posts JSON to the hub's local socket, and reads JSON back.
    pub(crate) async fn posts(&self, path: &str, body: &Value) -> Value {
        let mut command = Command::new("curl");
        command.args(["--silent", "--unix-socket"]).arg(self.home().join("signalbox.sock"));
        command.args(["--header", "content-type: application/json", "--data", &body.to_string()]);
        let output = timeout(PATIENCE, command.arg(format!("http://hub{path}")).output()).await;
        let output = output.expect("the hub answers in time").expect("curl runs");
        serde_json::from_slice(&output.stdout).expect("an answer in JSON")
    }

    /// Starts `signalbox serve` and waits until its socket answers.
    pub(crate) async fn serves(&self) -> Serving {
        Serving::start(self).await
    }

    /// Git in the repository.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.repository(), arguments)
    }

    /// The sandboxes of this world's hub that Docker knows, whatever their state, as container names.
    pub(crate) async fn containers(&self) -> Vec<String> {
        let label = "{{.Names}} {{.Label \"signalbox.hub\"}}";
        let listed = docker(&["ps", "--all", "--no-trunc", "--format", label]).await;
        let own = format!(" {}-", self.name);
        listed
            .lines()
            .filter(|line| line.contains(&own))
            .filter_map(|line| line.split(' ').next())
            .map(str::to_owned)
            .collect()
    }

    /// Waits until no container of this world is left: one is removed just after its outcome is told.
    pub(crate) async fn is_quiet(&self) {
        for _ in 0..400 {
            if self.containers().await.is_empty() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("containers are still there: {:?}", self.containers().await);
    }

    /// Removes the volumes of this world's conversations.
    pub(crate) async fn removes_volumes(&self) {
        let volumes = docker(&["volume", "ls", "--format", "{{.Name}} {{.Label \"signalbox.hub\"}}"]).await;
        let own = format!(" {}-", self.name);
        for line in volumes.lines().filter(|line| line.contains(&own)) {
            docker(&["volume", "rm", "--force", line.split(' ').next().unwrap_or_default()]).await;
        }
    }

    /// Ends the story: nothing of it may be left in Docker but volumes, which are removed here.
    pub(crate) async fn ends(self) {
        let left = self.containers().await;
        for container in &left {
            docker(&["rm", "--force", container]).await;
        }
        self.removes_volumes().await;
        self.model.stop().await;
        assert!(left.is_empty(), "containers were left behind: {left:?}");
    }
}

fn install_crypto() {
    // A second story in the same process finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// What a finished command said.
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// The exit status.
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }

    /// Standard output as JSON lines.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// A `signalbox run --json` under way.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub(crate) seen: Vec<Value>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("signalbox starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines, seen: Vec::new() }
    }

    /// The next event of this kind; those before it are kept in `seen`.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        self.until_one_of(&[kind]).await
    }

    /// The next event of one of these kinds.
    pub(crate) async fn until_one_of(&mut self, kinds: &[&str]) -> Value {
        let kind = kinds.join("` or `");
        loop {
            let line = timeout(PATIENCE, self.lines.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("no `{kind}` in time; seen: {:#?}", self.kinds()));
            let Some(line) = line.expect("a readable line") else {
                let said = self.stderr().await;
                panic!("the run ended without `{kind}`; seen: {:#?}; it said: {said}", self.kinds());
            };
            let event: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
            self.seen.push(event.clone());
            if event["event"].as_str().is_some_and(|kind| kinds.contains(&kind)) {
                return event;
            }
        }
    }

    async fn stderr(&mut self) -> String {
        use tokio::io::AsyncReadExt as _;
        let mut said = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = timeout(PATIENCE, stderr.read_to_string(&mut said)).await;
        }
        said
    }

    /// The recorded events' kinds, in order.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        self.seen
            .iter()
            .filter(|event| event.get("seq").is_some())
            .filter_map(|event| event["event"].as_str())
            .collect()
    }

    /// Waits for the `finished` event and the end of the command.
    pub(crate) async fn finishes(mut self) -> (Value, i32, Vec<Value>) {
        let finished = self.until("finished").await;
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it ends in time").expect("it ended");
        (finished, status.code().unwrap_or(-1), self.seen)
    }

    /// Ends the command as `kill -9` does.
    pub(crate) async fn dies(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }
}

/// A `signalbox serve` under way.
pub(crate) struct Serving {
    child: Child,
}

impl Serving {
    async fn start(world: &World) -> Self {
        let mut command = world.signalbox(&["serve"]);
        let log = std::fs::OpenOptions::new().create(true).append(true).open(world.folder.path().join("serve.log"));
        let log = log.expect("a log file");
        command.stdout(log.try_clone().expect("a log file")).stderr(log);
        let mut child = command.spawn().expect("signalbox starts");
        for _ in 0..600 {
            // Not by a command of ours: where no hub answers yet, that would become the hub itself.
            if tokio::net::UnixStream::connect(world.home().join("signalbox.sock")).await.is_ok() {
                return Self { child };
            }
            if let Some(status) = child.try_wait().expect("a look") {
                let log = std::fs::read_to_string(world.folder.path().join("serve.log")).unwrap_or_default();
                panic!("serve ended with {status}: {log}");
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("serve does not answer");
    }

    /// Ends the hub as `kill -9` does.
    pub(crate) async fn dies(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Asks the hub to stop, and waits until it has.
    pub(crate) async fn stops(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill runs");
        assert!(asked.success());
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it stops in time").expect("it stopped");
        assert!(status.success(), "serve ended with {status}");
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }
}

/// Makes a repository with one commit.
pub(crate) fn make_repository(path: &Path, files: &[(&str, &str)]) {
    std::fs::create_dir_all(path).expect("a folder");
    git(path, &["init", "--quiet", "--initial-branch=main"]);
    for (name, content) in files {
        std::fs::write(path.join(name), content).expect("a file");
    }
    git(path, &["add", "--all"]);
    git(path, &["commit", "--quiet", "--message", "First"]);
}

/// Git with nobody's configuration; panics with what it said when it fails.
pub(crate) fn git(path: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .arg("-C")
        .arg(path)
        .args(["-c", "user.name=Story", "-c", "user.email=story@localhost"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Docker's own command line; panics with what it said when it fails.
pub(crate) async fn docker(arguments: &[&str]) -> String {
    let output = timeout(PATIENCE, Command::new("docker").args(arguments).output()).await;
    let output = output.expect("docker answers in time").expect("docker runs");
    assert!(output.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
