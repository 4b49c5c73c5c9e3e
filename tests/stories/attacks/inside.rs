//! From inside: a program that was allowed to run in the sandbox finds no key and no way out.

use super::{Attack, attack};
use crate::github::Team;
use crate::harness::make_repository;
use serde_json::{Value, json};
use signalbox_testkit::github::{Push, Role, Visibility};
use signalbox_testkit::script::Script;

pub(super) const ABOUT: &str = "From inside the sandbox: A program that somebody has allowed, in the sandbox of a project that may \
    reach `example.com`, on a hub that has a GitHub App and a second project. `inside.py` does it.";

const POLICY: &str = "[sandbox]\nhosts = [\"example.com\"]\n[push]\nwhen = \"auto\"\n";
/// What only another project has.
const OTHER: &str = "the-words-of-another-project";

/// What is tried, by the name of the function that tries it.
const TRIED: [(Attack, &str); 25] = [
    (attack("the cloud's metadata", "Capital One, 2019"), "metadata"),
    (attack("the cloud's metadata by its newer address", "AWS, IMDS over IPv6"), "metadata_v6"),
    (
        attack("the cloud's metadata through the proxy", "Capital One, 2019: a proxy that forwards anything"),
        "metadata_by_proxy",
    ),
    (
        attack("the host itself through the proxy, as a number", "OWASP, SSRF: decimal and short addresses"),
        "numbers_by_proxy",
    ),
    (attack("a secret in the name that is looked up", "Embrace The Red, Claude Code (CVE-2025-55284)"), "dns"),
    (attack("packets to a name server without looking up", "CWE-406, network amplification; DNS tunnels"), "raw_dns"),
    (attack("a plain connection to the internet", "s1ngularity (nx), 2025: uploads"), "direct"),
    (attack("a name with a zero byte between two names", "Aonan Guan, Claude Code's SOCKS5 proxy, 2026"), "zero_byte"),
    (attack("a name that begins with an allowed one", "Claude Code (CVE-2026-24052)"), "prefix"),
    (attack("another port of an allowed host", "Squid, SSL_ports: tunnels to other ports"), "port"),
    (attack("Docker's socket", "OWASP Docker Security, rule 1"), "docker"),
    (attack("the hub's own socket and files", "CWE-552, files accessible to external parties"), "hub"),
    (attack("the host's files by the first process's root", "Container escapes by /proc/1/root"), "proc_root"),
    (attack("a folder of the host that was left open", "runc, CVE-2024-21626"), "open_folders"),
    (attack("a program that the kernel runs outside when a group is empty", "CVE-2022-0492"), "release_agent"),
    (attack("more rights in a namespace of one's own", "CVE-2022-0185"), "namespace"),
    (attack("a disk of the host as a device", "MITRE ATT&CK T1611, escape to host"), "device"),
    (attack("the kernel's settings", "CVE-2022-0811: core_pattern"), "kernel"),
    (attack("the program that was started, written over", "runc, CVE-2019-5736"), "overwrite"),
    (attack("a program that runs as its owner", "GTFOBins, SUID"), "setuid"),
    (attack("the memory of the CLI", "tj-actions, CVE-2025-30066: the runner's memory"), "memory"),
    (attack("the model's key, in every file and process", "Microsoft, Claude Code GitHub Action, 2026"), "key"),
    (
        attack("GitHub's tokens, keys and secrets, in every file and process", "Aonan Guan, Comment and Control, 2026"),
        "github",
    ),
    (attack("another project's files", "Invariant Labs, GitHub MCP exploited, 2025"), "other_project"),
    (attack("more processes than the host bears", "CWE-770, allocation without limits"), "processes"),
];

const GATEWAY: [(Attack, &str); 4] = [
    (
        attack("another route of the model's API", "Embrace The Red, Claude Pirate, 2025: files as a way out"),
        "gateway_route",
    ),
    (attack("a path that goes back", "CWE-22, path traversal"), "gateway_path"),
    (attack("another host by its header", "CWE-444, inconsistent reading of requests"), "gateway_host"),
    (
        attack(
            "a tool of the model's side that fetches addresses",
            "Anthropic, Web fetch tool: the risk of exfiltration",
        ),
        "gateway_tool",
    ),
];

pub(super) fn attacks() -> Vec<&'static Attack> {
    TRIED.iter().chain(GATEWAY.iter()).map(|(attack, _)| attack).collect()
}

#[tokio::test]
async fn a_program_that_was_allowed_finds_no_key_and_no_way_out() {
    let team = Team::with(Visibility::Private, POLICY, |world| world).await;
    let ann = team.member("ann", "member", Role::Write).await;
    ann.pushes_commit(&team.repo, Push::to("main").file("inside.py", program(&team)));
    other_project(&team).await;
    let look = json!({"command": "mv inside.py /tmp/look.py && python3 /tmp/look.py", "description": "Look around"});
    let run = Script::new().tool("Bash", look).say("Seen.").to_string();
    let run = team.world.follows(&["run", "--project", "demo", "--approve", "all", "--json", &run]);
    let (finished, code, events) = run.finishes().await;
    assert_eq!(code, 0, "{finished}");
    let branch = finished["branch"].as_str().unwrap();
    let report = team.repo.file(branch, "report.json").unwrap_or_else(|| panic!("no report: {events:#?}"));
    let report: Value = serde_json::from_str(&report).unwrap();
    for control in ["reads its own", "finds what is there", "asks the model", "passes an allowed name on"] {
        assert_eq!(report["controls"][control], true, "{control}: {report:#}");
    }
    for (attack, name) in TRIED.into_iter().chain(GATEWAY) {
        assert_eq!(report["reached"].get(name), Some(&Value::Null), "{}: {report:#}", attack.tries);
    }
    team.ends().await;
}

/// The program, which knows what it looks for: backwards, so that it does not find itself.
fn program(team: &Team) -> String {
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    let key = team.github.app_key();
    let program = include_str!("inside.py").replace("@KEY@", &backwards(key.lines().nth(3).unwrap()));
    program.replace("@SECRET@", &backwards(&team.github.webhook_secret()))
}

/// Another project, whose files the hub has fetched.
async fn other_project(team: &Team) {
    let repository = team.world.folder().join("other");
    make_repository(&repository, &[("words.txt", OTHER)]);
    let repository = repository.to_str().unwrap();
    team.says(&["project", "add", "other", "--git", repository]).await;
    let run = Script::new().tool("Bash", json!({"command": "cat words.txt"})).say("Read.").to_string();
    let (_, code, seen) = team.world.follows(&["run", "--project", "other", "--json", &run]).finishes().await;
    let told = seen.iter().any(|event| event["output"]["text"].as_str().is_some_and(|text| text.contains(OTHER)));
    assert!(code == 0 && told, "the control: it is there for who works on it: {seen:#?}");
}
