//! Hooks and schedules.

use super::administer::read;
use super::{print, print_json};
use crate::args::{
    AddHookArgs, AddScheduleArgs, ExampleArgs, HookCommand, ListAutomationArgs, ScheduleCommand, TestHookArgs,
};
use crate::client::SocketHub;
use crate::exit::{Exit, WrongUsage};
use crate::reach::operator;
use crate::show::{self, Look};
use signalbox_core::automation::Automation as _;
use signalbox_core::hook::{AddHook, MadeHook, SharedSecret, Told, Trial, TryHook};
use signalbox_core::schedule::AddSchedule;
use signalbox_core::time::Spoken;
use signalbox_engine::fresh;
use std::io::Read as _;
use std::path::Path;

/// Rules to begin with, by name.
const EXAMPLES: [(&str, &str); 5] = [
    ("standard", include_str!("../../config/hooks/standard.toml")),
    ("gitlab", include_str!("../../config/hooks/gitlab.toml")),
    ("gitea", include_str!("../../config/hooks/gitea.toml")),
    ("sentry", include_str!("../../config/hooks/sentry.toml")),
    ("grafana", include_str!("../../config/hooks/grafana.toml")),
];

pub(super) async fn hook(command: HookCommand, hub: &SocketHub) -> anyhow::Result<()> {
    match command {
        HookCommand::Add(args) => add_hook(args, hub).await,
        HookCommand::List(args) => list_hooks(&args, hub).await,
        HookCommand::Remove(args) => {
            hub.remove_hook(&operator(), &args.name).await?;
            print(&format!("hook {} is removed\n", args.name))
        }
        HookCommand::Rotate(args) => made(&hub.rotate_hook(&operator(), &args.name).await?),
        HookCommand::Test(args) => test_hook(args, hub).await,
        HookCommand::Example(args) => example(&args).map(|_| ()),
    }
}

pub(super) fn example(args: &ExampleArgs) -> anyhow::Result<Exit> {
    let found = EXAMPLES.iter().find(|(name, _)| *name == args.name);
    let (_, text) = found.ok_or_else(|| {
        let names = EXAMPLES.map(|(name, _)| name).join(", ");
        WrongUsage(format!("there are no rules named {}; there are {names}", args.name))
    })?;
    print(text).map(|()| Exit::Done)
}

async fn add_hook(args: AddHookArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let secret = args.secret_file.as_deref().map(read).transpose()?;
    let request = AddHook {
        rules: rules(&args.from)?,
        secret: secret.map(|text| SharedSecret::new(text.trim())),
        name: args.name,
        project: args.project,
        user: args.user,
        places: args.places,
    };
    made(&hub.add_hook(&operator(), request).await?)
}

/// The path goes to standard output with the secret, so that both can be copied; what to do with them does not.
fn made(hook: &MadeHook) -> anyhow::Result<()> {
    print(&format!("{}\n", hook.path))?;
    if let Some(secret) = &hook.secret {
        print(&format!("{}\n", secret.expose()))?;
        eprintln!("give the sender the path, at your public address, and the secret: it is not shown again");
    }
    if let Some(until) = hook.previous_until {
        eprintln!("the secret before it opens for another {}", Spoken(until.since(fresh::now())));
    }
    Ok(())
}

async fn list_hooks(args: &ListAutomationArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let hooks = hub.hooks(&operator()).await?;
    if args.json {
        return print_json(&hooks);
    }
    print(&show::automation::hooks(&hooks, fresh::now(), Look::of_stdout()))
}

async fn test_hook(args: TestHookArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let payload = serde_json::from_str(&text);
    let payload = payload.map_err(|error| WrongUsage(format!("standard input is no JSON: {error}")))?;
    let request = TryHook { told: Told { event: args.event, payload } };
    match hub.try_hook(&operator(), &args.name, request).await? {
        Trial::Asked { prompt } => print(&format!("{prompt}\n")),
        Trial::Unwanted => {
            eprintln!("nothing would be asked: the hook's condition does not hold");
            Ok(())
        }
    }
}

pub(super) async fn schedule(command: ScheduleCommand, hub: &SocketHub) -> anyhow::Result<()> {
    match command {
        ScheduleCommand::Add(args) => add_schedule(args, hub).await,
        ScheduleCommand::List(args) => list_schedules(&args, hub).await,
        ScheduleCommand::Remove(args) => {
            hub.remove_schedule(&operator(), &args.name).await?;
            print(&format!("schedule {} is removed\n", args.name))
        }
        ScheduleCommand::Run(args) => {
            let task = hub.run_schedule(&operator(), &args.name).await?;
            print(&format!("task {task} is queued\n"))
        }
    }
}

async fn add_schedule(args: AddScheduleArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let request = AddSchedule {
        name: args.name,
        project: args.project,
        user: args.user,
        cron: args.cron,
        zone: args.zone,
        prompt: args.prompt,
        places: args.places,
        missed: args.missed,
    };
    let added = hub.add_schedule(&operator(), request).await?;
    let first = added.next.first().map(|due| due.local.clone()).unwrap_or_default();
    print(&format!("schedule {} is added; its first time is {first}\n", added.name))
}

async fn list_schedules(args: &ListAutomationArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let schedules = hub.schedules(&operator()).await?;
    if args.json {
        return print_json(&schedules);
    }
    print(&show::automation::schedules(&schedules, Look::of_stdout()))
}

/// The rules in a file, or those of this name.
fn rules(from: &str) -> Result<String, WrongUsage> {
    match EXAMPLES.iter().find(|(name, _)| *name == from) {
        Some((_, text)) => Ok((*text).to_owned()),
        None => read(Path::new(from)),
    }
}
