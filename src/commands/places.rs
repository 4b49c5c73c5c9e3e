//! Places where nothing can be said yet, because their platform is not set up.

use crate::args::{Command, HookCommand, ScheduleCommand, SubscriptionCommand};
use crate::config::Config;
use crate::hub::{discord_settings, github_settings, telegram_settings};
use signalbox_core::place::Place;

/// What to say about the places that a command names, a sentence each. The hub that runs may be set up otherwise.
pub(super) fn silent(command: &Command, config: &Config) -> Vec<String> {
    let says = |place: &&Place| match place.kind() {
        "telegram" => telegram_settings(config).is_none().then_some("telegram.token"),
        "discord" => discord_settings(config).is_none().then_some("discord.token"),
        "github" => github_settings(config).is_none().then_some("github.app_id"),
        _ => None,
    };
    let named = named(command);
    let missing = named.iter().filter_map(|place| says(place).map(|key| (place, key)));
    missing
        .map(|(place, key)| {
            format!(
                "{key} is not set here: a hub without it says and hears nothing at {place}; docs/{}.md",
                place.kind()
            )
        })
        .collect()
}

fn named(command: &Command) -> Vec<&Place> {
    match command {
        Command::Bind(args) => vec![&args.place],
        Command::Hook(HookCommand::Add(args)) => args.places.iter().collect(),
        Command::Schedule(ScheduleCommand::Add(args)) => args.places.iter().collect(),
        Command::Subscription(SubscriptionCommand::Add(args)) => args.place.iter().collect(),
        _ => Vec::new(),
    }
}
