//! What people read when a policy file is wrong.

use super::Policy;

fn faults(text: &str) -> String {
    Policy::parse(text).unwrap_err().to_string()
}

#[test]
fn everything_wrong_is_said_at_once() {
    insta::assert_snapshot!(faults(r#"
version = 1
color = "red"

[approval]
by = ["requestor"]
vote = 2
hold = "two minutes"

[limits]
budget_usd = -1.0
max_turns = "many"

[sandbox]
hosts = ["https://crates.io"]
color = "blue"

[push]
when = "always"
branch = "../x"

[[rules]]
tool = "Edit"
decision = "permit"

[[rules]]
tools = "Read"
paths = ["[a", "~/x"]
decision = "allow"
"#), @r#"
    the policy has 15 faults
      line 3: `color` is not known; known here: version, extends, approval, limits, sandbox, push, github, cards, paths, shell, rules, commands, dangerous
      line 6: `approval.by`: unknown variant `requestor`, expected one of `requester`, `member`, `maintainer`, `owner`; write a list of `requester`, `member`, `maintainer`, `owner`
      line 7: `vote` is not known in `approval`; did you mean `votes`?
      line 8: `approval.hold`: `two minutes` is not a span of time; write a number and a unit, such as `90s`, `15m`, `2h`, `3d` or `1h30m`; write a span such as `"2m"`
      line 11: `limits.budget_usd` is no sum; write dollars above zero, such as `5.0`
      line 12: `limits.max_turns`: invalid type: string "many", expected u32; write a number, such as `100`
      line 15: `https://crates.io` is no host name; write a name such as `crates.io`, or `*.crates.io`
      line 16: `color` is not known in `sandbox`; known here: image, hosts, server_tools
      line 19: `push.when`: unknown variant `always`, expected one of `auto`, `ask`, `never`; write `"auto"`, `"ask"` or `"never"`
      line 20: `branch` is not known in `push`; known here: when, protected
      line 22: a rule names no tools; write `tools = "Edit"`, or `"*"` for all
      line 23: `tool` is not known in `rules[1]`; did you mean `tools`?
      line 24: `rules[1].decision`: unknown variant `permit`, expected one of `allow`, `ask`, `deny`; write `"allow"`, `"ask"` or `"deny"`
      line 28: `~/x` cannot match; write it relative to the workspace, or absolute
      line 28: `[a` is no path pattern: unclosed character class; missing ']'; use `*`, `**`, `?`, `[…]` and `{…}`
    "#);
}

#[test]
fn allows_that_would_open_everything_are_refused() {
    insta::assert_snapshot!(faults(r#"
version = 1
[[rules]]
name = "all"
tools = "*"
decision = "allow"
[[rules]]
tools = "WebFetch"
decision = "allow"
[[rules]]
tools = "AskUser*"
decision = "allow"
[[commands]]
program = "xargs"
operands = "any"
[[commands]]
program = "/bin/ls"
[[commands]]
program = "alias"
operands = "any"
[[commands]]
flags = ["l"]
operands = "everything"
[[commands]]
program = "python"
operands = "workspace-paths"
"#), @r#"
    the policy has 10 faults
      line 3: `all` would allow every command; list programs under `[[commands]]` instead
      line 7: `rules[2]` would allow every host; add `hosts`; `["*"]` means all
      line 10: `rules[3]` would answer for people; remove the tool: questions and plans are shown
      line 13: `xargs` runs what it is given, so this would allow everything; name its first arguments as `subcommand`, such as `"-m pytest"`, or remove it
      line 16: `/bin/ls` is not the bare name of a program; write the name alone, such as `ls`
      line 18: `alias` changes what the commands after it mean; remove it: it is always asked
      line 21: an entry names no program; write `program = "ls"`
      line 22: `l` is no flag; write `-l`, `--long`, `-n=`, `-n=number`, `--file=path`, `--color[=]` or `-NUMBER`
      line 23: `everything` is no kind of operands; write one of `none`, `any`, `workspace-paths`, `pattern-and-workspace-paths`, `lines-and-workspace-paths`, or a list of texts
      line 24: `python` runs what it is given, so this would allow everything; name its first arguments as `subcommand`, such as `"-m pytest"`, or remove it
    "#);
}

#[test]
fn the_version_is_needed_and_known() {
    insta::assert_snapshot!(faults(""), @r#"
    the policy has 1 fault
      line 1: the version is missing; write `version = 1` at the top
    "#);
    insta::assert_snapshot!(faults("version = 2"), @r#"
    the policy has 1 fault
      line 1: version 2 is not known; write `version = 1`
    "#);
    insta::assert_snapshot!(faults("version = 1\n[approval]\nby = []\nvotes = 0"), @r#"
    the policy has 2 faults
      line 3: nobody could approve; name at least one of `requester`, `member`, `maintainer`, `owner`
      line 4: `approval.votes` is out of range; write a number from 1 to 20
    "#);
    insta::assert_snapshot!(faults("version = 1\n[approval]\nvotes = 2\nplaces = [\"telegram:-100\", \"the chat\"]"), @r#"
    the policy has 1 fault
      line 4: `the chat` is no place; write a list of places, such as `["telegram:-1001234567890"]`
    "#);
}

#[test]
fn broken_toml_is_pointed_at() {
    insta::assert_snapshot!(faults("version = 1\n[approval]\nby = [\n\nvotes = =\n"), @r#"
    the policy has 4 faults
      line 5: unexpected `=` in array, expected value, `]`; correct the TOML there
      line 5: unexpected `=` in array, expected value, `]`; correct the TOML there
      line 5: unclosed array, expected `]`; correct the TOML there
      line 5: string values must be quoted, expected literal string; correct the TOML there
    "#);
    insta::assert_snapshot!(faults("version = 1\nrules = 5\napproval = 1\n[[commands]]\nprogram = 5\n"), @r#"
    the policy has 4 faults
      line 2: `rules` is no list of tables; write `[[rules]]` for each entry
      line 3: `approval` is no table; write `[approval]` and its keys below
      line 4: an entry names no program; write `program = "ls"`
      line 5: `commands[1].program`: neither a text nor a list of texts; write a program's name or a list of names
    "#);
    insta::assert_snapshot!(faults("version = 1\n[[rules]]\ntools = \"Edit\"\n"), @r#"
    the policy has 1 fault
      line 2: `rules[1]` says no decision or no tools; write `tools` and `decision`
    "#);
}
