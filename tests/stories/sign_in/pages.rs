//! The pages, as whoever is signed in gets them: nothing of others is markup on any, and nobody sees what is not theirs.

use super::stage::{Browser, Stage};
use reqwest::Method;
use serde_json::{Value, json};

/// Markup, colours of a terminal, a mark that turns the direction, and what breaks out of an attribute.
const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[31m\u{202e}\"'><img src=x onerror=alert(2)>";

/// Pages of which everybody has their own; `{task}` is a task.
const PAGES: [&str; 11] = [
    "/",
    "/tasks",
    "/tasks/new",
    "/tasks/{task}",
    "/tasks/{task}/record",
    "/projects",
    "/projects/site",
    "/account",
    "/api",
    "/more",
    "/health",
];
/// Those for an admin of the hub, or for who keeps a project.
const KEPT: [&str; 6] = ["/people", "/places", "/automation", "/deliveries", "/updates", "/audit"];

async fn lay_out(admin: &mut Browser<'_>) -> String {
    admin.adds_site().await;
    admin.submits(HOSTILE, json!({ "not_before": 9_000_000_000_000_i64 })).await
}

fn is_inert(page: &str) -> bool {
    let scripts = page.matches("<script").count();
    let own = page.matches("<script src=\"/assets/").count();
    scripts == own && !page.contains("<img src=x") && !page.contains('\u{1b}') && !page.contains('\u{202e}')
}

#[tokio::test]
async fn no_page_runs_what_others_wrote_and_each_is_for_those_who_may_see_it() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    let task = lay_out(&mut ada).await;
    let mut bob = stage.person(&mut ada, "bob").await;
    let outsider = json!({ "role": ["site", null], "admin": null, "link": [], "unlink": [] });
    assert_eq!(ada.sends(Method::PATCH, "/api/v1/users/bob", &outsider).await.status, 200);
    let mut nobody = stage.browser();
    for path in PAGES.iter().chain(&KEPT) {
        let path = path.replace("{task}", &task);
        let page = ada.gets(&path).await;
        let html = page.body.as_str().unwrap_or_default();
        assert_eq!(page.status, 200, "{path}: {html}");
        assert!(html.starts_with("<!doctype html>") && is_inert(html), "{path}: {html}");
        assert!(html.contains("<title>") && html.contains("<main"), "{path}");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("script-src 'self';"), "{path}");
        assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        let turned_away = nobody.gets(&path).await;
        assert!(turned_away.body.to_string().contains("Sign in to Signalbox"), "{path}: {turned_away:?}");
    }
    let shown = ada.gets(&format!("/tasks/{task}")).await;
    let html = shown.body.as_str().unwrap();
    assert!(html.contains("alert(1)") && html.contains("U+202E"), "what was written is there, as text: {html}");
    for path in [format!("/tasks/{task}"), "/projects/site".to_owned(), format!("/tasks/{task}/record")] {
        let page = bob.gets(&path).await;
        assert_eq!(page.status, 404, "{path}: {page:?}");
        assert!(!page.body.to_string().contains("alert(1)"), "{path}: {page:?}");
    }
    for path in ["/people", "/places", "/deliveries", "/updates", "/audit"] {
        assert_eq!(bob.gets(path).await.status, 403, "{path}");
    }
    assert!(!bob.gets("/tasks").await.body.to_string().contains("alert(1)"));
    drop((ada, bob, nobody));
    stage.ends().await;
}

#[tokio::test]
async fn a_page_is_small_and_loads_nothing_from_elsewhere() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    let page = ada.gets("/").await;
    let html = page.body.as_str().unwrap();
    assert!(!html.contains("http://") && !html.contains("https://"), "{html}");
    let parts = html.split('"').filter(|part| part.starts_with("/assets/"));
    let assets: std::collections::BTreeSet<&str> = parts.collect();
    assert!(assets.len() >= 4, "{assets:?}");
    let mut sum = html.len();
    for asset in assets {
        let answer = ada.sends(Method::GET, asset, &Value::Null).await;
        assert_eq!(answer.status, 200, "{asset}");
        assert!(answer.headers["cache-control"].to_str().unwrap().contains("immutable"), "{asset}");
        sum += answer.body.as_str().map_or(0, str::len);
    }
    assert!(sum < 150_000, "{sum} bytes");
    assert_eq!(ada.gets("/nowhere").await.status, 404);
    drop(ada);
    stage.ends().await;
}
