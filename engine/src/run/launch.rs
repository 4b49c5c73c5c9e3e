//! Brings a sandbox up for a run: the conversation's own if it is still awake, a warm one that fits, or a new one; or, after
//! a hub's death, the one that was running.

use super::brief::{Brief, store_failed};
use super::build::{Order, build, reattach};
use super::keep::Purpose;
use super::prompt::{lay_out_files, opening_prompt};
use super::{Ending, Entry, way};
use crate::claude::{CliOptions, Dialogue, DialogueStart, Outgoing, PermissionMode, Prompt};
use crate::fresh;
use crate::gateway::{Allowance, Exit, HostRule, ModelRule, Notices, Spent};
use crate::hub::chain;
use crate::parts::Parts;
use crate::sandbox::{Collector, Control, Output, SandboxError};
use signalbox_core::approval::{Approval, ApprovalState};
use signalbox_core::event::GateAnswer;
use signalbox_core::policy::WORKSPACE;
use signalbox_core::task::FailureKind;

/// What Claude is told about where it is, beside its own system prompt.
const SURROUNDINGS: &str = "You work in a sandbox of Signalbox: /workspace is a clone of the project's repository without a \
    remote, the network is closed except where the project allows it, and each tool call may wait for a person's word. When \
    you are done, everything in the workspace is committed for you; do not push. A file that the person who asked shall be \
    given as such (a report, a picture, an archive) goes into /workspace/.signalbox/out/: what lies there when you answer is \
    handed to them with your answer, and is no part of the commit. At most 10 files, of 20 MiB each.";

/// A sandbox with its CLI, its way out and the state of its protocol.
pub(crate) struct Live {
    pub(crate) control: Control,
    pub(crate) output: Output,
    pub(crate) exit: Exit,
    pub(crate) notices: Notices,
    pub(crate) dialogue: Dialogue,
    /// The name of its volumes.
    pub(crate) volumes: String,
    /// A conversation has its volumes; those of a warm one that nobody took go with it.
    pub(crate) adopted_by_conversation: bool,
    /// How many lines of its output are done with.
    pub(crate) lines: u64,
    /// Waits in the container to hand out the work, once it is armed.
    pub(crate) collector: Option<tokio::task::JoinHandle<Result<Collector, SandboxError>>>,
    /// What had gone through its way out when that was last recorded.
    pub(crate) counted: Spent,
    /// The model that its CLI asks for.
    pub(crate) model: Option<String>,
}

impl Live {
    /// Removes the container and closes its way out; the volumes stay.
    pub(crate) async fn remove(self) {
        if let Err(error) = self.control.remove().await {
            tracing::warn!(sandbox = %self.control.id(), error = chain(&error), "a sandbox could not be removed yet");
        }
        self.exit.close().await;
    }
}

/// How a sandbox was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Made for this run.
    Cold,
    /// It stood ready.
    Warm,
    /// It was running when the hub died.
    Reattached,
}

/// A sandbox, and what is to be said to its CLI first.
pub(crate) struct Boarded {
    pub(crate) live: Live,
    pub(crate) origin: Origin,
    /// To be written to the CLI once the run is recorded.
    pub(crate) opening: Vec<Outgoing>,
}

/// Comes by a sandbox for the run.
pub(crate) async fn board(parts: &Parts, brief: &Brief, entry: Entry) -> Result<Boarded, Ending> {
    if entry == Entry::Adopted {
        return reattach(parts, brief).await;
    }
    if let Some(approval) = deferred_call(parts, brief).await? {
        drop_kept(parts, brief).await;
        let Some(session) = brief.conversation.session.clone() else {
            return Err(Ending::failed(FailureKind::Internal, "a parked task lost its session"));
        };
        let mode = way::of_deferred(parts, brief, &approval).await?;
        return cold(parts, brief, mode, DialogueStart::Deferred { session, call: approval.call.id }).await;
    }
    let prompt = opening_prompt(parts, brief).await?;
    let mode = way::of_next_turn(parts, brief).await?;
    if let Some(live) = awake(parts, brief).await {
        let laid = lay_out_files(parts, brief, &parts.sandboxes.directory(live.control.id())).await;
        if let Err(ending) = laid {
            live.remove().await;
            return Err(ending);
        }
        return Ok(greet(live, brief.model(parts), mode, prompt));
    }
    let start = match brief.conversation.session.clone() {
        Some(session) => DialogueStart::Continued { session, message: Some(prompt) },
        None => DialogueStart::Fresh { message: Some(prompt) },
    };
    cold(parts, brief, mode, start).await
}

/// A sandbox whose CLI is awake: the conversation's own, or a warm one for a new conversation.
async fn awake(parts: &Parts, brief: &Brief) -> Option<Live> {
    if brief.conversation.session.is_none() && brief.conversation.volumes.is_none() {
        return parts.keeper.take_warm(&purpose(parts, brief));
    }
    let live = parts.keeper.take(&brief.conversation.id)?;
    if brief.model(parts).is_some() || live.model.is_none() {
        return Some(live);
    }
    // Nothing is known by which its CLI could be told to go back to its own default.
    live.remove().await;
    None
}

