//! Times that come, and times that were missed.

use super::Reachable;
use crate::harness::PATIENCE;
use std::process::Command;

#[tokio::test]
async fn a_schedule_asks_at_its_time_and_makes_up_once_for_what_was_missed() {
    let mut hub = Reachable::new().await;
    let place = hub.place();
    let add = ["schedule", "add", "minutely", "--project", "demo", "--as", "Ann", "--cron", "* * * * *"];
    let rest =
        ["--zone", "Europe/Berlin", "--prompt", "SAY The minute has come.", "--missed", "once", "--place", &place];
    hub.team.says(&[&add[..], &rest[..]].concat()).await;
    let came = |message: &signalbox_testkit::telegram::Message| {
        message.from_bot && message.text.contains("The minute has come.") && message.text.contains("done in")
    };
    hub.team.telegram.wait_for(&hub.chat, came, PATIENCE).await;
    hub.team.dies().await;
    let database = hub.team.world.home().join("signalbox.db");
    set_next(database.to_str().unwrap(), "next_at - 2 * 86400000, cron = '0 0 1 1 *'");
    let before = hub.tasks_in(database.to_str().unwrap());
    hub.team.returns().await;
    for _ in 0..100 {
        if hub.tasks().await > before {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(hub.tasks().await, before + 1, "two days of minutes are made up for once");
    let listed = hub.team.says(&["schedule", "list", "--json"]).await;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let next = listed[0]["next"].as_array().unwrap();
    assert!(next.len() == 3 && next[0]["local"].as_str().unwrap().ends_with("-01-01 00:00 CET"), "{next:?}");
    let run = hub.team.says(&["schedule", "run", "minutely"]).await;
    assert!(run.contains("is queued"), "{run}");
    hub.team.says(&["schedule", "remove", "minutely"]).await;
    assert_eq!(hub.team.says(&["schedule", "list", "--json"]).await.trim(), "[]");
    hub.all_are_over().await;
    hub.team.ends().await;
}

fn set_next(database: &str, change: &str) {
    sql(database, &format!("UPDATE schedules SET next_at = {change}"));
}

/// Runs a statement on the database of a hub that is down, and returns its first number.
fn sql(database: &str, statement: &str) -> String {
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nr = c.execute(sys.argv[2]).fetchone()\nc.commit()\n\
         print(r[0] if r else '')";
    let output = Command::new("python3").args(["-c", script, database, statement]).output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Reachable {
    fn tasks_in(&self, database: &str) -> usize {
        sql(database, "SELECT COUNT(*) FROM tasks").parse().expect("a number")
    }

    async fn all_are_over(&self) {
        for _ in 0..600 {
            let open = self.team.says(&["tasks", "--json"]).await;
            if open.trim() == "[]" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        panic!("tasks are still open");
    }
}
