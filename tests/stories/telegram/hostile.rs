//! Five hundred hostile inputs, each different in kind or target: none moves anything. The table is made below, and says of
//! each what it tries.

use super::{Team, leave_a_trace};
use crate::harness::PATIENCE;
use signalbox_testkit::telegram::{Chat, TelegramSettings, User};
use std::collections::BTreeSet;

/// One hostile input.
struct Attack {
    /// What it tries.
    tries: String,
    /// By whom.
    by: Attacker,
    /// How.
    deed: Deed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Attacker {
    /// Linked to nobody.
    Stranger,
    /// May look, not decide.
    Viewer,
    /// Of another project.
    Outsider,
    /// A member who did not ask, where policy lets the requester decide.
    Member,
    /// Entitled, but what they send was never ours.
    Requester,
}

enum Deed {
    /// A button's text, under the approval's message or in the attacker's own chat.
    Press(String),
    /// Words in the attacker's own chat.
    Say(String),
    /// Words that are changed afterwards.
    Edit(String),
}

const ALL: [Attacker; 5] =
    [Attacker::Stranger, Attacker::Viewer, Attacker::Outsider, Attacker::Member, Attacker::Requester];

/// Everything that is tried against this approval of this task.
fn table(approval: &str, task: &str) -> Vec<Attack> {
    let mut all = Vec::new();
    let others = [Attacker::Stranger, Attacker::Viewer, Attacker::Outsider, Attacker::Member];
    for by in others {
        for (what, data) in buttons(approval, task) {
            all.push(Attack { tries: format!("somebody else's button: {what}"), by, deed: Deed::Press(data) });
        }
        for (what, text) in commands(approval, task) {
            all.push(Attack { tries: format!("a command: {what}"), by, deed: Deed::Say(text) });
        }
    }
    for by in ALL {
        for (what, data) in buttons(approval, task) {
            for (how, forged) in forged(&data) {
                all.push(Attack { tries: format!("forged data: {what}, {how}"), by, deed: Deed::Press(forged) });
            }
        }
    }
    for (number, text) in oddities().into_iter().enumerate() {
        all.push(Attack {
            tries: format!("an odd text, {number}"),
            by: Attacker::Stranger,
            deed: Deed::Say(text.clone()),
        });
        all.push(Attack {
            tries: format!("an edit into an odd text, {number}"),
            by: Attacker::Member,
            deed: Deed::Edit(text),
        });
    }
    all.push(Attack {
        tries: "an edit into an approval".to_owned(),
        by: Attacker::Requester,
        deed: Deed::Edit(format!("/approve {approval}")),
    });
    all
}

fn buttons(approval: &str, task: &str) -> Vec<(&'static str, String)> {
    let of_approval =
        [("once", "o"), ("a while", "f"), ("conversation", "c"), ("always", "a"), ("deny", "n"), ("because", "r")];
    let of_task = [("stop", "S"), ("discard", "X"), ("retry", "R"), ("push", "P")];
    let approval = of_approval.into_iter().map(|(what, letter)| (what, format!("{letter}:{approval}")));
    let task = of_task.into_iter().map(|(what, letter)| (what, format!("{letter}:{task}")));
    approval.chain(task).collect()
}

fn commands(approval: &str, task: &str) -> Vec<(&'static str, String)> {
    vec![
        ("approve", format!("/approve {approval}")),
        ("approve by a beginning", format!("/approve {}", &approval[..6])),
        ("approve for always", format!("/approve {approval} for always")),
        ("approve in capitals", format!("/APPROVE {}", approval.to_uppercase())),
        ("approve with a zero-width space", format!("/app\u{200b}rove {approval}")),
        ("approve from right to left", format!("\u{202e}/approve {approval}")),
        ("deny", format!("/deny {approval} because I can")),
        ("stop", format!("/stop {task}")),
        ("stop by a beginning", format!("/stop #{}", &task[..6])),
    ]
}

/// What could pass for a button's text to a careless reader.
fn forged(data: &str) -> Vec<(&'static str, String)> {
    let id = data.split(':').nth(1).unwrap_or_default();
    vec![
        ("in capitals", data.to_uppercase()),
        ("with a blank before", format!(" {data}")),
        ("with a line break behind", format!("{data}\n")),
        ("with a zero-width space", data.replace(':', ":\u{200b}")),
        ("with a part too many", format!("{data}:0")),
        ("without a letter", format!(":{id}")),
        ("with two letters", format!("oo:{id}")),
        ("with a wide colon", data.replace(':', "：")),
    ]
}

fn oddities() -> Vec<String> {
    let mut all = vec![
        "/".to_owned(),
        "//".to_owned(),
        "/approve".to_owned(),
        "/approve ../../etc/passwd".to_owned(),
        "/link".to_owned(),
        "/link '; DROP TABLE users; --".to_owned(),
        "/project ../x".to_owned(),
        "\u{200b}".to_owned(),
        "\u{202e}\u{2066}\u{200f}".to_owned(),
        "x".repeat(4096),
        format!("/task {}", "𝕏".repeat(2000)),
        "/task\u{0}x".to_owned(),
        "<b>bold</b> [x](javascript:alert(1)) `rm -rf /`".to_owned(),
        "*".repeat(500),
        "```\n/approve\n```".to_owned(),
        "🧨".repeat(900),
        "\n".repeat(300) + "/stop",
    ];
    all.extend((0..8).map(|number| format!("/link aaaa-bbbb-cccc-{number:04}")));
    all
}

#[tokio::test]
async fn five_hundred_hostile_inputs_move_nothing() {
    let settings = TelegramSettings { limits: false, ..TelegramSettings::default() };
    let team = Team::with(settings, "[approval]\nby = [\"requester\"]\n", |world| {
        world
            .with("SIGNALBOX_TELEGRAM_CHAT_PER_SECOND", "1000")
            .with("SIGNALBOX_TELEGRAM_GROUP_PER_MINUTE", "60000")
            .with("SIGNALBOX_TELEGRAM_ALL_PER_SECOND", "1000")
    })
    .await;
    let people = people(&team).await;
    let (ann, anns) = &people[4];
    ann.says(anns, &leave_a_trace());
    let card = team.is_asked(anns).await;
    let (approval, task) = (id_in(card.button("Once").unwrap().data().unwrap()), task_of(&team).await);
    let table = table(&approval, &task);
    assert!(table.len() >= 500, "{}", table.len());
    let distinct: BTreeSet<_> = table.iter().map(|attack| (attack.by, &attack.tries)).collect();
    assert_eq!(distinct.len(), table.len(), "each is listed with what it tries");
    for attack in &table {
        let (user, own) = &people[ALL.iter().position(|one| *one == attack.by).unwrap()];
        match &attack.deed {
            Deed::Press(data) if attack.by == Attacker::Requester => drop(user.presses_data(anns, card.id, data)),
            Deed::Press(data) => drop(user.presses_data(own, 1, data)),
            Deed::Say(text) => drop(user.says(own, text)),
            Deed::Edit(text) => {
                let said = user.says(own, "/whoami");
                user.edits(own, said, text);
            }
        }
    }
    team.telegram.wait_until("all was taken in", |server| server.pending_updates() == 0, PATIENCE).await;
    for (user, own) in &people[1..] {
        let asked = user.says(own, "/whoami");
        team.telegram.wait_for(own, |message| message.reply_to == Some(asked), PATIENCE).await;
    }
    let state = team.says(&["approvals", "--json"]).await;
    let open: serde_json::Value = serde_json::from_str(&state).unwrap();
    assert_eq!(open.as_array().unwrap().len(), 1, "the approval is still open: {state}");
    let tasks: serde_json::Value = serde_json::from_str(&team.says(&["tasks", "--all", "--json"]).await).unwrap();
    assert_eq!(tasks.as_array().unwrap().len(), 1, "nothing became a task: {tasks}");
    assert_eq!((&tasks[0]["state"], &tasks[0]["stop_requested"]), (&"running".into(), &false.into()));
    assert!(anns.message(card.id).unwrap().button("Once").is_some());
    let (_, strangers) = &people[0];
    let refusals = strangers.messages().iter().filter(|message| message.from_bot).count();
    assert!(refusals <= 1, "a stranger gets one refusal and nothing else\n{}", strangers.transcript());
    ann.presses(anns, card.id, "Deny").answer().await;
    team.hears(anns, "The trace is left.").await;
    team.ends().await;
}

/// In the order of [`ALL`], each with a chat of their own.
async fn people(team: &Team) -> Vec<(User, Chat)> {
    let eve = team.telegram.user("Eve");
    let eves = team.telegram.private(&eve);
    let other = team.world.folder().join("other");
    crate::harness::make_repository(&other, &[("a.txt", "a\n")]);
    let vic = team.member("Vic", "viewer").await;
    team.says(&["project", "add", "other", "--git", other.to_str().unwrap()]).await;
    let oz = team.telegram.user("Oz");
    let id = oz.id().to_string();
    team.says(&["user", "add", "Oz", "--role", "owner", "--project", "other", "--telegram", &id]).await;
    let ozs = team.telegram.private(&oz);
    vec![(eve, eves), vic, (oz, ozs), team.member("Bob", "member").await, team.member("Ann", "member").await]
}

fn id_in(data: &str) -> String {
    data.split(':').nth(1).unwrap().to_owned()
}

async fn task_of(team: &Team) -> String {
    let tasks: serde_json::Value = serde_json::from_str(&team.says(&["tasks", "--json"]).await).unwrap();
    tasks[0]["id"].as_str().unwrap().to_owned()
}
