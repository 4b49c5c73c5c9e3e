//! A policy that cannot be read decides nothing.

use super::{complains, failure, greeting};
use crate::harness::World;
use std::process::Command;

const BROKEN: &str = "version = 1\n\n[[rules]]\ntools = \"Read\"\ndecision = \"maybe\"\n\n[nonsense]\nx = 1\n";

#[tokio::test]
async fn one_that_cannot_be_read_is_refused_with_its_lines() {
    let world = World::new().await;
    let file = world.repository().join("policy.toml");
    std::fs::write(&file, BROKEN).unwrap();
    let (repository, file) = (world.repository(), file.to_str().unwrap().to_owned());
    let add = ["project", "add", "site", "--git", repository.to_str().unwrap(), "--policy"];
    complains(&world.says(&[&add[..], &[file.as_str()]].concat()).await, 2, &["line 5", "line 7"]);
    complains(&world.says(&[&add[..], &["/nowhere/policy.toml"]].concat()).await, 2, &["/nowhere/policy.toml"]);
    world.ends().await;
}

#[tokio::test]
async fn a_stored_one_that_became_unreadable_lets_nothing_through() {
    let world = World::new().await;
    let repository = world.repository();
    let added = world.says(&["project", "add", "site", "--git", repository.to_str().unwrap()]).await;
    assert_eq!(added.code(), 0, "{}", added.stderr);
    let change = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE projects SET policy = ?', \
                  (sys.argv[2],)); c.commit()";
    let database = world.home().join("signalbox.db");
    assert!(Command::new("python3").args(["-c", change]).arg(database).arg(BROKEN).status().unwrap().success());
    let said = world.says(&["run", "--json", "--approve", "all", "--project", "site", &greeting()]).await;
    let (_, message) = failure(&said);
    assert!(message.contains("policy") && message.contains("line 5"), "{message}");
    assert!(said.events().iter().all(|event| event["event"] != "sandbox_ready"), "{}", said.stdout);
    world.ends().await;
}
