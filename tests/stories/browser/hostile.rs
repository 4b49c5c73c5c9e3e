//! What others wrote is text, on every page: prompts, names of files, messages of commits, commands, what commands print,
//! questions and reasons that are full of markup, terminal codes and marks that turn the direction.

use super::window::{Device, Window};
use crate::harness::PATIENCE;
use crate::sign_in::stage::{Browser, GOOD, Stage};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Markup, breaks out of attributes and elements, colours of a terminal, and marks that nobody sees.
const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[31m\u{202e}\"'></textarea></title><img src=x onerror=alert(2)>\
                       <b id=evil>[go](javascript:alert(3)) ![](http://127.0.0.1:9/x.png) {{ 7*7 }}\u{200b}\u{2066}";
/// The same for a name of a file, which has no slash.
const NAME: &str = "<img src=x onerror=alert(4)>\"'\u{1b}[31m\u{202e}gpj.txt";

/// What no page has, whatever is written on it: each finding in a line.
const FIND: &str = r#"
    const found = [];
    const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;
    for (const element of document.querySelectorAll("*")) {
        const shown = element.outerHTML.slice(0, 200);
        for (const { name, value } of element.attributes) {
            if (/^on/i.test(name)) found.push(`a handler: ${shown}`);
            if (/^(href|src|action|formaction|data|xlink:href)$/i.test(name) && /^\s*(javascript|data|vbscript|https?):/i.test(value)
                && !value.startsWith(location.origin)) found.push(`an address: ${shown}`);
            if (unseen.test(value)) found.push(`an attribute with what is not seen, ${name}: ${shown}`);
        }
        if (element.matches("script:not([src^='/assets/']), img[src=x], iframe, object, embed, base, meta[http-equiv], style, #evil"))
            found.push(`an element: ${shown}`);
    }
    if (unseen.test(document.documentElement.textContent)) found.push("a text with what is not seen");
    return found;
"#;

fn bash(command: &str) -> Value {
    json!({"command": command, "description": HOSTILE})
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Work that leaves hostile things everywhere.
fn work() -> String {
    let (name, words) = (quoted(NAME), quoted(HOSTILE));
    let plant = format!(
        "printf '%s\\n' {words} > {name} && mkdir -p .signalbox/out && cp {name} .signalbox/out/ && git add -- {name} && \
         git -c user.name={words} -c user.email=a@example.org commit --quiet --message {words} && printf '%s' {words}"
    );
    Script::new()
        .raw(&format!("# {HOSTILE}"))
        .say(HOSTILE)
        .think(HOSTILE)
        .tool("Bash", bash(&plant))
        .tool("Write", json!({"file_path": format!("/workspace/b{NAME}"), "content": HOSTILE}))
        .tool("Read", json!({"file_path": format!("/workspace/nowhere/{NAME}")}))
        .echo()
        .say(HOSTILE)
        .to_string()
}

fn asking(tool: &str, input: Value) -> String {
    Script::new().raw(&format!("# {HOSTILE}")).tool(tool, input).say(HOSTILE).to_string()
}

fn question() -> Value {
    let options = json!([{"label": HOSTILE, "description": HOSTILE}, {"label": "No", "description": HOSTILE}]);
    json!({"questions": [{"question": HOSTILE, "header": "Evil", "options": options, "multiSelect": false}]})
}

async fn approval_of(ada: &mut Browser<'_>, task: &str) -> String {
    let began = Instant::now();
    loop {
        let open = ada.gets("/api/v1/approvals").await.body;
        if let Some(found) = open.as_array().into_iter().flatten().find(|approval| approval["task"] == task) {
            return found["id"].as_str().unwrap().to_owned();
        }
        let now = ada.gets(&format!("/api/v1/tasks/{task}")).await.body;
        assert!(began.elapsed() < PATIENCE && now["finished_at"].is_null(), "{open} {now}");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn ended(ada: &mut Browser<'_>, task: &str) -> Value {
    let began = Instant::now();
    loop {
        let now = ada.gets(&format!("/api/v1/tasks/{task}")).await.body;
        if ["succeeded", "failed", "stopped"].iter().any(|state| now["state"] == *state) {
            return now;
        }
        assert!(began.elapsed() < PATIENCE, "{now}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// What is kept for an admin, written by who means no good.
async fn automation(ada: &mut Browser<'_>) {
    let schedule = json!({ "name": "evil", "project": "site", "user": "ada", "cron": "0 7 1 1 *", "zone": "UTC",
        "prompt": HOSTILE, "places": [], "missed": "skip" });
    let rules =
        format!("[signature]\nscheme = \"standard\"\n\n[task]\nprompt = '''{HOSTILE}'''\n").replace('\u{1b}', "");
    let hook =
        json!({ "name": "evil", "project": "site", "user": "ada", "rules": rules, "places": [], "secret": null });
    for (path, body) in [("/api/v1/schedules", schedule), ("/api/v1/hooks", hook)] {
        let answer = ada.posts(path, body).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
    let token = json!({ "name": HOSTILE, "scopes": ["read"], "days": 1, "password": null });
    let refused = ada.posts("/api/v1/me/tokens", token).await;
    assert_eq!(refused.status, 422, "a name is one that can be read: {refused:?}");
}

/// Somebody whose device names itself so, and who says so why something is denied.
async fn denies(stage: &Stage, ada: &Browser<'_>, approval: &str) {
    let session = json!({ "name": "ada", "password": GOOD });
    let device: String = HOSTILE.chars().filter(char::is_ascii).filter(|letter| !letter.is_control()).collect();
    let request = stage.asks(reqwest::Method::POST, "/api/v1/session").header("origin", &stage.base);
    let opened = request.header("user-agent", device).json(&session).send().await.unwrap();
    assert_eq!(opened.status(), 200);
    let request = stage.asks(reqwest::Method::POST, &format!("/api/v1/approvals/{approval}/decision"));
    let no = json!({ "approval": approval, "saying": { "say": "deny", "reason": HOSTILE }, "span": "once" });
    let request = request.header("origin", &stage.base).header("cookie", ada.cookie.as_deref().unwrap());
    let said = request.json(&no).send().await.unwrap();
    assert_eq!(said.status(), 200, "{:?}", said.text().await);
}

/// What is on the page that a window is at.
async fn is_inert(window: &Window, at: &str) {
    window.looks("document.querySelectorAll('details').forEach((part) => { part.open = true; })").await;
    let found = window.looks(FIND).await;
    assert_eq!(found, json!([]), "{at}: {found:#}");
}

#[tokio::test]
async fn what_others_wrote_is_text_on_every_page_and_nothing_of_it_runs() {
    let stage = Stage::opens_with(&[("SIGNALBOX_QUEUE_CONCURRENCY", "3"), ("SIGNALBOX_QUEUE_PER_PROJECT", "3")]).await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    automation(&mut ada).await;
    let file = json!({ "name": NAME, "media_type": "text/plain", "content": STANDARD.encode(HOSTILE) });
    let kept = ada.posts("/api/v1/files", file).await;
    let attachments = if kept.status == 200 { json!([kept.body]) } else { json!([]) };
    println!("a file of that name is answered {} {}", kept.status, kept.body);
    let done = ada.submits(&work(), json!({ "asking": "allow_all", "attachments": attachments })).await;
    let whole = ended(&mut ada, &done).await;
    assert_eq!(whole["state"], "succeeded", "{whole}");
    let print = format!("curl --silent http://127.0.0.1:9/ ; printf '%s' {}", quoted(&HOSTILE.replace('\u{1b}', "")));
    let refused = ada.submits(&asking("Bash", bash(&print)), json!({})).await;
    let approval = approval_of(&mut ada, &refused).await;
    denies(&stage, &ada, &approval).await;
    ended(&mut ada, &refused).await;
    let mut open = Vec::new();
    for script in [asking("Bash", bash(&print)), asking("AskUserQuestion", question())] {
        let task = ada.submits(&script, json!({})).await;
        open.push((approval_of(&mut ada, &task).await, task));
    }
    let window = Window::opens(&stage.base, Device::Desk).await;
    window.visits("/").await;
    window.signs_in("ada").await;
    window.reads("2 questions wait for a word").await;
    let conversation = whole["conversation"].as_str().unwrap();
    let with = [
        "/".to_owned(),
        "/tasks".to_owned(),
        format!("/tasks/{done}"),
        format!("/tasks/{done}/changes"),
        format!("/tasks/{done}/record"),
        format!("/tasks/{refused}"),
        format!("/tasks/{}", open[1].1),
        format!("/approvals/{}", open[0].0),
        format!("/approvals/{}", open[1].0),
        format!("/approvals/{approval}"),
        format!("/tasks/new?conversation={conversation}&after={done}"),
        "/account".to_owned(),
    ];
    for path in with {
        window.visits(&path).await;
        let text = window.text().await;
        assert!(text.contains("img src=x onerror=alert("), "{path} does not show it: {text}");
        is_inert(&window, &path).await;
    }
    for path in ["/automation", "/projects/site", "/people", "/places", "/audit?check=1", "/health"] {
        window.visits(path).await;
        is_inert(&window, path).await;
    }
    // What comes while the page is open is set into it by a script.
    let (_, task) = &open[0];
    window.visits(&format!("/tasks/{task}")).await;
    window.presses("Once").await;
    window.reads("allowed by ada").await;
    ended(&mut ada, task).await;
    is_inert(&window, "a page on which it came").await;
    window.closes().await;
    assert_eq!(ada.posts(&format!("/api/v1/tasks/{}/stop", open[1].1), json!({})).await.status, 200);
    drop(ada);
    stage.world.is_quiet().await;
    stage.ends().await;
}
