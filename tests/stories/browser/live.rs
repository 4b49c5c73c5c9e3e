//! A task followed live, while the hub goes away and comes back.

use super::window::{Device, Window};
use crate::sign_in::stage::Stage;
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::net::TcpListener;

/// What the page has of the transcript: each entry's name and words, without times.
const ENTRIES: &str = "return [...document.querySelectorAll('#transcript > li')].map((entry) => {
    const copy = entry.cloneNode(true);
    copy.querySelectorAll('time').forEach((time) => time.remove());
    return [entry.id, copy.textContent.replace(/\\s+/g, ' ').trim()];
})";

/// A task that takes its time, and does not ask.
fn steps() -> String {
    let step = |script: Script, number: u32| {
        let command = format!("sleep 1; echo step {number} is done");
        script.say(format!("Step {number}.")).tool("Bash", json!({"command": command, "description": "A step"}))
    };
    (1..=8).fold(Script::new(), step).say("All steps are done.").to_string()
}

/// Waits until the transcript has an entry that says just this; the prompt, above, says it all from the start.
async fn is_told(window: &Window, words: &str) {
    let look = async || {
        let entries = window.looks(ENTRIES).await;
        entries.as_array()?.iter().any(|entry| entry[1] == words).then_some(())
    };
    window.until(&format!("the transcript says `{words}`"), look).await;
}

#[tokio::test]
async fn a_page_that_is_open_while_the_hub_dies_goes_on_and_misses_and_doubles_nothing() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let stage = Stage::opens_with(&[("SIGNALBOX_WEB_LISTEN", &format!("127.0.0.1:{port}"))]).await;
    let mut ada = stage.admin().await;
    let window = Window::opens(&stage.base, Device::Desk).await;
    ada.adds_site().await;
    let task = ada.submits(&steps(), json!({ "asking": "allow_all" })).await;
    drop(ada);
    window.visits(&format!("/tasks/{task}")).await;
    window.signs_in("ada").await;
    window.reads("Live").await;
    window.looks("window.wasNotReloaded = true").await;
    is_told(&window, "Step 2.").await;
    let stage = stage.falls(window.reads("The hub is away; this goes on by itself")).await;
    is_told(&window, "All steps are done.").await;
    window.reads("Continue").await;
    assert_eq!(window.looks("return window.wasNotReloaded").await, true);

    let grown = window.looks(ENTRIES).await;
    let names: Vec<&Value> = grown.as_array().unwrap().iter().map(|entry| &entry[0]).collect();
    let once: std::collections::BTreeSet<_> = names.iter().map(|name| name.to_string()).collect();
    assert_eq!(once.len(), names.len(), "{grown:#}");
    for number in 1..=8 {
        let told = grown.as_array().unwrap().iter().filter(|entry| entry[1] == format!("Step {number}."));
        assert_eq!(told.count(), 1, "step {number}: {grown:#}");
    }
    window.visits(&format!("/tasks/{task}")).await;
    assert_eq!(grown, window.looks(ENTRIES).await, "a page that is loaded anew shows the same");
    window.closes().await;
    stage.world.is_quiet().await;
    stage.ends().await;
}
