//! Commands about what starts and follows tasks without anybody writing in a place.

use clap::{Args, Subcommand};
use signalbox_core::place::Place;
use signalbox_core::schedule::Missed;
use std::path::PathBuf;

/// `signalbox hook …`
#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Add an address where another system tells what happened, and what is asked then
    Add(AddHookArgs),
    /// List the hooks
    List(ListAutomationArgs),
    /// Remove a hook
    Remove(NamedArgs),
    /// Give a hook a new secret; the one before it opens for another day
    Rotate(NamedArgs),
    /// Show what would be asked about a payload on standard input; nothing is made of it
    Test(TestHookArgs),
    /// Print rules to begin with: standard, gitlab, gitea, sentry, grafana
    Example(ExampleArgs),
}

/// `signalbox hook add`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox hook add incidents --project site --as ann --place telegram:-1001234567890
  signalbox hook add issues --project site --as ann --from gitlab
  signalbox hook add errors --project site --as ann --from rules.toml --secret-file secret.txt")]
pub(crate) struct AddHookArgs {
    /// Its name: the last part of its address, /hooks/in/NAME
    pub(crate) name: String,
    /// The project that its tasks are for
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: String,
    /// In whose name the tasks are asked
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: String,
    /// A file of rules, or the name of one that `hook example` knows
    #[arg(long, value_name = "FILE|NAME", default_value = "standard")]
    pub(crate) from: String,
    /// Where the tasks are shown and their questions asked, as KIND:ADDRESS; can be given again
    #[arg(long = "place", value_name = "PLACE")]
    pub(crate) places: Vec<Place>,
    /// A file with the secret; without it one is made and shown once
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
}

/// `signalbox hook list`, `signalbox schedule list`
#[derive(Debug, Args)]
pub(crate) struct ListAutomationArgs {
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A hook or a schedule.
#[derive(Debug, Args)]
pub(crate) struct NamedArgs {
    /// Its name
    pub(crate) name: String,
}

/// `signalbox hook test`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  signalbox hook test issues --event 'Issue Hook' < payload.json")]
pub(crate) struct TestHookArgs {
    /// The hook
    pub(crate) name: String,
    /// The kind of event, as the sender's header would name it
    #[arg(long, value_name = "EVENT", default_value = "")]
    pub(crate) event: String,
}

/// `signalbox hook example`
#[derive(Debug, Args)]
pub(crate) struct ExampleArgs {
    /// Which
    #[arg(default_value = "standard")]
    pub(crate) name: String,
}

/// `signalbox schedule …`
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Add a task that is asked again and again
    Add(AddScheduleArgs),
    /// List the schedules with their next times
    List(ListAutomationArgs),
    /// Remove a schedule
    Remove(NamedArgs),
    /// Ask for a schedule's task now, beside its times
    Run(NamedArgs),
}

/// `signalbox schedule add`
#[derive(Debug, Args)]
#[command(after_help = "Example:
  signalbox schedule add morning --project site --as ann --cron '0 7 * * 1-5' --zone Europe/Berlin \\
      --prompt 'Look for outdated dependencies and propose updates' --place telegram:-1001234567890")]
pub(crate) struct AddScheduleArgs {
    /// Its name: letters, digits, `.`, `_` and `-`
    pub(crate) name: String,
    /// The project that its tasks are for
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: String,
    /// In whose name the tasks are asked
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: String,
    /// When: minute, hour, day, month and weekday
    #[arg(long, value_name = "EXPRESSION")]
    pub(crate) cron: String,
    /// In which time zone
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) zone: String,
    /// What Claude is asked
    #[arg(long, value_name = "TEXT")]
    pub(crate) prompt: String,
    /// Where the tasks are shown and their questions asked, as KIND:ADDRESS; can be given again
    #[arg(long = "place", value_name = "PLACE")]
    pub(crate) places: Vec<Place>,
    /// What is done about times that passed while no hub ran: skip them, or make up for them once
    #[arg(long, value_name = "skip|once", default_value = "skip")]
    pub(crate) missed: Missed,
}
