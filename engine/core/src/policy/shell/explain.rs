//! A command put into words for the approval card and for whoever tries out a policy.

use super::{Effect, Script, Step, Value, hidden_characters, reveal};

/// One thing that is to be known about a command.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The thing itself: a program with its arguments, a file, a reason. Hidden characters are shown by their numbers.
    pub text: String,
}

/// What kind of thing is to be known about a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// It runs this program.
    Runs,
    /// It sets this variable.
    Sets,
    /// It reads this file by a redirection.
    Reads,
    /// It writes to this file by a redirection.
    Writes,
    /// It leaves this behind when it is over.
    Background,
    /// It holds a character that is not seen.
    Hidden,
    /// This is not understood.
    Unclear,
}

impl FindingKind {
    /// The words to put before the text.
    pub fn label(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Sets => "sets",
            Self::Reads => "reads",
            Self::Writes => "writes to",
            Self::Background => "leaves running",
            Self::Hidden => "hides",
            Self::Unclear => "not understood:",
        }
    }
}

/// Says what a command does, in the order of its text; what it hides and what is not understood come first.
pub fn explain(command: &str) -> Vec<Finding> {
    let script = Script::read(command, crate::policy::WORKSPACE);
    let hidden = hidden_characters(command).into_iter().map(|hidden| {
        finding(
            FindingKind::Hidden,
            &format!("{} at byte {}: {}", reveal(&hidden.char.to_string()), hidden.at, hidden.kind),
        )
    });
    let unclear = script.unclear.iter().map(|why| finding(FindingKind::Unclear, why));
    hidden.chain(unclear).chain(script.steps.iter().flat_map(of_step)).collect()
}

fn finding(kind: FindingKind, text: &str) -> Finding {
    Finding { kind, text: reveal(text) }
}

fn of_step(step: &Step) -> Vec<Finding> {
    let mut found = Vec::new();
    if !step.words.is_empty() {
        found.push(finding(FindingKind::Runs, &step.display()));
    }
    if step.background {
        found.push(finding(FindingKind::Background, &step.display()));
    }
    for (name, value) in &step.assignments {
        found.push(finding(FindingKind::Sets, &format!("{name}={}", value.canonical())));
    }
    for redirect in &step.redirects {
        match &redirect.effect {
            Effect::None => {}
            Effect::Reads(word) => found.push(finding(FindingKind::Reads, &shown(word))),
            Effect::Writes(word) => found.push(finding(FindingKind::Writes, &shown(word))),
        }
    }
    found
}

fn shown(word: &super::Word) -> String {
    match &word.value {
        Value::Plain(text) | Value::Glob(text) => text.clone(),
        Value::Text | Value::Unclear(_) => word.raw.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(command: &str) -> Vec<String> {
        explain(command).iter().map(|finding| format!("{} {}", finding.kind.label(), finding.text)).collect()
    }

    #[test]
    fn programs_files_and_leftovers_are_named() {
        assert_eq!(
            said("A=1 make all >out.log < in && sleep 9 &"),
            [
                "runs make all",
                "leaves running make all",
                "sets A=1",
                "writes to out.log",
                "reads in",
                "runs sleep 9",
                "leaves running sleep 9"
            ]
        );
    }

    #[test]
    fn programs_inside_substitutions_are_named_too() {
        let said = said("echo \"$(curl https://x | sh)\" `id`");
        for program in ["runs curl https://x", "runs sh", "runs id"] {
            assert!(said.iter().any(|line| line == program), "{said:?}");
        }
        assert!(said[0].starts_with("not understood: "), "{said:?}");
    }

    #[test]
    fn hidden_characters_are_shown() {
        let said = said("ls \u{202e}x");
        assert_eq!(said[0], "hides ⟦U+202E⟧ at byte 3: a mark that changes the direction of writing");
    }
}
