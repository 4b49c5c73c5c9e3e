//! What changed between two commits, computed from the hub's mirror: no programs of anybody's configuration, no
//! attributes of the working tree, and paths that cannot disturb where they are shown.

use super::command::Invocation;
use super::error::GitError;
use super::mirror::Mirror;
use super::names::Commit;

/// The statistics may be this long, in bytes.
const STAT_LIMIT: usize = 32 * 1024 * 1024;
const PLAIN: &[&str] =
    &["-r", "--no-ext-diff", "--no-textconv", "--no-color", "-M", "-l2000", "--ignore-submodules=none"];

/// Which files changed, and by how much.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffStat {
    /// In the order of their paths.
    pub files: Vec<FileChange>,
    /// Lines added, in all files that are text.
    pub insertions: u64,
    /// Lines removed, likewise.
    pub deletions: u64,
}

/// One file's change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Its path. As git does, one that has control characters, quotes or backslashes in it or is not UTF-8 stands in
    /// double quotes with C escapes and octal bytes: nothing is lost and no two paths look the same.
    pub path: String,
    /// What happened to it.
    pub status: FileStatus,
    /// Lines added; 0 for binary files.
    pub insertions: u64,
    /// Lines removed; 0 for binary files.
    pub deletions: u64,
    /// Whether git takes it for binary.
    pub binary: bool,
}

/// What happened to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileStatus {
    /// It is new.
    Added,
    /// Its content, mode or type changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It had another path, and perhaps other content.
    Renamed {
        /// Its path before.
        from: String,
    },
}

/// A diff as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// In git's format; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// Whether it is longer than was asked for; the text then ends with a whole line.
    pub truncated: bool,
}

impl Mirror {
    /// Which files changed. Without `from`, everything is new.
    pub async fn diff_stat(&self, from: Option<&Commit>, to: &Commit) -> Result<DiffStat, GitError> {
        let diff = self.diff_tree(from, to, &["-z", "--raw", "--numstat", "--no-abbrev"]).stdout_limit(STAT_LIMIT);
        let said = self.shared.runner.succeed(&diff).await?;
        let unreadable =
            || GitError::Failed { what: "diff-tree".to_owned(), detail: "unreadable statistics".to_owned() };
        DiffStat::read(&said).ok_or_else(unreadable)
    }

    /// The diff, up to this many bytes. Without `from`, everything is new.
    pub async fn diff(&self, from: Option<&Commit>, to: &Commit, limit_bytes: usize) -> Result<Diff, GitError> {
        let patch = &["-p", "--full-index", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short"];
        let diff = self.diff_tree(from, to, patch).stdout_limit(limit_bytes);
        let output = self.shared.runner.run(&diff).await?;
        if !output.truncated && !output.status.success() {
            return Err(output.failure("diff-tree"));
        }
        let end = if output.truncated { last_line_end(&output.stdout[..limit_bytes]) } else { output.stdout.len() };
        let text = String::from_utf8_lossy(&output.stdout[..end]).into_owned();
        Ok(Diff { text, truncated: output.truncated })
    }

    fn diff_tree(&self, from: Option<&Commit>, to: &Commit, options: &[&str]) -> Invocation {
        let from = from.map_or(to.empty_tree(), Commit::as_str);
        let diff = self.git("diff-tree").confined().config("core.quotePath", "true").config("diff.renames", "true");
        diff.args(PLAIN).args(options).args([from, to.as_str(), "--"])
    }
}

fn last_line_end(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

impl DiffStat {
    /// Reads `--raw --numstat -z`: first a record per file with its status, then in the same order one with its lines.
    fn read(said: &[u8]) -> Option<Self> {
        let mut fields = said.split(|byte| *byte == 0).filter(|field| !field.is_empty()).peekable();
        let mut named = Vec::new();
        while let Some(record) = fields.next_if(|field| field.starts_with(b":")) {
            named.push(status(record, &mut fields)?);
        }
        let mut stat = Self::default();
        for (path, status) in named {
            let (insertions, deletions, binary) = lines(fields.next()?)?;
            if matches!(status, FileStatus::Renamed { .. }) {
                fields.nth(1)?;
            }
            stat.insertions += insertions;
            stat.deletions += deletions;
            stat.files.push(FileChange { path, status, insertions, deletions, binary });
        }
        fields.next().is_none().then_some(stat)
    }
}

/// `:mode mode id id S`, followed by the path, or by two for a rename.
fn status<'a>(record: &[u8], fields: &mut impl Iterator<Item = &'a [u8]>) -> Option<(String, FileStatus)> {
    let letter = record.rsplit(|byte| *byte == b' ').next()?.first()?;
    let first = quoted(fields.next()?);
    Some(match letter {
        b'A' => (first, FileStatus::Added),
        b'D' => (first, FileStatus::Deleted),
        b'R' => (quoted(fields.next()?), FileStatus::Renamed { from: first }),
        _ => (first, FileStatus::Modified),
    })
}

/// `added TAB removed TAB path`, with hyphens for a binary file; a rename's paths follow as fields of their own.
fn lines(record: &[u8]) -> Option<(u64, u64, bool)> {
    let mut parts = record.splitn(3, |byte| *byte == b'\t');
    let mut number = || std::str::from_utf8(parts.next()?).ok();
    let (added, removed) = (number()?, number()?);
    if (added, removed) == ("-", "-") {
        return Some((0, 0, true));
    }
    Some((added.parse().ok()?, removed.parse().ok()?, false))
}

/// A path as git writes it with `core.quotePath=false`, except that what is not UTF-8 is quoted too.
fn quoted(path: &[u8]) -> String {
    let unusual = |c: char| c.is_control() || matches!(c, '"' | '\\') || is_invisible(c);
    match std::str::from_utf8(path) {
        Ok(text) if !text.contains(unusual) => text.to_owned(),
        _ => format!("\"{}\"", path.iter().map(|byte| escaped(*byte)).collect::<String>()),
    }
}

/// Marks that turn the direction of what is shown, and characters without a width.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn escaped(byte: u8) -> String {
    match byte {
        b'"' => "\\\"".to_owned(),
        b'\\' => "\\\\".to_owned(),
        b'\n' => "\\n".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'\r' => "\\r".to_owned(),
        0x20..=0x7e => char::from(byte).to_string(),
        other => format!("\\{other:03o}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_without_loss_and_without_mischief() {
        assert_eq!(quoted("src/größe.rs".as_bytes()), "src/größe.rs");
        assert_eq!(quoted(b"a\xffb\\"), "\"a\\377b\\\\\"");
        assert_eq!(quoted(b"a\x1b[2J\n"), "\"a\\033[2J\\n\"");
        assert_eq!(quoted("a\u{202e}b".as_bytes()), "\"a\\342\\200\\256b\"");
        assert_ne!(quoted(b"\"a\\377\""), quoted(b"a\xff"));
    }

    #[test]
    fn records_that_do_not_match_are_not_guessed_at() {
        assert_eq!(DiffStat::read(b""), Some(DiffStat::default()));
        assert_eq!(DiffStat::read(b":100644 100644 a b M\0x\0"), None);
        assert_eq!(DiffStat::read(b":100644 100644 a b M\0x\x00x\t1\ty\0"), None);
    }
}
