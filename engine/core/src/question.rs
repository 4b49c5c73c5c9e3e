//! Claude's questions (`AskUserQuestion`): what is asked, what can be chosen, and what people have chosen so far.

use crate::approval::Approval;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// One of Claude's questions, as `AskUserQuestion` puts it (recording 08).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Question {
    /// The question; answers are filed under it.
    pub question: String,
    /// A word or two for it.
    #[serde(default)]
    pub header: String,
    /// What can be chosen; free text is an answer too.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// Whether several can be chosen.
    #[serde(default, rename = "multiSelect")]
    pub several: bool,
}

/// One answer that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Choice {
    /// The answer.
    pub label: String,
    /// What it means.
    #[serde(default)]
    pub description: String,
}

/// The questions of an approval; none where any of them cannot be understood, for then none can be answered by choosing.
pub fn questions(approval: &Approval) -> Vec<Question> {
    let Some(items) = approval.call.input.get("questions").and_then(Value::as_array) else { return Vec::new() };
    let read: Result<Vec<_>, _> = items.iter().map(Question::deserialize).collect();
    read.unwrap_or_default()
}

/// What was chosen or written so far, by the number of the question, before the answers are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = BTreeMap<String, Chosen>)]
pub struct Draft(BTreeMap<u8, Chosen>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Chosen {
    Options(BTreeSet<u8>),
    Words(String),
}

impl Draft {
    /// Chooses an option, or takes it back where several can be chosen. False when there is no such option.
    pub fn choose(&mut self, questions: &[Question], number: u8, option: u8) -> bool {
        let Some(question) = questions.get(usize::from(number)) else { return false };
        if usize::from(option) >= question.options.len() {
            return false;
        }
        let mut chosen = match self.0.remove(&number) {
            Some(Chosen::Options(options)) if question.several => options,
            _ => BTreeSet::new(),
        };
        if !chosen.remove(&option) {
            chosen.insert(option);
        }
        if !chosen.is_empty() {
            self.0.insert(number, Chosen::Options(chosen));
        }
        true
    }

    /// Chooses exactly these options. False when one of them is not there, or more are named than can be chosen.
    pub fn choose_all(&mut self, questions: &[Question], number: u8, options: &[u8]) -> bool {
        let Some(question) = questions.get(usize::from(number)) else { return false };
        let sound = options.iter().all(|option| usize::from(*option) < question.options.len());
        if !sound || (options.len() > 1 && !question.several) {
            return false;
        }
        self.0.remove(&number);
        if !options.is_empty() {
            self.0.insert(number, Chosen::Options(options.iter().copied().collect()));
        }
        true
    }

    /// Answers a question in words. False when there is no such question or no words.
    pub fn write(&mut self, questions: &[Question], number: u8, words: &str) -> bool {
        let words = words.trim();
        if usize::from(number) >= questions.len() || words.is_empty() {
            return false;
        }
        self.0.insert(number, Chosen::Words(words.to_owned()));
        true
    }

    /// Whether this option is chosen.
    pub fn has(&self, number: u8, option: u8) -> bool {
        matches!(self.0.get(&number), Some(Chosen::Options(options)) if options.contains(&option))
    }

    /// The words that a question was answered in.
    pub fn words(&self, number: u8) -> Option<&str> {
        match self.0.get(&number) {
            Some(Chosen::Words(words)) => Some(words),
            Some(Chosen::Options(_)) | None => None,
        }
    }

    /// The number of the first question without an answer.
    pub fn first_open(&self, questions: &[Question]) -> Option<u8> {
        let numbers = (0..questions.len()).filter_map(|number| u8::try_from(number).ok());
        numbers.into_iter().find(|number| !self.0.contains_key(number))
    }

    /// The answers, filed under their questions; several choices are joined by commas as the CLI does it.
    pub fn answers(&self, questions: &[Question]) -> BTreeMap<String, String> {
        let answer = |(number, chosen): (&u8, &Chosen)| {
            let question = questions.get(usize::from(*number))?;
            let said = match chosen {
                Chosen::Words(words) => words.clone(),
                Chosen::Options(options) => {
                    let labels = options.iter().filter_map(|option| question.options.get(usize::from(*option)));
                    labels.map(|choice| choice.label.as_str()).collect::<Vec<_>>().join(", ")
                }
            };
            Some((question.question.clone(), said))
        };
        self.0.iter().filter_map(answer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(text: &str, several: bool) -> Question {
        let options =
            ["Red", "Blue"].map(|label| Choice { label: label.to_owned(), description: String::new() }).to_vec();
        Question { question: text.to_owned(), header: String::new(), options, several }
    }

    #[test]
    fn one_choice_replaces_the_other_and_several_are_added_and_taken_back() {
        let questions = [question("One?", false), question("Many?", true)];
        let mut draft = Draft::default();
        assert!(draft.choose(&questions, 0, 0) && draft.choose(&questions, 0, 1));
        assert!(draft.choose(&questions, 1, 0) && draft.choose(&questions, 1, 1));
        assert_eq!(draft.answers(&questions)["One?"], "Blue");
        assert_eq!(draft.answers(&questions)["Many?"], "Red, Blue");
        assert!(draft.choose(&questions, 1, 0) && draft.choose(&questions, 1, 1));
        assert_eq!(draft.first_open(&questions), Some(1));
    }

    #[test]
    fn what_is_not_offered_cannot_be_chosen() {
        let questions = [question("One?", false)];
        let mut draft = Draft::default();
        assert!(!draft.choose(&questions, 0, 2) && !draft.choose(&questions, 1, 0));
        assert!(!draft.choose_all(&questions, 0, &[0, 1]) && !draft.choose_all(&questions, 0, &[9]));
        assert!(!draft.write(&questions, 0, " \n ") && !draft.write(&questions, 3, "x"));
        assert_eq!(draft, Draft::default());
    }

    #[test]
    fn words_take_the_place_of_choices_and_survive_storage() {
        let questions = [question("One?", false)];
        let mut draft = Draft::default();
        draft.choose(&questions, 0, 0);
        assert!(draft.write(&questions, 0, " green "));
        let stored = serde_json::to_string(&draft).unwrap();
        let draft: Draft = serde_json::from_str(&stored).unwrap();
        assert_eq!((draft.words(0), draft.has(0, 0)), (Some("green"), false));
        assert_eq!(draft.answers(&questions)["One?"], "green");
    }
}
