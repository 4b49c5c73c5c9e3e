//! People: who is known, what they may do, which accounts are theirs.

use super::{print, print_json};
use crate::args::{ChangeUserArgs, InviteArgs, ListUsersArgs, RemoveUserArgs};
use crate::client::SocketHub;
use crate::exit::WrongUsage;
use crate::reach::operator;
use crate::show::{self, Look};
use signalbox_core::port::{ChangePerson, Hub as _};

pub(super) async fn list(args: &ListUsersArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let people = hub.people(&operator()).await?;
    if args.json {
        return print_json(&people);
    }
    print(&show::people::people(&people, Look::of_stdout()))
}

pub(super) async fn change(args: ChangeUserArgs, hub: &SocketHub) -> anyhow::Result<()> {
    if args.project.is_some() && args.role.is_none() && !args.no_role {
        return Err(WrongUsage("say which role they have there: --role ROLE, or --no-role".to_owned()).into());
    }
    let change = ChangePerson {
        role: args.project.map(|project| (project, args.role)),
        admin: args.admin,
        link: args.link,
        unlink: args.unlink,
    };
    let person = hub.change_person(&operator(), &args.name, change).await?;
    print(&show::people::people(&[person], Look::of_stdout()))
}

pub(super) async fn invite(args: &InviteArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let invited = hub.invite(&args.name).await?;
    print(&format!("{}\n", invited.url))?;
    eprintln!("{} opens that, or enters {} on the page /welcome, within three days", args.name, invited.code);
    Ok(())
}

pub(super) async fn remove(args: &RemoveUserArgs, hub: &SocketHub) -> anyhow::Result<()> {
    hub.remove_person(&operator(), &args.name).await?;
    print(&format!("{} may do nothing any more, and no account is theirs\n", args.name))
}
