//! A policy file becomes a [`Policy`].

use super::command::CommandRule;
use super::flags::{Flags, Operands};
use super::paths::Guard;
use super::rule::{Decision, Globs, Rule, Subject, wild};
use super::section::{OneOrMore, PolicyError, Report, Section};
use super::settings::{ApprovalSettings, LimitSettings, PushSettings, SandboxSettings, Settings};
use super::span::SpanText;
use super::{Danger, Layer, Policy, github};
use crate::money::MicroUsd;
use crate::place::Place;
use serde::Deserialize;
use toml::de::DeTable;

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Base {
    Careful,
    Nothing,
}

/// Reads a policy file.
pub(super) fn parse(text: &str) -> Result<Policy, PolicyError> {
    let mut report = Report::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    errors.iter().for_each(|error| report.toml_fault(error));
    if !errors.is_empty() {
        // What the reader makes of broken text is no ground for further complaints.
        return Err(report.into_error());
    }
    let mut file = Section::new("", table);
    check_version(&mut file, &mut report);
    let base: Base = file.take("extends", "`\"careful\"` or `\"nothing\"`", &mut report).unwrap_or(Base::Careful);
    let mut policy = match base {
        Base::Careful => Policy::default(),
        Base::Nothing => Policy::empty(),
    };
    read_settings(&mut file, &mut policy.settings, &mut report);
    read_paths(&mut file, &mut policy.guard, &mut report);
    read_shell(&mut file, &mut policy.variables, &mut report);
    let layer = read_layer(&mut file, &mut report);
    policy.layers.insert(0, layer);
    file.finish(&mut report);
    if report.faults.is_empty() { Ok(policy) } else { Err(report.into_error()) }
}

fn check_version(file: &mut Section<'_>, report: &mut Report<'_>) {
    let at = file.place_of("version");
    match file.take::<u32>("version", "`version = 1`", report) {
        Some(1) => {}
        Some(other) => report.fault(at, format!("version {other} is not known"), "write `version = 1`"),
        None if report.faults.is_empty() => report.fault(0, "the version is missing", "write `version = 1` at the top"),
        None => {}
    }
}

fn read_settings(file: &mut Section<'_>, settings: &mut Settings, report: &mut Report<'_>) {
    read_approval(file, &mut settings.approval, report);
    read_limits(file, &mut settings.limits, report);
    read_sandbox(file, &mut settings.sandbox, report);
    read_push(file, &mut settings.push, report);
    github::read(file, &mut settings.github, report);
    let mut cards = file.table("cards", report);
    set(&mut settings.detail_in_public, cards.take("detail_in_public", "`\"full\"` or `\"summary\"`", report));
    set(&mut settings.answers_in_public, cards.take("answers_in_public", "`\"full\"` or `\"summary\"`", report));
    cards.finish(report);
}

fn read_approval(file: &mut Section<'_>, approval: &mut ApprovalSettings, report: &mut Report<'_>) {
    let mut section = file.table("approval", report);
    let (by_at, votes_at) = (section.place_of("by"), section.place_of("votes"));
    set(&mut approval.by, section.take("by", "a list of `requester`, `member`, `maintainer`, `owner`", report));
    set(&mut approval.votes, section.take("votes", "a number, such as `2`", report));
    set(&mut approval.requester_alone, section.take("requester_alone", "`true` or `false`", report));
    set_span(&mut approval.hold, section.take("hold", "a span such as `\"2m\"`", report));
    set_span(&mut approval.expires, section.take("expires", "a span such as `\"3d\"`", report));
    read_places(&mut section, &mut approval.places, report);
    if approval.by.is_empty() {
        report.fault(
            by_at,
            "nobody could approve",
            "name at least one of `requester`, `member`, `maintainer`, `owner`",
        );
    }
    if !(1..=20).contains(&approval.votes) {
        report.fault(votes_at, "`approval.votes` is out of range", "write a number from 1 to 20");
    }
    section.finish(report);
}

