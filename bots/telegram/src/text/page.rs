//! Lays out blocks: breaks between them, never more than one empty line, and what stands at the beginning of each line in
//! a list or in a quotation within another.

use super::rich::{Rich, Style};
use signalbox_core::text::clean::prose;

/// How far a list is set in for each list that it lies in.
const STEP: &str = "   ";
/// Lists and quotations deeper than this are not set in any further.
const DEEPEST: usize = 6;

/// What must come before the next text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Break {
    #[default]
    None,
    Line,
    Gap,
}

/// What a block lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nest {
    /// A list, and the number of its next item if it has numbers.
    List(Option<u64>),
    Quote,
}

/// A page while it is written.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) rich: Rich,
    due: Break,
    marker: Option<String>,
    nest: Vec<Nest>,
    /// How many of those are lists, and how many quotations.
    lists: usize,
    quotes: usize,
}

impl Page {
    /// Writes text for reading, line by line.
    pub(super) fn write(&mut self, text: &str) {
        for (number, line) in prose(text).split('\n').enumerate() {
            if number > 0 {
                self.ask(Break::Line);
            }
            if !line.trim().is_empty() || !self.is_at_line_start() {
                self.here();
                self.rich.text.push_str(line);
            }
        }
    }

    /// Writes text that has a style as it is.
    pub(super) fn write_styled(&mut self, style: Style, text: &str) {
        let start = self.here();
        self.rich.text.push_str(text);
        self.rich.mark(style, start);
    }

    /// Writes lines that have a style, at the margin whatever they lie in. A blank block is none.
    pub(super) fn write_block(&mut self, style: Style, text: &str) {
        self.settle_marker();
        self.set_apart();
        if !text.trim().is_empty() {
            self.break_off();
            let start = self.rich.text.len();
            self.rich.text.push_str(text);
            self.rich.mark(style, start);
        }
        self.set_apart();
    }

    /// Asks for a break before what comes next.
    pub(super) fn ask(&mut self, wanted: Break) {
        self.due = self.due.max(wanted);
    }

    /// Begins or ends a block: an empty line apart from the others, in a list only a line.
    pub(super) fn set_apart(&mut self) {
        self.ask(if self.lists > 0 { Break::Line } else { Break::Gap });
    }

    /// Writes out what was asked for; the place where the next text will stand.
    fn here(&mut self) -> usize {
        self.break_off();
        if self.is_at_line_start() {
            let lead = self.lead();
            self.rich.text.push_str(&lead);
        }
        self.rich.text.len()
    }

    fn break_off(&mut self) {
        match std::mem::take(&mut self.due) {
            Break::None => {}
            Break::Line => self.rich.end_line(),
            Break::Gap => self.rich.end_paragraph(),
        }
    }

    fn is_at_line_start(&self) -> bool {
        self.due != Break::None || self.rich.text.is_empty() || self.rich.text.ends_with('\n')
    }

    /// What the next line begins with.
    fn lead(&mut self) -> String {
        let marker = self.marker.take();
        let depth = self.nest.len() - usize::from(marker.is_some() && !self.nest.is_empty());
        let mut quotes = 0;
        let mut lead = String::new();
        for nest in &self.nest[..depth.min(DEEPEST)] {
            match nest {
                Nest::List(_) => lead.push_str(STEP),
                Nest::Quote => {
                    quotes += 1;
                    lead.push_str(if quotes > 1 { "> " } else { "" });
                }
            }
        }
        lead + &marker.unwrap_or_default()
    }

    /// What comes next lies in this.
    pub(super) fn enter(&mut self, nest: Nest) {
        self.settle_marker();
        self.set_apart();
        self.nest.push(nest);
        *self.number_of(nest) += 1;
    }

    /// What comes next lies outside it again.
    pub(super) fn leave(&mut self) {
        if let Some(nest) = self.nest.pop() {
            *self.number_of(nest) -= 1;
        }
        self.set_apart();
    }

    fn number_of(&mut self, nest: Nest) -> &mut usize {
        match nest {
            Nest::List(_) => &mut self.lists,
            Nest::Quote => &mut self.quotes,
        }
    }

    /// Whether a quotation lies in no other.
    pub(super) fn is_in_one_quote(&self) -> bool {
        self.quotes == 1
    }

    /// Begins an item of the innermost list.
    pub(super) fn begin_item(&mut self) {
        self.ask(Break::Line);
        self.marker = match self.nest.last_mut() {
            Some(Nest::List(Some(number))) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                Some(marker)
            }
            _ => Some("• ".to_owned()),
        };
    }

    /// The item is something to do, or done.
    pub(super) fn tick(&mut self, done: bool) {
        let tick = if done { "☑ " } else { "☐ " };
        self.marker = match self.marker.take() {
            Some(number) if number != "• " => Some(number + tick),
            _ => Some(tick.to_owned()),
        };
    }

    /// Ends an item; one without a text is not shown.
    pub(super) fn end_item(&mut self) {
        self.marker = None;
        self.ask(Break::Line);
    }

    /// Writes the mark of an item whose text begins with a block of its own.
    pub(super) fn settle_marker(&mut self) {
        if self.marker.is_some() {
            self.here();
        }
    }
}
