//! Requests: which conversation they go into, on which project, and what is kept of them.

use super::DeskService;
use super::hear::{Case, Response};
use super::reply::Reply;
use crate::store::PlaceSetting;
use signalbox_core::command::{Mode, Reference};
use signalbox_core::desk::{Heard, Privacy, Said};
use signalbox_core::id::{ConversationId, TaskId};
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::{Asking, Hub as _, Refusal, SubmitTask};
use signalbox_core::task::{Limits, Task};
use std::time::Duration;

/// For how long an answer waits for the message that it may answer; sending one takes no longer, unless the platform is in
/// trouble.
const ON_ITS_WAY: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The conversation that a request goes into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Thread {
    /// One that is there.
    On(ConversationId),
    /// A new one.
    New,
}

impl DeskService {
    /// Plain words: an answer to a card of ours, or a request.
    pub(super) async fn words(
        &self,
        case: &Case<'_>,
        prompt: String,
        answers: Option<&str>,
    ) -> Result<Response, Refusal> {
        let card = match answers {
            Some(message) => self.card_answered(&case.heard.place, message).await?,
            None => None,
        };
        if let Some((kind, rest)) = card.as_deref().and_then(|card| card.split_once(':')) {
            match kind {
                "wants" => return self.filled(case, rest, &prompt).await,
                "approval" => return self.answer_card(case, rest, &prompt).await,
                _ => {}
            }
        }
        let thread = self.thread_here(case, card.as_deref()).await?;
        self.submit(case, prompt, thread).await
    }

    /// The conversation that a request here goes into: that of the card which it answers, else the one that goes on.
    pub(super) async fn thread_here(&self, case: &Case<'_>, card: Option<&str>) -> Result<Thread, Refusal> {
        let task = card.and_then(|card| card.split_once(':')).and_then(|(kind, id)| match kind {
            "task" | "outcome" | "asked" => id.parse::<TaskId>().ok(),
            _ => None,
        });
        if let Some(task) = task {
            return Ok(Thread::On(self.hub.task(&case.actor, task.as_str()).await?.conversation));
        }
        if !case.heard.one_conversation {
            return Ok(Thread::New);
        }
        let going_on = self.parts.store.place(&case.heard.place).await?.conversation;
        Ok(going_on.map_or(Thread::New, Thread::On))
    }

    /// Queues a task; its receipt is the answer.
    pub(super) async fn submit(&self, case: &Case<'_>, prompt: String, thread: Thread) -> Result<Response, Refusal> {
        let heard = case.heard;
        let thread = self.on_its_ground(case, thread).await?;
        if thread == Thread::New {
            self.take_over_habits(heard).await?;
        }
        let place = self.parts.store.place(&heard.place).await?;
        let (conversation, project) = match thread {
            Thread::On(id) => (Some(id), None),
            Thread::New => match self.project_here(case).await? {
                Some(project) => (None, Some(project)),
                None => return self.ask_for_project(case).await,
            },
        };
        let (files, missing) = match &heard.what {
            Said::Words { files, missing, .. } => (files.clone(), missing.as_slice()),
            Said::Form { .. } | Said::Pressed { .. } | Said::Chosen { .. } | Said::Filled { .. } => {
                (Vec::new(), [].as_slice())
            }
        };
        if !missing.is_empty() {
            return Ok(Response::say(
                missing
                    .iter()
                    .fold(Reply::new(), |reply, line| reply.line(line))
                    .line("Nothing was started: send it again without that, or put the file into the repository."),
            ));
        }
        let request = SubmitTask {
            source: heard.source.clone(),
            key: heard.id.clone(),
            project,
            conversation,
            place: heard.place.clone(),
            prompt,
            attachments: files,
            model: place.model,
            priority: 0,
            not_before: None,
            limits: Limits::default(),
            asking: Asking::Ask,
            mode: place.mode.as_deref().and_then(|mode| mode.parse::<Mode>().ok()),
            message: heard.message.clone(),
            goes_on: heard.one_conversation,
            ground: heard.ground.clone(),
            about: heard.about.clone(),
        };
        self.hub.submit(&case.actor, request).await?;
        Ok(Response::Done)
    }

    /// A conversation that begins in a part of a place is held as is chosen there, unless something else is chosen here.
    async fn take_over_habits(&self, heard: &Heard) -> Result<(), Refusal> {
        let Some(parent) = &heard.parent else { return Ok(()) };
        let store = &self.parts.store;
        let (here, there) = (store.place(&heard.place).await?, store.place(parent).await?);
        if let (None, Some(mode)) = (here.mode, there.mode) {
            store.set_place(&heard.place, PlaceSetting::Mode(Some(mode))).await?;
        }
        if let (None, Some(model)) = (here.model, there.model) {
            store.set_place(&heard.place, PlaceSetting::Model(Some(model))).await?;
        }
        Ok(())
    }

