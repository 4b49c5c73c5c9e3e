//! The examples of `docs/api.md`, as a shell runs them.

use crate::sign_in::stage::Stage;
use reqwest::Method;
use serde_json::json;
use std::path::Path;
use tokio::process::Command;

/// The commands of a page: what stands behind `$ `, and the lines that it goes on in.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```console\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let mut commands: Vec<String> = Vec::new();
    for line in blocks.flat_map(str::lines) {
        match line.strip_prefix("$ ") {
            Some(command) => commands.push(command.to_owned()),
            None if line.starts_with("    ") => commands.last_mut().unwrap().extend(["\n", line]),
            // What is answered.
            None => {}
        }
    }
    commands
}

#[tokio::test]
async fn every_example_of_the_documentation_does_what_it_says() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md")).unwrap();
    let commands = commands(&page);
    assert!(commands.len() >= 8, "{commands:?}");
    // What is asked for finds no image to be run in.
    let stage = Stage::opens_with(&[("SIGNALBOX_SANDBOX_IMAGE", "signalbox-none:never")]).await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    let task = ada.submits("Later", json!({ "not_before": 9_000_000_000_000_i64 })).await;
    assert_eq!(ada.posts(&format!("/api/v1/tasks/{task}/stop"), json!({})).await.status, 200);
    let scopes = json!(["read", "work", "decide", "manage"]);
    let made = ada.posts("/api/v1/me/tokens", json!({ "name": "docs", "scopes": scopes, "days": 1 })).await;
    let token = made.body["token"].as_str().unwrap();
    for command in commands.iter().filter(|command| !command.starts_with("export ")) {
        let mut shell = Command::new("bash");
        shell.args(["-euc", command]).current_dir(stage.world.folder());
        shell.envs([("HUB", stage.base.as_str()), ("TOKEN", token), ("TASK", &task)]);
        let said = shell.output().await.unwrap();
        let answer = String::from_utf8_lossy(&said.stdout);
        assert!(said.status.success(), "{command}\n{answer}{}", String::from_utf8_lossy(&said.stderr));
        let refused = answer.contains("\"refusal\"");
        assert_eq!(refused, !command.contains("--fail-with-body"), "{command}\n{answer}");
    }
    let listed = ada.sends(Method::GET, "/api/v1/tasks", &json!(null)).await.body;
    assert_eq!(listed.as_array().unwrap().len(), 2, "one was asked for: {listed}");
    drop(ada);
    stage.ends().await;
}
