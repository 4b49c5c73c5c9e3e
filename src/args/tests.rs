use super::*;
use clap::CommandFactory as _;
use signalbox_core::grant::GrantSpan;
use std::time::Duration;

fn parse(line: &str) -> Result<Command, i32> {
    let words = std::iter::once("signalbox").chain(line.split_whitespace());
    Args::try_parse_from(words).map(|args| args.command).map_err(|error| error.exit_code())
}

#[test]
fn the_command_line_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn every_command_of_the_issue_is_there() {
    for line in [
        "serve --config x.toml --roles worker,delivery",
        "doctor --json",
        "config check",
        "config print-default",
        "migrate",
        "project add a --git /x --policy p.toml --token-file t --token-user u",
        "project add a --git ssh://git@h/x --ssh-key k --known-hosts h",
        "project list --json",
        "project show a --json",
        "project set a --policy p.toml --git /x --no-credential",
        "project set a --built-in-policy --token-file t",
        "policy test a ls --policy p.toml --by ann --mode plan --cwd /workspace/x --json",
        "policy test a src/main.rs --tool Edit",
        "user add ann --role member --project p --admin --telegram 1 --discord 2 --github ann --email a@b.c",
        "bind p telegram:-100123/7",
        "hook add h --project p --as ann --from gitlab --place telegram:-1 --place discord:2 --secret-file s",
        "hook list --json",
        "hook remove h",
        "hook rotate h",
        "hook test h --event push",
        "hook example gitea",
        "schedule add s --project p --as ann --cron @daily --zone Europe/Berlin --prompt x --missed once --place discord:2",
        "schedule list",
        "schedule remove s",
        "schedule run s",
        "subscription add b --project p --url https://b.example.org/in --event task.failed --event approval.opened --place telegram:-1",
        "subscription list --json",
        "subscription remove b",
        "subscription rotate b",
        "subscription enable b",
        "subscription test b",
        "unbind telegram:-100123/7",
        "user list --json",
        "user change ann --project p --role owner --admin true --link github:7 --unlink email:a@b.c",
        "user change ann --project p --no-role",
        "user remove ann",
        "audit list --person ann --kind approval.decided --since 7d --limit 9 --json",
        "audit verify --expect 0:0000000000000000000000000000000000000000000000000000000000000000 --file x --json",
        "audit head",
        "audit export",
        "tasks --all --project p",
        "show 123 --diff --events",
        "stop 123",
        "retry 123",
        "push 123",
        "discard 123",
        "rotate-key",
        "approvals",
        "approve 12 --for 15m",
        "approve 12 --answer a=b --answer c=d",
        "deny 12 --because no",
        "run --repo . --approve none --model m --json -",
        "run --continue c --approve all hello",
    ] {
        assert!(parse(line).is_ok(), "{line}");
    }
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    for line in [
        "",
        "fly",
        "run",
        "run --approve perhaps hello",
        "run --repo . --project p hello",
        "run --project p --continue c hello",
        "serve --roles cook",
        "user add ann --role boss",
        "user add ann --role member --telegram ann",
        "bind p nowhere",
        "user change ann --role member",
        "user change ann --link github:octocat",
        "user change ann --unlink mastodon:7",
        "approve 12 --for soon",
        "approve 12 --for 15m --answer yes",
        "project add a --git /x --ssh-key k",
        "project add a --git /x --token-file t --ssh-key k --known-hosts h",
        "project add a --git /x --token-user u",
    ] {
        assert_eq!(parse(line).map(|_| ()), Err(2), "{line}");
    }
}

#[test]
fn a_yes_is_for_once_unless_said_otherwise() {
    let span = |line: &str| match parse(line) {
        Ok(Command::Approve(args)) => args.span,
        other => panic!("{other:?}"),
    };
    assert_eq!(span("approve 12"), GrantSpan::Once);
    assert_eq!(span("approve 12 --for 15m"), GrantSpan::For(Duration::from_secs(900)));
    assert_eq!(span("approve 12 --for conversation"), GrantSpan::Conversation);
}
