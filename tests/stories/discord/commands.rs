//! Slash commands: offered with what may stand in them, answered to whoever asked, and work that is asked for by one.

use super::{Team, just_say, leave_a_trace, read};
use crate::harness::PATIENCE;
use signalbox_testkit::discord::{Choice, Message, ResponseKind};

#[tokio::test]
async fn commands_complete_projects_tasks_and_approvals_and_do_what_they_say() {
    let team = Team::new().await;
    let ann = team.member("Ann", "maintainer").await;
    let eve = team.stranger("Eve");
    team.discord.wait_for_command("task", PATIENCE).await;
    let lab = team.guild.channel("lab");
    let offered = ann.autocompletes(&lab, "project", "project", "de").await;
    assert_eq!(values(&offered), ["demo"]);
    assert!(eve.autocompletes(&lab, "project", "project", "").await.is_empty(), "a stranger is offered nothing");
    ann.slash(&lab, "project", &[("project", "demo")]).response().await;
    team.whispers(&lab, &ann, "From now on requests here are about demo.").await;
    let asked = ann.slash(&lab, "task", &[("prompt", &leave_a_trace())]);
    assert_eq!(asked.response().await.kind, ResponseKind::Deferred);
    let shown = asked.wait_for(|message| message.thread.is_some(), PATIENCE).await;
    assert!(read(&shown).starts_with("> SAY I leave a trace."), "what is asked can be read: {}", shown.content);
    let thread = team.thread_of(&lab, &shown).await;
    team.is_asked(&thread).await;
    let task = team.tasks().await[0]["id"].as_str().unwrap().to_owned();
    let offered = ann.autocompletes(&thread, "status", "task", &task[..4]).await;
    assert_eq!(values(&offered), [task.as_str()]);
    assert!(offered[0].name.contains("running"), "{}", offered[0].name);
    let offered = ann.autocompletes(&thread, "approve", "id", "").await;
    let approval = values(&offered)[0].clone();
    assert!(offered[0].name.contains("wants to run a command"), "{}", offered[0].name);
    ann.slash(&thread, "approve", &[("id", &approval), ("for", "15m")]).response().await;
    team.whispers(&thread, &ann, "Allowed.").await;
    let first = team.hears(&thread, "The trace is left.").await;
    ann.says(&thread, &leave_a_trace());
    let again = |message: &Message| message.id > first.id && read(message).contains("done in");
    let again = team.discord.wait_for(&thread, again, PATIENCE).await;
    assert!(read(&again).contains("1 file, +1 −0"), "it ran without a question: {}", again.content);
    let cards = thread.messages().into_iter().filter(|message| message.content.contains("wants to run")).count();
    assert_eq!(cards, 1, "the yes of a while covers it: {}", team.discord.transcript(&thread));
    assert!(
        lab.messages().iter().chain(&thread.messages()).all(|message| !message.thinking && message.pings.is_empty())
    );
    println!("{}\n{}", team.discord.transcript(&lab), team.discord.transcript(&thread));
    team.ends().await;
}

#[tokio::test]
async fn every_command_is_offered_and_answered() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    team.discord.wait_for_command("help", PATIENCE).await;
    let thread = team.asks(&ann, &just_say("hello")).await;
    team.hears(&thread, "hello").await;
    for (name, values, expected) in [
        ("projects", &[][..], "`demo` · chosen here"),
        ("project", &[], "Here you work on demo"),
        ("status", &[], "succeeded"),
        ("pending", &[], "Nothing waits for your yes or no."),
        ("queue", &[], "Nothing waits or runs."),
        ("diff", &[], "has changed nothing"),
        ("retry", &[], "nly a failed or stopped task can be retried"),
        ("stop", &[], "is over"),
        ("mode", &[], "Claude works at once."),
        ("mode", &[("mode", "plan")], "Claude proposes a plan first"),
        ("model", &[], "the project's model"),
        ("usage", &[], "1 task"),
        ("whoami", &[], "You are `Ann` to this hub."),
        ("help", &[], "/approve"),
        ("help", &[("command", "stop")], "Stop a task"),
        ("continue", &[], "Write what comes next"),
        ("approve", &[("id", "0000000000000000")], "here is no approval"),
        ("link", &[("code", "aaaa-bbbb-cccc-dddd")], "not valid"),
    ] {
        let known = thread.messages().last().map(|message| message.id);
        ann.slash(&thread, name, values).response().await;
        let answers = |message: &Message| {
            Some(message.id) > known && message.from_bot && !message.thinking && read(message).contains(expected)
        };
        let answer = team.discord.wait_for(&thread, answers, PATIENCE).await;
        assert_eq!(answer.ephemeral_to, Some(ann.id()), "who asks unseen is answered unseen: {name}");
    }
    assert!(thread.messages().iter().all(|message| !message.thinking), "{}", team.discord.transcript(&thread));
    team.ends().await;
}

fn values(offered: &[Choice]) -> Vec<String> {
    offered.iter().filter_map(|choice| choice.value.as_str().map(str::to_owned)).collect()
}
