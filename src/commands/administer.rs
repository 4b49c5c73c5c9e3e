//! People and places.

use super::{print, print_json};
use crate::args::{AddUserArgs, BindArgs, LinkCodeArgs, PlacesArgs, UnbindArgs};
use crate::client::SocketHub;
use crate::exit::WrongUsage;
use crate::reach::operator;
use crate::show::{self, Look};
use signalbox_core::people::Identity;
use signalbox_core::place::Place;
use signalbox_core::port::{AddUser, Hub as _};
use signalbox_engine::fresh;
use std::path::Path;

pub(super) async fn add_user(args: AddUserArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let name = args.name.clone();
    let request = AddUser {
        identities: identities(&args),
        name: args.name,
        role: args.role,
        project: args.project,
        admin: args.admin,
    };
    hub.add_user(&operator(), request).await?;
    print(&format!("{name} is added\n"))
}

pub(super) async fn make_link_code(args: &LinkCodeArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let made = hub.make_link_code(&operator(), &args.name).await?;
    let minutes = made.until.since(fresh::now()).as_secs().div_ceil(60);
    print(&format!("{}\n", made.code))?;
    eprintln!("{} sends `/link {}` to the bot in a private chat, within {minutes} minutes", args.name, made.code);
    Ok(())
}

pub(super) async fn list_places(args: &PlacesArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let places = hub.places(&operator()).await?;
    if args.json {
        return print_json(&places);
    }
    print(&show::task::places(&places, Look::of_stdout()))
}

pub(super) async fn bind(args: &BindArgs, hub: &SocketHub) -> anyhow::Result<()> {
    check_place(&args.place)?;
    let bound = hub.bind(&operator(), &args.project, &args.place).await?;
    print(&format!("{bound} is bound to {}\n", args.project))
}

/// A slip of the pen would bind a place in which nobody is ever heard.
fn check_place(place: &Place) -> Result<(), WrongUsage> {
    let (is_one, like) = match place.kind() {
        "telegram" => (
            signalbox_telegram::is_place(place),
            "write telegram:-1001234567890, or telegram:-1001234567890/7 for a topic",
        ),
        "discord" => (signalbox_discord::is_place(place), "write discord:1234567890123456789, the number of a channel"),
        "github" => (signalbox_github::is_place(place), signalbox_github::FORM),
        _ => (false, "write telegram:…, discord:… or github:…"),
    };
    if is_one { Ok(()) } else { Err(WrongUsage(format!("{place} is no place where people are heard; {like}"))) }
}

pub(super) async fn unbind(args: &UnbindArgs, hub: &SocketHub) -> anyhow::Result<()> {
    hub.unbind(&operator(), &args.place).await?;
    print(&format!("{} is bound to no project any more\n", args.place))
}

fn identities(args: &AddUserArgs) -> Vec<Identity> {
    let accounts = [
        ("telegram", args.telegram.map(|id| id.to_string())),
        ("discord", args.discord.map(|id| id.to_string())),
        ("github", args.github.clone()),
        ("email", args.email.clone()),
    ];
    let linked = accounts.into_iter().filter_map(|(platform, account)| Some((platform, account?)));
    linked.map(|(platform, account)| Identity { platform: platform.to_owned(), account }).collect()
}

/// A file that was named on the command line.
pub(super) fn read(file: &Path) -> Result<String, WrongUsage> {
    std::fs::read_to_string(file).map_err(|error| WrongUsage(format!("{} cannot be read: {error}", file.display())))
}