    pub(super) async fn start_conversation(
        &self,
        case: &Case<'_>,
        prompt: Option<String>,
    ) -> Result<Response, Refusal> {
        match prompt {
            Some(prompt) => self.submit(case, prompt, Thread::New).await,
            None => {
                self.may_change_here(case).await?;
                self.parts.store.set_place(&case.heard.place, PlaceSetting::Conversation(None)).await?;
                Ok(Response::note("A new conversation begins with the next request."))
            }
        }
    }

    pub(super) async fn continue_conversation(
        &self,
        case: &Case<'_>,
        task: Option<Reference<TaskId>>,
        prompt: Option<String>,
    ) -> Result<Response, Refusal> {
        let task = self.task_meant(case, task.as_ref().map(Reference::as_str)).await?;
        self.may_carry_here(case, &task)?;
        if let Some(prompt) = prompt {
            return self.submit(case, prompt, Thread::On(task.conversation)).await;
        }
        let going_on = PlaceSetting::Conversation(Some(task.conversation.clone()));
        self.parts.store.set_place(&case.heard.place, going_on).await?;
        let how = if case.heard.one_conversation { "Write what comes next" } else { "Answer its card" };
        Ok(Response::note(format!("{how}: the conversation of `{}` goes on here.", task.id)))
    }

    /// The task that a command means: the one that it names, the one whose card it answers, the latest one here.
    pub(super) async fn task_meant(&self, case: &Case<'_>, named: Option<&str>) -> Result<Task, Refusal> {
        if let Some(named) = named {
            return self.hub.task(&case.actor, named).await;
        }
        if let Said::Words { answers: Some(message), .. } = &case.heard.what {
            let card = self.card_answered(&case.heard.place, message).await?;
            if let Some(task) = self.task_of_card(card.as_deref()).await? {
                return self.hub.task(&case.actor, task.as_str()).await;
            }
        }
        let going_on = self.parts.store.place(&case.heard.place).await?.conversation;
        let latest = match going_on.filter(|_| case.heard.one_conversation) {
            Some(conversation) => self.parts.store.latest_task_of(&conversation).await?,
            None => self.parts.store.latest_task_in(&case.heard.place).await?,
        };
        match latest {
            Some(task) => self.hub.task(&case.actor, task.as_str()).await,
            None => Err(Refusal::NotFound("there is no task here yet".to_owned())),
        }
    }

    /// The card that a message belongs to. Who answers at once may be heard before the platform has told us which message the
    /// card became; so as long as something new is on its way there, that is waited for.
    async fn card_answered(&self, place: &Place, message: &str) -> Result<Option<String>, Refusal> {
        let until = tokio::time::Instant::now() + ON_ITS_WAY;
        loop {
            let being_told = self.parts.store.is_being_told(place).await?;
            let card = self.parts.store.card_of(place, message).await?;
            if card.is_some() || !being_told || tokio::time::Instant::now() >= until {
                return Ok(card);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The task that a card is about.
    async fn task_of_card(&self, card: Option<&str>) -> Result<Option<TaskId>, Refusal> {
        let Some((kind, id)) = card.and_then(|card| card.split_once(':')) else { return Ok(None) };
        match kind {
            "task" | "outcome" | "asked" => Ok(id.parse().ok()),
            "approval" => match id.parse() {
                Ok(id) => Ok(self.parts.store.approval(&id).await?.map(|approval| approval.task)),
                Err(_) => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// The project that requests here are about: the bound one; in private also the only one that the person sees.
    pub(super) async fn project_here(&self, case: &Case<'_>) -> Result<Option<String>, Refusal> {
        for place in std::iter::once(&case.heard.place).chain(&case.heard.parent) {
            if let Some(project) = self.bound(&case.actor, place).await? {
                return Ok(Some(project));
            }
        }
        if case.heard.privacy != Privacy::Private {
            return Ok(None);
        }
        let mut visible = self.hub.projects(&case.actor).await?;
        Ok(if visible.len() == 1 { visible.pop().map(|project| project.name) } else { None })
    }

    async fn bound(&self, actor: &Actor, place: &Place) -> Result<Option<String>, Refusal> {
        let Some(bound) = self.parts.store.bound_project(place).await? else { return Ok(None) };
        let visible = self.hub.projects(actor).await?;
        Ok(visible.into_iter().find(|project| project.id == bound).map(|project| project.name))
    }

    async fn ask_for_project(&self, case: &Case<'_>) -> Result<Response, Refusal> {
        let visible = self.hub.projects(&case.actor).await?;
        if visible.is_empty() {
            return Ok(Response::note(
                "There is no project that you may work on yet. The hub's admin can add you to one.",
            ));
        }
        if case.heard.privacy != Privacy::Private {
            return Ok(Response::note(
                "No project is bound to this place yet. A maintainer of one says `/project NAME` here.",
            ));
        }
        let names: Vec<_> = visible.iter().take(20).map(|project| format!("`/project {}`", project.name)).collect();
        let reply = Reply::new().line("Which project? Choose one, then send your request again:");
        Ok(Response::say(reply.line(&names.join("  "))))
    }
}
