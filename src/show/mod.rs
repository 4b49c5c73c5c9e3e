//! How things look on a terminal: pure functions from what there is to text. Nothing that a model or a repository wrote
//! reaches the terminal but through [`clean`].

pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod automation;
pub(crate) mod call;
pub(crate) mod clean;
pub(crate) mod diff;
pub(crate) mod event;
pub(crate) mod outcome;
pub(crate) mod people;
pub(crate) mod project;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod table;
pub(crate) mod task;
#[cfg(test)]
mod tests;

use console::{Style, Term};

/// What the terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Columns; none where lines may be as long as they like.
    pub(crate) width: Option<usize>,
    /// Whether there are colours.
    pub(crate) colour: bool,
}

impl Look {
    /// What standard output can do.
    pub(crate) fn of_stdout() -> Self {
        let term = Term::stdout();
        let width = term.is_term().then(|| usize::from(term.size().1));
        Self { width, colour: term.is_term() && console::colors_enabled() }
    }

    /// Text in a colour, or plain where there are none.
    pub(crate) fn paint(self, paint: Paint, text: &str) -> String {
        let style = match paint {
            Paint::Good => Style::new().green(),
            Paint::Bad => Style::new().red(),
            Paint::Warn => Style::new().yellow(),
            Paint::Head => Style::new().bold(),
            Paint::Where => Style::new().cyan(),
            Paint::Faint => Style::new().dim(),
        };
        style.force_styling(self.colour).apply_to(text).to_string()
    }
}

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    /// It went well; a line was added.
    Good,
    /// It went wrong; a line was removed.
    Bad,
    /// Take care.
    Warn,
    /// A heading.
    Head,
    /// A place in a file.
    Where,
    /// Of less weight.
    Faint,
}

/// Text whose every line begins with `margin`.
pub(crate) fn indent(text: &str, margin: &str) -> String {
    text.lines().map(|line| format!("{margin}{line}\n")).collect()
}

/// A number with its noun in the right form.
pub(crate) fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
