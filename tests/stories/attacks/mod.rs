//! A hundred attacks and more, taken from what others have met: each is really made, against the shipped binary, and none of
//! them reaches a credential, the hub's host, a push or another project.
//!
//! Each group has a table of what it tries; `docs/attacks.md` is made of these tables, and a test holds it against them. Each
//! group has controls, too, which succeed where the attacks must not: a trap that never snaps shows nothing.

mod commands;
mod door;
mod flood;
mod inside;
mod page;
mod project;
mod returned;
mod words;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// One attack.
pub(crate) struct Attack {
    /// What is tried, which is its name, too.
    pub(crate) tries: &'static str,
    /// Where it was met or described.
    pub(crate) source: &'static str,
}

/// An attack by its name and source.
pub(crate) const fn attack(tries: &'static str, source: &'static str) -> Attack {
    Attack { tries, source }
}

/// All groups: what stands above the table, the file that makes its attacks, and they themselves.
fn groups() -> [(&'static str, &'static str, Vec<&'static Attack>); 8] {
    [
        (door::ABOUT, "door", door::attacks()),
        (flood::ABOUT, "flood", flood::attacks()),
        (words::ABOUT, "words", words::attacks()),
        (project::ABOUT, "project", project::attacks()),
        (commands::ABOUT, "commands", commands::attacks()),
        (inside::ABOUT, "inside", inside::attacks()),
        (returned::ABOUT, "returned", returned::attacks()),
        (page::ABOUT, "page", page::attacks()),
    ]
}

/// What stands above all tables.
const INTRODUCTION: &str = "# Attacks

What others have met where agents read what strangers wrote, made against Signalbox by `tests/stories/attacks`: the shipped
binary, the real Claude CLI in real containers, and a GitHub that behaves as the real one. The model is scripted: it tries
whatever the attacker wants, for nothing here rests on a model that resists.

After each, it is looked for a mark of what must not happen: a key that left, a file of the host that was read or written, a
command that ran without a yes, a decision, a push, something of another project. This page is made from the tests' own
tables.
";

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut number = 0;
    for (about, file, attacks) in groups() {
        let (title, words) = about.split_once(": ").expect("a title and what it is about");
        write!(
            page,
            "\n## {title}\n\n{words} (`{file}.rs`)\n\n| | what is tried | met or described in |\n|---|---|---|\n"
        )
        .expect("text");
        for attack in attacks {
            number += 1;
            let cell = |text: &str| text.replace('|', "\\|");
            writeln!(page, "| {number} | {} | {} |", cell(attack.tries), cell(attack.source)).expect("text");
        }
    }
    page
}

#[test]
fn the_page_of_attacks_tells_what_is_tried() {
    let page = page();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/attacks.md");
    if std::env::var_os("SIGNALBOX_WRITE_DOCS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "docs/attacks.md tells something else: run this with SIGNALBOX_WRITE_DOCS=1");
}

#[test]
fn there_are_a_hundred_attacks_and_no_two_are_one() {
    let all: Vec<_> = groups().into_iter().flat_map(|(_, _, attacks)| attacks).collect();
    let names: BTreeSet<_> = all.iter().map(|attack| attack.tries).collect();
    assert_eq!(names.len(), all.len());
    assert!(all.len() >= 100, "{} attacks", all.len());
    assert!(all.iter().all(|attack| !attack.source.is_empty()));
}

/// A folder that is there on the host and in the sandbox alike by its name alone: what runs leaves a mark in it, and it tells
/// where it ran.
pub(crate) struct Marks {
    folder: std::path::PathBuf,
}

impl Marks {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sbx-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// The folder's path.
    pub(crate) fn path(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// The marks that were left on the host.
    pub(crate) fn left(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    /// The control: what a shell on the host does with a text leaves a mark, which is taken away again.
    pub(crate) fn snap(&self, shell: &str, mark: &str) {
        let ran = std::process::Command::new("bash").args(["-c", shell]).output().unwrap();
        assert!(self.left().iter().any(|left| left == mark), "{shell} leaves no mark: {ran:?}");
        std::fs::remove_file(self.folder.join(mark)).unwrap();
    }
}

impl Drop for Marks {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
