//! A request becomes a durable task: its row, its first event and the receipt owed to the place, in one transaction.

use super::access;
use crate::bus::Ring;
use crate::fresh;
use crate::parts::Parts;
use crate::settings::stricter;
use crate::store::{Conversation, NewTask, owed};
use signalbox_core::card::{Card, TaskCard};
use signalbox_core::event::{EventKind, Excerpt};
use signalbox_core::id::ConversationId;
use signalbox_core::money::{MicroUsd, Usage};
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::{Project, Refusal, SubmitTask, Submitted};
use signalbox_core::task::{Task, TaskState};

pub(crate) async fn submit(parts: &Parts, actor: &Actor, request: SubmitTask) -> Result<Submitted, Refusal> {
    submit_followed(parts, actor, request, Vec::new()).await
}

/// The same, with further places that are told what is told where it was asked.
pub(crate) async fn submit_followed(
    parts: &Parts,
    actor: &Actor,
    request: SubmitTask,
    followers: Vec<Place>,
) -> Result<Submitted, Refusal> {
    check_prompt(parts, &request)?;
    let home = locate(parts, actor, &request).await?;
    let task = draft(parts, actor, &request, &home);
    let Home { project, thread } = home;
    let id = task.id.clone();
    let submitted = EventKind::Submitted {
        project: project.id.clone(),
        conversation: thread.id().clone(),
        by: actor.name.clone(),
        prompt: Excerpt::beginning(&task.prompt),
    };
    let before = parts.store.queued_before(&task.project, task.priority, task.created_at).await?;
    let receipt = owed(task.origin.clone(), Card::Task(first_card(&task, &project, before)), task.created_at);
    let new = NewTask {
        asking: request.asking,
        message: request.message,
        goes_on: request.goes_on,
        followers,
        source: request.source,
        key: request.key,
        new_conversation: thread.into_new(),
        submitted,
        receipt: Some(receipt),
        task,
    };
    let submitted = parts.store.submit(new).await?;
    if submitted.repeated {
        tracing::info!(task = %submitted.task, "task {} was asked for before", submitted.task);
    } else {
        tracing::info!(task = %id, project = project.name, "task {id} is queued");
        metrics::counter!("signalbox_tasks_submitted_total").increment(1);
        let first = parts.store.events(&submitted.task, 0, 1).await?;
        parts.bus.publish(&first);
        parts.bus.ring(Ring::Queue);
        parts.bus.ring(Ring::Outbox);
    }
    Ok(submitted)
}

fn check_prompt(parts: &Parts, request: &SubmitTask) -> Result<(), Refusal> {
    let limit = parts.settings.run.prompt_bytes;
    let length = (request.prompt.len() + request.about.as_ref().map_or(0, String::len)) as u64;
    if request.prompt.trim().is_empty() {
        return Err(Refusal::Invalid("the prompt is empty: say what Claude should do".to_owned()));
    }
    if length > limit {
        return Err(Refusal::Invalid(format!(
            "the prompt has {length} bytes, more than the {limit} that limits.prompt allows; put long texts into a file of \
             the repository"
        )));
    }
    if request.source.is_empty() || request.key.is_empty() || request.source.len() > 64 || request.key.len() > 128 {
        return Err(Refusal::Invalid("a request needs a source and a key of its own".to_owned()));
    }
    Ok(())
}

/// Where a task belongs.
struct Home {
    project: Project,
    thread: Thread,
}

/// The conversation a task goes into.
enum Thread {
    /// One that is there.
    Continued(ConversationId),
    /// One that is made together with the task.
    New(Box<Conversation>),
}

impl Thread {
    fn id(&self) -> &ConversationId {
        match self {
            Self::Continued(id) => id,
            Self::New(conversation) => &conversation.id,
        }
    }

    fn into_new(self) -> Option<Conversation> {
        match self {
            Self::Continued(_) => None,
            Self::New(conversation) => Some(*conversation),
        }
    }
}

async fn locate(parts: &Parts, actor: &Actor, request: &SubmitTask) -> Result<Home, Refusal> {
    if let Some(id) = &request.conversation {
        let missing = || Refusal::NotFound(format!("there is no conversation `{id}`"));
        let conversation = parts.store.conversation(id).await?.ok_or_else(missing)?;
        let (project, standing) =
            access::project(parts, actor, conversation.project.as_str()).await.map_err(|_| missing())?;
        may_submit(standing.may_submit(), &project)?;
        return Ok(Home { project, thread: Thread::Continued(conversation.id) });
    }
    let name = match &request.project {
        Some(name) => name.clone(),
        None => match parts.store.bound_project(&request.place).await? {
            Some(bound) => bound.as_str().to_owned(),
            None => {
                return Err(Refusal::Invalid(
                    "which project? Name one with --project, or bind this place to one with `signalbox bind`"
                        .to_owned(),
                ));
            }
        },
    };
    let (project, standing) = access::project(parts, actor, &name).await?;
    may_submit(standing.may_submit(), &project)?;
    let mut conversation = Conversation::new(project.id.clone(), request.place.clone(), fresh::now());
    conversation.mode = request.mode.unwrap_or_default();
    conversation.ground = request.ground.clone();
    Ok(Home { project, thread: Thread::New(Box::new(conversation)) })
}

fn may_submit(may: bool, project: &Project) -> Result<(), Refusal> {
    if may {
        return Ok(());
    }
    Err(Refusal::Forbidden(format!(
        "you may look at `{}` but not submit tasks there; its owner can make you a member",
        project.name
    )))
}

/// The request with what it is about: what is asked comes first, for cards and commits are named after its first line.
fn whole(request: &SubmitTask) -> String {
    match &request.about {
        Some(about) => format!("{}\n\n{about}", request.prompt),
        None => request.prompt.clone(),
    }
}

fn draft(parts: &Parts, actor: &Actor, request: &SubmitTask, home: &Home) -> Task {
    let now = fresh::now();
    Task {
        id: fresh::task_id(),
        project: home.project.id.clone(),
        conversation: home.thread.id().clone(),
        requester: actor.user.clone(),
        origin: request.place.clone(),
        prompt: whole(request),
        attachments: request.attachments.clone(),
        model: request.model.clone(),
        priority: request.priority,
        limits: stricter(&parts.settings.run.limits, &request.limits),
        state: TaskState::Queued,
        stop_requested: false,
        faults: 0,
        result: None,
        failure: None,
        base: None,
        commit: None,
        cost: MicroUsd::default(),
        usage: Usage::default(),
        created_at: now,
        not_before: request.not_before.unwrap_or(now),
        started_at: None,
        finished_at: None,
    }
}

fn first_card(task: &Task, project: &Project, before: u64) -> TaskCard {
    TaskCard {
        task: task.id.clone(),
        project: project.name.clone(),
        state: TaskState::Queued,
        position: (before > 0).then_some(before),
        created_at: task.created_at,
        cost: MicroUsd::default(),
        lines: Vec::new(),
        text: String::new(),
        passing: false,
    }
}
