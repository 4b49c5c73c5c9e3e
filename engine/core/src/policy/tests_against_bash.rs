//! What the gate understood, held against what the real shell does.
//!
//! Commands are put together from pieces on which readings of the shell's grammar differ. Each that a policy for `ls`
//! allows is run by bash with no program and no built-in to be found: everything it would have started is recorded
//! instead, and must be one of the commands that the gate saw.

use super::tests::bash;
use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const POLICY: &str =
    "version = 1\nextends = \"nothing\"\n[[commands]]\nprogram = \"ls\"\nflags = [\"-l\"]\noperands = \"any\"\n";

/// Records what would be started: number of words, then the words.
const RECORD: &str = r#"
command_not_found_handle() { builtin printf '%s\0' "$#" "$@" >>"$RECORD"; }
names=$(enable | while read -r _ name; do case $name in builtin|eval|printf) ;; *) printf '%s ' "$name" ;; esac; done)
enable -n $names
eval "$1"
"#;

const PIECES: &[&str] = &[
    "ls",
    " ",
    " ",
    "rm",
    " -l",
    "a",
    "'",
    "\"",
    "\\",
    "\n",
    "\\\n",
    "#",
    " # ",
    ";",
    "&&",
    "|",
    "(",
    ")",
    "{ ",
    "}",
    "$'",
    "$(",
    "`",
    "<<E\n",
    "<<'E'\n",
    "\nE\n",
    "\tE\n",
    "<<-E\n",
    "<<<",
    "\\'",
    "\\\"",
    "if ",
    "; then ",
    "; fi",
    "case a in a) ",
    ";; esac",
    "!",
    "$?",
    "for i in a; do ",
    "; done",
    "*",
    "?",
    "\\#",
    "\t",
    "2>&1",
    ">/dev/null",
    "&>/dev/null",
    "|&",
    "é",
    "=",
    "a=",
    "$",
    "'a'",
    "\"b\"",
    "\"c $(ls -l)\"",
    "$'\\x41'",
    "esac",
    "in",
    "do",
    "[",
    "]",
    "~",
    "^",
    "%",
    "@(",
    "!(",
    "<",
    ">",
    "&",
    ">&2",
];

struct Sandbox {
    root: PathBuf,
}

impl Sandbox {
    fn new() -> Self {
        let root = std::env::temp_dir().join(format!("signalbox-policy-{}", std::process::id()));
        std::fs::create_dir_all(root.join("cwd")).unwrap();
        Self { root }
    }

    /// What bash would start, and whether it left files behind.
    fn run(&self, command: &str) -> (Vec<Vec<String>>, bool) {
        let (record, cwd) = (self.root.join("record"), self.root.join("cwd"));
        std::fs::write(&record, "").unwrap();
        let mut shell = Command::new("/bin/bash");
        shell.args(["--norc", "--noprofile", "-c", RECORD, "bash", command]).current_dir(&cwd).env_clear();
        shell.env("PATH", "/nowhere").env("RECORD", &record).env("LC_ALL", "C.UTF-8");
        shell.stdin(std::process::Stdio::null()).output().unwrap();
        (started(&record), std::fs::read_dir(&cwd).unwrap().next().is_some())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

fn started(record: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(record).unwrap();
    let mut fields = text.split_terminator('\0');
    let mut started = Vec::new();
    while let Some(count) = fields.next() {
        started.push(fields.by_ref().take(count.parse().unwrap()).map(str::to_owned).collect());
    }
    started
}

/// The commands that the gate saw; a word that is known only when it runs matches anything that is no flag.
fn seen(command: &str, words: &[String]) -> bool {
    let script = Script::read(command, WORKSPACE);
    script.steps.iter().any(|step| {
        step.words.len() == words.len()
            && step.words.iter().zip(words).all(|(seen, word)| match seen.plain() {
                Some(text) => text == word,
                None => !word.starts_with('-'),
            })
    })
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(4_000)
}

#[test]
fn bash_starts_nothing_that_the_gate_did_not_see() {
    let policy = Policy::parse(POLICY).unwrap();
    let sandbox = Sandbox::new();
    let mut allowed = BTreeSet::new();
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..9);
    let mut runner = TestRunner::new(Config { cases: cases(), failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&pieces, |pieces| {
        let command = format!("ls{}", pieces.concat());
        let verdict = policy.judge(&bash(&command), &[], Timestamp::from_millis(0));
        if verdict.decision == Decision::Allow {
            let (started, wrote) = sandbox.run(&command);
            prop_assert!(!wrote, "{command:?} wrote a file");
            for words in started {
                prop_assert!(seen(&command, &words), "{command:?} started {words:?}");
            }
        }
        Ok(())
    });
    outcome.unwrap();
    // The recorder itself must see what runs, or the test above proves nothing.
    for command in ["ls a 'b c' \"d $(ls -l)\"", "ls && ls -l | ls \"$?\"", "ls <<'E'\nrm\nE\nls"] {
        assert_eq!(policy.judge(&bash(command), &[], Timestamp::from_millis(0)).decision, Decision::Allow, "{command}");
        let (started, _) = sandbox.run(command);
        assert!(started.len() > 1 && started.iter().all(|words| seen(command, words)), "{command}: {started:?}");
        allowed.extend(started);
    }
    assert!(allowed.contains(&vec!["ls".to_owned(), "a".to_owned(), "b c".to_owned(), "d ".to_owned()]), "{allowed:?}");
    let (started, wrote) = sandbox.run("rm x; eval 'rm y' > z");
    assert!(wrote && started.contains(&vec!["rm".to_owned(), "x".to_owned()]), "{started:?}");
}
