//! The pages as an app on somebody's device: installed, small to load, and of some use while the hub is away.

use super::window::{Device, Window};
use crate::sign_in::stage::Stage;
use serde_json::json;
use std::net::TcpListener;

/// What the browser keeps of the hub beyond what it keeps by itself.
const KEPT: &str = "return navigator.serviceWorker.ready.then(() => caches.keys())
    .then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
    .then((kept) => kept.flat().map((request) => new URL(request.url).pathname))";

/// Each request of the page, itself among them, with the bytes that came over the wire.
const LOADED: &str = "return new Promise((done) => requestIdleCallback(() => done(
    ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
        .map((entry) => [entry.name, entry.transferSize]))))";

#[tokio::test]
async fn a_phone_installs_the_pages_and_a_page_that_could_not_be_had_comes_by_itself() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let stage = Stage::opens_with(&[("SIGNALBOX_WEB_LISTEN", &format!("127.0.0.1:{port}"))]).await;
    drop(stage.admin().await);
    let window = Window::opens(&stage.base, Device::Phone).await;
    window.visits("/tasks").await;
    window.signs_in("ada").await;
    window.reads("No task fits.").await;
    let kept: Vec<String> = serde_json::from_value(window.looks(KEPT).await).unwrap();
    let public = kept.iter().all(|path| path == "/away" || path.starts_with("/assets/"));
    assert!(kept.len() == 5 && public, "{kept:?}");
    let manifest = window.devtools("Page.getAppManifest", json!({})).await;
    assert_eq!(manifest["errors"], json!([]), "{manifest:#}");
    let against = window.devtools("Page.getInstallabilityErrors", json!({})).await;
    assert_eq!(against["installabilityErrors"], json!([]), "{against:#}");

    let without = async {
        window.visits("/tasks").await;
        window.reads("The hub cannot be reached").await;
    };
    let stage = stage.falls(without).await;
    window.reads("No task fits.").await;
    window.arrives("/tasks").await;
    window.closes().await;
    stage.ends().await;
}

#[tokio::test]
async fn a_first_load_is_under_150_kilobytes_and_nothing_is_asked_of_anybody_else() {
    let stage = Stage::opens().await;
    drop(stage.admin().await);
    let mut largest = 0;
    for path in ["/sign-in", "/", "/tasks", "/tasks/new", "/account"] {
        // A browser each, so that none has anything yet; it signs in elsewhere, and then forgets what it has.
        let window = Window::opens(&stage.base, Device::Phone).await;
        if path != "/sign-in" {
            window.visits("/more").await;
            window.signs_in("ada").await;
            window.arrives("/more").await;
            window.devtools("Network.clearBrowserCache", json!({})).await;
            let workers = "return navigator.serviceWorker.ready.then((worker) => worker.unregister())";
            window.looks(workers).await;
        }
        window.visits(path).await;
        let loaded = window.looks(LOADED).await;
        let loaded: Vec<(String, u64)> = serde_json::from_value(loaded).unwrap();
        assert!(loaded.iter().all(|(name, _)| name.starts_with(&stage.base)), "{loaded:#?}");
        assert!(loaded.iter().filter(|(_, bytes)| *bytes > 0).count() >= 4, "it was loaded anew: {loaded:#?}");
        largest = largest.max(loaded.iter().map(|(_, bytes)| bytes).sum());
        window.closes().await;
    }
    assert!((10_000..150_000).contains(&largest), "{largest} bytes");
    stage.ends().await;
}
