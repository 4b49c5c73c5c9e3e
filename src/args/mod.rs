//! The command line: what can be asked, in users' words. Nothing is done here.

mod administer;
mod audit;
mod automation;
mod projects;
mod tasks;
#[cfg(test)]
mod tests;

pub(crate) use administer::{
    AddUserArgs, BindArgs, ChangeUserArgs, ConfigCommand, DoctorArgs, InviteArgs, LinkCodeArgs, ListUsersArgs,
    PlacesArgs, RemoveUserArgs, ServeArgs, UnbindArgs, UserCommand,
};
pub(crate) use audit::{AuditCommand, ListAuditArgs, VerifyAuditArgs};
pub(crate) use automation::{
    AddHookArgs, AddScheduleArgs, AddSubscriptionArgs, ExampleArgs, HookCommand, ListAutomationArgs, ScheduleCommand,
    SubscriptionCommand, TestHookArgs,
};
pub(crate) use projects::{
    AddProjectArgs, CredentialArgs, ListProjectsArgs, PolicyCommand, ProjectCommand, SetProjectArgs, ShowProjectArgs,
    TestPolicyArgs, WorkingMode,
};
pub(crate) use tasks::{ApprovalsArgs, ApproveArgs, DenyArgs, RunArgs, ShowArgs, TaskArgs, TasksArgs};

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Lets a team work with Claude: every task runs in a sealed sandbox, and asks before each step that needs a yes.
#[derive(Debug, Parser)]
#[command(name = "signalbox", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  signalbox run 'Fix the failing test'        one task on the repository here, with this terminal to ask
  signalbox serve                             the hub, for everybody
  signalbox doctor                            what is wrong, and how to mend it

Exit status: 0 done, 1 failed, 2 wrong usage, 3 something around must be mended first, 4 stopped by a person.")]
pub(crate) struct Args {
    /// The configuration file; else SIGNALBOX_CONFIG, else config.toml in SIGNALBOX_HOME
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Do one task, with this terminal as its place
    Run(RunArgs),
    /// Run the hub until it is told to end
    Serve(ServeArgs),
    /// Say what is wrong with this installation, and how to mend it
    Doctor(DoctorArgs),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Bring the database to this version's shape
    Migrate,
    /// Seal every secret with a new master key; the hub must be stopped
    RotateKey,
    /// Add, show and change projects: repositories to work on
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Try what a policy would make of a tool call
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Add, list and change people
    #[command(subcommand)]
    User(UserCommand),
    /// Bind a place to a project: what is asked there is about it
    Bind(BindArgs),
    /// Bind a place to no project any more
    Unbind(UnbindArgs),
    /// List the places where people are heard, and those where nothing can be said any more
    Places(PlacesArgs),
    /// Let other systems ask for tasks by signed requests
    #[command(subcommand)]
    Hook(HookCommand),
    /// Ask for tasks at set times
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Tell other systems what happens to tasks, by signed requests
    #[command(subcommand)]
    Subscription(SubscriptionCommand),
    /// Read, verify and export the audit log: every decision, sign-in, change and refusal
    #[command(subcommand)]
    Audit(AuditCommand),
    /// List tasks, the newest first
    Tasks(TasksArgs),
    /// Show one task
    Show(ShowArgs),
    /// Stop a task
    Stop(TaskArgs),
    /// Queue a failed or stopped task again
    Retry(TaskArgs),
    /// Push a task's branch to the project's repository
    Push(TaskArgs),
    /// Throw away what a task came to, where it is not pushed and nothing is built on it
    Discard(TaskArgs),
    /// List what waits for a yes or no
    Approvals(ApprovalsArgs),
    /// Say yes, or answer a question
    Approve(ApproveArgs),
    /// Say no
    Deny(DenyArgs),
}
