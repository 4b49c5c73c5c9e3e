//! Webhooks as GitHub sends them, with the fields that are read and a few beside.

use serde_json::{Value, json};

/// Ann, who writes.
pub(super) const ANN: u64 = 5;

/// An account.
pub(super) fn user(login: &str, id: u64) -> Value {
    let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
    json!({"login": login, "id": id, "type": kind, "site_admin": false})
}

/// A webhook's payload: what happened, by Ann in a public repository, with these fields.
pub(super) fn payload(action: &str, more: Value) -> Value {
    let mut payload = json!({
        "action": action, "sender": user("ann", ANN), "installation": {"id": 99},
        "repository": {"id": 1, "name": "site", "full_name": "acme/site", "private": false, "owner": user("acme", 2)},
    });
    merge(&mut payload, more);
    payload
}

/// A comment of Ann's at issue 7.
pub(super) fn comment(body: &str) -> Value {
    payload(
        "created",
        json!({
            "issue": issue(), "comment": {"id": 100, "body": body, "user": user("ann", ANN), "author_association": "NONE"},
        }),
    )
}

/// The same at pull request 7.
pub(super) fn comment_at_pull(body: &str) -> Value {
    let mut payload = comment(body);
    payload["issue"]["pull_request"] = json!({"url": "https://api.github.com/repos/acme/site/pulls/7"});
    payload
}

/// Issue 7.
pub(super) fn issue() -> Value {
    json!({"number": 7, "title": "It breaks", "body": "On Mondays.", "user": user("ann", ANN), "state": "open"})
}

/// Pull request 7, from a branch of this repository, or of a fork.
pub(super) fn pull(from: u64) -> Value {
    json!({
        "number": 7, "title": "Mend it", "body": "It mends it.", "user": user("ann", ANN),
        "head": {"ref": "topic", "sha": "a1b2c3", "repo": {"id": from, "full_name": "acme/site", "private": false}},
        "base": {"ref": "main", "sha": "d4e5f6", "repo": {"id": 1, "full_name": "acme/site", "private": false}},
    })
}

/// Adds the fields of one object to another.
pub(super) fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}
