//! Check runs and suites.

use serde_json::{Value, json};

use super::node_id;
use crate::github::check::{CheckRun, CheckSuite};
use crate::github::clock::stamp;
use crate::github::repository::Repository;
use crate::github::world::World;

impl World {
    /// A check run as the API shows it.
    pub(crate) fn run_json(&self, one: &Repository, run: &CheckRun) -> Value {
        let url = format!("{}/check-runs/{}", self.api_of(one), run.id);
        let html = format!("{}/runs/{}", self.page_of(one), run.id);
        let mut output = run.output.clone();
        output["annotations_count"] = run.annotations.len().into();
        output["annotations_url"] = format!("{url}/annotations").into();
        json!({
            "id": run.id, "name": run.name, "node_id": node_id("CR", run.id), "head_sha": run.head,
            "external_id": run.external_id, "url": url, "html_url": html,
            "details_url": run.details_url.clone().unwrap_or_else(|| html.clone()), "status": run.status,
            "conclusion": run.conclusion, "started_at": run.started, "completed_at": run.completed, "output": output,
            "check_suite": {"id": run.suite}, "app": self.apps.get(&run.app).map(|app| self.app_json(app)),
            "pull_requests": self.pulls_at(one, &run.head),
        })
    }

    /// The same as a webhook shows it, with its suite.
    pub(crate) fn run_event_json(&self, one: &Repository, run: &CheckRun) -> Value {
        let mut json = self.run_json(one, run);
        if let Some(suite) = one.suites.get(&run.suite) {
            json["check_suite"] = self.suite_json(one, suite);
        }
        json
    }

    /// A check suite, as far as webhooks and the list show it.
    pub(crate) fn suite_json(&self, one: &Repository, suite: &CheckSuite) -> Value {
        let url = format!("{}/check-suites/{}", self.api_of(one), suite.id);
        let (status, conclusion) = standing(one, suite);
        let runs = one.runs.values().filter(|run| run.suite == suite.id).count();
        json!({
            "id": suite.id, "node_id": node_id("CS", suite.id), "head_branch": suite.branch, "head_sha": suite.head,
            "status": status, "conclusion": conclusion, "url": url, "before": suite.before, "after": suite.head,
            "pull_requests": self.pulls_at(one, &suite.head),
            "app": self.apps.get(&suite.app).map(|app| self.app_json(app)), "created_at": stamp(suite.made),
            "updated_at": stamp(suite.made), "latest_check_runs_count": runs,
            "check_runs_url": format!("{url}/check-runs"),
        })
    }
}

/// What the runs of a suite come to.
fn standing(one: &Repository, suite: &CheckSuite) -> (&'static str, Option<String>) {
    let runs: Vec<&CheckRun> = one.runs.values().filter(|run| run.suite == suite.id).collect();
    if runs.is_empty() {
        return ("queued", None);
    }
    if runs.iter().any(|run| run.conclusion.is_none()) {
        return ("in_progress", None);
    }
    let worst = runs.iter().find(|run| run.conclusion.as_deref() != Some("success")).or(runs.first());
    ("completed", worst.and_then(|run| run.conclusion.clone()))
}
