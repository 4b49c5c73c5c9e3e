//! Check runs: on a pull request, a task stands among the checks of the head commit, with what it does and what it asks, and
//! with buttons. They only repeat what comments say, so what fails here is said in the log and no more.

pub(crate) mod findings;
pub(crate) mod report;

use crate::api::{Api, Who};
use crate::calls::Made;
use crate::fault::Fault;
use crate::hear::check::REPAIR;
use crate::repo::{Repo, Thread};
use crate::send::view;
use crate::wire::CheckRun;
use findings::{Annotation, findings};
use report::{Action, BATCH, Output, Question, actions, output};
use serde::Deserialize;
use serde_json::{Value, json};
use signalbox_core::button::Press;
use signalbox_core::card::{Card, OutcomeCard};
use signalbox_core::delivery::Delivery;
use signalbox_core::desk::Desk;
use signalbox_core::id::TaskId;
use signalbox_core::policy::Detail;
use signalbox_core::task::TaskState;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What our check runs are called.
const NAME: &str = "Signalbox";
/// How many tasks are remembered.
const MOST: usize = 1000;

/// The check runs of tasks.
pub(crate) struct Checks {
    api: Api,
    desk: Arc<dyn Desk>,
    source: String,
    runs: Mutex<HashMap<TaskId, Arc<tokio::sync::Mutex<Run>>>>,
    issues: Mutex<HashSet<Thread>>,
}

/// One task's check run.
#[derive(Debug, Default)]
struct Run {
    /// Its number, once it is there.
    id: Option<u64>,
    thread: Option<Thread>,
    output: Output,
    questions: Vec<Question>,
    /// Whether it was looked for among the notes of an earlier life.
    recalled: bool,
}

#[derive(Deserialize)]
struct Listed {
    check_runs: Vec<CheckRun>,
}

impl Checks {
    pub(crate) fn new(api: Api, desk: Arc<dyn Desk>, source: String) -> Self {
        Self { api, desk, source, runs: Mutex::default(), issues: Mutex::default() }
    }

    /// Lets a check run follow a card that is in its comment now.
    pub(crate) async fn follow(&self, to: &Thread, delivery: &Delivery) {
        let task = match &delivery.card {
            Card::Task(card) => &card.task,
            Card::Approval(approval) => &approval.task,
            Card::Outcome(card) => &card.task,
            Card::Reply(_) | Card::Event(_) => return,
        };
        if !self.api.is_app() || lock(&self.issues).contains(to) {
            return;
        }
        let run = self.run(task);
        let mut run = run.lock().await;
        run.thread = Some(to.clone());
        if let Err(fault) = self.write(&mut run, to, task, delivery).await {
            tracing::info!(%fault, task = %task, "the check run of task {task} does not follow");
        }
    }

    /// Says something to who pressed a button: there is no other place for it.
    pub(crate) async fn say(&self, to: &Thread, login: &str, words: &str) {
        let all: Vec<_> = lock(&self.runs).values().cloned().collect();
        for run in all {
            let mut run = run.lock().await;
            let (Some(id), true) = (run.id, run.thread.as_ref() == Some(to)) else { continue };
            let said = format!("{}: {}", crate::text::inline_code(login), crate::text::plain(words));
            run.output.summary = format!("{}\n\n{said}", run.output.summary);
            if let Err(fault) = self.patch(&to.repo, id, json!({ "output": run.output })).await {
                tracing::info!(%fault, "a note could not be said on GitHub");
            }
        }
    }

    /// Offers to repair a check that failed on a commit of ours: by a button on our own check run there.
    pub(crate) async fn offer_repair(&self, repo: &Repo, commit: &str, failed: u64) -> Result<(), Fault> {
        let path = ["repos", &repo.owner, &repo.name, "commits", commit, "check-runs"];
        let listed: Listed = self.api.get(Who::In(repo), &path).await?;
        let own = self.api.app().await?.id;
        let is_ours = |run: &&CheckRun| run.app.as_ref().is_some_and(|app| app.id == own) && run.conclusion.is_some();
        let Some(ours) = listed.check_runs.iter().rev().find(is_ours) else { return Ok(()) };
        let identifier = format!("{REPAIR}{failed}");
        if identifier.len() > report::IDENTIFIER {
            return Ok(());
        }
        let action = Action { label: "Repair this", description: "Have Claude repair the failed check", identifier };
        self.patch(repo, ours.id, json!({ "actions": [action] })).await
    }

    /// A check, with what it said.
    pub(crate) async fn read(&self, repo: &Repo, id: u64) -> Result<CheckRun, Fault> {
        let path = ["repos", &repo.owner, &repo.name, "check-runs", &id.to_string()];
        self.api.get(Who::In(repo), &path).await
    }

