//! Apps and installations.

use serde_json::{Value, json};

use super::node_id;
use crate::github::account::AccountKind;
use crate::github::app::{App, Installation, Selection};
use crate::github::clock::stamp;
use crate::github::grants::Grants;
use crate::github::world::World;

impl World {
    /// An App as it stands in other things.
    pub(crate) fn app_json(&self, app: &App) -> Value {
        json!({
            "id": app.id, "client_id": app.client_id, "slug": app.slug, "node_id": node_id("A", app.id),
            "owner": self.user_json(app.owner), "name": app.slug, "description": "",
            "external_url": "https://example.com", "html_url": format!("{}/apps/{}", self.web, app.slug),
            "created_at": stamp(app.made), "updated_at": stamp(app.made),
            "permissions": grants_json(&app.permissions), "events": app.events,
        })
    }

    /// An installation.
    pub(crate) fn installation_json(&self, one: &Installation) -> Value {
        let slug = self.apps.get(&one.app).map(|app| app.slug.clone()).unwrap_or_default();
        let client = self.apps.get(&one.app).map(|app| app.client_id.clone()).unwrap_or_default();
        let api = format!("{}/app/installations/{}", self.web, one.id);
        let kind = self.accounts.get(&one.account).map_or(AccountKind::User, |account| account.kind);
        let suspended_by = one.suspended.map(|_| self.user_json(one.account));
        json!({
            "id": one.id, "client_id": client, "account": self.user_json(one.account),
            "repository_selection": if one.selection == Selection::All { "all" } else { "selected" },
            "access_tokens_url": format!("{api}/access_tokens"),
            "repositories_url": format!("{}/installation/repositories", self.web),
            "html_url": format!("{}/settings/installations/{}", self.web, one.id), "app_id": one.app, "app_slug": slug,
            "target_id": one.account, "target_type": kind.word(), "permissions": grants_json(&one.permissions),
            "events": one.events, "created_at": stamp(one.made), "updated_at": stamp(one.made),
            "single_file_name": null, "has_multiple_single_files": false, "single_file_paths": [],
            "suspended_by": suspended_by, "suspended_at": one.suspended.map(stamp),
        })
    }
}

/// Permissions by name.
pub(crate) fn grants_json(grants: &Grants) -> Value {
    grants.iter().map(|(name, level)| (name.clone(), Value::from(level.word()))).collect()
}
