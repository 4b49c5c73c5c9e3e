//! A unified diff as tables, a file each, old beside new. A pure reading of the text: what is not understood is shown as it
//! stands, and nothing is left out but what the caller's limit cuts off.

use super::markup::{Markup, exact};

/// One file of a diff.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FileDiff {
    /// Its name, and the one it had before where that differs.
    pub(super) name: Markup,
    /// What the diff says of it beside lines: modes, renames, "binary files differ".
    pub(super) notes: Vec<Markup>,
    /// The lines.
    pub(super) rows: Vec<Row>,
    /// Lines added.
    pub(super) added: usize,
    /// Lines removed.
    pub(super) removed: usize,
}

/// One row: the old line beside the new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// What kind: `same`, `change`, `added`, `removed` or `gap`.
    pub(super) kind: &'static str,
    /// The old line with its number.
    pub(super) old: Option<Line>,
    /// The new line with its number.
    pub(super) new: Option<Line>,
}

/// A line with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    /// What stands there.
    pub(super) text: Markup,
}

/// The files of git's own diff.
pub(super) fn files(diff: &str) -> Vec<FileDiff> {
    let mut files = Vec::new();
    let mut reader: Option<Reader> = None;
    for line in diff.split('\n') {
        if line.starts_with("diff --git ") {
            files.extend(reader.take().map(Reader::finish));
            reader = Some(Reader::of(line));
        } else if let Some(reader) = &mut reader {
            reader.take(line);
        }
    }
    files.extend(reader.map(Reader::finish));
    files
}

/// A change without file names, as an approval shows it.
pub(super) fn change(diff: &str) -> Vec<Row> {
    let mut reader = Reader { in_hunk: true, ..Reader::default() };
    diff.lines().for_each(|line| reader.take(line));
    reader.finish().rows
}

#[derive(Default)]
struct Reader {
    file: FileDiff,
    header: String,
    old_name: Option<String>,
    new_name: Option<String>,
    old_at: u64,
    new_at: u64,
    in_hunk: bool,
    removed: Vec<Line>,
    added: Vec<Line>,
}

impl Reader {
    fn of(header: &str) -> Self {
        Self { header: header.trim_start_matches("diff --git ").to_owned(), ..Self::default() }
    }

    fn take(&mut self, line: &str) {
        if let Some((old, new)) = hunk(line) {
            self.pair();
            (self.old_at, self.new_at, self.in_hunk) = (old, new, true);
            self.file.rows.push(Row { kind: "gap", ..Row::default() });
        } else if self.in_hunk {
            self.take_content(line);
        } else {
            self.take_header(line);
        }
    }

    fn take_content(&mut self, line: &str) {
        let (mark, text) = line.split_at(line.chars().next().map_or(0, char::len_utf8));
        match mark {
            "-" => {
                // A removal after an addition begins another change.
                if !self.added.is_empty() {
                    self.pair();
                }
                self.removed.push(Line { number: self.old_at, text: exact(text) });
                self.old_at += 1;
                self.file.removed += 1;
            }
            "+" => {
                self.added.push(Line { number: self.new_at, text: exact(text) });
                self.new_at += 1;
                self.file.added += 1;
            }
            " " => {
                self.pair();
                let (old, new) = (self.old_at, self.new_at);
                let side = |number| Some(Line { number, text: exact(text) });
                self.file.rows.push(Row { kind: "same", old: side(old), new: side(new) });
                self.old_at += 1;
                self.new_at += 1;
            }
            "\\" => self.file.notes.push(exact(text.trim())),
            "" => {}
            _ => self.file.notes.push(exact(line)),
        }
    }

    fn take_header(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("--- ") {
            self.old_name = side_name(name, "a/");
        } else if let Some(name) = line.strip_prefix("+++ ") {
            self.new_name = side_name(name, "b/");
        } else if !line.is_empty() && !line.starts_with("index ") {
            self.file.notes.push(exact(line));
        }
    }

    /// Sets removed lines beside the added ones that take their place.
    fn pair(&mut self) {
        let (removed, added) = (std::mem::take(&mut self.removed), std::mem::take(&mut self.added));
        let (mut removed, mut added) = (removed.into_iter(), added.into_iter());
        loop {
            let row = match (removed.next(), added.next()) {
                (None, None) => return,
                (Some(old), Some(new)) => Row { kind: "change", old: Some(old), new: Some(new) },
                (Some(old), None) => Row { kind: "removed", old: Some(old), new: None },
                (None, Some(new)) => Row { kind: "added", old: None, new: Some(new) },
            };
            self.file.rows.push(row);
        }
    }

    fn finish(mut self) -> FileDiff {
        self.pair();
        let name = match (self.old_name, self.new_name) {
            (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
            (_, Some(name)) | (Some(name), None) => name,
            (None, None) => self.header,
        };
        self.file.name = exact(&name);
        self.file
    }
}

/// A file's name without the letter that git puts before it; none for the side that is not there.
fn side_name(name: &str, letter: &str) -> Option<String> {
    let name = name.trim_end_matches(['\t', '\r']);
    (name != "/dev/null").then(|| name.strip_prefix(letter).unwrap_or(name).to_owned())
}

/// Where a hunk's two sides begin: `@@ -1,3 +1,4 @@`.
fn hunk(line: &str) -> Option<(u64, u64)> {
    let mut parts = line.strip_prefix("@@ -")?.split(' ');
    let old = parts.next()?.split(',').next()?.parse().ok()?;
    let new = parts.next()?.strip_prefix('+')?.split(',').next()?.parse().ok()?;
    Some((old, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIT: &str = "diff --git a/a.rs b/a.rs\nindex 1..2 100644\n--- a/a.rs\n+++ b/a.rs\n@@ -1,3 +1,4 @@\n one\n-two\n\
        +zwei\n+drei\n four\ndiff --git a/x.png b/x.png\nnew file mode 100644\nindex 0..3\nBinary files differ\n\
        diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-<b>\n";

    fn shown(row: &Row) -> String {
        let side =
            |line: &Option<Line>| line.as_ref().map_or(String::new(), |line| format!("{}:{}", line.number, line.text));
        format!("{} {} | {}", row.kind, side(&row.old), side(&row.new))
    }

    #[test]
    fn old_stands_beside_new() {
        let files = files(GIT);
        let names: Vec<_> = files.iter().map(|file| file.name.to_string()).collect();
        assert_eq!(names, ["a.rs", "a/x.png b/x.png", "gone"]);
        let rows: Vec<_> = files[0].rows.iter().map(shown).collect();
        assert_eq!(
            rows,
            ["gap  | ", "same 1:one | 1:one", "change 2:two | 2:zwei", "added  | 3:drei", "same 3:four | 4:four"]
        );
        assert_eq!((files[0].added, files[0].removed), (2, 1));
        assert_eq!(
            files[1].notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["new file mode 100644", "Binary files differ"]
        );
        assert_eq!(shown(&files[2].rows[1]), "removed 1:&lt;b&gt; | ");
    }

    #[test]
    fn a_change_without_names_is_read_too() {
        let rows: Vec<_> = change("@@ -1 +1 @@\n-x\n+y\n").iter().map(shown).collect();
        assert_eq!(rows, ["gap  | ", "change 1:x | 1:y"]);
        assert_eq!(change(""), []);
    }

    #[test]
    fn what_looks_like_a_header_in_a_hunk_is_content() {
        let rows = change("@@ -1,1 +1,1 @@\n--- a/x\n+++ b/y\n");
        assert_eq!(shown(&rows[1]), "change 1:-- a/x | 1:++ b/y");
    }
}
