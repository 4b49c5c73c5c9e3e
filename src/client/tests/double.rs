//! A third implementation of the hub's port, for the tests of what is between two others: it answers what it was told to.

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use signalbox_core::approval::Approval;
use signalbox_core::event::{Event, EventKind, Live};
use signalbox_core::id::{ApprovalId, TaskId, UserId};
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::{
    AddProject, AddUser, ChangePerson, Decide, Decided, DiffText, Hub, KeepFile, NewLinkCode, Person, PlaceReport,
    Project, Refusal, SubmitTask, Submitted, TaskFilter, TaskPage,
};
use signalbox_core::task::{Attachment, Task};
use signalbox_core::time::Timestamp;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;

/// A hub whose record is written by the test, and that refuses everything else with what the test chose.
#[derive(Clone)]
pub(super) struct Double {
    record: Arc<watch::Sender<Vec<Event>>>,
    refusal: Arc<Mutex<Refusal>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl signalbox_core::account::Accounts for Double {}

impl signalbox_core::automation::Automation for Double {}
impl signalbox_core::audit::Auditing for Double {}
impl signalbox_core::project::Projects for Double {}
impl signalbox_core::reading::Reading for Double {}
impl signalbox_core::traffic::Traffic for Double {}

impl Double {
    pub(super) fn new() -> Self {
        Self {
            record: Arc::new(watch::Sender::new(Vec::new())),
            refusal: Arc::new(Mutex::new(Refusal::Internal("nothing is set".to_owned()))),
            asked: Arc::default(),
        }
    }

    /// What everything but following is refused with from now on.
    pub(super) fn refuse(&self, refusal: Refusal) {
        *self.refusal.lock().unwrap() = refusal;
    }

    /// Adds an event to the record.
    pub(super) fn happen(&self, kind: EventKind) {
        self.record.send_modify(|record| {
            let seq = record.len() as u64 + 1;
            record.push(Event { seq, task: task(), at: Timestamp::from_millis(0), kind });
        });
    }

    /// What it was asked, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn refused<T>(&self, what: impl std::fmt::Debug) -> Result<T, Refusal> {
        self.asked.lock().unwrap().push(format!("{what:?}"));
        Err(self.refusal.lock().unwrap().clone())
    }
}

/// The one task there is.
pub(super) fn task() -> TaskId {
    TaskId::from_entropy(7)
}

#[async_trait]
impl Hub for Double {
    async fn submit(&self, _: &Actor, request: SubmitTask) -> Result<Submitted, Refusal> {
        self.refused(request)
    }
    async fn decide(&self, _: &Actor, request: Decide) -> Result<Decided, Refusal> {
        self.refused(request)
    }
    async fn stop(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.refused(task)
    }
    async fn retry(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.refused(task)
    }
    async fn keep_file(&self, _: &Actor, file: KeepFile) -> Result<Attachment, Refusal> {
        Err(Refusal::Invalid(file.name))
    }

    async fn push(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.refused(task)
    }
    async fn discard(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.refused(task)
    }
    async fn task(&self, _: &Actor, task: &str) -> Result<Task, Refusal> {
        self.refused(task)
    }
    async fn tasks(&self, _: &Actor, filter: TaskFilter) -> Result<TaskPage, Refusal> {
        self.refused(filter)
    }
    async fn diff(&self, _: &Actor, task: &str) -> Result<DiffText, Refusal> {
        self.refused(task)
    }
    async fn approvals(&self, _: &Actor) -> Result<Vec<Approval>, Refusal> {
        self.refused("approvals")
    }
    async fn approval(&self, _: &Actor, id: &ApprovalId) -> Result<Approval, Refusal> {
        self.refused(id)
    }
    async fn follow(
        &self,
        _: &Actor,
        _: &TaskId,
        after: u64,
    ) -> Result<BoxStream<'static, Result<Live, Refusal>>, Refusal> {
        let mut seen = after as usize;
        let news = WatchStream::new(self.record.subscribe()).flat_map(move |record| {
            let fresh = record.get(seen..).unwrap_or_default().to_vec();
            seen += fresh.len();
            futures::stream::iter(fresh)
        });
        Ok(news.map(|event| Ok(Live::Event(event))).boxed())
    }
    async fn add_project(&self, _: &Actor, request: AddProject) -> Result<Project, Refusal> {
        self.refused(request)
    }
    async fn projects(&self, _: &Actor) -> Result<Vec<Project>, Refusal> {
        self.refused("projects")
    }
    async fn add_user(&self, _: &Actor, request: AddUser) -> Result<UserId, Refusal> {
        self.refused(request)
    }
    async fn people(&self, _: &Actor) -> Result<Vec<Person>, Refusal> {
        self.refused("people")
    }
    async fn change_person(&self, _: &Actor, person: &str, change: ChangePerson) -> Result<Person, Refusal> {
        self.refused((person, change))
    }
    async fn remove_person(&self, _: &Actor, person: &str) -> Result<(), Refusal> {
        self.refused(person)
    }
    async fn make_link_code(&self, _: &Actor, person: &str) -> Result<NewLinkCode, Refusal> {
        self.refused(person)
    }
    async fn places(&self, _: &Actor) -> Result<Vec<PlaceReport>, Refusal> {
        self.refused("places")
    }
    async fn bind(&self, _: &Actor, project: &str, place: &Place) -> Result<Place, Refusal> {
        self.refused((project, place.to_string()))
    }
    async fn unbind(&self, _: &Actor, place: &Place) -> Result<(), Refusal> {
        self.refused(place.to_string())
    }
    async fn faults(&self) -> Result<Vec<String>, Refusal> {
        Ok(Vec::new())
    }
}
