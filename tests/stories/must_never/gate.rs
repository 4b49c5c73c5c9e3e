//! Point 1: a call that nobody allowed does not run, whatever else is alive in the sandbox.

use super::{approve_next, commit_file, deny_next, files, on_branch};
use crate::harness::World;
use serde_json::{Value, json};
use signalbox_testkit::script::Script;

/// How many calls nobody allows.
const CALLS: usize = 50;

/// What holds the CLI's standard streams, one after the other.
const HOLDERS: [&str; 3] = ["/usr/bin/tini", "/usr/local/bin/claude", "/usr/local/lib/signalbox"];

fn bash(command: &str) -> Value {
    json!({"command": command, "description": "Do it"})
}

#[tokio::test]
async fn what_an_allowed_command_leaves_behind_cannot_answer_for_people_nor_speak_for_the_cli() {
    let world = World::new().await;
    commit_file(&world, "attack.py", include_str!("attack.py"));
    let script = Script::new().tool("Bash", bash("python3 attack.py"));
    let script = (1..=CALLS).fold(script, |script, n| script.tool("Bash", bash(&format!("echo ran > ran-{n}.txt"))));
    let script = script.tool("Bash", bash("pkill -f attack.py; sleep 0.2; cat opened.json")).say("That was all.");
    let serving = world.serves().await;
    let mut run = world.runs(&[], &script.to_string());
    approve_next(&world, &mut run).await;
    for _ in 0..CALLS {
        deny_next(&world, &mut run).await;
    }
    approve_next(&world, &mut run).await;
    let (finished, code, seen) = run.finishes().await;
    assert_eq!((code, &finished["result"]), (0, &json!("That was all.")), "{finished}");
    let ran: Vec<_> = files(&world, &finished).into_iter().filter(|name| name.starts_with("ran-")).collect();
    assert_eq!(ran, Vec::<String>::new(), "so many of {CALLS} calls ran although nobody allowed them");
    let report: Value = serde_json::from_str(&on_branch(&world, &finished, "opened.json")).unwrap();
    let opened: Vec<_> = report["opened"].as_object().unwrap().keys().cloned().collect();
    assert!(
        opened.iter().any(|way| way.starts_with("ptrace /usr/bin/socat")),
        "the attack works elsewhere: {report:#}"
    );
    let held = |way: &String| HOLDERS.iter().any(|holder| way.contains(holder)) || way.starts_with("name ");
    assert!(!opened.iter().any(held), "{report:#}");
    assert!(report["rounds"].as_u64().unwrap() > 20, "it tried all the time: {report:#}");
    assert!(seen.iter().all(|event| event["event"] != "warning"), "no line reached the hub that the CLI did not say");
    serving.stops().await;
    world.ends().await;
}

/// What may be sent to the CLI by a process of the same user. None of it may open a debugger's port.
const SIGNALS: &str = "
import os, signal, sys, time
cli = next(p for p in os.listdir('/proc') if p.isdigit() and open(f'/proc/{p}/cmdline').read().startswith('/usr/local/bin/claude'))
def ports():
    rows = [line.split() for name in ('tcp', 'tcp6') for line in open(f'/proc/net/{name}').readlines()[1:]]
    return sorted({int(row[1].split(':')[1], 16) for row in rows if row[3] == '0A'})
os.kill(int(cli), getattr(signal, sys.argv[1]))
time.sleep(1)
print('ports', ports())
";

#[tokio::test]
async fn signals_to_the_cli_open_no_debugger_and_answer_nothing() {
    let world = World::new().await.with("SIGNALBOX_QUEUE_RETRIES", "0");
    commit_file(&world, "signals.py", SIGNALS);
    let serving = world.serves().await;
    for name in ["SIGUSR1", "SIGPIPE", "SIGWINCH"] {
        let script = Script::new().tool("Bash", bash(&format!("python3 signals.py {name}")));
        let script = script.tool("Bash", bash("echo ran > ran.txt")).say("Done.");
        let mut run = world.runs(&[], &script.to_string());
        approve_next(&world, &mut run).await;
        // The CLI may die of it, which fails the task; if it lives, it asks as before.
        if run.until_one_of(&["approval_opened", "finished"]).await["event"] == "approval_opened" {
            let told = run.seen.iter().find(|event| event["event"] == "tool_finished").unwrap();
            assert_eq!(told["output"]["text"], "ports [4001, 4002]", "{name}");
            deny_open(&world).await;
            run.until("finished").await;
        }
        let finished = run.seen.last().unwrap();
        let ran = finished["branch"].is_string() && files(&world, finished).contains(&"ran.txt".to_owned());
        assert!(!ran, "{name}: {finished}");
    }
    serving.stops().await;
    world.ends().await;
}

/// Says no to the only open question.
async fn deny_open(world: &World) {
    let open: Value = serde_json::from_str(&world.says(&["approvals", "--json"]).await.stdout).unwrap();
    assert_eq!(world.says(&["deny", open[0]["id"].as_str().unwrap()]).await.code(), 0, "{open}");
}

#[tokio::test]
async fn whoever_holds_up_the_outcome_is_ended_by_a_stop() {
    let world = World::new().await;
    let serving = world.serves().await;
    // The brackets keep the pattern from finding the command that holds it.
    let hold = "while :; do pkill -STOP -f [s]ignalbox/collect; sleep 0.05; done";
    let start = format!("setsid sh -c '{hold}' >/dev/null 2>&1 & sleep 1; echo work > work.txt");
    let mut run = world.runs(&[], &Script::new().tool("Bash", bash(&start)).say("Done.").to_string());
    approve_next(&world, &mut run).await;
    // Its answer is the last that comes of it.
    run.until("text").await;
    let task = run.seen[0]["task"].as_str().unwrap().to_owned();
    assert_eq!(world.says(&["stop", &task]).await.code(), 0);
    let (finished, code, _) = run.finishes().await;
    assert_eq!((code, &finished["state"]), (4, &json!("stopped")), "{finished}");
    serving.stops().await;
    world.ends().await;
}
