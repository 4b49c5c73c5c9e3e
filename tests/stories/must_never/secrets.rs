//! Point 9: what is secret is in no log, event, message or file but the sealed ones.

use crate::harness::{MODEL_KEY, World, docker};
use serde_json::json;
use signalbox_testkit::script::Script;
use std::path::{Path, PathBuf};

const PROJECT_TOKEN: &str = "ghp_theProjectsOwnTokenForItsRemote";

/// The files below a folder that hold the text.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            found.extend(holding(&path, text));
        } else if kind.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            found.extend(bytes.windows(text.len()).any(|part| part == text.as_bytes()).then_some(path));
        }
    }
    found
}

/// The token that the only sandbox has, as Docker knows it.
async fn sandbox_token(world: &World) -> String {
    let container = world.containers().await.remove(0);
    let variables = docker(&["inspect", "--format", "{{range .Config.Env}}{{println .}}{{end}}", &container]).await;
    let token = variables.lines().find_map(|line| line.strip_prefix("ANTHROPIC_API_KEY="));
    token.expect("the sandbox has a token").to_owned()
}

#[tokio::test]
async fn no_secret_is_told_or_kept_in_the_open() {
    let world = World::new().await.with("SIGNALBOX_LOG_LEVEL", "trace").with("SIGNALBOX_QUEUE_RETRIES", "0");
    let world = world.with("SIGNALBOX_GIT_PRIVATE_ADDRESSES", "true");
    let folder = world.home().parent().unwrap().to_owned();
    let serving = world.serves().await;
    let call = json!({"command": "echo hello > hello.txt"});
    let mut run = world.runs(&[], &Script::new().tool("Bash", call).say("Hello.").to_string());
    let asked = run.until("approval_opened").await;
    let token = sandbox_token(&world).await;
    assert!(token.len() >= 20, "{} characters are no token", token.len());
    assert_eq!(world.says(&["approve", asked["approval"].as_str().unwrap()]).await.code(), 0);
    let (finished, code, seen) = run.finishes().await;
    assert_eq!(code, 0, "{finished}");
    // A remote that nobody answers for, so that the faults of reaching it are told too.
    let file = folder.join("token.txt");
    std::fs::write(&file, PROJECT_TOKEN).unwrap();
    let remote =
        ["project", "add", "far", "--git", "https://127.0.0.1:9/far.git", "--token-file", file.to_str().unwrap()];
    let added = world.says(&remote).await;
    assert_eq!(added.code(), 0, "{}", added.stderr);
    std::fs::remove_file(&file).unwrap();
    let (failed, _, more) = world.follows(&["run", "--project", "far", "--json", "SAY hello"]).finishes().await;
    assert_eq!(failed["failure"]["kind"], "repository_unreachable", "{failed}");
    serving.stops().await;
    let told = format!("{seen:?}{more:?}{finished}{failed}{}{}", added.stdout, added.stderr);
    for (whose, secret) in [("the model's", MODEL_KEY), ("the project's", PROJECT_TOKEN), ("the sandbox's", &token)] {
        assert!(!told.contains(secret), "{whose} secret was told");
        assert_eq!(holding(&folder, secret), Vec::<PathBuf>::new(), "{whose} secret lies in the open");
    }
    assert!(!holding(&folder, "echo hello > hello.txt").is_empty(), "the search finds what is there");
    world.ends().await;
}
