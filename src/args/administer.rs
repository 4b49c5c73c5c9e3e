//! Commands about the hub itself, its projects and its people.

use crate::roles::Role as HubRole;
use clap::{Args, Subcommand};
use signalbox_core::people::Role;
use signalbox_core::place::Place;
use std::path::PathBuf;

/// `signalbox serve`
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// What this process does: worker, delivery, web, chat; all when not given
    #[arg(long, value_name = "ROLES", value_delimiter = ',', hide_possible_values = true)]
    pub(crate) roles: Vec<HubRole>,
}

/// `signalbox doctor`
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Print the findings as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signalbox config …`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read the configuration and say everything that is wrong with it
    Check,
    /// Print the whole configuration with its defaults and what each key means
    PrintDefault,
}

/// `signalbox project …`
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// Add a repository to work on
    Add(AddProjectArgs),
    /// List the projects
    List(ListProjectsArgs),
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

/// `signalbox user …`
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person
    Add(AddUserArgs),
    /// Make a one-time code by which a person links an account in a chat
    LinkCode(LinkCodeArgs),
}

/// `signalbox user link-code`
#[derive(Debug, Args)]
#[command(
    after_help = "The person sends `/link CODE` to the bot in a private chat. The code is shown once, holds for an hour,
and replaces the one made before."
)]
pub(crate) struct LinkCodeArgs {
    /// Their name
    pub(crate) name: String,
}

/// `signalbox places`
#[derive(Debug, Args)]
pub(crate) struct PlacesArgs {
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signalbox user add`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox user add ann --role maintainer --telegram 12345678
  signalbox user add bob --role member --project site --github bob --email bob@example.org")]
pub(crate) struct AddUserArgs {
    /// Their name: letters, digits, `.`, `_` and `-`
    pub(crate) name: String,
    /// What they may do: viewer, member, maintainer or owner
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Role,
    /// In which project; without it, in all there are now
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    /// Make them an admin of the hub as well
    #[arg(long)]
    pub(crate) admin: bool,
    /// Their Telegram user id (a number)
    #[arg(long, value_name = "ID")]
    pub(crate) telegram: Option<u64>,
    /// Their Discord user id (a number)
    #[arg(long, value_name = "ID")]
    pub(crate) discord: Option<u64>,
    /// Their GitHub account's number, or their login where GitHub is configured
    #[arg(long, value_name = "ID|LOGIN")]
    pub(crate) github: Option<String>,
    /// Their email address
    #[arg(long, value_name = "ADDR")]
    pub(crate) email: Option<String>,
}

/// `signalbox bind`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signalbox bind site telegram:-1001234567890")]
pub(crate) struct BindArgs {
    /// The project
    pub(crate) project: String,
    /// The place, as KIND:ADDRESS
    // A chat's address may begin with a hyphen only behind its kind, so nothing here looks like an option.
    pub(crate) place: Place,
}
