//! The question to the person at this terminal: which keys there are, and what each line typed means. Pure: it neither
//! reads nor writes.

use crate::show::approval::question;
use crate::show::clean::exact;
use crate::show::{Look, Paint};
use signalbox_core::approval::{Approval, ApprovalKind, Saying};
use signalbox_core::grant::GrantSpan;
use signalbox_core::question::{Question, questions};
use signalbox_core::words::rememberable;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a yes for a while lasts.
const A_WHILE: Duration = Duration::from_secs(15 * 60);

/// An approval that somebody here is asked about.
pub(super) struct Prompt {
    approval: Approval,
    questions: Vec<Question>,
    stage: Stage,
    look: Look,
}

enum Stage {
    /// Yes or no.
    Choice,
    /// Why not.
    Reason,
    /// The answer to the question with this number.
    Answer { index: usize, answers: BTreeMap<String, String> },
}

/// What a typed line means.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// It is the person's word.
    Decide { saying: Saying, span: GrantSpan },
    /// They want to know more.
    Details,
    /// Ask on, after saying this.
    Again(String),
}

impl Prompt {
    pub(super) fn new(approval: Approval, look: Look) -> Self {
        let questions = if approval.kind == ApprovalKind::Question { questions(&approval) } else { Vec::new() };
        let stage =
            if questions.is_empty() { Stage::Choice } else { Stage::Answer { index: 0, answers: BTreeMap::new() } };
        Self { approval, questions, stage, look }
    }

    pub(super) fn approval(&self) -> &Approval {
        &self.approval
    }

    /// What can be typed now.
    pub(super) fn invitation(&self) -> String {
        match &self.stage {
            Stage::Reason => "why not? (Claude is told) > ".to_owned(),
            Stage::Answer { index, .. } => {
                let (number, all) = (index + 1, self.questions.len());
                let which = if all > 1 { format!("question {number} of {all}: ") } else { String::new() };
                let several = if self.questions[*index].several { "numbers with commas" } else { "a number" };
                format!("{which}{several}, or your own words ({} to decline) > ", key("-", self.look))
            }
            Stage::Choice => self.keys(),
        }
    }

    fn keys(&self) -> String {
        let mut keys = Vec::new();
        let mut line = String::new();
        match self.approval.kind {
            ApprovalKind::Tool => {
                keys.push(("y", "once"));
                if let Some(what) = rememberable(&self.approval) {
                    keys.extend([("f", "15 min"), ("c", "this conversation"), ("a", "always")]);
                    line = format!("  {}\n", self.look.paint(Paint::Faint, &format!("f, c and a remember: {what}")));
                }
            }
            ApprovalKind::Plan => keys.push(("y", "agree")),
            ApprovalKind::Question => {}
        }
        keys.extend([("n", "no"), ("r", "no, because …"), ("?", "details")]);
        let keys: Vec<String> =
            keys.into_iter().map(|(letter, word)| format!("{} {word}", key(letter, self.look))).collect();
        line.push_str(&format!("{} > ", keys.join("  ")));
        line
    }

    /// What a typed line means.
    pub(super) fn hear(&mut self, line: &str) -> Step {
        let line = line.trim();
        match std::mem::replace(&mut self.stage, Stage::Choice) {
            Stage::Choice => self.choose(line),
            Stage::Reason => deny(Some(line.to_owned()).filter(|reason| !reason.is_empty())),
            Stage::Answer { index, answers } => self.answer(index, answers, line),
        }
    }

    fn choose(&mut self, line: &str) -> Step {
        let yes = self.approval.kind != ApprovalKind::Question;
        let remember = rememberable(&self.approval).is_some();
        let allow = |span| Step::Decide { saying: Saying::Allow, span };
        match line.to_lowercase().as_str() {
            "y" | "yes" if yes => allow(GrantSpan::Once),
            "f" if remember => allow(GrantSpan::For(A_WHILE)),
            "c" if remember => allow(GrantSpan::Conversation),
            "a" if remember => allow(GrantSpan::Always),
            "n" | "no" => deny(None),
            "?" => Step::Details,
            "r" => {
                self.stage = Stage::Reason;
                Step::Again(String::new())
            }
            "" => Step::Again(String::new()),
            other => Step::Again(format!("`{}` is none of the keys", exact(other))),
        }
    }

    fn answer(&mut self, index: usize, mut answers: BTreeMap<String, String>, line: &str) -> Step {
        let asked = &self.questions[index];
        let said = match line {
            "-" => return deny(None),
            "?" | "" => None,
            line => chosen(asked, line),
        };
        let Some(said) = said else {
            self.stage = Stage::Answer { index, answers };
            let odd = if line.is_empty() { String::new() } else { "there is no such option\n".to_owned() };
            return if line == "?" { Step::Details } else { Step::Again(odd + &question(asked, index + 1, self.look)) };
        };
        answers.insert(asked.question.clone(), said);
        if index + 1 == self.questions.len() {
            return Step::Decide { saying: Saying::Answer { answers }, span: GrantSpan::Once };
        }
        self.stage = Stage::Answer { index: index + 1, answers };
        Step::Again(question(&self.questions[index + 1], index + 2, self.look))
    }
}

/// The answer that a text stands for: options by their numbers, else the words themselves; none for a number without an
/// option.
pub(crate) fn chosen(question: &Question, text: &str) -> Option<String> {
    let parts: Vec<&str> = if question.several { text.split(',').map(str::trim).collect() } else { vec![text.trim()] };
    let numbers: Option<Vec<usize>> = parts.iter().map(|part| part.parse().ok()).collect();
    let Some(numbers) = numbers.filter(|_| !question.options.is_empty()) else { return Some(text.trim().to_owned()) };
    let labels: Option<Vec<&str>> =
        numbers.into_iter().map(|number| Some(question.options.get(number.checked_sub(1)?)?.label.as_str())).collect();
    labels.map(|labels| labels.join(", "))
}

fn deny(reason: Option<String>) -> Step {
    Step::Decide { saying: Saying::Deny { reason }, span: GrantSpan::Once }
}

fn key(letter: &str, look: Look) -> String {
    look.paint(Paint::Head, &format!("[{letter}]"))
}