    async fn write(&self, run: &mut Run, to: &Thread, task: &TaskId, delivery: &Delivery) -> Result<(), Fault> {
        self.recall(run, task).await;
        let seen = view(delivery);
        match &delivery.card {
            Card::Task(card) if card.state.is_final() => Ok(()),
            Card::Task(_) => {
                run.output = output(&delivery.card, seen, &run.questions);
                self.show(run, to, task).await
            }
            Card::Approval(approval) => {
                run.questions.retain(|question| question.id != approval.id);
                run.questions.extend(Question::of(&approval.id, &delivery.card, seen));
                let text: Vec<_> = run.questions.iter().map(|question| question.shown.as_str()).collect();
                run.output.text = text.join("\n\n---\n\n");
                if run.id.is_some() { self.show(run, to, task).await } else { Ok(()) }
            }
            Card::Outcome(card) => {
                let whole = delivery.detail == Detail::Full && run.id.is_some();
                let found = if whole { self.annotations(to, card).await } else { Vec::new() };
                self.complete(run, (to, card), output(&delivery.card, seen, &[]), found).await
            }
            Card::Reply(_) | Card::Event(_) => Ok(()),
        }
    }

    async fn show(&self, run: &mut Run, to: &Thread, task: &TaskId) -> Result<(), Fault> {
        let stop = Press::Stop(task.clone());
        let mut body = json!({
            "status": "in_progress", "output": run.output, "actions": actions(&run.questions, Some(&stop)),
        });
        if let Some(id) = run.id {
            return self.patch(&to.repo, id, body).await;
        }
        let pull = match self.api.pull(to).await {
            Ok(pull) => pull,
            Err(fault) if fault.is_absence() => {
                lock(&self.issues).insert(to.clone());
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        body["head_sha"] = pull.head.sha.into();
        let id = self.create(to, task, body).await?;
        run.id = Some(id);
        self.note(task, &id.to_string()).await;
        Ok(())
    }

    /// Ends it, and says the same on the commit that it came to, which is the pull request's head now.
    async fn complete(
        &self,
        run: &mut Run,
        (to, card): (&Thread, &OutcomeCard),
        output: Output,
        found: Vec<Annotation>,
    ) -> Result<(), Fault> {
        let Some(id) = run.id.take() else { return Ok(()) };
        run.questions.clear();
        let conclusion = match card.state {
            TaskState::Succeeded => "success",
            TaskState::Failed => "failure",
            TaskState::Stopped | TaskState::Queued | TaskState::Running | TaskState::Parked => "cancelled",
        };
        let none: [Action; 0] = [];
        let mut found = found.into_iter().peekable();
        let output = Output { annotations: found.by_ref().take(BATCH).collect(), ..output };
        let body = json!({ "status": "completed", "conclusion": conclusion, "output": output, "actions": none });
        self.note(&card.task, "").await;
        self.patch(&to.repo, id, body.clone()).await?;
        while found.peek().is_some() {
            let more = Output { annotations: found.by_ref().take(BATCH).collect(), ..output.clone() };
            self.patch(&to.repo, id, json!({ "output": more })).await?;
        }
        if let (true, Some(commit)) = (card.pushed, &card.commit) {
            let mut body = body;
            // They belong to the commit that was looked at; lines have moved since.
            body["output"] = json!(Output { annotations: Vec::new(), ..output });
            body["head_sha"] = commit.as_str().into();
            self.create(to, &card.task, body).await?;
        }
        Ok(())
    }

    /// What the answer says of lines, in files that the pull request changes.
    async fn annotations(&self, to: &Thread, card: &OutcomeCard) -> Vec<Annotation> {
        let mut found = findings(card.answer.as_deref().unwrap_or_default());
        if found.is_empty() {
            return found;
        }
        match self.api.changed_files(to).await {
            Ok(files) => found.retain(|one| files.contains(&one.path)),
            Err(fault) => {
                tracing::info!(%fault, "nothing can be shown at lines of {to}");
                found.clear();
            }
        }
        found
    }

    async fn create(&self, to: &Thread, task: &TaskId, mut body: Value) -> Result<u64, Fault> {
        let Thread { repo, .. } = to;
        body["name"] = NAME.into();
        body["external_id"] = format!("{to} {task}").into();
        let path = ["repos", &repo.owner, &repo.name, "check-runs"];
        Ok(self.api.post::<Made>(Who::In(repo), &path, body).await?.id)
    }

    async fn patch(&self, repo: &Repo, id: u64, body: Value) -> Result<(), Fault> {
        let path = ["repos", &repo.owner, &repo.name, "check-runs", &id.to_string()];
        self.api.patch::<Made>(Who::In(repo), &path, body).await.map(|_| ())
    }

    /// What an earlier life noted.
    async fn recall(&self, run: &mut Run, task: &TaskId) {
        if !std::mem::replace(&mut run.recalled, true) {
            let noted = self.desk.noted(&self.source, &key(task)).await.ok().flatten();
            run.id = noted.and_then(|id| id.parse().ok());
        }
    }

    async fn note(&self, task: &TaskId, value: &str) {
        if let Err(refusal) = self.desk.note(&self.source, &key(task), value).await {
            tracing::warn!(%refusal, "the number of a check run could not be noted");
        }
    }

    fn run(&self, task: &TaskId) -> Arc<tokio::sync::Mutex<Run>> {
        let mut runs = lock(&self.runs);
        if runs.len() > MOST {
            // What is forgotten is recalled from the notes.
            runs.retain(|_, run| Arc::strong_count(run) > 1);
        }
        runs.entry(task.clone()).or_default().clone()
    }
}

fn key(task: &TaskId) -> String {
    format!("check:{task}")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it holds the lock; a poisoned one is as good as any.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
