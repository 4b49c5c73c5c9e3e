//! The command line's side of the local socket: the hub's port, spoken over HTTP with the very API that the web side
//! serves.
//!
//! Streams survive the hub: when it goes away they wait for its return and go on where they were.

mod attach;
mod audit;
mod automation;
mod follow;
mod http;
mod projects;
#[cfg(test)]
mod tests;

pub(crate) use attach::Attachment;
pub(crate) use follow::{Following, Heard};

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use http::Wire;
use reqwest::Method;
use serde_json::json;
use signalbox_core::approval::Approval;
use signalbox_core::event::Live;
use signalbox_core::id::{ApprovalId, DeliveryId, TaskId, UserId};
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::{
    AddProject, AddUser, ChangePerson, Decide, Decided, DiffText, Hub, KeepFile, NewLinkCode, Person, PlaceReport,
    Project, Refusal, SubmitTask, Submitted, TaskFilter, TaskPage,
};
use signalbox_core::task::{self, Task};
use signalbox_web::About;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// No hub answers on its local socket.
#[derive(Debug, thiserror::Error)]
#[error("no hub answers on {}; start one with `signalbox serve`", socket.display())]
pub(crate) struct NoHub {
    /// The socket.
    pub(crate) socket: PathBuf,
    /// Why.
    #[source]
    pub(crate) source: reqwest::Error,
}

/// An invitation, and the page where it is used.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Invited {
    /// The one-time code.
    pub(crate) code: String,
    /// The page.
    pub(crate) url: String,
}

/// Whether the hub was there when it was last spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It answers.
    Here,
    /// It does not; streams wait for it.
    Away,
}

/// A running hub, spoken to over its local socket.
#[derive(Debug, Clone)]
pub(crate) struct SocketHub {
    wire: Wire,
    presence: Arc<watch::Sender<Presence>>,
}

impl SocketHub {
    /// The hub behind this socket, whether or not it is there yet.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub(crate) fn at(socket: &Path) -> Result<Self, reqwest::Error> {
        Ok(Self { wire: Wire::new(socket)?, presence: Arc::new(watch::Sender::new(Presence::Here)) })
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// [`NoHub`] when nobody does.
    pub(crate) async fn ping(&self) -> Result<(), NoHub> {
        self.wire.ping().await
    }

    /// What the hub says of itself.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) async fn about(&self) -> Result<About, Refusal> {
        self.wire.get(&["hub"], &()).await
    }

    /// Tells when the hub goes away under a stream, and when it is back.
    pub(crate) fn presence(&self) -> watch::Receiver<Presence> {
        self.presence.subscribe()
    }

    /// Follows a task from after the event `after` to its outcome, across the hub's absences.
    pub(crate) fn following(&self, task: TaskId, after: u64) -> Following {
        Following::new(self.clone(), task, after)
    }

    /// Attaches a terminal: what is owed to the place is handed over from now on, across the hub's absences.
    pub(crate) fn attach(&self, place: Place) -> Attachment {
        Attachment::new(self.clone(), place)
    }

    /// Tells the hub that a delivery was shown. It may be too late for that; then it is handed over again.
    pub(crate) async fn acknowledge(&self, delivery: &DeliveryId) {
        let told = self.wire.tell(Method::POST, &["deliveries", delivery.as_str(), "receipt"], &json!({})).await;
        if let Err(refusal) = told {
            tracing::debug!(%delivery, %refusal, "delivery {delivery} could not be acknowledged");
        }
    }

    /// Makes a one-time code by which a person sets a password.
    ///
    /// # Errors
    /// When there is no such person.
    pub(crate) async fn invite(&self, person: &str) -> Result<Invited, Refusal> {
        self.wire.send(Method::POST, &["users", person, "invitation"], &json!({})).await
    }

    fn note(&self, now: Presence) {
        self.presence.send_if_modified(|before| std::mem::replace(before, now) != now);
    }
}

/// Pages are shown by the hub itself.
impl signalbox_core::reading::Reading for SocketHub {}
impl signalbox_core::traffic::Traffic for SocketHub {}