/// What a warm sandbox must have been made for, to serve this run.
pub(crate) fn purpose(parts: &Parts, brief: &Brief) -> Purpose {
    Purpose {
        project: brief.project.id.clone(),
        base: brief.base.as_ref().map(ToString::to_string),
        image: brief.image(parts).to_owned(),
        model: brief.model(parts),
        turns: brief.limits.turns,
    }
}

fn greet(mut live: Live, model: Option<String>, mode: PermissionMode, prompt: Prompt) -> Boarded {
    // It may have left plan mode since, or entered it: that it is in the mode wanted is not known, so it is said.
    let mut opening = live.dialogue.set_mode(mode);
    if let Some(model) = model.filter(|model| live.model.as_ref() != Some(model)) {
        opening.extend(live.dialogue.set_model(&model));
        live.model = Some(model);
    }
    opening.extend(live.dialogue.say(prompt));
    live.adopted_by_conversation = true;
    live.counted = live.exit.spent();
    Boarded { live, origin: Origin::Warm, opening }
}

async fn drop_kept(parts: &Parts, brief: &Brief) {
    if let Some(live) = parts.keeper.take(&brief.conversation.id) {
        live.remove().await;
    }
}

/// The approval of the call that comes again when the session is resumed: it was answered `defer`, and people have decided
/// since.
async fn deferred_call(parts: &Parts, brief: &Brief) -> Result<Option<Approval>, Ending> {
    let approvals = parts.store.approvals_of(&brief.task.id).await.map_err(store_failed)?;
    let Some(last) = approvals.into_iter().rev().find(|approval| approval.parked) else { return Ok(None) };
    if last.state == ApprovalState::Open {
        return Ok(None);
    }
    let records = parts.store.gate_records(&brief.task.id, &last.call.id).await.map_err(store_failed)?;
    let still_deferred = records.last().is_some_and(|record| record.answer == GateAnswer::Defer);
    Ok(still_deferred.then_some(last))
}

/// Makes a sandbox for this run and begins to speak with its CLI.
async fn cold(parts: &Parts, brief: &Brief, mode: PermissionMode, start: DialogueStart) -> Result<Boarded, Ending> {
    let resume = match &start {
        DialogueStart::Fresh { .. } => None,
        DialogueStart::Continued { session, .. } | DialogueStart::Deferred { session, .. } => Some(session.clone()),
    };
    let sandbox = fresh::sandbox_id();
    let volumes = brief.conversation.volumes.clone().unwrap_or_else(|| sandbox.to_string());
    let order = Order {
        sandbox,
        volumes,
        image: brief.image(parts).to_owned(),
        base: brief.base.as_ref().map(ToString::to_string),
        branch: brief.task.branch(),
        options: CliOptions { permission_mode: mode, ..options(parts, brief, resume) },
        owner: Some((brief.task.id.clone(), brief.conversation.id.clone())),
    };
    let mut live = build(parts, brief, order, Dialogue::new(WORKSPACE, start).in_mode(mode)).await?;
    let opening = live.dialogue.begin();
    Ok(Boarded { live, origin: Origin::Cold, opening })
}

/// The CLI's options for the run's task.
fn options(parts: &Parts, brief: &Brief, resume: Option<signalbox_core::id::SessionId>) -> CliOptions {
    CliOptions {
        model: brief.model(parts),
        resume,
        max_turns: brief.limits.turns,
        append_system_prompt: Some(SURROUNDINGS.to_owned()),
        ..CliOptions::default()
    }
}

/// Makes a sandbox ahead of need: its CLI is begun with, and has nothing to do yet.
pub(crate) async fn warm_up(parts: &Parts, brief: &Brief) -> Result<Live, Ending> {
    let sandbox = fresh::sandbox_id();
    let order = Order {
        volumes: sandbox.to_string(),
        sandbox,
        image: brief.image(parts).to_owned(),
        base: brief.base.as_ref().map(ToString::to_string),
        branch: "signalbox/work".to_owned(),
        options: options(parts, brief, None),
        owner: None,
    };
    let mut live = build(parts, brief, order, Dialogue::new(WORKSPACE, DialogueStart::Fresh { message: None })).await?;
    for line in live.dialogue.begin() {
        live.control.send(line.as_bytes()).await.map_err(|error| sandbox_failed(&error))?;
    }
    Ok(live)
}

/// What the sandbox may do from now on.
pub(crate) fn allowance(parts: &Parts, brief: &Brief) -> Allowance {
    let own = &brief.policy.settings;
    let models = if own.limits.models.is_empty() { &parts.settings.run.models } else { &own.limits.models };
    Allowance {
        models: models.iter().map(ModelRule::new).collect(),
        budget: brief.budget_left(),
        hosts: own.sandbox.hosts.iter().filter_map(|host| host.parse::<HostRule>().ok()).collect(),
        server_features: own.sandbox.server_tools.iter().map(ModelRule::new).collect(),
    }
}

/// What a sandbox's failure means for its task.
pub(crate) fn sandbox_failed(error: &SandboxError) -> Ending {
    Ending::failed(FailureKind::SandboxFailed, format!("the sandbox failed: {}", chain(error)))
}
