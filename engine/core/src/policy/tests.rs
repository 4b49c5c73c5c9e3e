//! The gate by tools, rules, grants and the example policies.

use super::*;
use crate::grant::{GrantPattern, GrantScope};
use crate::id::{ToolUseId, UserId};
use rstest::rstest;
use serde_json::{Value, json};

pub(super) fn call(tool: &str, input: Value) -> ToolCall {
    ToolCall { id: ToolUseId::new("t"), tool: tool.to_owned(), input, cwd: WORKSPACE.to_owned(), agent: None }
}

pub(super) fn bash(command: &str) -> ToolCall {
    call("Bash", json!({ "command": command }))
}

pub(super) fn decision(policy: &Policy, call: &ToolCall) -> Decision {
    policy.judge(call, &[], Timestamp::from_millis(0)).decision
}

#[test]
fn a_directory_below_is_followed() {
    let mut deep = bash("cd /workspace && cat ../../x");
    deep.cwd = "/workspace/a/b".to_owned();
    assert_eq!(decision(&Policy::default(), &deep), Decision::Ask);
    deep.input = json!({"command": "cat ../x"});
    assert_eq!(decision(&Policy::default(), &deep), Decision::Allow);
    deep.cwd = "/etc".to_owned();
    deep.input = json!({"command": "cat passwd"});
    assert_eq!(decision(&Policy::default(), &deep), Decision::Ask);
}

#[rstest]
#[case("Read", json!({"file_path": "/workspace/src/a.rs"}), Decision::Allow)]
#[case("Read", json!({"file_path": "/etc/passwd"}), Decision::Ask)]
#[case("Read", json!({"file_path": "/usr/include/stdio.h"}), Decision::Allow)]
#[case("Edit", json!({"file_path": "/usr/include/stdio.h"}), Decision::Ask)]
#[case("Read", json!({"file_path": "~/.claude.json"}), Decision::Ask)]
#[case("Read", json!({"file_path": "/workspace/../etc/passwd"}), Decision::Ask)]
#[case("Read", json!({"file_path": 5}), Decision::Ask)]
#[case("Read", json!({}), Decision::Ask)]
#[case("Read", json!({"file_path": "a", "path": "/etc"}), Decision::Ask)]
#[case("Read", json!({"file_path": "a\u{202e}b"}), Decision::Ask)]
#[case("Grep", json!({"pattern": "x"}), Decision::Allow)]
#[case("Grep", json!({"pattern": "x", "path": "/etc"}), Decision::Ask)]
#[case("Grep", json!({"pattern": "x", "glob": ".env*"}), Decision::Ask)]
#[case("Glob", json!({"pattern": "**/*.rs"}), Decision::Ask)]
#[case("Glob", json!({"pattern": "/etc/*"}), Decision::Ask)]
#[case("Glob", json!({"pattern": "../*", "path": "/workspace"}), Decision::Ask)]
#[case("Edit", json!({"file_path": "/workspace/src/a.rs"}), Decision::Allow)]
#[case("Write", json!({"file_path": "/workspace/.git/hooks/pre-commit"}), Decision::Ask)]
#[case("Edit", json!({"file_path": "/workspace/.github/workflows/ci.yml"}), Decision::Ask)]
#[case("WebFetch", json!({"url": "https://docs.rs"}), Decision::Ask)]
#[case("TodoWrite", json!({"todos": []}), Decision::Allow)]
#[case("Task", json!({"prompt": "look"}), Decision::Allow)]
#[case("mcp__x__y", json!({}), Decision::Ask)]
#[case("SomethingNew", json!({}), Decision::Ask)]
#[case("AskUserQuestion", json!({}), Decision::Ask)]
#[case("ExitPlanMode", json!({}), Decision::Ask)]
#[case("Bash", json!({}), Decision::Ask)]
#[case("Bash", json!({"command": 5}), Decision::Ask)]
#[case("Bash", json!({"command": "ls", "run_in_background": true}), Decision::Ask)]
#[case("Bash", json!({"command": "ls", "run_in_background": false, "timeout": 5, "description": "x"}), Decision::Allow)]
#[case("Bash", json!({"command": "ls", "dangerouslyDisableSandbox": true}), Decision::Ask)]
fn tools_under_the_built_in_policy(#[case] tool: &str, #[case] input: Value, #[case] wanted: Decision) {
    let verdict = Policy::default().judge(&call(tool, input.clone()), &[], Timestamp::from_millis(0));
    assert_eq!(verdict.decision, wanted, "{tool} {input}: {verdict:?}");
}

