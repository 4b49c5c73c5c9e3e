//! A new hub, and somebody who has nothing but a browser and the code that the hub printed.

use super::window::{Device, Window};
use crate::sign_in::stage::{GOOD, Stage};
use crate::telegram::leave_a_trace;

#[tokio::test]
async fn a_browser_and_the_printed_code_lead_from_the_first_start_to_a_finished_task() {
    let stage = Stage::opens().await;
    let window = Window::opens(&stage.base, Device::Desk).await;
    window.visits("/").await;
    window.follows("Use your one-time code").await;
    window.types("One-time code", &stage.first_code().await).await;
    window.types("Your name", "ada").await;
    window.types("New password", GOOD).await;
    window.presses("Set the password and sign in").await;
    window.reads("The line is clear.").await;

    window.follows("Projects").await;
    window.follows("Add a project").await;
    window.types("Name", "site").await;
    window.types("Repository", stage.world.repository().to_str().unwrap()).await;
    window.presses("Add it").await;
    window.arrives("/projects/site").await;
    window.reads("None was asked yet.").await;

    window.follows("New task").await;
    window.types("What should Claude do?", &leave_a_trace()).await;
    window.presses("Ask for it").await;
    window.reads("Claude wants to run a command").await;
    let task = window.path().await;
    window.follows("Inbox").await;
    window.arrives("/").await;
    window.reads("1 question waits for a word.").await;
    window.presses("Once").await;
    window.reads("Allowed.").await;

    window.visits(&task).await;
    window.reads("The trace is left.").await;
    window.reads("Push the branch").await;
    window.follows("Changes").await;
    window.reads("ran.txt").await;
    window.presses("Push the branch").await;
    window.reads("pushed").await;
    let branch = format!("signalbox/{}", task.trim_start_matches("/tasks/"));
    assert_eq!(stage.world.git(&["show", &format!("{branch}:ran.txt")]), "ran");
    window.closes().await;
    stage.world.is_quiet().await;
    stage.ends().await;
}
