//! Every route of the API, asked by everybody: `docs/rights.md` says who may what, as this test found it over the network.

use super::stage::{Answer, Browser, Stage};
use reqwest::Method;
use serde_json::{Value, json};
use signalbox_web::rights::{Listed, Need, all};
use std::fmt::Write as _;
use std::path::Path;

const ROLES: [&str; 4] = ["viewer", "member", "maintainer", "owner"];
const SCOPES: [&str; 4] = ["read", "work", "decide", "manage"];
const RULES: &str = "[signature]\nscheme = \"standard\"\n[task]\nprompt = \"look at it\"\n";

/// Whatever is asked about is there, and is made anew before each question.
struct Things {
    task: String,
}

impl Things {
    async fn lay_out(admin: &mut Browser<'_>) -> Self {
        admin.adds_site().await;
        // One of another server's, for a path needs no credential.
        let far =
            json!({ "name": "far", "git": "https://git.example.org/far.git", "policy": null, "credential": null });
        admin.posts("/api/v1/projects", far).await;
        Self { task: Self::submit(admin, "first").await }
    }

    /// A task that waits for a day that does not come.
    async fn submit(admin: &mut Browser<'_>, key: &str) -> String {
        let answer = admin.posts("/api/v1/tasks", submission(key)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["task"].as_str().unwrap().to_owned()
    }

    async fn again(&mut self, admin: &mut Browser<'_>, asked: &Listed, count: usize) {
        let path = asked.path;
        let anew = |thing: &str| path.starts_with(&format!("/api/v1/{thing}/{{"));
        if path.contains("{task}") && asked.method == Method::POST {
            self.task = Self::submit(admin, &format!("again-{count}")).await;
        } else if anew("hooks") {
            let hook = json!({ "name": "knock", "project": "site", "user": "member", "rules": RULES, "places": [], "secret": null });
            admin.posts("/api/v1/hooks", hook).await;
        } else if anew("schedules") {
            admin.posts("/api/v1/schedules", schedule("daily")).await;
        } else if anew("subscriptions") {
            admin.posts("/api/v1/subscriptions", subscription("told")).await;
        } else if anew("places") {
            admin.posts("/api/v1/projects/site/places", json!("telegram:-100")).await;
        } else if path.ends_with("/credential") {
            admin.sends(Method::PUT, "/api/v1/projects/far/credential", &credential()).await;
        } else if anew("users") {
            let add = json!({ "name": "zoe", "role": "viewer", "project": null, "admin": false, "identities": [] });
            admin.posts("/api/v1/users", add).await;
        }
    }

    fn path(&self, asked: &Listed) -> String {
        let names = [
            ("{task}", self.task.as_str()),
            ("{project}/credential", "far/credential"),
            ("{project}", "site"),
            ("{hook}", "knock"),
            ("{schedule}", "daily"),
            ("{subscription}", "told"),
            ("{place}", "telegram:-100"),
            ("{person}", "zoe"),
            ("{approval}", "0000000000000000"),
            ("{delivery}", "none"),
            ("{source}", "telegram"),
            ("{update}", "none"),
            ("{grant}", "none"),
            ("{session}", "none"),
            ("{provider}", "none"),
            ("{token}", "none"),
        ];
        names.iter().fold(asked.path.to_owned(), |path, (name, value)| path.replace(name, value))
    }
}

fn submission(key: &str) -> Value {
    json!({ "source": "rights", "key": key, "project": "site", "conversation": null, "place": "web:rights", "prompt": "wait",
        "attachments": [], "model": null, "priority": 0, "not_before": 9_000_000_000_000_i64, "limits": {}, "asking": "ask" })
}

fn schedule(name: &str) -> Value {
    json!({ "name": name, "project": "site", "user": "member", "cron": "0 3 1 1 *", "zone": "UTC", "prompt": "wait",
        "places": [], "missed": "skip" })
}

fn credential() -> Value {
    json!({ "kind": "token", "user": "x-access-token", "token": "none" })
}

fn subscription(name: &str) -> Value {
    json!({ "name": name, "project": "site", "url": "https://example.org/told", "topics": [], "place": null })
}

/// A body that the route takes, or that is refused for what it says once the right is there.
fn body(asked: &Listed, count: usize) -> Value {
    match (asked.method.as_str(), asked.path) {
        ("POST", "/api/v1/tasks") => submission(&format!("asked-{count}")),
        ("POST", "/api/v1/projects/{project}/places") => json!("telegram:-100"),
        ("POST", "/api/v1/approvals/{approval}/decision") => {
            json!({ "approval": "", "saying": { "say": "allow" }, "span": "once" })
        }
        ("POST", "/api/v1/files") => json!({ "name": "a.txt", "media_type": "text/plain", "content": "YQ==" }),
        ("POST", "/api/v1/projects") => json!({ "name": "not a name", "git": "/", "policy": null, "credential": null }),
        ("POST", "/api/v1/users") => {
            json!({ "name": "not a name", "role": "viewer", "project": null, "admin": false, "identities": [] })
        }
        ("PUT", "/api/v1/projects/{project}/credential") => credential(),
        ("POST", "/api/v1/projects/{project}/policy/trial") => {
            json!({ "tool": "Bash", "input": { "command": "ls" } })
        }
        ("PATCH", "/api/v1/users/{person}") => json!({ "role": null, "admin": false, "link": [], "unlink": [] }),
        ("POST", "/api/v1/hooks") => {
            json!({ "name": "not a name", "project": "site", "user": "member", "rules": RULES, "places": [], "secret": null })
        }
        ("POST", "/api/v1/hooks/{hook}/trial") => json!({ "told": { "event": "", "payload": {} } }),
        ("POST", "/api/v1/schedules") => schedule("not a name"),
        ("POST", "/api/v1/subscriptions") => subscription("not a name"),
        _ => json!({}),
    }
}

/// Whether the answer lets it be done. What is hidden from somebody is not there for them.
fn lets(answer: &Answer) -> bool {
    answer.body["password_needed"] == true || !matches!(answer.status.as_u16(), 401 | 403 | 404)
}

/// Nobody has one of these, whoever asks: the right is there when the answer is that there is no such thing.
fn is_of_nothing(asked: &Listed) -> bool {
    ["{approval}", "{delivery}", "{grant}", "{update}", "{session}", "{provider}"]
        .iter()
        .any(|name| asked.path.contains(name))
        || asked.path == "/api/v1/me/tokens/{token}"
}

#[tokio::test]
async fn every_route_is_asked_by_everybody() {
    // What a schedule's run asks for finds no image to be run in.
    let quiet = [("SIGNALBOX_WEB_REQUESTS_PER_MINUTE", "0"), ("SIGNALBOX_SANDBOX_IMAGE", "signalbox-none:never")];
    let stage = Stage::opens_with(&quiet).await;
    let mut admin = stage.admin().await;
    let mut things = Things::lay_out(&mut admin).await;
    let outsider = json!({ "name": "out", "role": "viewer", "project": "site", "admin": false, "identities": [] });
    admin.posts("/api/v1/users", outsider).await;
    let none = json!({ "role": ["site", null], "admin": null, "link": [], "unlink": [] });
    assert_eq!(admin.sends(Method::PATCH, "/api/v1/users/out", &none).await.status, 200);
    for role in ROLES {
        let add = json!({ "name": role, "role": role, "project": null, "admin": false, "identities": [] });
        assert_eq!(admin.posts("/api/v1/users", add).await.status, 200);
    }
    let add = json!({ "name": "root", "role": "viewer", "project": "site", "admin": true, "identities": [] });
    assert_eq!(admin.posts("/api/v1/users", add).await.status, 200);
    let mut people = vec![stage.invited(&mut admin, "out").await];
    for role in ROLES {
        people.push(stage.invited(&mut admin, role).await);
    }
    people.push(stage.invited(&mut admin, "root").await);
    let mut tokens = Vec::new();
    for scope in SCOPES {
        let made = admin.posts("/api/v1/me/tokens", json!({ "name": scope, "scopes": [scope] })).await;
        tokens.push(made.body["token"].as_str().unwrap().to_owned());
    }
    let revoked = admin.posts("/api/v1/me/tokens", json!({ "name": "gone", "scopes": SCOPES })).await.body;
    let gone = format!("/api/v1/me/tokens/{}", revoked["id"].as_str().unwrap());
    assert_eq!(admin.sends(Method::DELETE, &gone, &Value::Null).await.status, 204);
    let revoked = revoked["token"].as_str().unwrap();
    let expired = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIn0.AAAA";

    let mut page = INTRODUCTION.to_owned();
    let mut count = 0;
    for asked in all() {
        write!(page, "| `{} {}` |", asked.method, asked.path).unwrap();
        // Nothing, what was taken back, and what was never ours.
        let (path, body_now) = (things.path(&asked), body(&asked, count));
        let bare = super::stage::answered(stage.asks(asked.method.clone(), &path).json(&body_now)).await;
        assert_eq!(bare.status, 401, "{asked:?}: {bare:?}");
        for worthless in [revoked, expired] {
            let answer = stage.bears(worthless, asked.method.clone(), &path, &body_now).await;
            assert_eq!(answer.status, 401, "{asked:?}: {answer:?}");
        }
        for person in &mut people {
            count += 1;
            // What ends the session of whoever asks is asked by somebody who comes back.
            if asked.path == "/api/v1/session"
                || (asked.path == "/api/v1/me/sessions" && asked.method == Method::DELETE)
            {
                page.push_str(" yes |");
                continue;
            }
            things.again(&mut admin, &asked, count).await;
            let answer = person.sends(asked.method.clone(), &things.path(&asked), &body(&asked, count)).await;
            assert!(answer.status.as_u16() < 500, "{asked:?}: {answer:?}");
            let own = asked.need != Need::Socket;
            let may =
                lets(&answer) || (own && is_of_nothing(&asked) && answer.status != 401 && !is_right_missing(&answer));
            page.push_str(if may { " yes |" } else { " – |" });
        }
        let mut good = Vec::new();
        for (scope, token) in SCOPES.iter().zip(&tokens) {
            count += 1;
            things.again(&mut admin, &asked, count).await;
            let answer = stage.bears(token, asked.method.clone(), &things.path(&asked), &body(&asked, count)).await;
            if !is_scope_missing(&answer) {
                good.push(*scope);
            }
        }
        let expected: &[&str] = match &asked.need {
            Need::Scope(scope) => &[scope.as_str()],
            Need::Presence | Need::Socket => &[],
            Need::AnyProof => &SCOPES,
        };
        assert_eq!(good, expected, "{asked:?}");
        writeln!(page, " {} |", if good.len() == 4 { "any".to_owned() } else { good.join(", ") }).unwrap();
    }
    drop((admin, people));
    stage.ends().await;
    compare(&page);
}

/// The person may not, whatever they ask about.
fn is_right_missing(answer: &Answer) -> bool {
    answer.status == 403 && answer.body["password_needed"].is_null()
}

/// The token is not for this.
fn is_scope_missing(answer: &Answer) -> bool {
    answer.status == 403
        && answer.body["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("token is") || detail.contains("is for terminals"))
}

fn compare(page: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rights.md");
    if std::env::var_os("SIGNALBOX_WRITE_DOCS").is_some() {
        std::fs::write(&file, page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "docs/rights.md tells something else: run this with SIGNALBOX_WRITE_DOCS=1");
}

const INTRODUCTION: &str = "# Who may what

Each route of the API, asked over the network by everybody, as `tests/stories/sign_in/rights.rs` found it. *Outsider* is a person
without a role in the project; *admin* is an admin of the hub. A dash means refused, or hidden as if it were not there. The last
column says which scope a token needs; where it is empty no token will do.

Without signing in, with a token that was revoked, that has ended or is not ours, each of them is answered 401. Lists show what the
person may see, so an outsider may ask for them and finds nothing. Of things that only their people have (an approval, a session),
the column says whether one may ask; whose they are is held against whoever asks.

| route | outsider | viewer | member | maintainer | owner | admin | token's scope |
|---|---|---|---|---|---|---|---|
";
