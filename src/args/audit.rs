//! Commands about the audit log.

use clap::{Args, Subcommand};
use signalbox_core::audit::{AuditHead, Kind};
use signalbox_core::time::Timestamp;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// `signalbox audit …`
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List entries, the newest first
    List(ListAuditArgs),
    /// Go along the chain and say what is not as it was entered
    Verify(VerifyAuditArgs),
    /// Print where the log ends, as NUMBER:HASH, to be kept elsewhere
    Head,
    /// Print the whole log as lines of JSON, the oldest first
    Export,
}

/// `signalbox audit list`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox audit list --kind session.refused --since 24h
  signalbox audit list --person ann --limit 200 --json")]
pub(crate) struct ListAuditArgs {
    /// What this person did, by their name at that time
    #[arg(long, value_name = "NAME")]
    pub(crate) person: Option<String>,
    /// Of this kind, e.g. approval.decided
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<Kind>,
    /// Not before: a span such as 24h or 7d, a day such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub(crate) since: Option<Timestamp>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signalbox audit verify`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  signalbox audit verify
  signalbox audit verify --expect 1200:5f3c…
  signalbox audit verify --file audit.ndjson

A log that was cut off at its end is seen only with --expect, or by who kept an export. Of a file the hashes are looked at, not
the seals: those are for the hub alone to know.")]
pub(crate) struct VerifyAuditArgs {
    /// What `signalbox audit head` printed earlier: that entry must be there, as it was
    #[arg(long, value_name = "NUMBER:HASH")]
    pub(crate) expect: Option<AuditHead>,
    /// An export, instead of the hub's own log; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Print what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A moment, as people write it.
fn moment(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(span) = humantime::parse_duration(text) {
        return Ok(millis(SystemTime::now()) - span);
    }
    let whole = if text.len() == "2026-01-31".len() { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let read = humantime::parse_rfc3339_weak(&whole).map(millis);
    read.map_err(|_| "write a span such as 24h or 7d, a day such as 2026-01-31, or a time in UTC".to_owned())
}

fn millis(at: SystemTime) -> Timestamp {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        assert_eq!(moment("2026-01-31"), Ok(Timestamp::from_millis(1_769_817_600_000)));
        assert_eq!(moment("2026-01-31T00:00:01Z"), Ok(Timestamp::from_millis(1_769_817_601_000)));
        let day = std::time::Duration::from_secs(24 * 3600);
        let ago = millis(SystemTime::now()).since(moment("24h").unwrap());
        assert!(ago >= day && ago < day * 2);
        assert!(moment("yesterday").is_err() && moment("").is_err());
    }
}
