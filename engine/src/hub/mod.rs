//! What places and people ask of the engine, answered: each request is judged at this moment, written in one transaction,
//! and then told to whoever listens.

mod access;
mod administer;
mod audit;
mod decide;
mod discard;
mod files;
mod follow;
mod grants;
mod look;
mod noting;
mod people;
mod project;
mod push;
mod reading;
mod refuse;
mod steer;
mod submit;
mod traffic;
mod trial;

pub(crate) use access::{approval as access_approval, project as access_project, standing as access_standing};
pub(crate) use administer::{check_name, may_take};
pub(crate) use noting::{did, hidden, judged};
pub(crate) use refuse::{chain, internal};
pub(crate) use submit::submit_followed;

use crate::parts::Parts;
use async_trait::async_trait;
use futures::stream::BoxStream;
use signalbox_core::approval::Approval;
use signalbox_core::event::Live;
use signalbox_core::id::{ApprovalId, TaskId, UserId};
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::{
    AddProject, AddUser, ChangePerson, Decide, Decided, DiffText, Hub, KeepFile, NewLinkCode, Person, PlaceReport,
    Project, Refusal, SubmitTask, Submitted, TaskFilter, TaskPage,
};
use signalbox_core::task::{Attachment, Task};
use std::sync::Arc;

/// The engine's front.
#[derive(Clone)]
pub struct HubService {
    parts: Arc<Parts>,
}

impl HubService {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        Self { parts }
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }
}

#[async_trait]
impl Hub for HubService {
    async fn keep_file(&self, actor: &Actor, file: KeepFile) -> Result<Attachment, Refusal> {
        files::keep(&self.parts, actor, file).await
    }

    async fn submit(&self, actor: &Actor, request: SubmitTask) -> Result<Submitted, Refusal> {
        let name = request.project.clone().unwrap_or_default();
        judged(&self.parts, actor, ("task.submit", "project", &name), submit::submit(&self.parts, actor, request)).await
    }

    async fn decide(&self, actor: &Actor, request: Decide) -> Result<Decided, Refusal> {
        let name = request.approval.clone();
        judged(&self.parts, actor, ("approval.decide", "approval", &name), decide::decide(&self.parts, actor, request))
            .await
    }

    async fn stop(&self, actor: &Actor, task: &str) -> Result<Task, Refusal> {
        judged(&self.parts, actor, ("task.stop", "task", task), steer::stop(&self.parts, actor, task)).await
    }

    async fn retry(&self, actor: &Actor, task: &str) -> Result<Task, Refusal> {
        judged(&self.parts, actor, ("task.retry", "task", task), steer::retry(&self.parts, actor, task)).await
    }

    async fn push(&self, actor: &Actor, task: &str) -> Result<Task, Refusal> {
        judged(&self.parts, actor, ("task.push", "task", task), push::push(&self.parts, actor, task)).await
    }

    async fn discard(&self, actor: &Actor, task: &str) -> Result<Task, Refusal> {
        judged(&self.parts, actor, ("task.discard", "task", task), discard::discard(&self.parts, actor, task)).await
    }

    async fn task(&self, actor: &Actor, task: &str) -> Result<Task, Refusal> {
        look::task(&self.parts, actor, task).await
    }

    async fn tasks(&self, actor: &Actor, filter: TaskFilter) -> Result<TaskPage, Refusal> {
        look::tasks(&self.parts, actor, filter).await
    }

    async fn diff(&self, actor: &Actor, task: &str) -> Result<DiffText, Refusal> {
        look::diff(&self.parts, actor, task).await
    }

    async fn approvals(&self, actor: &Actor) -> Result<Vec<Approval>, Refusal> {
        look::approvals(&self.parts, actor).await
    }

    async fn approval(&self, actor: &Actor, id: &ApprovalId) -> Result<Approval, Refusal> {
        look::approval(&self.parts, actor, id.as_str()).await
    }

    async fn follow(
        &self,
        actor: &Actor,
        task: &TaskId,
        after: u64,
    ) -> Result<BoxStream<'static, Result<Live, Refusal>>, Refusal> {
        follow::follow(&self.parts, actor, task, after).await
    }

    async fn add_project(&self, actor: &Actor, request: AddProject) -> Result<Project, Refusal> {
        let name = request.name.clone();
        judged(
            &self.parts,
            actor,
            ("project.add", "project", &name),
            administer::add_project(&self.parts, actor, request),
        )
        .await
    }

    async fn projects(&self, actor: &Actor) -> Result<Vec<Project>, Refusal> {
        administer::projects(&self.parts, actor).await
    }

    async fn add_user(&self, actor: &Actor, request: AddUser) -> Result<UserId, Refusal> {
        let name = request.name.clone();
        judged(&self.parts, actor, ("user.add", "user", &name), administer::add_user(&self.parts, actor, request)).await
    }

    async fn people(&self, actor: &Actor) -> Result<Vec<Person>, Refusal> {
        judged(&self.parts, actor, ("user.list", "hub", "people"), people::people(&self.parts, actor)).await
    }

    async fn change_person(&self, actor: &Actor, person: &str, change: ChangePerson) -> Result<Person, Refusal> {
        judged(&self.parts, actor, ("user.change", "user", person), people::change(&self.parts, actor, person, change))
            .await
    }

    async fn remove_person(&self, actor: &Actor, person: &str) -> Result<(), Refusal> {
        judged(&self.parts, actor, ("user.remove", "user", person), people::remove(&self.parts, actor, person)).await
    }

    async fn make_link_code(&self, actor: &Actor, person: &str) -> Result<NewLinkCode, Refusal> {
        judged(
            &self.parts,
            actor,
            ("user.link_code", "user", person),
            administer::make_link_code(&self.parts, actor, person),
        )
        .await
    }

    async fn places(&self, actor: &Actor) -> Result<Vec<PlaceReport>, Refusal> {
        judged(&self.parts, actor, ("place.list", "hub", "places"), administer::places(&self.parts, actor)).await
    }

    async fn bind(&self, actor: &Actor, project: &str, place: &Place) -> Result<Place, Refusal> {
        judged(
            &self.parts,
            actor,
            ("place.bind", "project", project),
            administer::bind(&self.parts, actor, project, place),
        )
        .await
    }

    async fn unbind(&self, actor: &Actor, place: &Place) -> Result<(), Refusal> {
        administer::unbind(&self.parts, actor, place).await
    }

    async fn faults(&self) -> Result<Vec<String>, Refusal> {
        Ok(self.parts.faults().await)
    }
}
