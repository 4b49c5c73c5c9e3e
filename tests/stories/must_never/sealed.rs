//! Point 6: no credential is in the sandbox, and nothing leads out of it but the gateway.

use super::{approve_next, commit_file, on_branch};
use crate::harness::World;
use serde_json::{Value, json};
use signalbox_testkit::script::Script;

/// Lists the hosts whose other ports and whose addresses must stay shut all the same.
const POLICY: &str = "version = 1\n[sandbox]\nhosts = [\"example.com\", \"localhost\"]\n[push]\nwhen = \"auto\"\n";

#[tokio::test]
async fn from_inside_there_is_no_key_and_no_way_out() {
    let world = World::new().await;
    commit_file(&world, "inspect.py", include_str!("inspect.py"));
    let serving = world.serves().await;
    let policy = world.home().join("policy.toml");
    std::fs::write(&policy, POLICY).unwrap();
    let (repository, policy) = (world.repository(), policy.to_str().unwrap().to_owned());
    let added = ["project", "add", "sealed", "--git", repository.to_str().unwrap(), "--policy", &policy];
    let added = world.says(&added).await;
    assert_eq!(added.code(), 0, "{}", added.stderr);
    // The name would hide a module of Python's own from the script's imports.
    let look = json!({"command": "mv inspect.py /tmp/look.py && python3 /tmp/look.py", "description": "Look around"});
    let script = Script::new().tool("Bash", look).say("Seen.");
    let mut run = world.follows(&["run", "--project", "sealed", "--json", &script.to_string()]);
    approve_next(&world, &mut run).await;
    let told = run.until("tool_finished").await;
    assert_eq!(told["is_error"], false, "{told}");
    let (finished, _, _) = run.finishes().await;
    let report: Value = serde_json::from_str(&on_branch(&world, &finished, "report.json")).unwrap();
    nothing_secret_is_there(&report);
    the_gateway_passes_what_it_should(&report["gateway"]);
    nothing_else_leads_out(&report);
    it_is_hard(&report);
    serving.stops().await;
    world.ends().await;
}

fn nothing_secret_is_there(report: &Value) {
    assert_eq!(report["control found"], true, "the search works");
    assert_eq!(report["files"], json!([]), "files that hold the key");
    assert_eq!(report["processes"], json!([]), "processes that hold the key");
}

fn the_gateway_passes_what_it_should(gateway: &Value) {
    for (what, status) in gateway.as_object().unwrap() {
        let passed = status == "200";
        assert_eq!(passed, what == "sound", "{what}: {status}");
        assert!(passed || status.as_str().unwrap().starts_with('4'), "{what} is refused in words: {status}");
    }
}

fn nothing_else_leads_out(report: &Value) {
    assert_eq!(report["interfaces"], json!(["lo"]));
    assert_eq!(report["routes"], json!([]));
    assert_eq!(report["resolved"], json!([null, null]), "there is no DNS");
    for (target, status) in report["tunnels"].as_object().unwrap() {
        assert!(status.as_str().unwrap().starts_with('4'), "CONNECT {target}: {status}");
    }
    for (address, outcome) in report["direct"].as_object().unwrap() {
        assert_eq!(outcome, "Network is unreachable", "{address}");
    }
}

fn it_is_hard(report: &Value) {
    let status = &report["status"];
    for capabilities in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(status[capabilities], "0000000000000000", "{capabilities}");
    }
    assert_eq!((&status["NoNewPrivs"], &status["Seccomp"]), (&json!("1"), &json!("2")));
    assert_eq!(status["Uid"], "10001\t10001\t10001\t10001");
    let allowed = ["/workspace", "/tmp", "/home/runner", "/dev/shm", "/dev/mqueue"];
    for folder in report["writable"].as_array().unwrap().iter().map(|folder| folder.as_str().unwrap()) {
        let within = allowed.iter().any(|root| folder == *root || folder.starts_with(&format!("{root}/")));
        assert!(within, "something can be written into {folder}");
    }
    assert_eq!(report["run"], json!(["/run/signalbox/gateway.sock"]), "sockets of the host");
}
