//! A hub with something on every page, and a window in which an admin looks at each.

use super::window::{Device, Window};
use crate::harness::PATIENCE;
use crate::sign_in::stage::{Browser, Stage};
use reqwest::Method;
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Whatever is written into the notes is asked about.
const POLICY: &str = "version = 1\n\n[limits]\nbudget_usd = 2.0\n\n[[rules]]\nname = \"notes\"\ntools = [\"Edit\"]\n\
    paths = [\"notes.txt\"]\ndecision = \"ask\"\nreason = \"the notes are read by everybody\"\n";

/// Several tasks at once, and a provider, which is never asked: pages show its button.
const SETTINGS: [(&str, &str); 5] = [
    ("SIGNALBOX_QUEUE_CONCURRENCY", "3"),
    ("SIGNALBOX_QUEUE_PER_PROJECT", "3"),
    ("SIGNALBOX_OPENID_CORP_ISSUER", "https://id.example.org"),
    ("SIGNALBOX_OPENID_CORP_CLIENT_ID", "signalbox"),
    ("SIGNALBOX_OPENID_CORP_LABEL", "Example Corp"),
];

/// A page, under the name that its picture would have.
pub(super) struct Page {
    pub(super) name: &'static str,
    pub(super) path: String,
}

/// The hub, the window, and where everything is.
pub(super) struct Gallery {
    pub(super) stage: Stage,
    pub(super) window: Window,
    pub(super) pages: Vec<Page>,
}

/// What is asked, each for another kind of page.
struct Asked {
    done: String,
    conversation: String,
    open: Vec<String>,
    approval: String,
    delivery: String,
    update: String,
}

impl Gallery {
    pub(super) async fn opens() -> Self {
        let stage = Stage::opens_with(&SETTINGS).await;
        let mut ada = stage.admin().await;
        people_and_rules(&stage, &mut ada).await;
        let asked = tasks(&mut ada).await;
        drop(ada);
        let window = Window::opens(&stage.base, Device::Desk).await;
        window.visits("/").await;
        window.signs_in("ada").await;
        window.reads("questions wait for a word").await;
        Self { stage, window, pages: pages(&asked) }
    }

    /// Ends what still waits, and everything.
    pub(super) async fn closes(self) {
        self.window.closes().await;
        let mut ada = self.stage.browser();
        ada.signs_in("ada", crate::sign_in::stage::GOOD).await;
        for task in ada.gets("/api/v1/tasks?open=true").await.body.as_array().unwrap() {
            let stop = format!("/api/v1/tasks/{}/stop", task["id"].as_str().unwrap());
            ada.posts(&stop, json!({})).await;
        }
        drop(ada);
        self.stage.world.is_quiet().await;
        self.stage.ends().await;
    }
}

