//! A project, and what its policy would make of a call.

use super::clean::{exact, prose};
use signalbox_core::policy::{Approver, Basis, Decision};
use signalbox_core::project::{
    Approvers, CredentialKind, CredentialReport, GrantReport, PolicyTrial, ProjectDetail, RulesReport,
};
use signalbox_core::time::{Spoken, Timestamp};
use std::fmt::Write as _;

/// One project.
pub(crate) fn project(detail: &ProjectDetail, now: Timestamp) -> String {
    let mut out = format!("{} works on {}\n", detail.project.name, prose(&detail.project.git));
    // Writing to a string does not fail.
    let _ = writeln!(out, "opened by {}", credential(detail.credential.as_ref(), now));
    let policy = if detail.project.policy.is_some() { "its own" } else { "the built-in one" };
    let _ = writeln!(out, "policy: {policy}");
    match &detail.rules {
        Some(told) => rules(&mut out, told),
        None => out.push_str("its policy cannot be read: nothing runs before that is mended\n"),
    }
    out
}

fn credential(report: Option<&CredentialReport>, now: Timestamp) -> String {
    let Some(report) = report else { return "no credential of its own".to_owned() };
    let what = match report.kind {
        CredentialKind::Token => "a token",
        CredentialKind::SshKey => "a key",
        CredentialKind::Unreadable => "something that this hub's master key does not open; set it anew",
    };
    format!("{what}, set {} ago", Spoken(now.since(report.since)))
}

fn rules(out: &mut String, told: &RulesReport) {
    let limits = &told.limits;
    let budget = limits.budget.map_or_else(|| "any cost".to_owned(), |most| most.to_string());
    let time = limits
        .seconds
        .map_or_else(|| "any time".to_owned(), |most| Spoken(std::time::Duration::from_secs(most)).to_string());
    let turns = limits.turns.map_or_else(|| "any number of turns".to_owned(), |most| format!("{most} turns"));
    let _ = writeln!(out, "limits: {budget}, {time}, {turns}");
    let model = told.model.as_deref().unwrap_or("the CLI's own");
    let _ = writeln!(out, "model: {}; may be asked for: {}", prose(model), listed(&told.models, "any"));
    let _ = writeln!(out, "hosts within reach: {}", listed(&told.hosts, "none"));
    let _ = writeln!(out, "asks: {} ({} of them)", approvers(&told.approvers), told.votes);
    let _ = writeln!(out, "never pushes to: {}", listed(&told.protected, "nothing is barred"));
}

fn listed(all: &[String], none: &str) -> String {
    if all.is_empty() { none.to_owned() } else { prose(&all.join(", ")) }
}

fn approvers(all: &[Approver]) -> String {
    let word = |approver: &Approver| match approver {
        Approver::Requester => "the requester",
        Approver::Member => "members",
        Approver::Maintainer => "maintainers",
        Approver::Owner => "owners",
    };
    all.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// What came of a trial.
pub(crate) fn trial(trial: &PolicyTrial, now: Timestamp) -> String {
    let mut out = String::new();
    for fault in &trial.faults {
        let _ = writeln!(out, "{}", exact(&fault.to_string()));
    }
    let Some(verdict) = &trial.verdict else { return out };
    let word = match verdict.decision {
        Decision::Allow => "allow",
        Decision::Ask => "ask",
        Decision::Deny => "deny",
    };
    let _ = writeln!(out, "{word}: {}", exact(&verdict.reason));
    let _ = match &verdict.rule {
        Basis::Policy(rule) => writeln!(out, "by the rule: {}", exact(rule)),
        Basis::Grant(grant) => writeln!(out, "by the remembered yes {grant}"),
    };
    if let Some(asked) = &trial.approvers {
        people(&mut out, asked);
    }
    for grant in &trial.grants {
        let _ = writeln!(out, "{}", granted(grant, now));
    }
    if let Some(covers) = trial.covers.as_ref().filter(|_| verdict.decision == Decision::Ask) {
        let _ = writeln!(out, "a yes that is remembered would cover: {}", exact(covers));
    }
    out
}

fn people(out: &mut String, asked: &Approvers) {
    let more = if asked.another { ", and not by the requester alone" } else { "" };
    let _ = writeln!(out, "decided by {} ({} of them{more})", approvers(&asked.by), asked.votes);
    let who = if asked.people.is_empty() { "nobody".to_owned() } else { prose(&asked.people.join(", ")) };
    let _ = writeln!(out, "who could say yes now: {who}");
}

fn granted(grant: &GrantReport, now: Timestamp) -> String {
    let until = match grant.until {
        Timestamp::NEVER => "until it is taken back".to_owned(),
        until => format!("for another {}", Spoken(until.since(now))),
    };
    format!("{} remembers: {} ({until})", prose(&grant.given_by), exact(&grant.covers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::policy::{Fault, Verdict};

    #[test]
    fn faults_are_told_by_line_and_nothing_else() {
        let fault =
            Fault { line: 3, problem: "the version is missing".to_owned(), mend: "write `version = 1`".to_owned() };
        let told = trial(&PolicyTrial { faults: vec![fault], ..PolicyTrial::default() }, Timestamp::from_millis(1));
        insta::assert_snapshot!(told, @"line 3: the version is missing; write `version = 1`");
    }

    #[test]
    fn what_would_happen_is_told_with_its_rule_and_who_decides() {
        let verdict = Verdict {
            decision: Decision::Ask,
            reason: "no rule allows `make`".to_owned(),
            rule: Basis::Policy("no rule".to_owned()),
            dangerous: true,
        };
        let by = vec![Approver::Requester, Approver::Maintainer];
        let asked = Approvers { by, votes: 1, another: true, people: vec!["carol".to_owned()] };
        let covers = Some("run `make`".to_owned());
        let all = PolicyTrial { verdict: Some(verdict), approvers: Some(asked), covers, ..PolicyTrial::default() };
        insta::assert_snapshot!(trial(&all, Timestamp::from_millis(1)), @r"
        ask: no rule allows `make`
        by the rule: no rule
        decided by the requester, maintainers (1 of them, and not by the requester alone)
        who could say yes now: carol
        a yes that is remembered would cover: run `make`
        ");
    }
}