fn read_places(section: &mut Section<'_>, places: &mut Vec<Place>, report: &mut Report<'_>) {
    let at = section.place_of("places");
    let form = "a list of places, such as `[\"telegram:-1001234567890\"]`";
    let given: Vec<String> = section.take("places", form, report).unwrap_or_default();
    for text in &given {
        match text.parse::<Place>() {
            Ok(place) if places.contains(&place) => {}
            Ok(place) => places.push(place),
            Err(_) => {
                let shown: String = text.chars().take(80).collect();
                report.fault(at, format!("`{shown}` is no place"), format!("write {form}"));
            }
        }
    }
}

fn read_limits(file: &mut Section<'_>, limits: &mut LimitSettings, report: &mut Report<'_>) {
    let mut section = file.table("limits", report);
    set(&mut limits.models, section.take("models", "a list of names, such as `[\"claude-*\"]`", report));
    limits.max_turns = section.take("max_turns", "a number, such as `100`", report).or(limits.max_turns);
    set_span(&mut limits.time_limit, section.take("time_limit", "a span such as `\"2h\"`", report));
    let at = section.place_of("budget_usd");
    if let Some(dollars) = section.take::<f64>("budget_usd", "dollars, such as `5.0`", report) {
        if dollars.is_finite() && dollars > 0.0 {
            limits.budget = Some(MicroUsd::from_dollars(dollars));
        } else {
            report.fault(at, "`limits.budget_usd` is no sum", "write dollars above zero, such as `5.0`");
        }
    }
    section.finish(report);
}

fn read_sandbox(file: &mut Section<'_>, sandbox: &mut SandboxSettings, report: &mut Report<'_>) {
    let mut section = file.table("sandbox", report);
    let hosts_at = section.place_of("hosts");
    sandbox.image = section.take("image", "the name of an image", report).or(sandbox.image.take());
    set(&mut sandbox.hosts, section.take("hosts", "a list of host names", report));
    sandbox.hosts.iter_mut().for_each(|host| host.make_ascii_lowercase());
    set(&mut sandbox.server_tools, section.take("server_tools", "a list of tool types", report));
    check_hosts(&sandbox.hosts, hosts_at, report);
    section.finish(report);
}

fn check_hosts(hosts: &[String], at: usize, report: &mut Report<'_>) {
    for host in hosts {
        let name = host.strip_prefix("*.").unwrap_or(host);
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
        if host != "*" && !plain {
            report.fault(at, format!("`{host}` is no host name"), "write a name such as `crates.io`, or `*.crates.io`");
        }
    }
}

fn read_push(file: &mut Section<'_>, push: &mut PushSettings, report: &mut Report<'_>) {
    let mut section = file.table("push", report);
    set(&mut push.when, section.take("when", "`\"auto\"`, `\"ask\"` or `\"never\"`", report));
    set(&mut push.protected, section.take("protected", "a list of branches, such as `[\"main\"]`", report));
    section.finish(report);
}

fn read_paths(file: &mut Section<'_>, guard: &mut Guard, report: &mut Report<'_>) {
    let mut section = file.table("paths", report);
    guard.protected = guard.protected.with(&globs(&mut section, "protected", report).unwrap_or_else(Globs::none));
    guard.unprotected = guard.unprotected.with(&globs(&mut section, "unprotected", report).unwrap_or_else(Globs::none));
    guard.readable = guard.readable.with(&globs(&mut section, "readable", report).unwrap_or_else(Globs::none));
    section.finish(report);
}

fn read_shell(file: &mut Section<'_>, variables: &mut Vec<String>, report: &mut Report<'_>) {
    let mut section = file.table("shell", report);
    variables.extend(section.take::<Vec<String>>("variables", "a list of names", report).into_iter().flatten());
    section.finish(report);
}

