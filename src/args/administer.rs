//! Commands about the hub itself, its projects and its people.

use crate::roles::Role as HubRole;
use clap::{Args, Subcommand};
use signalbox_core::people::{Identity, Role};
use signalbox_core::place::Place;

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

/// `signalbox user …`
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person
    Add(AddUserArgs),
    /// Make a one-time code by which a person links an account in a chat
    LinkCode(LinkCodeArgs),
    /// Make a one-time code by which a person sets a password, for the first time or because it is lost
    Invite(InviteArgs),
    /// List the people, what they may do and which accounts are theirs
    List(ListUsersArgs),
    /// Change what a person may do, or which accounts are theirs
    Change(ChangeUserArgs),
    /// Take every account, role and right away from a person; what they did stays under their name
    Remove(RemoveUserArgs),
}

/// `signalbox user list`
#[derive(Debug, Args)]
pub(crate) struct ListUsersArgs {
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signalbox user change`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox user change ann --project site --role maintainer
  signalbox user change ann --project site --no-role
  signalbox user change ann --link github:583231 --unlink telegram:12345678
  signalbox user change ann --admin false")]
pub(crate) struct ChangeUserArgs {
    /// Their name
    pub(crate) name: String,
    /// The project that the role is about
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    /// What they may do there: viewer, member, maintainer or owner
    #[arg(long, value_name = "ROLE", requires = "project")]
    pub(crate) role: Option<Role>,
    /// They may do nothing there any more
    #[arg(long, requires = "project", conflicts_with = "role")]
    pub(crate) no_role: bool,
    /// Whether they are an admin of the hub
    #[arg(long, value_name = "BOOL")]
    pub(crate) admin: Option<bool>,
    /// Link an account, as PLATFORM:ACCOUNT
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub(crate) link: Vec<Identity>,
    /// Unlink one
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub(crate) unlink: Vec<Identity>,
}

/// `signalbox user remove`
#[derive(Debug, Args)]
pub(crate) struct RemoveUserArgs {
    /// Their name
    pub(crate) name: String,
}

/// An account elsewhere, as `user list` shows it.
fn account(text: &str) -> Result<Identity, String> {
    let said = text.split_once(':').filter(|(platform, account)| {
        let numbered = matches!(*platform, "telegram" | "discord" | "github");
        match numbered {
            true => account.parse::<u64>().is_ok(),
            false => *platform == "email" && account.contains('@'),
        }
    });
    let (platform, account) = said.or_else(|| at_provider(text)).ok_or_else(|| {
        "write telegram:ID, discord:ID, github:ID (numbers, as `signalbox user list` shows them), email:ADDRESS or \
         openid:NAME:SUBJECT"
            .to_owned()
    })?;
    Ok(Identity { platform: platform.to_owned(), account: account.to_owned() })
}

/// The platform and the account of somebody at a provider.
fn at_provider(text: &str) -> Option<(&str, &str)> {
    let (name, subject) = text.strip_prefix("openid:")?.split_once(':')?;
    let sound = subject.len() <= 255 && subject.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    let said = !name.is_empty() && !subject.is_empty() && subject.trim() == subject && sound;
    said.then(|| (&text[.."openid:".len() + name.len()], subject))
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

/// `signalbox user invite`
#[derive(Debug, Args)]
#[command(
    after_help = "The person opens the address and chooses a password. The code is shown once, holds for three days, and
replaces the one made before. Using it ends every session of theirs and takes their second factor away."
)]
pub(crate) struct InviteArgs {
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

/// `signalbox unbind`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signalbox unbind telegram:-1001234567890")]
pub(crate) struct UnbindArgs {
    /// The place, as KIND:ADDRESS
    pub(crate) place: Place,
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
