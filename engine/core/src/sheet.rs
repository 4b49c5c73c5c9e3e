//! A sheet: a card in words, the same for every place. Channels give it their own markup, cut it where they must, and draw
//! its buttons; what is said and what can be pressed is decided here.

mod approval;
mod outcome;
mod reply;
mod task;
#[cfg(test)]
mod tests;

use crate::button::Press;
use crate::card::{Card, TextFile};
use crate::policy::Detail;
use crate::task::Attachment;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A card in words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// What is said, from top to bottom.
    pub parts: Vec<Part>,
    /// What must be seen whole before a button is pressed. Where it does not fit it goes as a file, before the buttons;
    /// where even that is not possible the buttons that say yes are left out.
    pub exhibit: Option<TextFile>,
    /// Claude's questions, where they are asked by menus.
    pub menus: Vec<Menu>,
    /// The buttons, row by row.
    pub rows: Vec<Vec<Button>>,
    /// Files that go along.
    pub files: Vec<Attachment>,
    /// A text that goes along as a file.
    pub file: Option<TextFile>,
    /// Words are wanted in return.
    pub wants_words: bool,
}

/// One part of what is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A heading on a line of its own; plain text.
    Title(String),
    /// A line of ours, in which backticks mark code; all else in it is plain text.
    Line(String),
    /// The same, of less weight.
    Faint(String),
    /// The same, to be noticed.
    Warning(String),
    /// Text exactly as it is, hidden characters already made visible.
    Code {
        /// What it is written in; empty where that is not known.
        language: String,
        /// The text.
        text: String,
    },
    /// What Claude wrote, in Markdown. Nothing in it is ours.
    Markdown(String),
    /// Where the exhibit stands.
    Exhibit,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What is written on it, at most 40 characters.
    pub label: String,
    /// What it carries.
    pub press: Press,
    /// How it looks, where a place has looks.
    pub look: ButtonLook,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonLook {
    /// It lets something happen.
    Good,
    /// It refuses or ends something.
    Bad,
    /// It is neither.
    Plain,
}

/// One of Claude's questions as a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// The question.
    pub question: String,
    /// Whether several options can be chosen.
    pub several: bool,
    /// The options.
    pub options: Vec<MenuOption>,
    /// What opens a form for words of one's own.
    pub other: Press,
}

/// One option of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuOption {
    /// What it is called.
    pub label: String,
    /// What it means.
    pub description: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// What it carries.
    pub press: Press,
}

/// From where a sheet is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Now.
    pub now: Timestamp,
    /// How much of it is shown.
    pub detail: Detail,
}

/// The card in words.
pub fn sheet(card: &Card, view: View) -> Sheet {
    match card {
        Card::Task(card) => task::sheet(card, view),
        Card::Approval(approval) => approval::sheet(approval, view),
        Card::Outcome(card) => outcome::sheet(card, view),
        Card::Reply(card) => reply::sheet(card),
    }
}

impl Button {
    pub(crate) fn good(label: impl Into<String>, press: Press) -> Self {
        Self { label: label.into(), press, look: ButtonLook::Good }
    }

    pub(crate) fn bad(label: impl Into<String>, press: Press) -> Self {
        Self { label: label.into(), press, look: ButtonLook::Bad }
    }

    /// A button that neither lets something happen nor refuses it.
    pub fn plain(label: impl Into<String>, press: Press) -> Self {
        Self { label: label.into(), press, look: ButtonLook::Plain }
    }
}

/// Text of others within a line of ours: on one line, visible, without marks that we give a meaning.
pub fn quoted(text: &str) -> String {
    crate::policy::shell::reveal(text).replace(['\n', '\t'], " ").replace('`', "'")
}

/// The same, cut to so many characters.
pub fn brief(text: &str, length: usize) -> String {
    let whole = quoted(text.trim());
    if whole.chars().count() <= length {
        return whole;
    }
    let kept: String = whole.chars().take(length.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

impl Sheet {
    /// Leaves out every button that says yes: what is decided on cannot be shown whole.
    pub fn without_yes(mut self) -> Self {
        let says_yes = |press: &Press| matches!(press, Press::Allow(..) | Press::Answer(_) | Press::Choose(..));
        for row in &mut self.rows {
            row.retain(|button| !says_yes(&button.press));
        }
        self.rows.retain(|row| !row.is_empty());
        self.menus.clear();
        self
    }
}
