//! Projects and their policies.

use super::administer::read;
use super::{print, print_json};
use crate::args::{
    AddProjectArgs, CredentialArgs, ListProjectsArgs, PolicyCommand, ProjectCommand, SetProjectArgs, ShowProjectArgs,
    TestPolicyArgs, WorkingMode,
};
use crate::client::SocketHub;
use crate::exit::WrongUsage;
use crate::reach::operator;
use crate::show::{self, Look};
use serde_json::{Value, json};
use signalbox_core::port::{AddProject, Hub as _, NewCredential};
use signalbox_core::project::{ChangeProject, Projects as _, TrialMode, TryPolicy};
use signalbox_engine::fresh;
use std::path::Path;

pub(super) async fn project(command: ProjectCommand, hub: &SocketHub) -> anyhow::Result<()> {
    match command {
        ProjectCommand::Add(args) => add(args, hub).await,
        ProjectCommand::List(args) => list(&args, hub).await,
        ProjectCommand::Show(args) => show(&args, hub).await,
        ProjectCommand::Set(args) => set(&args, hub).await,
    }
}

async fn add(args: AddProjectArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let request = AddProject {
        git: address(&args.git)?,
        policy: args.policy.as_deref().map(read).transpose()?,
        credential: credential(&args.credential)?,
        name: args.name,
    };
    let project = hub.add_project(&operator(), request).await?;
    print(&format!("project {} is added; it works on {}\n", project.name, project.git))
}

async fn list(args: &ListProjectsArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let projects = hub.projects(&operator()).await?;
    if args.json {
        return print_json(&projects);
    }
    print(&show::task::projects(&projects, fresh::now(), Look::of_stdout()))
}

async fn show(args: &ShowProjectArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let project = hub.project(&operator(), &args.name).await?;
    if args.json {
        return print_json(&project);
    }
    print(&show::project::project(&project, fresh::now()))
}

async fn set(args: &SetProjectArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let policy = match &args.policy {
        Some(file) => Some(Some(read(file)?)),
        None => args.built_in_policy.then_some(None),
    };
    let change = ChangeProject { git: args.git.as_deref().map(address).transpose()?, policy };
    let credential = credential(&args.credential)?;
    if change == ChangeProject::default() && credential.is_none() && !args.no_credential {
        return Err(WrongUsage("say what is to become different; `--help` lists what can".to_owned()).into());
    }
    if change != ChangeProject::default() {
        let seen = hub.project(&operator(), &args.name).await?.version();
        hub.change_project(&operator(), &args.name, change, Some(&seen)).await?;
    }
    if let Some(credential) = credential {
        hub.set_credential(&operator(), &args.name, credential).await?;
    } else if args.no_credential {
        hub.remove_credential(&operator(), &args.name).await?;
    }
    print(&format!("project {} is changed; it holds for every run that begins from now on\n", args.name))
}

pub(super) async fn policy(command: PolicyCommand, hub: &SocketHub) -> anyhow::Result<()> {
    let PolicyCommand::Test(args) = command;
    let tried = TryPolicy {
        policy: args.policy.as_deref().map(read).transpose()?.map(Some),
        input: input(&args)?,
        tool: args.tool,
        cwd: Some(args.cwd),
        requester: args.by,
        mode: match args.mode {
            WorkingMode::Work => TrialMode::Work,
            WorkingMode::Plan => TrialMode::Plan,
            WorkingMode::Fork => TrialMode::Fork,
        },
    };
    let trial = hub.try_policy(&operator(), &args.project, tried).await?;
    if args.json {
        return print_json(&trial);
    }
    print(&show::project::trial(&trial, fresh::now()))
}

/// The input of the tools that people know by heart; of others as it is.
fn input(args: &TestPolicyArgs) -> Result<Value, WrongUsage> {
    let text = &args.input;
    Ok(match args.tool.as_str() {
        "Bash" => json!({ "command": text }),
        "Read" => json!({ "file_path": text }),
        "Edit" => json!({ "file_path": text, "old_string": "a", "new_string": "b" }),
        "Write" => json!({ "file_path": text, "content": "" }),
        "NotebookEdit" => json!({ "notebook_path": text, "new_source": "" }),
        "Glob" | "Grep" => json!({ "pattern": text }),
        "WebFetch" => json!({ "url": text, "prompt": "" }),
        other => serde_json::from_str(text)
            .map_err(|error| WrongUsage(format!("the input of {other} is to be JSON: {error}")))?,
    })
}

/// An address as it is; a folder with its whole path, since the hub has another current folder.
fn address(git: &str) -> Result<String, WrongUsage> {
    let is_remote = git.contains("://") || git.split_once(':').is_some_and(|(host, _)| !host.contains('/'));
    if is_remote && !Path::new(git).exists() {
        return Ok(git.to_owned());
    }
    let whole = Path::new(git).canonicalize();
    let whole = whole.map_err(|error| WrongUsage(format!("the repository {git} cannot be used: {error}")))?;
    whole.into_os_string().into_string().map_err(|_| WrongUsage(format!("{git} is no UTF-8 path")))
}

fn credential(args: &CredentialArgs) -> Result<Option<NewCredential>, WrongUsage> {
    if let Some(file) = &args.token_file {
        let token = read(file)?.trim().to_owned();
        return Ok(Some(NewCredential::Token { user: args.token_user.clone(), token }));
    }
    match (&args.ssh_key, &args.known_hosts) {
        (Some(key), Some(hosts)) => {
            Ok(Some(NewCredential::SshKey { private_key: read(key)?, known_hosts: read(hosts)? }))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_whole_paths_and_addresses_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("../").join(folder.path().file_name().unwrap());
        let whole = folder.path().canonicalize().unwrap();
        assert_eq!(address(path.to_str().unwrap()).unwrap(), whole.to_str().unwrap());
        for remote in ["https://example.org/a.git", "ssh://git@example.org/a", "git@example.org:a/b.git"] {
            assert_eq!(address(remote).unwrap(), remote);
        }
        assert!(address("/nowhere/at/all").unwrap_err().to_string().contains("cannot be used"));
    }
}
