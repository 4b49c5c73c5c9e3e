//! Commands about projects and their policies.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `signalbox project …`
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// Add a repository to work on
    Add(AddProjectArgs),
    /// List the projects
    List(ListProjectsArgs),
    /// Show one project: its repository, what opens it, and what holds for its tasks
    Show(ShowProjectArgs),
    /// Change a project's repository, credential or policy
    Set(SetProjectArgs),
}

/// `signalbox project add`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox project add site --git /srv/git/site
  signalbox project add app --git https://example.org/app.git --token-file token.txt
  signalbox project add app --git ssh://git@example.org/app.git --ssh-key deploy_key --known-hosts known_hosts")]
pub(crate) struct AddProjectArgs {
    /// Its name: letters, digits, `.`, `_` and `-`
    pub(crate) name: String,
    /// Where its repository is: an https or ssh address, or a folder on the hub's own disk
    #[arg(long, value_name = "URL|PATH")]
    pub(crate) git: String,
    /// Its policy file; without one the built-in policy holds
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) credential: CredentialArgs,
}

/// What opens a repository.
#[derive(Debug, Args)]
pub(crate) struct CredentialArgs {
    /// A file with the token for https; kept sealed
    #[arg(long, value_name = "FILE", conflicts_with = "ssh_key")]
    pub(crate) token_file: Option<PathBuf>,
    /// The user name that goes with the token
    #[arg(long, value_name = "NAME", requires = "token_file", default_value = "x-access-token")]
    pub(crate) token_user: String,
    /// A file with the private key for ssh; kept sealed
    #[arg(long, value_name = "FILE", requires = "known_hosts")]
    pub(crate) ssh_key: Option<PathBuf>,
    /// A file with the server's lines of known_hosts
    #[arg(long, value_name = "FILE", requires = "ssh_key")]
    pub(crate) known_hosts: Option<PathBuf>,
}

/// `signalbox project list`
#[derive(Debug, Args)]
pub(crate) struct ListProjectsArgs {
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signalbox project show`
#[derive(Debug, Args)]
pub(crate) struct ShowProjectArgs {
    /// The project
    pub(crate) name: String,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signalbox project set`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox project set site --policy policy.toml
  signalbox project set site --token-file token.txt
  signalbox project set site --git https://example.org/moved.git")]
pub(crate) struct SetProjectArgs {
    /// The project
    pub(crate) name: String,
    /// Its policy from now on
    #[arg(long, value_name = "FILE", conflicts_with = "built_in_policy")]
    pub(crate) policy: Option<PathBuf>,
    /// The built-in policy holds from now on
    #[arg(long)]
    pub(crate) built_in_policy: bool,
    /// Where its repository is from now on; a credential that was given for another server is removed
    #[arg(long, value_name = "URL|PATH")]
    pub(crate) git: Option<String>,
    #[command(flatten)]
    pub(crate) credential: CredentialArgs,
    /// Remove what opens the repository
    #[arg(long, conflicts_with_all = ["token_file", "ssh_key"])]
    pub(crate) no_credential: bool,
}

/// `signalbox policy …`
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Say what a project's policy would make of a tool call; nothing is done
    Test(TestPolicyArgs),
}

/// How Claude works when it makes the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WorkingMode {
    /// It works
    Work,
    /// It plans, and its plan was not accepted yet
    Plan,
    /// It answers about a pull request from a fork
    Fork,
}

/// `signalbox policy test`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox policy test site 'cargo test'
  signalbox policy test site --policy draft.toml 'git push --force'
  signalbox policy test site --tool Edit src/main.rs
  signalbox policy test site --tool WebFetch https://example.org/
  signalbox policy test site --tool mcp__tracker__close '{\"issue\": 7}'")]
pub(crate) struct TestPolicyArgs {
    /// The project
    pub(crate) project: String,
    /// What the tool is called with: a command, a path or an address; of other tools the input, as JSON
    pub(crate) input: String,
    /// The tool
    #[arg(long, value_name = "TOOL", default_value = "Bash")]
    pub(crate) tool: String,
    /// A policy file to try instead of the project's own
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Who asked for the task; without it, whoever tries
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// How Claude works
    #[arg(long, value_name = "MODE", default_value = "work")]
    pub(crate) mode: WorkingMode,
    /// Where the tool is called
    #[arg(long, value_name = "DIRECTORY", default_value = "/workspace")]
    pub(crate) cwd: String,
    /// Print what came of it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