/// The actor of every request is the operator, as the socket's other end sees it; what is passed here is not sent.
#[async_trait]
impl Hub for SocketHub {
    async fn keep_file(&self, _: &Actor, file: KeepFile) -> Result<task::Attachment, Refusal> {
        self.wire.send(Method::POST, &["files"], &file).await
    }

    async fn submit(&self, _: &Actor, request: SubmitTask) -> Result<Submitted, Refusal> {
        self.wire.send(Method::POST, &["tasks"], &request).await
    }

    async fn decide(&self, _: &Actor, request: Decide) -> Result<Decided, Refusal> {
        self.wire.send(Method::POST, &["approvals", &request.approval, "decision"], &request).await
    }

    async fn stop(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.wire.send(Method::POST, &["tasks", task, "stop"], &json!({})).await
    }

    async fn retry(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.wire.send(Method::POST, &["tasks", task, "retry"], &json!({})).await
    }

    async fn push(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.wire.send(Method::POST, &["tasks", task, "push"], &json!({})).await
    }

    async fn discard(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.wire.send(Method::POST, &["tasks", task, "discard"], &json!({})).await
    }

    async fn task(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.wire.get(&["tasks", task], &()).await
    }

    async fn tasks(&self, _: &Actor, filter: TaskFilter) -> Result<TaskPage, Refusal> {
        let (tasks, before) = self.wire.page(&["tasks"], &filter).await?;
        Ok(TaskPage { tasks, next: before.and_then(|id| id.parse().ok()), reached: None })
    }

    async fn diff(&self, _: &Actor, task: &str) -> Result<DiffText, Refusal> {
        self.wire.get(&["tasks", task, "diff"], &()).await
    }

    async fn approvals(&self, _: &Actor) -> Result<Vec<Approval>, Refusal> {
        self.wire.get(&["approvals"], &()).await
    }

    async fn approval(&self, _: &Actor, id: &ApprovalId) -> Result<Approval, Refusal> {
        self.wire.get(&["approvals", id.as_str()], &()).await
    }

    async fn follow(
        &self,
        _: &Actor,
        task: &TaskId,
        after: u64,
    ) -> Result<BoxStream<'static, Result<Live, Refusal>>, Refusal> {
        let following = self.following(task.clone(), after);
        let heard = futures::stream::unfold(following, |mut following| async move {
            following.next().await.map(|heard| (heard, following))
        });
        Ok(heard.filter_map(|heard| async { heard.map(|heard| heard.live).transpose() }).boxed())
    }

    async fn add_project(&self, _: &Actor, request: AddProject) -> Result<Project, Refusal> {
        self.wire.send(Method::POST, &["projects"], &request).await
    }

    async fn projects(&self, _: &Actor) -> Result<Vec<Project>, Refusal> {
        self.wire.get(&["projects"], &()).await
    }

    async fn add_user(&self, _: &Actor, request: AddUser) -> Result<UserId, Refusal> {
        self.wire.send(Method::POST, &["users"], &request).await
    }

    async fn people(&self, _: &Actor) -> Result<Vec<Person>, Refusal> {
        self.wire.get(&["users"], &()).await
    }

    async fn change_person(&self, _: &Actor, person: &str, change: ChangePerson) -> Result<Person, Refusal> {
        self.wire.send(Method::PATCH, &["users", person], &change).await
    }

    async fn remove_person(&self, _: &Actor, person: &str) -> Result<(), Refusal> {
        self.wire.tell(Method::DELETE, &["users", person], &json!({})).await
    }

    async fn make_link_code(&self, _: &Actor, person: &str) -> Result<NewLinkCode, Refusal> {
        self.wire.send(Method::POST, &["users", person, "link-code"], &json!({})).await
    }

    async fn places(&self, _: &Actor) -> Result<Vec<PlaceReport>, Refusal> {
        self.wire.get(&["places"], &()).await
    }

    async fn bind(&self, _: &Actor, project: &str, place: &Place) -> Result<Place, Refusal> {
        self.wire.send(Method::POST, &["projects", project, "places"], place).await
    }

    async fn unbind(&self, _: &Actor, place: &Place) -> Result<(), Refusal> {
        self.wire.tell(Method::DELETE, &["places", &place.to_string()], &json!({})).await
    }

    async fn faults(&self) -> Result<Vec<String>, Refusal> {
        self.wire.get(&["faults"], &()).await
    }
}
