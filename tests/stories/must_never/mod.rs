//! What must never be: each point with a test that really tries, the real CLI in a real container wherever that is possible.
//!
//! | what must never be | tried by |
//! |---|---|
//! | 1. a call runs without its decision | `gate::what_an_allowed_command_leaves_behind…`, `gate::signals_to_the_cli…`, `hostile_cli::…` |
//! | 2. a call runs twice, or has two decisions | `decisions::of_two_words_at_once_one_counts`, `hostile_cli::a_call_whose_yes_was_used…` |
//! | 3. a message is lost, or makes two tasks | `decisions::one_request_is_one_task…` |
//! | 4. two runs of one conversation at once | `decisions::one_conversation_has_one_run_at_a_time`; a stale lease: the store's `leases` tests (`a_node_that_lost_its_task_…`) |
//! | 5. the hub runs what a sandbox wrote | `workspace::nothing_planted_in_git…`; a bundle that moves another branch: git's `other_references_than_the_result_are_refused` |
//! | 6. a credential or a network in the sandbox | `sealed::from_inside_there_is_no_key_and_no_way_out` |
//! | 7. somebody unentitled learns or moves anything | `strangers::…`; through the port: the engine's `tests/entitlement.rs` |
//! | 8. a repository's own settings run | `workspace::a_repositorys_own_settings_run_nothing…` |
//! | 9. a secret reaches a log, an event, a message | `secrets::no_secret_is_told_or_kept_in_the_open` |
//! | 10. a dead hub forgets a running task | the `recovery` stories |
//!
//! Beside them: what a hostile process can still do, hold up the outcome, ends with a person's stop
//! (`gate::whoever_holds_up_the_outcome…`).

mod decisions;
mod gate;
mod hostile_cli;
mod sealed;
mod secrets;
mod strangers;
mod workspace;

use crate::harness::{Running, World};
use serde_json::Value;

/// Commits a file to the story's repository.
fn commit_file(world: &World, name: &str, content: &str) {
    let path = world.repository().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
    world.git(&["add", "--all", "--force"]);
    world.git(&["commit", "--quiet", "--message", "Add a file"]);
}

/// A file of a finished task's branch.
fn on_branch(world: &World, finished: &Value, file: &str) -> String {
    world.git(&["show", &format!("{}:{file}", finished["branch"].as_str().unwrap())])
}

/// The names of the files on a finished task's branch.
fn files(world: &World, finished: &Value) -> Vec<String> {
    let listed = world.git(&["ls-tree", "-r", "--name-only", finished["branch"].as_str().unwrap()]);
    listed.lines().map(str::to_owned).collect()
}

/// Waits for the next question and says yes.
async fn approve_next(world: &World, run: &mut Running) {
    let asked = run.until("approval_opened").await;
    let said = world.says(&["approve", asked["approval"].as_str().unwrap()]).await;
    assert_eq!(said.code(), 0, "{}", said.stderr);
}

/// Waits for the next question and says no.
async fn deny_next(world: &World, run: &mut Running) {
    let asked = run.until("approval_opened").await;
    let said = world.says(&["deny", asked["approval"].as_str().unwrap()]).await;
    assert_eq!(said.code(), 0, "{}", said.stderr);
}