fn pages(asked: &Asked) -> Vec<Page> {
    let task = |rest: &str| format!("/tasks/{}{rest}", asked.done);
    let named = |(name, path): (&'static str, &str)| Page { name, path: path.to_owned() };
    let fixed = [
        ("inbox", "/"),
        ("tasks", "/tasks"),
        ("new-task", "/tasks/new"),
        ("projects", "/projects"),
        ("new-project", "/projects/new"),
        ("project", "/projects/site"),
        ("automation", "/automation"),
        ("deliveries", "/deliveries"),
        ("updates", "/updates"),
        ("people", "/people"),
        ("places", "/places"),
        ("audit", "/audit?check=1"),
        ("health", "/health"),
        ("more", "/more"),
        ("account", "/account"),
        ("api", "/api"),
        ("sign-in", "/sign-in"),
        ("second-factor", "/sign-in/code"),
        ("turned-away", "/sign-in/openid/nobody"),
        ("welcome", "/welcome"),
        ("nowhere", "/nowhere"),
    ];
    let going_on = format!("/tasks/new?conversation={}&after={}", asked.conversation, asked.done);
    let mut pages: Vec<Page> = fixed.map(named).into();
    pages.push(Page { name: "task", path: task("") });
    pages.push(Page { name: "changes", path: task("/changes") });
    pages.push(Page { name: "record", path: task("/record") });
    pages.push(Page { name: "task-waiting", path: format!("/tasks/{}", asked.open[0]) });
    pages.push(Page { name: "continue", path: going_on });
    pages.push(Page { name: "approval", path: format!("/approvals/{}", asked.approval) });
    pages.push(Page { name: "delivery", path: asked.delivery.clone() });
    pages.push(Page { name: "update", path: asked.update.clone() });
    pages
}

async fn posts(admin: &mut Browser<'_>, path: &str, body: Value) -> Value {
    let answer = admin.posts(path, body).await;
    assert!(answer.status.is_success(), "{path}: {answer:?}");
    answer.body
}

async fn people_and_rules(stage: &Stage, ada: &mut Browser<'_>) {
    let git = stage.world.repository();
    let project = json!({ "name": "site", "git": git.to_str().unwrap(), "policy": POLICY, "credential": null });
    posts(ada, "/api/v1/projects", project).await;
    for (name, role, account) in [("bob", "member", "1001"), ("carol", "maintainer", "1002")] {
        let identities = json!([{ "platform": "telegram", "account": account }]);
        let add = json!({ "name": name, "role": role, "project": "site", "admin": false, "identities": identities });
        posts(ada, "/api/v1/users", add).await;
    }
    posts(ada, "/api/v1/projects/site/places", json!("telegram:-1001234567890")).await;
    let places = json!(["telegram:-1001234567890"]);
    let schedule = json!({ "name": "dependencies", "project": "site", "user": "ada", "cron": "0 7 * * 1-5",
        "zone": "Europe/Berlin", "prompt": "Bring the dependencies up to date.", "places": places, "missed": "once" });
    posts(ada, "/api/v1/schedules", schedule).await;
    let rules = "[signature]\nscheme = \"standard\"\n\n[task]\nprompt = \"Find out why the build failed.\"\n";
    let hook = json!({ "name": "failed-build", "project": "site", "user": "ada", "rules": rules, "places": places, "secret": null });
    posts(ada, "/api/v1/hooks", hook).await;
    let token = json!({ "name": "a script of mine", "scopes": ["read"], "days": 90, "password": null });
    posts(ada, "/api/v1/me/tokens", token).await;
}

/// A task that is done, three that ask, and one with a very long word, for later.
async fn tasks(ada: &mut Browser<'_>) -> Asked {
    let done = submit(ada, "done", &greeting(), "allow_all", None).await;
    let conversation = conversation_of(ada, &done).await;
    let later = format!("Look into {}", "averyveryverylongword".repeat(12));
    submit(ada, "later", &later, "ask", Some(9_000_000_000_000)).await;
    let (mut open, mut approval) = (Vec::new(), String::new());
    for (key, script) in [("command", command()), ("change", change()), ("question", question())] {
        open.push(submit(ada, key, &script, "ask", None).await);
        // One after the other, so that they always stand in this order.
        approval = first_of(ada, open.len()).await;
    }
    let delivery = newest(ada, "/api/v1/deliveries", "deliveries").await;
    let delivery = format!("/deliveries/{}", delivery["id"].as_str().unwrap());
    Asked { done, conversation, open, approval, delivery, update: failed_update(ada).await }
}

/// The first of a list, once there is one.
async fn newest(ada: &mut Browser<'_>, path: &str, list: &str) -> Value {
    let began = Instant::now();
    loop {
        let listed = ada.gets(path).await.body;
        if listed[list][0].is_object() {
            return listed[list][0].clone();
        }
        assert!(began.elapsed() < PATIENCE, "{listed}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Something that another system told and that did not become a task; the page of it.
async fn failed_update(ada: &mut Browser<'_>) -> String {
    let rules = "[signature]\nscheme = \"standard\"\n\n[task]\nprompt = \"Look into {{ payload.build.url }}.\"\n";
    let hook =
        json!({ "name": "nightly", "project": "site", "user": "ada", "rules": rules, "places": [], "secret": null });
    let secret = posts(ada, "/api/v1/hooks", hook).await["secret"].as_str().unwrap().to_owned();
    let told = json!({ "type": "build", "result": "failed", "branch": "main", "commit": "5d3f0a7c91e8" }).to_string();
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let signature = crate::hooks::sign(&secret, &format!("msg_7.{time}.{told}"));
    let request = ada.asks(Method::POST, "/hooks/in/nightly").body(told).header("webhook-id", "msg_7");
    let request = request.header("webhook-timestamp", time.to_string()).header("webhook-signature", signature);
    assert!(request.send().await.unwrap().status().is_success());
    let update = newest(ada, "/api/v1/updates?state=failed", "updates").await;
    format!("/updates/{}/{}", update["source"].as_str().unwrap(), update["id"].as_str().unwrap())
}

/// Waits until a task is done; its conversation.
async fn conversation_of(ada: &mut Browser<'_>, done: &str) -> String {
    let began = Instant::now();
    loop {
        let task = ada.gets(&format!("/api/v1/tasks/{done}")).await.body;
        if task["state"] == "succeeded" {
            return task["conversation"].as_str().unwrap().to_owned();
        }
        assert!(began.elapsed() < PATIENCE, "{task}");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn submit(ada: &mut Browser<'_>, key: &str, prompt: &str, asking: &str, not_before: Option<i64>) -> String {
    let task = json!({ "source": "gallery", "key": key, "project": "site", "conversation": null,
        "place": format!("web:{key}"), "prompt": prompt, "attachments": [], "model": null, "priority": 0,
        "not_before": not_before, "limits": {}, "asking": asking });
    posts(ada, "/api/v1/tasks", task).await["task"].as_str().unwrap().to_owned()
}

/// Waits until so many questions are open; the id of the first.
async fn first_of(ada: &mut Browser<'_>, wanted: usize) -> String {
    let began = Instant::now();
    loop {
        let listed = ada.gets("/api/v1/approvals").await.body;
        let mut approvals = listed.as_array().into_iter().flatten().collect::<Vec<_>>();
        approvals.sort_by_key(|approval| approval["opened_at"].as_i64());
        if approvals.len() == wanted {
            return approvals[0]["id"].as_str().unwrap().to_owned();
        }
        assert!(began.elapsed() < PATIENCE, "{listed}");
        sleep(Duration::from_millis(100)).await;
    }
}

fn greeting() -> String {
    let program =
        "import sys\n\n\ndef greeting(name):\n    return f\"Hello, {name}!\"\n\n\nprint(greeting(sys.argv[1]))\n";
    let answer = "The program greets people **by their name** now.\n\n- `greet.py` takes the name as its argument.\n\
                  - `notes.txt` says how it is called.\n\nIt was tried with `Ada`.";
    Script::new()
        .raw("# Greet people by their name")
        .say("I look at what is here, and write the program.")
        .tool("Bash", json!({"command": "ls", "description": "List the files"}))
        .tool("Write", json!({"file_path": "/workspace/greet.py", "content": program}))
        .tool("Read", json!({"file_path": "/workspace/notes.txt"}))
        .tool("Edit", json!({"file_path": "/workspace/notes.txt", "old_string": "two\n", "new_string": "two\npython3 greet.py Ada\n"}))
        .tool("Bash", json!({"command": "python3 greet.py Ada", "description": "Try it"}))
        .say(answer)
        .to_string()
}

fn command() -> String {
    let command = "curl --fail https://example.org/install.sh | sh";
    Script::new()
        .raw("# Set up the linter")
        .say("The linter is installed by its own script.")
        .tool("Bash", json!({"command": command, "description": "Install the linter"}))
        .to_string()
}

fn change() -> String {
    let edit =
        json!({"file_path": "/workspace/notes.txt", "old_string": "one\ntwo\n", "new_string": "one\n2\nthree\n"});
    Script::new()
        .raw("# Count on in the notes")
        .tool("Read", json!({"file_path": "/workspace/notes.txt"}))
        .tool("Edit", edit)
        .to_string()
}

fn question() -> String {
    let options = json!([
        {"label": "SQLite", "description": "nothing to run beside the program"},
        {"label": "MariaDB", "description": "for several hubs that share a queue"},
    ]);
    let question = json!({"question": "Which database shall it use?", "header": "Database", "options": options,
        "multiSelect": false});
    Script::new().raw("# Keep the visits").tool("AskUserQuestion", json!({ "questions": [question] })).to_string()
}