#[test]
fn the_strictest_rule_of_a_file_decides_and_a_file_goes_before_the_built_in_policy() {
    let policy = Policy::parse(
        r#"
version = 1
[[rules]]
tools = "Edit"
paths = ["vendor/**"]
decision = "deny"
reason = "vendored code is not edited here"
[[rules]]
tools = ["Edit", "mcp__docs__*"]
decision = "allow"
[[rules]]
tools = "WebFetch"
hosts = ["docs.rs", "*.rust-lang.org"]
decision = "allow"
[[commands]]
program = "git"
subcommand = "push"
decision = "deny"
reason = "pushing is a step of its own"
[[commands]]
program = "cargo"
subcommand = ["test", "nextest run"]
flags = ["-p=", "--workspace", "--lib"]
operands = ["policy*"]
"#,
    )
    .unwrap();
    let edit = |path: &str| call("Edit", json!({ "file_path": path }));
    let fetch = |url: &str| call("WebFetch", json!({ "url": url }));
    assert_eq!(decision(&policy, &edit("vendor/x")), Decision::Deny);
    assert_eq!(decision(&policy, &edit("src/x")), Decision::Allow);
    assert_eq!(decision(&policy, &edit(".git/config")), Decision::Ask, "an allow never opens what is protected");
    assert_eq!(decision(&policy, &call("mcp__docs__find", json!({}))), Decision::Allow);
    assert_eq!(decision(&policy, &fetch("https://docs.rs/toml")), Decision::Allow);
    assert_eq!(decision(&policy, &fetch("https://docs.rs.evil.example/")), Decision::Ask);
    assert_eq!(decision(&policy, &bash("cargo test -p core policy")), Decision::Allow);
    assert_eq!(decision(&policy, &bash("cargo nextest run --lib && ls")), Decision::Allow);
    assert_eq!(decision(&policy, &bash("cargo test --config x")), Decision::Ask);
    for command in
        ["git push", "ls; git -C x push --force", "sudo git push", "/usr/bin/git push", "echo \"$(git push)\""]
    {
        let verdict = policy.judge(&bash(command), &[], Timestamp::from_millis(0));
        assert_eq!(verdict.decision, Decision::Deny, "{command}: {verdict:?}");
        assert_eq!(verdict.reason, "pushing is a step of its own");
    }
}

#[rstest]
#[case("rm -fr x", true)]
#[case("ls && sudo ls", true)]
#[case("eval x", false)]
#[case("$X", true)]
#[case("git push origin x", true)]
#[case("cargo test", false)]
#[case("rm x", false)]
fn dangerous_commands_are_known(#[case] command: &str, #[case] dangerous: bool) {
    assert_eq!(Policy::default().judge(&bash(command), &[], Timestamp::from_millis(0)).dangerous, dangerous);
}

fn grant(pattern: GrantPattern, until: i64) -> Grant {
    Grant {
        id: GrantId::new("g"),
        scope: GrantScope::Project(crate::id::ProjectId::new("p")),
        pattern,
        until: Timestamp::from_millis(until),
        given_by: UserId::new("ann"),
        given_at: Timestamp::from_millis(0),
    }
}

#[test]
fn a_grant_turns_an_ask_into_an_allow_until_it_ends() {
    let policy = Policy::default();
    let make = bash("make  test");
    let grants = [grant(GrantPattern::from_call(&make).unwrap(), 10)];
    let verdict = policy.judge(&bash("make 'test'"), &grants, Timestamp::from_millis(9));
    assert_eq!((verdict.decision, verdict.rule), (Decision::Allow, Basis::Grant(GrantId::new("g"))));
    assert_eq!(verdict.reason, "granted: run `make test`");
    assert_eq!(policy.judge(&make, &grants, Timestamp::from_millis(10)).decision, Decision::Ask);
    assert_eq!(policy.judge(&bash("make test x"), &grants, Timestamp::from_millis(9)).decision, Decision::Ask);
}

#[test]
fn a_grant_never_overrides_a_deny_nor_opens_what_the_project_protects() {
    let text = "version = 1\n[paths]\nprotected = [\"prod/**\"]\n[[rules]]\ntools = \"Edit\"\ndecision = \"ask\"\n\
                [[commands]]\nprogram = \"make\"\ndecision = \"deny\"\n";
    let policy = Policy::parse(text).unwrap();
    let now = Timestamp::from_millis(0);
    let edit = |path: &str| call("Edit", json!({ "file_path": path }));
    let grants = [
        grant(GrantPattern::from_call(&bash("make")).unwrap(), 9),
        grant(GrantPattern::from_call(&edit("src/x")).unwrap(), 9),
    ];
    assert_eq!(policy.judge(&bash("make"), &grants, now).decision, Decision::Deny);
    assert_eq!(policy.judge(&edit("src/y"), &grants, now).decision, Decision::Allow);
    assert_eq!(policy.judge(&edit("prod/y"), &grants, now).decision, Decision::Ask);
}

#[test]
fn the_built_in_policy_is_the_careful_example_and_the_examples_are_valid() {
    let careful = Policy::parse(CAREFUL).unwrap();
    assert_eq!(careful.settings, Settings::default());
    assert_eq!(Policy::default().layers.len(), 1);
    let reviewing = Policy::parse(include_str!("../../../../config/policies/reviewing.toml")).unwrap();
    let edit = call("Edit", json!({"file_path": "src/x"}));
    assert_eq!(decision(&reviewing, &edit), Decision::Deny);
    assert_eq!(decision(&reviewing, &bash("git log -3")), Decision::Allow);
    assert_eq!(decision(&reviewing, &bash("cargo test")), Decision::Deny);
    let team = Policy::parse(include_str!("../../../../config/policies/trusted-team.toml")).unwrap();
    assert_eq!(decision(&team, &edit), Decision::Allow);
    assert_eq!(decision(&team, &bash("cargo test --workspace")), Decision::Allow);
    assert_eq!(decision(&team, &bash("git push")), Decision::Deny);
    assert!(!team.settings.approval.requester_alone);
    let places = "version = 1\n[approval]\nplaces = [\"telegram:-100\", \"discord:7\", \"telegram:-100\"]\n";
    let places = Policy::parse(places).unwrap().settings.approval.places;
    assert_eq!(places.iter().map(ToString::to_string).collect::<Vec<_>>(), ["telegram:-100", "discord:7"]);
}
