//! Makes a sandbox with its way out, or finds the one again that was running when the hub died.

use super::brief::{Brief, store_failed};
use super::launch::{Boarded, Live, Origin, sandbox_failed};
use super::prompt::lay_out_files;
use super::{Ending, way};
use crate::claude::{CliEnvironment, CliOptions, Dialogue, DialogueMemory, arguments, environment};
use crate::gateway::{Exit, Notices, Spent};
use crate::hub::chain;
use crate::parts::Parts;
use crate::sandbox::{Sandbox, SandboxSpec, Volumes};
use crate::store::Run;
use secrecy::SecretString;
use signalbox_core::id::{ConversationId, SandboxId, TaskId};
use signalbox_core::task::FailureKind;
use std::path::Path;

/// What a new sandbox is to be.
pub(super) struct Order {
    pub(super) sandbox: SandboxId,
    pub(super) volumes: String,
    pub(super) image: String,
    pub(super) base: Option<String>,
    pub(super) branch: String,
    pub(super) options: CliOptions,
    pub(super) owner: Option<(TaskId, ConversationId)>,
}

pub(super) async fn build(parts: &Parts, brief: &Brief, order: Order, dialogue: Dialogue) -> Result<Live, Ending> {
    let seed = match &brief.base {
        Some(base) => Some(brief.mirror.seed(base).await.map_err(|error| {
            Ending::failed(
                FailureKind::RepositoryUnreachable,
                format!("the clone could not be prepared: {}", chain(&error)),
            )
        })?),
        None => None,
    };
    let directory = parts.sandboxes.prepare_directory(&order.sandbox, seed.as_deref()).await;
    let directory = directory.map_err(|error| sandbox_failed(&error))?;
    lay_out_files(parts, brief, &directory).await?;
    let (exit, notices, token) = open_exit(parts, &order.sandbox, &directory).await?;
    let spec = SandboxSpec {
        id: order.sandbox.clone(),
        image: order.image,
        volumes: Volumes::of(&order.volumes),
        task: order.owner.as_ref().map(|(task, _)| task.clone()),
        conversation: order.owner.map(|(_, conversation)| conversation),
        env: variables(parts, token, &order.branch, order.base.as_deref()),
        cli_args: arguments(&order.options),
    };
    let adopted_by_conversation = spec.conversation.is_some();
    let model = order.options.model.clone();
    let started = match parts.sandboxes.create(spec).await {
        Ok(created) => parts.sandboxes.start(created).await,
        Err(error) => Err(error),
    };
    match started {
        Ok(Sandbox { control, output }) => {
            let volumes = order.volumes;
            Ok(Live {
                control,
                output,
                exit,
                notices,
                dialogue,
                volumes,
                adopted_by_conversation,
                lines: 0,
                collector: None,
                counted: Spent::default(),
                model,
            })
        }
        Err(error) => {
            exit.close().await;
            if let Err(left) = parts.sandboxes.control(&order.sandbox).remove().await {
                tracing::warn!(sandbox = %order.sandbox, error = chain(&left), "a half-made sandbox is left for the next sweep");
            }
            Err(sandbox_failed(&error))
        }
    }
}

async fn open_exit(
    parts: &Parts,
    sandbox: &SandboxId,
    directory: &Path,
) -> Result<(Exit, Notices, SecretString), Ending> {
    let token = parts.seal.token(sandbox);
    let exit = parts.gateway.open(sandbox, &directory.join("gateway.sock"), token.clone()).await.map_err(|error| {
        Ending::failed(
            FailureKind::SandboxFailed,
            format!("the sandbox's gateway could not be opened: {}", chain(&error)),
        )
    })?;
    let (exit, notices) = exit;
    Ok((exit, notices, token))
}

fn variables(parts: &Parts, token: SecretString, branch: &str, base: Option<&str>) -> Vec<(String, SecretString)> {
    let hub = &parts.settings.commits.hub;
    let own = [
        ("SIGNALBOX_BRANCH", branch),
        ("SIGNALBOX_BASE", base.unwrap_or_default()),
        ("GIT_AUTHOR_NAME", &hub.name),
        ("GIT_AUTHOR_EMAIL", &hub.email),
        ("GIT_COMMITTER_NAME", &hub.name),
        ("GIT_COMMITTER_EMAIL", &hub.email),
    ];
    let cli = environment(&CliEnvironment::in_sandbox(token)).into_iter();
    cli.chain(own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())))
        .map(|(name, value)| (name, SecretString::from(value)))
        .collect()
}

/// Takes the sandbox up that was running when the hub died.
pub(super) async fn reattach(parts: &Parts, brief: &Brief) -> Result<Boarded, Ending> {
    let lost = |why: &str| Ending::failed(FailureKind::SandboxFailed, why.to_owned());
    let run = parts.store.run(&brief.lease.run).await.map_err(store_failed)?;
    let Some(Run { sandbox: Some(sandbox), memory: Some(memory), log_lines, .. }) = run else {
        return Err(lost("the hub stopped before the sandbox was ready"));
    };
    let memory: DialogueMemory =
        serde_json::from_str(&memory).map_err(|_| lost("the record of the run is from another version of the hub"))?;
    let directory = parts.sandboxes.directory(&sandbox);
    if !directory.exists() {
        // A deferred call is in the session, and its sandbox was removed because nothing more could come of it.
        let deferred = super::answer::deferred_in(parts, brief).await?;
        return Err(deferred.map_or_else(|| lost("the sandbox has gone with its host"), Ending::Deferred));
    }
    let mut dialogue = Dialogue::restored(memory);
    if way::plan_is_accepted(parts, brief).await? {
        // The hub may have died between its answer and keeping this.
        dialogue.plan_accepted();
    }
    let (exit, notices, _) = open_exit(parts, &sandbox, &directory).await?;
    match parts.sandboxes.reattach(&sandbox, log_lines).await {
        Ok(Sandbox { control, output }) => {
            let volumes = brief.conversation.volumes.clone().unwrap_or_else(|| sandbox.to_string());
            let live = Live {
                control,
                output,
                exit,
                notices,
                dialogue,
                volumes,
                adopted_by_conversation: true,
                lines: log_lines,
                collector: None,
                counted: Spent::default(),
                model: brief.model(parts),
            };
            Ok(Boarded { live, origin: Origin::Reattached, opening: Vec::new() })
        }
        Err(error) => {
            exit.close().await;
            if let Err(left) = parts.sandboxes.control(&sandbox).remove().await {
                tracing::warn!(%sandbox, error = chain(&left), "a lost sandbox is left for the next sweep");
            }
            Err(sandbox_failed(&error))
        }
    }
}
