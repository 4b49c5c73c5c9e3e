//! The audit log: listed, exported, and held against itself.

use super::{print, print_json};
use crate::args::{AuditCommand, ListAuditArgs, VerifyAuditArgs};
use crate::client::SocketHub;
use crate::exit::{Exit, WrongUsage};
use crate::reach::operator;
use crate::show::{self, Look};
use signalbox_core::audit::{AuditHead, AuditPage, AuditQuery, Auditing as _, Chain, Entry, MOST, Seal, Verification};
use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

/// The audit log is not as it was entered.
#[derive(Debug, thiserror::Error)]
#[error(
    "the log is not as it was entered ({}): keep the database as it is, and hold it against a backup or an export",
    show::count(*.0, "fault")
)]
struct Unsound(u64);

pub(super) async fn audit(command: AuditCommand, hub: &SocketHub) -> anyhow::Result<()> {
    match command {
        AuditCommand::List(args) => list(args, hub).await,
        AuditCommand::Verify(args) => {
            let found = hub.verify_audit(&operator(), args.expect).await?;
            report(&found, args.json)
        }
        AuditCommand::Head => print(&format!("{}\n", hub.audit_head(&operator()).await?)),
        AuditCommand::Export => export(hub).await,
    }
}

async fn list(args: ListAuditArgs, hub: &SocketHub) -> anyhow::Result<()> {
    let mut query = AuditQuery {
        person: args.person,
        kind: args.kind,
        since: args.since,
        limit: args.limit,
        ..AuditQuery::default()
    };
    let mut entries = Vec::new();
    loop {
        let AuditPage { entries: some, next } = hub.audit(&operator(), query.clone()).await?;
        query.limit = query.limit.saturating_sub(u32::try_from(some.len()).unwrap_or(u32::MAX));
        entries.extend(some);
        query.before = next;
        if next.is_none() || query.limit == 0 {
            break;
        }
    }
    if args.json {
        return print_json(&entries);
    }
    print(&show::audit::entries(&entries, Look::of_stdout()))
}

async fn export(hub: &SocketHub) -> anyhow::Result<()> {
    let mut after = Some(0);
    while after.is_some() {
        let query = AuditQuery { after, limit: MOST, ..AuditQuery::default() };
        let AuditPage { entries, next } = hub.audit(&operator(), query).await?;
        let mut lines = String::new();
        for entry in &entries {
            lines.push_str(&serde_json::to_string(entry)?);
            lines.push('\n');
        }
        print(&lines)?;
        after = next;
    }
    Ok(())
}

/// Verifies an export. No hub is needed for that.
pub(super) fn verify_file(args: &VerifyAuditArgs) -> anyhow::Result<Exit> {
    let file = args.file.as_deref().unwrap_or(Path::new("-"));
    let unreadable = |error| WrongUsage(format!("{} cannot be read: {error}", file.display()));
    let found = match file.to_str() {
        Some("-") => walk(stdin().lock(), args.expect),
        _ => File::open(file).and_then(|file| walk(BufReader::new(file), args.expect)),
    };
    report(&found.map_err(unreadable)?, args.json)?;
    Ok(Exit::Done)
}

fn walk(lines: impl BufRead, expected: Option<AuditHead>) -> std::io::Result<Verification> {
    let mut chain = Chain::begin(expected);
    for line in lines.split(b'\n') {
        match serde_json::from_slice::<Entry>(&line?) {
            Ok(entry) => chain.add(&entry, Seal::Unknown),
            Err(_) => chain.add_unreadable(chain.next_number()),
        }
    }
    Ok(chain.end(None))
}

fn report(found: &Verification, json: bool) -> anyhow::Result<()> {
    if json {
        print_json(found)?;
    } else {
        print(&show::audit::verification(found))?;
    }
    if found.is_sound() { Ok(()) } else { Err(Unsound(found.wrong).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::audit::{Breach, Deed, Digest, Fault, Kind, Who};
    use signalbox_core::time::Timestamp;

    fn lines(count: u64) -> Vec<String> {
        let mut head = AuditHead::EMPTY;
        let lines = (1..=count).map(|number| {
            let deed = Deed::by(Who::Hub, Kind::KeyRotated, format!("hub:{number}"), Timestamp::from_millis(1));
            let hash = Entry::hash_after(&head, &deed);
            let entry = Entry { number, deed, previous: head.hash, hash, seal: Digest::ZERO };
            head = entry.head();
            serde_json::to_string(&entry).unwrap()
        });
        lines.collect()
    }

    fn found(lines: &[String]) -> Vec<Fault> {
        walk(lines.join("\n").as_bytes(), None).unwrap().faults
    }

    #[test]
    fn an_export_is_held_against_itself() {
        let sound = lines(3);
        let walked = walk(format!("{}\n", sound.join("\n")).as_bytes(), None).unwrap();
        assert!(walked.is_sound() && walked.entries == 3 && !walked.seals);
        let mut changed = sound.clone();
        changed[1] = changed[1].replace("hub:2", "hub:9");
        assert_eq!(found(&changed), [Fault { number: 2, breach: Breach::Changed }]);
        let mut removed = sound.clone();
        removed.remove(1);
        assert_eq!(found(&removed), [Fault { number: 2, breach: Breach::Missing { until: 2 } }]);
        let mut damaged = sound.clone();
        damaged[1].truncate(20);
        assert_eq!(found(&damaged), [Fault { number: 2, breach: Breach::Unreadable }]);
        let head = walked.head;
        let cut = walk(sound[..2].join("\n").as_bytes(), Some(head)).unwrap().faults;
        assert_eq!(cut, [Fault { number: 3, breach: Breach::Cut { until: 3 } }]);
    }

    #[test]
    fn what_does_not_fit_is_a_failure() {
        let error = report(&walk(&b"{}"[..], None).unwrap(), false).unwrap_err();
        assert!(error.to_string().contains("(1 fault)"), "{error}");
        assert_eq!(Exit::of_error(&error), Exit::Failed);
    }
}