/// Takes path patterns; they are relative to the workspace, or absolute.
fn globs(section: &mut Section<'_>, key: &'static str, report: &mut Report<'_>) -> Option<Globs> {
    let at = section.place_of(key);
    let patterns =
        section.take::<OneOrMore>(key, "a list of path patterns, such as `[\"docs/**\"]`", report)?.into_vec();
    for pattern in &patterns {
        if pattern.starts_with('~') || pattern.split('/').any(|part| part == "." || part == "..") {
            report.fault(at, format!("`{pattern}` cannot match"), "write it relative to the workspace, or absolute");
        }
    }
    match Globs::parse(patterns) {
        Ok(globs) => Some(globs),
        Err((pattern, problem)) => {
            report.fault(
                at,
                format!("`{pattern}` is no path pattern: {problem}"),
                "use `*`, `**`, `?`, `[…]` and `{…}`",
            );
            None
        }
    }
}

fn read_layer(file: &mut Section<'_>, report: &mut Report<'_>) -> Layer {
    let rules = file.tables("rules", report).into_iter().enumerate();
    let rules = rules.filter_map(|(index, section)| read_rule(index, section, report)).collect();
    let commands = file.tables("commands", report).into_iter().enumerate();
    let commands = commands.filter_map(|(index, section)| read_command(index, section, report)).collect();
    let dangers = file.tables("dangerous", report).into_iter();
    let dangers = dangers.filter_map(|section| read_danger(section, report)).collect();
    Layer { rules, commands, dangers }
}

const DECISION: &str = "`\"allow\"`, `\"ask\"` or `\"deny\"`";

fn read_rule(index: usize, mut section: Section<'_>, report: &mut Report<'_>) -> Option<Rule> {
    let at = section.at();
    let decision: Option<Decision> = section.take("decision", DECISION, report);
    let missing = decision.is_none() && section.place_of("decision") == at;
    let name = section.take("name", "a text", report);
    let reason = section.take("reason", "a text", report);
    let subject = read_subject(&mut section, report);
    section.finish(report);
    let (Some(decision), Some(subject)) = (decision, subject) else {
        if missing && report.faults.is_empty() {
            report.fault(
                at,
                format!("`rules[{}]` says no decision or no tools", index + 1),
                "write `tools` and `decision`",
            );
        }
        return None;
    };
    let rule = Rule { name: name.unwrap_or_else(|| format!("rules[{}]", index + 1)), decision, reason, subject };
    check_rule(&rule, at, report);
    Some(rule)
}

fn read_subject(section: &mut Section<'_>, report: &mut Report<'_>) -> Option<Subject> {
    let at = section.at();
    let hosts_at = section.place_of("hosts");
    let tools = section.take::<OneOrMore>("tools", "a tool's name or a list of names", report);
    let paths = globs(section, "paths", report);
    let hosts = section.take::<OneOrMore>("hosts", "a list of host names", report).map(OneOrMore::into_vec);
    let hosts: Option<Vec<String>> = hosts.map(|hosts| hosts.iter().map(|host| host.to_ascii_lowercase()).collect());
    check_hosts(hosts.as_deref().unwrap_or_default(), hosts_at, report);
    if tools.is_none() {
        report.fault(at, "a rule names no tools", "write `tools = \"Edit\"`, or `\"*\"` for all");
    }
    Some(Subject { tools: tools?.into_vec(), paths, hosts })
}

/// Allows that would open more than they say.
fn check_rule(rule: &Rule, at: usize, report: &mut Report<'_>) {
    if rule.decision != Decision::Allow {
        return;
    }
    let names = |tool: &str| rule.subject.tools.iter().any(|pattern| wild(pattern, tool));
    if names("Bash") {
        report.fault(
            at,
            format!("`{}` would allow every command", rule.name),
            "list programs under `[[commands]]` instead",
        );
    } else if names("AskUserQuestion") || names("ExitPlanMode") {
        report.fault(
            at,
            format!("`{}` would answer for people", rule.name),
            "remove the tool: questions and plans are shown",
        );
    } else if names("WebFetch") && rule.subject.hosts.is_none() {
        report.fault(at, format!("`{}` would allow every host", rule.name), "add `hosts`; `[\"*\"]` means all");
    }
}

