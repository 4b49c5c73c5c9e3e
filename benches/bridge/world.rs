//! What is measured against: one scripted model for all ways, one repository, and folders that are gone afterwards.

use anyhow::{Context as _, ensure};
use signalbox_testkit::{ScriptedModel, Settings};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The key that the scripted model accepts.
pub(crate) const KEY: &str = "sk-the-real-key-of-the-operator";

pub(crate) struct World {
    folder: TempDir,
    model: ScriptedModel,
    pub(crate) image: String,
    pub(crate) claude: PathBuf,
}

impl World {
    pub(crate) fn new() -> anyhow::Result<Self> {
        // Nobody else can have installed one in this process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // All interfaces: `docker run` reaches the model over its default network, as people would run it.
        let settings = Settings {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            api_key: Some(KEY.to_owned()),
            keep_requests: 0,
            ..Settings::default()
        };
        let model = ScriptedModel::start(settings).context("the scripted model does not start")?;
        let folder = tempfile::Builder::new().prefix("signalbox-bench").tempdir()?;
        let image = std::env::var("RUNNER_IMAGE").unwrap_or_else(|_| "signalbox-runner".to_owned());
        let world = Self { folder, model, image, claude: find_claude()? };
        make_repository(&world.repository())?;
        Ok(world)
    }

    /// The model's port on every interface.
    pub(crate) fn port(&self) -> u16 {
        self.model.address().port()
    }

    /// The folder of all that is made.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// What the hubs of this run are called, so that what they leave in Docker is told from everything else.
    pub(crate) fn hub_name(&self) -> String {
        format!("bench-{}", std::process::id())
    }

    /// Removes the sandboxes that hubs of this run have left at work.
    pub(crate) fn remove_containers(&self) -> anyhow::Result<()> {
        let listed = docker(&["ps", "--all", "--format", r#"{{.Names}} {{.Label "signalbox.hub"}}"#])?;
        let own = format!(" {}-", self.hub_name());
        let names: Vec<&str> =
            listed.lines().filter(|line| line.contains(&own)).filter_map(|line| line.split(' ').next()).collect();
        if !names.is_empty() {
            docker(&[&["rm", "--force"], &names[..]].concat())?;
        }
        Ok(())
    }

    /// Ends it all; the conversations' volumes, which a hub keeps, go too.
    pub(crate) async fn leave(self) -> anyhow::Result<()> {
        let listed = docker(&["volume", "ls", "--format", r#"{{.Name}} {{.Label "signalbox.hub"}}"#])?;
        let own = format!(" {}-", self.hub_name());
        let volumes: Vec<&str> =
            listed.lines().filter(|line| line.contains(&own)).filter_map(|line| line.split(' ').next()).collect();
        if !volumes.is_empty() {
            docker(&[&["volume", "rm"], &volumes[..]].concat())?;
        }
        self.model.stop().await;
        Ok(())
    }
}

/// The program that runner/build.sh has put into the image.
fn find_claude() -> anyhow::Result<PathBuf> {
    if let Some(given) = std::env::var_os("SIGNALBOX_BENCH_CLAUDE") {
        return Ok(given.into());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let version = include_str!("../../runner/claude-version").trim();
    let cache = std::env::var_os("BUILD_CACHE").map_or_else(|| root.join(".cache"), |cache| root.join(cache));
    let claude = cache.join("runner/claude").join(version).join("claude");
    ensure!(claude.exists(), "the Claude CLI is not at {}: `make image` fetches it", claude.display());
    Ok(claude)
}

fn docker(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("docker").args(arguments).output().context("docker does not run")?;
    ensure!(output.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn make_repository(path: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(path)?;
    std::fs::write(path.join("README.md"), "# A repository\n")?;
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all"],
        &["-c", "user.name=Bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "--message", "First"],
    ] {
        let mut git = Command::new("git");
        git.arg("-C").arg(path).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        ensure!(git.status().context("git does not run")?.success(), "git {arguments:?} failed");
    }
    Ok(())
}
