//! Check runs come to be, go on, and are clicked.

use serde_json::{Value, json};

use crate::github::check::CheckRun;
use crate::github::clock::{stamp, unix_time};
use crate::github::form::items;
use crate::github::hooks::Event;
use crate::github::repository::Repository;
use crate::github::view::{merge, node_id};
use crate::github::world::World;

impl World {
    /// Makes a check run of what was checked before.
    pub(crate) fn add_run(&mut self, repository: u64, app: u64, fields: &Value) -> u64 {
        let head = text(fields, "head_sha").unwrap_or_default();
        let suite = self.ensure_suite(repository, app, &head);
        let id = self.next_id();
        let mut run = CheckRun {
            id,
            suite,
            app,
            name: text(fields, "name").unwrap_or_default(),
            head,
            status: "queued".to_owned(),
            conclusion: None,
            details_url: None,
            external_id: String::new(),
            started: Some(stamp(unix_time())),
            completed: None,
            output: json!({"title": null, "summary": null, "text": null}),
            annotations: Vec::new(),
            actions: Vec::new(),
            updates: 0,
        };
        apply(&mut run, fields);
        let (completed, sender) =
            (run.conclusion.is_some(), self.apps.get(&app).map(|app| app.bot).unwrap_or_default());
        if let Some(one) = self.repositories.get_mut(&repository) {
            one.runs.insert(id, run);
        }
        self.tell_run(repository, id, sender, ("created", json!({})));
        if completed {
            self.tell_run(repository, id, sender, ("completed", json!({})));
        }
        id
    }

    /// Changes a check run.
    pub(crate) fn update_run(&mut self, repository: u64, id: u64, fields: &Value) {
        let run = self.repositories.get_mut(&repository).and_then(|one| one.runs.get_mut(&id));
        let Some(run) = run else { return };
        let before = run.conclusion.is_some();
        apply(run, fields);
        run.updates += 1;
        let (completed, app) = (run.conclusion.is_some() && !before, run.app);
        if completed {
            let sender = self.apps.get(&app).map(|app| app.bot).unwrap_or_default();
            self.tell_run(repository, id, sender, ("completed", json!({})));
        }
    }

    /// Somebody presses one of a check run's buttons.
    pub(crate) fn click(&mut self, repository: u64, run: u64, (sender, identifier): (u64, &str)) {
        let more = json!({"requested_action": {"identifier": identifier}});
        self.tell_run(repository, run, sender, ("requested_action", more));
    }

    /// Tells of a workflow that is over.
    pub(crate) fn tell_workflow(&mut self, repository: u64, (branch, head): (&str, &str), conclusion: &str, by: u64) {
        let id = self.next_id();
        let Some(one) = self.repositories.get(&repository) else { return };
        let (api, page, now) = (self.api_of(one), self.page_of(one), stamp(unix_time()));
        let workflow = json!({
            "id": id + 1, "node_id": "W_kwTK", "name": "CI", "path": ".github/workflows/ci.yml", "state": "active",
            "created_at": now, "updated_at": now, "url": format!("{api}/actions/workflows/{}", id + 1),
            "html_url": format!("{page}/blob/main/.github/workflows/ci.yml"), "badge_url": format!("{page}/badge.svg"),
        });
        let run = json!({
            "id": id, "name": "CI", "node_id": "WFR_kwTK", "head_branch": branch, "head_sha": head,
            "path": ".github/workflows/ci.yml", "display_title": "CI", "run_number": 1, "run_attempt": 1, "event": "push",
            "status": "completed", "conclusion": conclusion, "workflow_id": id + 1, "url": format!("{api}/actions/runs/{id}"),
            "html_url": format!("{page}/actions/runs/{id}"), "pull_requests": self.pulls_at(one, head),
            "created_at": now, "updated_at": now, "run_started_at": now, "actor": self.user_json(by),
            "triggering_actor": self.user_json(by), "jobs_url": format!("{api}/actions/runs/{id}/jobs"),
            "logs_url": format!("{api}/actions/runs/{id}/logs"), "repository": self.repository_json(one),
            "head_repository": self.repository_json(one),
        });
        let payload = json!({"workflow": workflow, "workflow_run": merged(run, self.workflow_more(one, id, head))});
        let (name, action, repository) = ("workflow_run", Some("completed"), Some(repository));
        self.emit(&Event { name, action, repository, sender: by, payload, only: None });
    }
}

impl World {
    fn workflow_more(&self, one: &Repository, id: u64, head: &str) -> Value {
        let url = format!("{}/actions/runs/{id}", self.api_of(one));
        let suite = one.suites.values().find(|suite| suite.head == head).map(|suite| suite.id).unwrap_or_default();
        json!({
            "check_suite_id": suite, "check_suite_node_id": node_id("CS", suite),
            "check_suite_url": format!("{}/check-suites/{suite}", self.api_of(one)),
            "artifacts_url": format!("{url}/artifacts"), "cancel_url": format!("{url}/cancel"),
            "rerun_url": format!("{url}/rerun"), "previous_attempt_url": null,
            "workflow_url": format!("{}/actions/workflows/{}", self.api_of(one), id + 1),
            "head_commit": self.head_commit_json(one, head),
        })
    }
}

fn merged(mut into: Value, from: Value) -> Value {
    merge(&mut into, from);
    into
}

fn text(fields: &Value, name: &str) -> Option<String> {
    fields[name].as_str().map(str::to_owned)
}

/// Takes over what is given; annotations are added to those that are there. A conclusion completes the run.
fn apply(run: &mut CheckRun, fields: &Value) {
    if let Some(name) = text(fields, "name") {
        run.name = name;
    }
    if let Some(status) = text(fields, "status") {
        run.status = status;
        if run.status != "completed" {
            (run.conclusion, run.completed) = (None, None);
        }
    }
    if let Some(conclusion) = text(fields, "conclusion") {
        (run.status, run.conclusion) = ("completed".to_owned(), Some(conclusion));
        run.completed = Some(text(fields, "completed_at").unwrap_or_else(|| stamp(unix_time())));
    }
    run.started = text(fields, "started_at").or_else(|| run.started.take());
    run.details_url = text(fields, "details_url").or_else(|| run.details_url.take());
    if let Some(external) = text(fields, "external_id") {
        run.external_id = external;
    }
    if let Some(output) = fields["output"].as_object() {
        for name in ["title", "summary", "text"] {
            run.output[name] = output.get(name).cloned().unwrap_or_default();
        }
        run.annotations.extend(items(&fields["output"]["annotations"]).iter().cloned());
    }
    if let Some(actions) = fields["actions"].as_array() {
        run.actions.clone_from(actions);
    }
}
