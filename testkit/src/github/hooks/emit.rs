//! Who hears of what happens: Apps that are installed there, subscribed and permitted, and the repository's own webhooks.

use serde_json::{Value, json};

use super::delivery::{Delivery, Target};
use crate::github::api::hook_json;
use crate::github::app::{App, Installation};
use crate::github::clock::{stamp, unix_time};
use crate::github::repository::RepositoryHook;
use crate::github::view::node_id;
use crate::github::world::{World, guid};

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    pub(crate) action: Option<&'static str>,
    pub(crate) repository: Option<u64>,
    pub(crate) sender: u64,
    /// What the payload has beside action, repository, organisation, installation and sender.
    pub(crate) payload: Value,
    /// The only App that hears of it; then whether it subscribed does not matter.
    pub(crate) only: Option<u64>,
}

/// The permission that an App needs to hear of an event.
fn permission(event: &str) -> &'static str {
    match event {
        "issues" | "issue_comment" => "issues",
        "pull_request" | "pull_request_review" | "pull_request_review_comment" => "pull_requests",
        "check_run" | "check_suite" => "checks",
        "workflow_run" => "actions",
        "push" => "contents",
        _ => "metadata",
    }
}

impl World {
    /// Tells all who want to hear of it.
    pub(crate) fn emit(&mut self, event: &Event) {
        let apps = self.hearing_apps(event);
        for (target, installation) in apps {
            self.tell(target, Some(installation), event);
        }
        let Some(repository) = event.repository.filter(|_| event.only.is_none()) else { return };
        let hooks = self.repositories.get(&repository).map(|one| one.hooks.clone()).unwrap_or_default();
        for hook in hooks.iter().filter(|hook| hears(hook, event)) {
            self.tell(Target::Repository(repository, hook.hook.id), None, event);
        }
    }

    fn hearing_apps(&self, event: &Event) -> Vec<(Target, u64)> {
        let covers = |one: &&Installation| match event.repository.and_then(|id| self.repositories.get(&id)) {
            Some(repository) => one.covers(repository.owner, repository.id),
            None => true,
        };
        let hears = |one: &Installation| {
            let app = self.apps.get(&one.app).filter(|app| app.hook.url.is_some())?;
            let wanted = event.only.map_or_else(|| subscribed(app, one, event), |only| only == app.id);
            wanted.then_some((Target::App(app.id), one.id))
        };
        let living = self.installations.values().filter(|one| one.suspended.is_none());
        living.filter(covers).filter_map(hears).collect()
    }

    /// Puts a delivery of an event in the queue.
    pub(crate) fn tell(&mut self, target: Target, installation: Option<u64>, event: &Event) {
        let body = self.payload(event, installation).to_string();
        let (id, made) = (self.next_id(), self.clock.now());
        self.hooks.add(Delivery {
            id,
            guid: guid(),
            event: event.name.to_owned(),
            action: event.action.map(str::to_owned),
            body,
            redelivery: false,
            status_code: 0,
            status: String::new(),
            duration: std::time::Duration::ZERO,
            sent: None,
            target,
            installation,
            repository: event.repository,
            at: unix_time(),
            made,
            headers: Value::Null,
            answer: json!({"headers": null, "payload": null}),
        });
    }

    /// Sends a delivery again: a new one, with the same GUID and body.
    pub(crate) fn redeliver(&mut self, again: Delivery) {
        let id = self.next_id();
        let (at, made) = (unix_time(), self.clock.now());
        self.hooks.add(Delivery { id, at, made, redelivery: true, status_code: 0, sent: None, ..again });
    }

    /// Asks a new webhook whether it is there.
    pub(crate) fn ping(&mut self, target: Target, sender: u64) {
        let repository = match target {
            Target::App(_) => None,
            Target::Repository(id, _) => Some(id),
        };
        let payload =
            json!({"zen": "Design for failure.", "hook_id": self.hook_id(target), "hook": self.hook_json(target)});
        let (name, action, only) = ("ping", None, None);
        self.tell(target, None, &Event { name, action, repository, sender, payload, only });
    }

    fn hook_id(&self, target: Target) -> u64 {
        match target {
            Target::App(id) => self.apps.get(&id).map(|app| app.hook.id).unwrap_or_default(),
            Target::Repository(_, id) => id,
        }
    }

    fn hook_json(&self, target: Target) -> Value {
        match target {
            Target::App(id) => {
                let app = self.apps.get(&id);
                json!({
                    "type": "App", "id": self.hook_id(target), "name": "web", "active": true, "app_id": id,
                    "events": app.map(|app| app.events.clone()), "created_at": stamp(unix_time()),
                    "updated_at": stamp(unix_time()), "deliveries_url": format!("{}/app/hook/deliveries", self.web),
                    "config": {"content_type": "json", "insecure_ssl": "0", "secret": "********",
                        "url": app.and_then(|app| app.hook.url.clone())},
                })
            }
            Target::Repository(repository, hook) => self.repositories.get(&repository).map_or(Value::Null, |one| {
                let found = one.hooks.iter().find(|each| each.hook.id == hook);
                found.map_or(Value::Null, |each| hook_json(self, one, each))
            }),
        }
    }

    fn payload(&self, event: &Event, installation: Option<u64>) -> Value {
        let mut payload = event.payload.clone();
        if let Some(action) = event.action {
            payload["action"] = action.into();
        }
        if let Some(one) = event.repository.and_then(|id| self.repositories.get(&id)) {
            payload["repository"] = self.repository_json(one);
            if event.name == "push" {
                // In pushes alone these are numbers, and the owner has a name.
                payload["repository"]["created_at"] = one.made.into();
                payload["repository"]["pushed_at"] = one.pushed.into();
                payload["repository"]["owner"]["name"] = self.login(one.owner).into();
            }
            let organization = self.organization_json(one.owner);
            if !organization.is_null() {
                payload["organization"] = organization;
            }
        }
        if let Some(id) = installation.filter(|_| payload.get("installation").is_none()) {
            payload["installation"] = json!({"id": id, "node_id": node_id("MDIzOk", id)});
        }
        payload["sender"] = self.user_json(event.sender);
        payload
    }
}

fn subscribed(app: &App, installation: &Installation, event: &Event) -> bool {
    let granted = |name: &str| name == "metadata" || installation.permissions.contains_key(name);
    // A comment at a pull request is heard with either permission.
    let permitted = granted(permission(event.name)) || event.name == "issue_comment" && granted("pull_requests");
    let always = matches!(event.name, "installation" | "installation_repositories");
    always || app.events.iter().any(|name| name == event.name) && permitted
}

fn hears(hook: &RepositoryHook, event: &Event) -> bool {
    let possible = !matches!(event.action, Some("requested_action" | "rerequested" | "requested"));
    possible && hook.hook.url.is_some() && hook.events.iter().any(|name| name == event.name || name == "*")
}
