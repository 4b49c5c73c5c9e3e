//! The App is installed, changed and suspended; and other Apps, such as CI, do their part.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::repo::Repo;
use crate::github::account::AccountKind;
use crate::github::app::{Installation, Selection};
use crate::github::clock::unix_time;
use crate::github::grants::{Grants, Level};
use crate::github::hooks::{Event, Target};
use crate::github::server::GithubServer;
use crate::github::world::World;

/// The App whose checks fail.
const CI: &str = "github-actions";

impl Repo {
    /// Installs the App for this repository, or adds it to what the owner has installed. Gives the installation's id.
    pub fn installs_app(&self) -> u64 {
        self.stage.change(|world| {
            let (app, owner) = (world.app, world.repositories.get(&self.id).map(|one| one.owner).unwrap_or_default());
            let known = world.installations.values_mut().find(|one| one.app == app && one.account == owner);
            match known {
                Some(installation) => {
                    if let Selection::Selected(repositories) = &mut installation.selection {
                        repositories.insert(self.id);
                    }
                    let id = installation.id;
                    world.tell_installed(id, "added", self.id);
                    id
                }
                None => world.install(app, owner, Selection::Selected(BTreeSet::from([self.id]))),
            }
        })
    }

    /// Takes this repository out of the installation, or the App off the account if it was the last one.
    pub fn uninstalls_app(&self) {
        self.stage.change(|world| {
            let Some(owner) = world.repositories.get(&self.id).map(|one| one.owner) else { return };
            let found = world.installations.values().find(|one| one.app == world.app && one.covers(owner, self.id));
            let Some(id) = found.map(|one| one.id) else { return };
            match world.installations.get_mut(&id).map(|one| &mut one.selection) {
                Some(Selection::Selected(repositories)) if repositories.len() > 1 => {
                    repositories.remove(&self.id);
                    world.tell_installed(id, "removed", self.id);
                }
                _ => {
                    world.tell_installation(id, "deleted");
                    world.installations.remove(&id);
                }
            }
        });
    }

    /// Takes permissions from the installation: what it may do is what is left of the App's.
    pub fn limits_app(&self, permissions: &[(&str, Level)]) {
        let grants: Grants = permissions.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
        self.stage.change(|world| {
            let owner = world.repositories.get(&self.id).map(|one| one.owner).unwrap_or_default();
            let app = world.app;
            let found = world.installations.values_mut().find(|one| one.app == app && one.covers(owner, self.id));
            if let Some(installation) = found {
                installation.permissions = grants;
            }
        });
    }

    /// Suspends the installation, or takes it up again.
    pub fn suspends_app(&self, suspended: bool) {
        self.stage.change(|world| {
            let (app, owner) = (world.app, world.repositories.get(&self.id).map(|one| one.owner).unwrap_or_default());
            let found = world.installations.values_mut().find(|one| one.app == app && one.covers(owner, self.id));
            let Some(installation) = found else { return };
            installation.suspended = suspended.then(unix_time);
            let id = installation.id;
            world.tell_installation(id, if suspended { "suspend" } else { "unsuspend" });
        });
    }

    /// Another App's check fails at the end of a branch, and so does its workflow. Gives the check run's number.
    ///
    /// # Panics
    /// When there is no such branch.
    pub fn ci_fails(&self, branch: &str, name: &str, summary: &str) -> u64 {
        self.ci_ends((branch, name), "failure", summary)
    }

    /// Another App's check ends well at the end of a branch.
    ///
    /// # Panics
    /// When there is no such branch.
    pub fn ci_succeeds(&self, branch: &str, name: &str) -> u64 {
        self.ci_ends((branch, name), "success", "All is well.")
    }

    fn ci_ends(&self, (branch, name): (&str, &str), conclusion: &str, summary: &str) -> u64 {
        let Some(head) = self.head(branch) else { panic!("there is no branch {branch}") };
        let fields = json!({
            "name": name, "head_sha": head, "status": "completed", "conclusion": conclusion,
            "output": {"title": name, "summary": summary},
        });
        self.stage.change(|world| {
            let app = world.ci();
            let run = world.add_run(self.id, app, &fields);
            let by = world.apps.get(&app).map(|app| app.bot).unwrap_or_default();
            world.tell_workflow(self.id, (branch, &head), conclusion, by);
            run
        })
    }
}

impl GithubServer {
    /// Installs the App for all repositories of an account, also those to come. Gives the installation's id.
    pub fn installs_app(&self, owner: &str) -> u64 {
        self.stage.change(|world| {
            let (app, owner) = (world.app, world.account(owner, AccountKind::Organization));
            world.install(app, owner, Selection::All)
        })
    }
}

impl World {
    fn ci(&mut self) -> u64 {
        if let Some(known) = self.apps.values().find(|app| app.slug == CI) {
            return known.id;
        }
        let owner = self.account("github", AccountKind::Organization);
        self.add_app(CI, owner, Grants::new(), Vec::new())
    }

    fn install(&mut self, app: u64, account: u64, selection: Selection) -> u64 {
        let id = self.next_id();
        let (permissions, events) =
            self.apps.get(&app).map(|app| (app.permissions.clone(), app.events.clone())).unwrap_or_default();
        let made = unix_time();
        let installation = Installation { id, app, account, selection, permissions, events, suspended: None, made };
        self.installations.insert(id, installation);
        self.tell_installation(id, "created");
        id
    }

    fn tell_installation(&mut self, id: u64, action: &'static str) {
        let Some(one) = self.installations.get(&id).cloned() else { return };
        let shown = self.installation_json(&one);
        let repositories: Value = match &one.selection {
            Selection::All => {
                let owned = self.repositories.values().filter(|repository| repository.owner == one.account);
                owned.map(|repository| self.brief_json(repository.id)).collect()
            }
            Selection::Selected(chosen) => chosen.iter().map(|id| self.brief_json(*id)).collect(),
        };
        let payload = json!({"installation": shown, "repositories": repositories, "requester": null});
        self.tell_app((one.app, id), ("installation", action), (one.account, payload));
    }

    fn tell_installed(&mut self, id: u64, action: &'static str, repository: u64) {
        let Some(one) = self.installations.get(&id).cloned() else { return };
        let (shown, brief) = (self.installation_json(&one), json!([self.brief_json(repository)]));
        let (added, removed) = if action == "added" { (brief, json!([])) } else { (json!([]), brief) };
        let payload = json!({
            "installation": shown, "repository_selection": "selected", "repositories_added": added,
            "repositories_removed": removed, "requester": null,
        });
        self.tell_app((one.app, id), ("installation_repositories", action), (one.account, payload));
    }

    /// Tells one App of its own installation, even one that is suspended now.
    fn tell_app(
        &mut self,
        (app, id): (u64, u64),
        (name, action): (&'static str, &'static str),
        (sender, payload): (u64, Value),
    ) {
        if self.apps.get(&app).is_none_or(|app| app.hook.url.is_none()) {
            return;
        }
        let event = Event { name, action: Some(action), repository: None, sender, payload, only: Some(app) };
        self.tell(Target::App(app), Some(id), &event);
    }

    fn brief_json(&self, repository: u64) -> Value {
        let one = self.repositories.get(&repository);
        one.map_or(Value::Null, |one| {
            let full = self.repository_json(one);
            json!({
                "id": one.id, "node_id": full["node_id"], "name": one.name, "full_name": full["full_name"],
                "private": full["private"],
            })
        })
    }
}