fn read_command(index: usize, mut section: Section<'_>, report: &mut Report<'_>) -> Option<CommandRule> {
    let at = section.at();
    let decision = section.take("decision", DECISION, report).unwrap_or(Decision::Allow);
    let name: Option<String> = section.take("name", "a text", report);
    let reason = section.take("reason", "a text", report);
    let max_operands = section.take("max_operands", "a number", report);
    let rule = read_program(&mut section, report);
    section.finish(report);
    let rule = rule?;
    let own_name = || format!("commands[{}] ({})", index + 1, rule.programs.join(", "));
    let rule = CommandRule { name: name.unwrap_or_else(own_name), decision, reason, max_operands, ..rule };
    if let Some((problem, mend)) = rule.objection() {
        report.fault(at, problem, mend);
    }
    Some(rule)
}

/// The keys by which a program is described, in `[[commands]]` and in `[[dangerous]]`.
fn read_program(section: &mut Section<'_>, report: &mut Report<'_>) -> Option<CommandRule> {
    let at = section.at();
    let programs = section.take::<OneOrMore>("program", "a program's name or a list of names", report);
    let subcommands = section.take::<OneOrMore>("subcommand", "one subcommand or a list", report);
    let before = read_flags(section, "global_flags", report);
    let flags = read_flags(section, "flags", report);
    let operands = read_operands(section, report);
    if programs.is_none() {
        report.fault(at, "an entry names no program", "write `program = \"ls\"`");
    }
    let words = |text: &String| text.split_whitespace().map(str::to_owned).collect();
    Some(CommandRule {
        name: String::new(),
        decision: Decision::Ask,
        reason: None,
        programs: programs?.into_vec(),
        subcommands: subcommands.map(OneOrMore::into_vec).unwrap_or_default().iter().map(words).collect(),
        before,
        flags,
        operands,
        max_operands: None,
    })
}

fn read_flags(section: &mut Section<'_>, key: &'static str, report: &mut Report<'_>) -> Flags {
    let at = section.place_of(key);
    let entries: Vec<String> = section.take(key, "a list of flags", report).unwrap_or_default();
    Flags::parse(&entries).unwrap_or_else(|entry| {
        let mend = "write `-l`, `--long`, `-n=`, `-n=number`, `--file=path`, `--color[=]` or `-NUMBER`";
        report.fault(at, format!("`{entry}` is no flag"), mend);
        Flags::default()
    })
}

fn read_operands(section: &mut Section<'_>, report: &mut Report<'_>) -> Operands {
    let at = section.place_of("operands");
    let form = "a kind of operands or a list of texts";
    match section.take::<OneOrMore>("operands", form, report) {
        None => Operands::None,
        Some(OneOrMore::More(list)) => Operands::Listed(list),
        Some(OneOrMore::One(name)) => Operands::named(&name).unwrap_or_else(|| {
            let kinds = "`none`, `any`, `workspace-paths`, `pattern-and-workspace-paths`, `lines-and-workspace-paths`";
            report.fault(
                at,
                format!("`{name}` is no kind of operands"),
                format!("write one of {kinds}, or a list of texts"),
            );
            Operands::None
        }),
    }
}

fn read_danger(mut section: Section<'_>, report: &mut Report<'_>) -> Option<Danger> {
    let about_tool = section.holds("tools");
    let danger = if about_tool {
        read_subject(&mut section, report).map(Danger::Call)
    } else {
        read_program(&mut section, report).map(|rule| Danger::Command(Box::new(rule)))
    };
    section.finish(report);
    danger
}

fn set<T>(target: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *target = given;
    }
}

fn set_span(target: &mut Option<std::time::Duration>, given: Option<SpanText>) {
    if let Some(SpanText(span)) = given {
        *target = Some(span);
    }
}

impl Policy {
    /// A policy that asks about everything.
    pub(super) fn empty() -> Self {
        Self { settings: Settings::default(), guard: Guard::built_in(), variables: Vec::new(), layers: Vec::new() }
    }
}
