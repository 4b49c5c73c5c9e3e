//! The audit log.

use super::table::Table;
use super::{Look, count};
use signalbox_core::audit::{Entry, Verification};
use signalbox_core::time::Timestamp;
use std::time::{Duration, UNIX_EPOCH};

/// Entries, one a line.
pub(crate) fn entries(entries: &[Entry], look: Look) -> String {
    let mut table = Table::new(&["NUMBER", "TIME (UTC)", "WHO", "WHAT", "OBJECT", "FROM", "DETAILS"]);
    for Entry { number, deed, .. } in entries {
        let details: Vec<_> = deed.detail.iter().map(|(key, value)| format!("{key}={value}")).collect();
        table.row([
            number.to_string(),
            moment(deed.at),
            deed.who.to_string(),
            deed.kind.to_string(),
            deed.object.clone(),
            deed.from.clone().unwrap_or_default(),
            details.join(" "),
        ]);
    }
    table.render("no entry fits", look)
}

/// What came of going along the chain.
pub(crate) fn verification(found: &Verification) -> String {
    let mut text: String = found.faults.iter().map(|fault| format!("{fault}\n")).collect();
    let untold = found.wrong.saturating_sub(found.faults.len() as u64);
    if untold > 0 {
        text.push_str(&format!("and {} more\n", count(untold, "fault")));
    }
    if found.is_sound() {
        let seals = if found.seals { " and sealed by this hub" } else { "" };
        let entries = if found.entries == 1 { "1 entry".to_owned() } else { format!("{} entries", found.entries) };
        text.push_str(&format!("{entries} as entered{seals}\n"));
    }
    text.push_str(&format!("head {}\n", found.head));
    text
}

fn moment(at: Timestamp) -> String {
    let since = Duration::from_millis(u64::try_from(at.millis()).unwrap_or(0));
    UNIX_EPOCH.checked_add(since).map_or_else(String::new, |at| {
        humantime::format_rfc3339_seconds(at).to_string().replace('T', " ").replace('Z', "")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::audit::{AuditHead, Breach, Deed, Digest, Fault, Kind, Who};

    #[test]
    fn entries_are_lines() {
        let at = Timestamp::from_millis(1_769_817_601_000);
        let deed = Deed::by(Who::Terminal, Kind::TaskStopped, "task:abc", at).with("why", "a\u{1b}[31mb");
        let entry = Entry { number: 7, deed, previous: Digest::ZERO, hash: Digest::ZERO, seal: Digest::ZERO };
        insta::assert_snapshot!(entries(&[entry], Look { width: None, colour: false }), @r"
        NUMBER  TIME (UTC)           WHO                 WHAT          OBJECT    FROM  DETAILS
        7       2026-01-31 00:00:01  the local terminal  task.stopped  task:abc        why=ab
        ");
        assert_eq!(entries(&[], Look { width: None, colour: false }), "no entry fits\n");
    }

    #[test]
    fn what_was_found_is_said_in_sentences() {
        let sound = Verification { entries: 2, head: AuditHead::EMPTY, seals: true, wrong: 0, faults: Vec::new() };
        assert!(verification(&sound).starts_with("2 entries as entered and sealed by this hub\nhead 0:"));
        let faults = vec![Fault { number: 3, breach: Breach::Changed }];
        let unsound = Verification { wrong: 2, faults, seals: false, ..sound };
        assert!(verification(&unsound).starts_with("entry 3 was changed\nand 1 fault more\nhead 0:"));
    }
}
