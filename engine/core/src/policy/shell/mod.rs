//! What a shell command would run, as far as that can be said without running it.
//!
//! [`Script::read`] gives every simple command anywhere in the text, in order, with its words decoded, its assignments
//! and its redirections, and a list of what is not understood. Whoever allows a command must find that list empty and
//! allow every single step. The grammar is a real parser's; words, comments and continued lines are read here, narrowly.

mod explain;
mod hidden;
mod redirect;
mod source;
mod walk;
mod word;

pub use explain::{Finding, FindingKind, explain};
pub use hidden::{Hidden, hidden_characters, reveal};
pub use word::{Value, Word};

use std::panic::catch_unwind;
use walk::Walker;

/// A command, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Every simple command in the order of the text.
    pub steps: Vec<Step>,
    /// The structure after the last step, such as `done`.
    pub tail: String,
    /// What is not understood; where this is not empty, the steps are not all that would happen.
    pub unclear: Vec<String>,
}

/// One simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// The structure between the step before and this one: `&&`, `|`, `if`, `(` …
    pub lead: String,
    /// Variables set for this command, or in the shell where there is no program.
    pub assignments: Vec<(String, Word)>,
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// Where it reads from and writes to.
    pub redirects: Vec<Redirect>,
    /// The directories in which it may run, as far as `cd` commands before it can have changed it.
    pub directories: Vec<String>,
    /// It goes on when the command is over.
    pub background: bool,
}

/// A redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// In one spelling.
    pub text: String,
    /// What it does.
    pub effect: Effect,
}

/// What a redirection does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing of note: to or from `/dev/null`, between the standard streams, or text of the command itself.
    None,
    /// Reads a file.
    Reads(Word),
    /// Writes to a file or to something that is not known.
    Writes(Word),
}

impl Script {
    /// Takes a command apart; `cwd` is where it starts.
    pub fn read(command: &str, cwd: &str) -> Self {
        let mut walker = Walker::new(cwd);
        walker.source(command);
        walker.finish()
    }

    /// Whether everything in it is understood.
    pub fn is_clear(&self) -> bool {
        self.unclear.is_empty()
    }

    /// The commands in one spelling, structure included: two texts with the same spelling do the same.
    pub fn canonical(&self) -> Vec<String> {
        let steps = self.steps.iter().map(Step::canonical);
        steps.chain((!self.tail.is_empty()).then(|| self.tail.clone())).collect()
    }
}

impl Step {
    /// The program's name, where it is exact.
    pub fn program(&self) -> Option<&str> {
        self.words.first()?.plain()
    }

    /// The program and its arguments as text for people.
    pub fn display(&self) -> String {
        self.words.iter().map(Word::canonical).collect::<Vec<_>>().join(" ")
    }

    fn canonical(&self) -> String {
        let assignments = self.assignments.iter().map(|(name, value)| format!("{name}={}", value.canonical()));
        let redirects = self.redirects.iter().map(|redirect| redirect.text.clone());
        let lead = (!self.lead.is_empty()).then(|| self.lead.clone());
        let parts = lead.into_iter().chain(assignments).chain(self.words.iter().map(Word::canonical)).chain(redirects);
        parts.collect::<Vec<_>>().join(" ")
    }
}

/// Parses a prepared text. A panic of the parser is a fault like any other: the command is not understood.
fn parse(text: &str) -> Result<brush_parser::ast::Program, String> {
    let parsed = catch_unwind(|| {
        // Without extended patterns, as the CLI switches them off: `!(rm x)` is a subshell then.
        let options = brush_parser::ParserOptions { enable_extended_globbing: false, ..Default::default() };
        brush_parser::Parser::new(text.as_bytes(), &options).parse_program().map_err(|error| error.to_string())
    });
    parsed.unwrap_or_else(|_| Err("the parser failed".to_owned()))
}
