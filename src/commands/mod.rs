//! What each command does. All but `run` and `doctor` are a question to the hub and a listing of its answer.

mod accounts;
mod administer;
mod approvals;
mod audit;
mod automation;
mod config;
mod people;
mod places;
mod projects;
mod serve;
mod subscriptions;
mod tasks;

use crate::args::{Args, AuditCommand, Command, HookCommand, UserCommand};
use crate::client::SocketHub;
use crate::exit::Exit;
use crate::logging::{self, Loudness};
use crate::surroundings::Surroundings;
use crate::{doctor, reach, roles, run};
use serde::Serialize;
use std::io::{self, ErrorKind, Write as _};

/// Does what was asked.
///
/// # Errors
/// Whatever kept it from being done; [`Exit::of_error`] says how the program ends then.
pub(crate) async fn perform(args: Args) -> anyhow::Result<Exit> {
    let surroundings = Surroundings::of_process(args.config);
    match args.command {
        Command::Run(args) => run::run(args, &surroundings).await,
        Command::Serve(args) => serve::serve(args, &surroundings).await,
        Command::Doctor(args) => doctor::doctor(args, &surroundings).await,
        Command::Config(command) => config::config(&command, &surroundings),
        Command::Migrate => serve::migrate(&surroundings).await,
        Command::RotateKey => serve::rotate_key(&surroundings).await,
        Command::Hook(HookCommand::Example(args)) => automation::example(&args),
        Command::Audit(AuditCommand::Verify(args)) if args.file.is_some() => audit::verify_file(&args),
        other => ask(other, &surroundings).await,
    }
}

/// Asks the hub that runs, or one of our own that does nothing else.
async fn ask(command: Command, surroundings: &Surroundings) -> anyhow::Result<Exit> {
    let config = surroundings.config()?;
    logging::start(&config.log, Loudness::Quiet)?;
    let command = match command {
        Command::User(UserCommand::Add(args)) => {
            Command::User(UserCommand::Add(accounts::looked_up(args, &config).await?))
        }
        other => other,
    };
    let silent = places::silent(&command, &config);
    let reached = reach::reach(surroundings, roles::one_answer()).await?;
    let answered = answer(command, &reached.hub).await;
    let left = reached.leave().await;
    answered?;
    for sentence in silent {
        eprintln!("{sentence}");
    }
    left.map(|()| Exit::Done)
}

async fn answer(command: Command, hub: &SocketHub) -> anyhow::Result<()> {
    match command {
        Command::Project(command) => projects::project(command, hub).await,
        Command::Policy(command) => projects::policy(command, hub).await,
        Command::User(UserCommand::Add(args)) => administer::add_user(args, hub).await,
        Command::User(UserCommand::LinkCode(args)) => administer::make_link_code(&args, hub).await,
        Command::Places(args) => administer::list_places(&args, hub).await,
        Command::User(UserCommand::Invite(args)) => people::invite(&args, hub).await,
        Command::User(UserCommand::List(args)) => people::list(&args, hub).await,
        Command::User(UserCommand::Change(args)) => people::change(args, hub).await,
        Command::User(UserCommand::Remove(args)) => people::remove(&args, hub).await,
        Command::Bind(args) => administer::bind(&args, hub).await,
        Command::Hook(command) => automation::hook(command, hub).await,
        Command::Schedule(command) => automation::schedule(command, hub).await,
        Command::Subscription(command) => subscriptions::subscription(command, hub).await,
        Command::Unbind(args) => administer::unbind(&args, hub).await,
        Command::Audit(command) => audit::audit(command, hub).await,
        Command::Tasks(args) => tasks::list(args, hub).await,
        Command::Show(args) => tasks::show(&args, hub).await,
        Command::Stop(args) => tasks::stop(&args, hub).await,
        Command::Retry(args) => tasks::retry(&args, hub).await,
        Command::Push(args) => tasks::push(&args, hub).await,
        Command::Discard(args) => tasks::discard(&args, hub).await,
        Command::Approvals(args) => approvals::list(&args, hub).await,
        Command::Approve(args) => approvals::approve(args, hub).await,
        Command::Deny(args) => approvals::deny(args, hub).await,
        Command::Run(_)
        | Command::Serve(_)
        | Command::Doctor(_)
        | Command::Config(_)
        | Command::Migrate
        | Command::RotateKey => Ok(()),
    }
}

/// Writes to standard output. Whoever reads it may have seen enough.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}
