//! What lies between two commits, and what is in one.

use super::bare::Bare;
use super::command::{git, text};

/// A commit as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoggedCommit {
    pub(crate) sha: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    /// Name, address and date.
    pub(crate) author: [String; 3],
    pub(crate) committer: [String; 3],
    pub(crate) message: String,
}

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangedFile {
    pub(crate) path: String,
    pub(crate) previous: Option<String>,
    pub(crate) status: &'static str,
    pub(crate) sha: String,
    pub(crate) additions: u64,
    pub(crate) deletions: u64,
    /// None for a binary file.
    pub(crate) patch: Option<String>,
}

const FORMAT: &str = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B%x01";
const DATES: &str = "--date=format-local:%Y-%m-%dT%H:%M:%SZ";

impl Bare {
    /// The commits of a range, oldest first.
    pub(crate) fn log(&self, range: &str, most: usize) -> Vec<LoggedCommit> {
        let most = format!("--max-count={most}");
        let arguments = ["log", "--reverse", "--topo-order", FORMAT, DATES, &most, "--end-of-options", range, "--"];
        let listed = text(self.path(), &arguments).unwrap_or_default();
        listed.split('\u{1}').filter_map(|entry| parse_commit(entry.trim_start_matches('\n'))).collect()
    }

    /// One commit.
    pub(crate) fn commit_at(&self, sha: &str) -> Option<LoggedCommit> {
        let listed = text(self.path(), &["log", "--max-count=1", FORMAT, DATES, "--end-of-options", sha, "--"]).ok()?;
        parse_commit(listed.trim_end_matches('\u{1}'))
    }

    /// Where two commits' histories part.
    pub(crate) fn merge_base(&self, one: &str, other: &str) -> Option<String> {
        text(self.path(), &["merge-base", one, other]).ok().filter(|sha| !sha.is_empty())
    }

    /// How many commits lie on the one side alone, and how many on the other.
    pub(crate) fn distance(&self, one: &str, other: &str) -> (u64, u64) {
        let range = format!("{one}...{other}");
        let counted = text(self.path(), &["rev-list", "--left-right", "--count", &range]).unwrap_or_default();
        let mut numbers = counted.split_whitespace().map(|number| number.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }

    /// The difference as text.
    pub(crate) fn diff(&self, from: &str, to: &str) -> String {
        text(self.path(), &["diff", "--no-color", "--no-ext-diff", from, to])
            .map(|diff| diff + "\n")
            .unwrap_or_default()
    }

    /// The files that differ.
    pub(crate) fn changed_files(&self, from: &str, to: &str) -> Vec<ChangedFile> {
        let raw = git(self.path(), &["diff", "--raw", "-z", "--no-abbrev", "-M", from, to], &[]).unwrap_or_default();
        let raw = String::from_utf8_lossy(&raw).into_owned();
        let mut parts = raw.split('\0');
        let mut files = Vec::new();
        while let Some(head) = parts.next().filter(|head| head.starts_with(':')) {
            let fields: Vec<&str> = head.split(' ').collect();
            let (Some(sha), Some(status), Some(first)) = (fields.get(3), fields.get(4), parts.next()) else { break };
            let renamed = status.starts_with(['R', 'C']);
            let (path, previous) =
                if renamed { (parts.next().unwrap_or(first), Some(first.to_owned())) } else { (first, None) };
            files.push(self.changed_file((from, to), path, previous, (*sha, *status)));
        }
        files
    }

    fn changed_file(
        &self,
        (from, to): (&str, &str),
        path: &str,
        previous: Option<String>,
        (sha, status): (&str, &str),
    ) -> ChangedFile {
        let old = previous.as_deref().unwrap_or(path);
        let arguments = ["--literal-pathspecs", "diff", "--no-color", "--no-ext-diff", "-M", from, to, "--", old, path];
        let diff = text(self.path(), &arguments).unwrap_or_default();
        let patch = diff.find("\n@@").map(|at| diff[at + 1..].to_owned());
        let count = |sign: char| {
            let lines = patch.as_deref().unwrap_or_default().lines();
            lines.filter(|line| line.starts_with(sign)).count() as u64
        };
        let (additions, deletions) = (count('+'), count('-'));
        ChangedFile {
            path: path.to_owned(),
            previous,
            status: word(status),
            sha: sha.to_owned(),
            additions,
            deletions,
            patch,
        }
    }

    /// What kind of thing is at a path, its id and size: `blob` or `tree`, and the mode.
    pub(crate) fn entry(&self, commit: &str, path: &str) -> Option<[String; 3]> {
        let arguments = ["--literal-pathspecs", "ls-tree", "-z", commit, "--", path];
        let listed = git(self.path(), &arguments, &[]).ok()?;
        parse_entry(String::from_utf8_lossy(&listed).split('\0').next()?).map(|(entry, _)| entry)
    }

    /// What is in a directory; the root for an empty path.
    pub(crate) fn entries(&self, commit: &str, path: &str) -> Vec<([String; 3], String)> {
        let tree = format!("{commit}:{path}");
        let listed = git(self.path(), &["ls-tree", "-z", &tree], &[]).unwrap_or_default();
        String::from_utf8_lossy(&listed).split('\0').filter_map(parse_entry).collect()
    }

    /// A blob's bytes.
    pub(crate) fn blob(&self, sha: &str) -> Option<Vec<u8>> {
        git(self.path(), &["cat-file", "blob", sha], &[]).ok()
    }

    /// A file's text in a commit.
    pub(crate) fn file(&self, commit: &str, path: &str) -> Option<Vec<u8>> {
        self.blob(&format!("{commit}:{path}"))
    }
}

fn word(status: &str) -> &'static str {
    match status.as_bytes().first() {
        Some(b'A') => "added",
        Some(b'D') => "removed",
        Some(b'R') => "renamed",
        Some(b'C') => "copied",
        Some(b'T') => "changed",
        _ => "modified",
    }
}

fn parse_commit(entry: &str) -> Option<LoggedCommit> {
    let fields: Vec<String> = entry.split('\0').map(str::to_owned).collect();
    let [sha, tree, parents, an, ae, ad, cn, ce, cd, message] = <[String; 10]>::try_from(fields).ok()?;
    let parents = parents.split_whitespace().map(str::to_owned).collect();
    let message = message.trim_end_matches('\n').to_owned();
    Some(LoggedCommit { sha, tree, parents, author: [an, ae, ad], committer: [cn, ce, cd], message })
}

/// `100644 blob SHA\tPATH` as mode, kind and id, and the path.
fn parse_entry(line: &str) -> Option<([String; 3], String)> {
    let (head, path) = line.split_once('\t')?;
    let fields: Vec<String> = head.split(' ').map(str::to_owned).collect();
    Some((<[String; 3]>::try_from(fields).ok()?, path.to_owned()))
}
