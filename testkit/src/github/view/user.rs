//! Accounts.

use serde_json::{Value, json};

use super::node_id;
use crate::github::account::{Account, AccountKind};
use crate::github::world::World;

const LINKS: &[(&str, &str)] = &[
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("organizations_url", "/orgs"),
    ("repos_url", "/repos"),
    ("events_url", "/events{/privacy}"),
    ("received_events_url", "/received_events"),
];

impl World {
    /// An account as it stands in other things; null if it is gone.
    pub(crate) fn user_json(&self, id: u64) -> Value {
        let Some(account) = self.accounts.get(&id) else { return Value::Null };
        let (web, login) = (&self.web, &account.login);
        let escaped = login.replace('[', "%5B").replace(']', "%5D");
        let page = match account.kind {
            AccountKind::Bot => format!("{web}/apps/{}", login.trim_end_matches("[bot]")),
            AccountKind::User | AccountKind::Organization => format!("{web}/{login}"),
        };
        let mut user = json!({
            "login": login, "id": account.id, "node_id": node_id(prefix(account), account.id),
            "avatar_url": format!("{web}/avatars/{}", account.id), "gravatar_id": "",
            "url": format!("{web}/users/{escaped}"), "html_url": page,
            "type": account.kind.word(), "user_view_type": "public", "site_admin": false,
        });
        for (name, path) in LINKS {
            user[name] = format!("{web}/users/{escaped}{path}").into();
        }
        user
    }

    /// An organisation as webhooks name it; null for a person's repository.
    pub(crate) fn organization_json(&self, id: u64) -> Value {
        let account = self.accounts.get(&id).filter(|account| account.kind == AccountKind::Organization);
        let Some(account) = account else { return Value::Null };
        let url = format!("{}/orgs/{}", self.web, account.login);
        json!({
            "login": account.login, "id": id, "node_id": node_id("O", id), "url": url,
            "repos_url": format!("{url}/repos"), "events_url": format!("{url}/events"),
            "hooks_url": format!("{url}/hooks"), "issues_url": format!("{url}/issues"),
            "members_url": format!("{url}/members{{/member}}"),
            "public_members_url": format!("{url}/public_members{{/member}}"),
            "avatar_url": format!("{}/avatars/{id}", self.web), "description": "",
        })
    }
}

fn prefix(account: &Account) -> &'static str {
    match account.kind {
        AccountKind::User => "U",
        AccountKind::Organization => "O",
        AccountKind::Bot => "BOT",
    }
}
