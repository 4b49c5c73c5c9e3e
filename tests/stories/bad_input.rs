//! Bad input gets a clear error that says how to mend it, the exit status that the reference promises, and loses nothing.

mod cli;
mod disk;
mod model;
mod policy;
mod prompts;
mod repositories;
mod surroundings;

use crate::harness::{Said, World};
use crate::socket::Socket;
use serde_json::Value;
use signalbox_testkit::script::Script;

/// An answer without any work.
fn greeting() -> String {
    Script::new().say("Good morning.").to_string()
}

/// Runs to the end in the world's repository.
async fn run(world: &World, prompt: &str) -> Said {
    let repository = world.repository();
    world.says(&["run", "--json", "--approve", "all", "--repo", repository.to_str().unwrap(), prompt]).await
}

/// The failure's kind and message in the last event of a run that failed.
fn failure(said: &Said) -> (String, String) {
    assert_eq!(said.code(), 1, "{}{}", said.stdout, said.stderr);
    let finished = said.events().pop().unwrap_or_else(|| panic!("no event; {}", said.stderr));
    assert_eq!((&finished["event"], &finished["state"]), (&Value::from("finished"), &Value::from("failed")));
    let word = |name: &str| finished["failure"][name].as_str().unwrap_or_default().to_owned();
    (word("kind"), word("message"))
}

/// The outcome of a run that came to one.
fn outcome(said: &Said) -> Value {
    assert_eq!(said.code(), 0, "{}{}", said.stdout, said.stderr);
    said.events().pop().unwrap()
}

/// The task comes to a good outcome, in its latest try.
async fn succeeds(socket: &Socket, task: &str) {
    let mut record = socket.follows(task);
    while record.until("finished").await["state"] != "succeeded" {}
}

/// The command ended with this status, and its words for people hold all of these.
fn complains(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.code(), code, "{}{}", said.stdout, said.stderr);
    for word in words {
        assert!(said.stderr.contains(word), "`{word}` is not in: {}", said.stderr);
    }
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
}
