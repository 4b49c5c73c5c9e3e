//! In what comes back: the hub looks at a sandbox's work before it takes it, says by whom it is, and pushes nothing but it.

use super::{Attack, attack};
use crate::harness::World;
use crate::socket::{PUSHING, Socket, site};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;

pub(super) const ABOUT: &str = "In what comes back: Commits, references and files that a sandbox hands out, made by `returned.py` with \
    git's own plumbing, where all work is pushed at once.";

/// What the hub must do with it.
#[derive(Clone, Copy)]
enum Then {
    /// Nothing of it is taken.
    Refused,
    /// The work is taken, and the rest of it comes to nothing.
    Tamed,
}

const RETURNED: [(Attack, &str, Then); 12] = [
    (attack("a folder that stands for `.git`, with a hook", "git, CVE-2014-9390"), "dot_git", Then::Refused),
    (
        attack("the same by the short name that Windows gives it", "git, CVE-2014-9390: git~1"),
        "short_name",
        Then::Refused,
    ),
    (attack("a path that leaves the repository", "git, CVE-2023-23946"), "outside", Then::Refused),
    (attack("a submodule whose address is an option", "git, CVE-2018-17456"), "option", Then::Refused),
    (attack("a submodule whose name leads to the hooks", "git, CVE-2018-11235"), "name", Then::Refused),
    (attack("a list of submodules that is a link", "git, fsck: gitmodulesSymlink"), "link", Then::Refused),
    (
        attack("a commit by nobody, which other programs stumble over", "git, fsck: missingEmail"),
        "nobody",
        Then::Refused,
    ),
    (
        attack("the main branch and a tag, moved in the sandbox", "s1ngularity (nx), 2025: pushes to other branches"),
        "branches",
        Then::Tamed,
    ),
    (
        attack(
            "work in the name of somebody else",
            "GitHub, Commit signature verification: anybody can write any name",
        ),
        "author",
        Then::Tamed,
    ),
    (attack("another commit shown than the one that is there", "git-replace(1)"), "replaced", Then::Tamed),
    (
        attack(
            "a file to be handed over that is a link to the host's",
            "Docker, CVE-2018-15664: links while files are copied",
        ),
        "handed",
        Then::Tamed,
    ),
    (
        attack("ten thousand million files made of eleven objects", "Kate Murphy, git bomb, 2017 (CVE-2017-15298)"),
        "bomb",
        Then::Tamed,
    ),
];

pub(super) fn attacks() -> Vec<&'static Attack> {
    RETURNED.iter().map(|(attack, ..)| attack).collect()
}

#[tokio::test]
async fn what_a_sandbox_returns_is_looked_at_first() {
    let world = World::new().await;
    let repository = world.repository();
    std::fs::write(repository.join("returned.py"), include_str!("returned.py")).unwrap();
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "Add a program"]);
    let before = world.git(&["rev-parse", "main"]);
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let mut tasks = Vec::new();
    for name in RETURNED.iter().map(|(_, name, _)| *name).chain(["control"]) {
        let command = format!("python3 returned.py {name} && echo {name} > work.txt");
        let prompt = Script::new().tool("Bash", json!({"command": command})).say("Done.").to_string();
        tasks.push((name, socket.submits("site", &prompt, json!({"asking": "allow_all"})).await));
    }
    for (name, task) in &tasks {
        let found = RETURNED.iter().find(|(_, known, _)| known == name);
        let (tries, then) = found.map_or(("the control", Then::Tamed), |(attack, _, then)| (attack.tries, *then));
        ends_as_it_must(&world, &socket, (tries, task), then).await;
    }
    nothing_else_is_there(&world, &before, tasks.len());
    serving.stops().await;
    world.ends().await;
}

async fn ends_as_it_must(world: &World, socket: &Socket, (tries, task): (&str, &str), then: Then) {
    let mut follower = socket.follows(task);
    let finished = follower.until("finished").await;
    let ran = follower.seen.iter().any(|event| event["event"] == "tool_finished" && event["is_error"] == false);
    assert!(ran, "{tries} was really made: {:#?}", follower.seen);
    match then {
        Then::Refused => {
            assert_eq!(finished["branch"], Value::Null, "{tries}: {finished}");
            let why = finished["failure"]["message"].as_str().unwrap_or_default();
            assert!(why.contains("does not pass git's checks"), "{tries}: {finished}");
        }
        Then::Tamed => {
            let branch = finished["branch"].as_str().unwrap_or_else(|| panic!("{tries}: {finished}"));
            assert_eq!(world.git(&["log", "-1", "--format=%an %cn", branch]), "Signalbox Signalbox", "{tries}");
            let listed = world.git(&["ls-tree", "-r", "--name-only", branch]);
            assert!(listed.contains("work.txt") && !listed.contains("shown.txt"), "{tries}: {listed}");
        }
    }
}

/// Where the work was pushed there are the branches of the tasks, and nothing else has moved; and no file of any host was kept.
fn nothing_else_is_there(world: &World, before: &str, tasks: usize) {
    assert_eq!((world.git(&["rev-parse", "main"]).as_str(), world.git(&["tag", "--list"]).as_str()), (before, ""));
    let branches = world.git(&["for-each-ref", "--format=%(refname)"]);
    let refused = RETURNED.iter().filter(|(_, _, then)| matches!(then, Then::Refused)).count();
    assert_eq!(branches.lines().count(), 1 + tasks - refused, "{branches}");
    let kept = std::process::Command::new("grep").args(["-rlF", "root:x:0:0"]).arg(world.home()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&kept.stdout), "");
}
