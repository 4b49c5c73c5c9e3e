//! The commits of a result.

use super::error::GitError;
use super::mirror::Mirror;
use super::names::Commit;

/// One commit, as far as it is shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its id.
    pub commit: Commit,
    /// The author's name, as the commit says.
    pub author: String,
    /// The author's address, as the commit says.
    pub email: String,
    /// The first line of its message.
    pub subject: String,
}

impl Mirror {
    /// The newest commits of `to` that `from` has not, newest first, at most this many.
    pub async fn commits_between(
        &self,
        from: Option<&Commit>,
        to: &Commit,
        limit: usize,
    ) -> Result<Vec<LogEntry>, GitError> {
        let without = from.map(|from| format!("^{from}"));
        let log = self.git("log").confined().args(["-z", "--no-color", "--no-show-signature", "--no-mailmap"]);
        let log = log.args(["--no-decorate", "--encoding=UTF-8", "--format=%H%n%an%n%ae%n%s"]);
        let log = log.args([format!("--max-count={limit}"), to.to_string()]).args(without).args(["--"]);
        let said = self.shared.runner.succeed(&log.stdout_limit(16 * 1024 * 1024)).await?;
        Ok(String::from_utf8_lossy(&said).split('\0').filter_map(entry).collect())
    }
}

/// Four lines: neither a name, an address nor a subject can have a line end in it.
fn entry(record: &str) -> Option<LogEntry> {
    let mut lines = record.splitn(4, '\n').map(|line| line.chars().filter(|c| !c.is_control()).collect::<String>());
    let commit = lines.next()?.parse().ok()?;
    Some(LogEntry { commit, author: lines.next()?, email: lines.next()?, subject: lines.next()? })
}
