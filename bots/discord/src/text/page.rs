//! Lays out blocks: breaks between them, never more than one empty line, and what stands at the beginning of each line in
//! a list or a quotation.

use super::escape::{Begin, escaped};
use super::link::{bare_link, next_address};

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

/// What becomes of addresses in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addresses {
    Lead,
    Text,
}

/// A page while it is written.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
    /// Where the text of the line begins, behind what stands before it.
    body: usize,
    due: Break,
    marker: Option<String>,
    nest: Vec<Nest>,
    /// How many of those are lists, and how many quotations.
    lists: usize,
    quotes: usize,
}

impl Page {
    /// Writes plain text, line by line.
    pub(super) fn write(&mut self, text: &str, addresses: Addresses) {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.ask(Break::Line);
            }
            if !line.trim().is_empty() || !self.is_at_line_start() {
                self.here();
                self.write_line(line, addresses);
            }
        }
    }

    fn write_line(&mut self, mut rest: &str, addresses: Addresses) {
        while addresses == Addresses::Lead
            && let Some((range, url)) = next_address(rest)
        {
            self.write_plain(&rest[..range.start]);
            self.text.push_str(&bare_link(&url));
            rest = &rest[range.end..];
        }
        self.write_plain(rest);
    }

    fn write_plain(&mut self, text: &str) {
        let begin = if self.text.len() == self.body { Begin::Line } else { Begin::Middle };
        self.text.push_str(&escaped(text, begin));
    }

    /// Writes markup of ours.
    pub(super) fn write_markup(&mut self, markup: &str) {
        self.here();
        self.text.push_str(markup);
    }

    /// Writes lines as they are, at the margin whatever they lie in.
    pub(super) fn write_block(&mut self, lines: &str) {
        self.settle_marker();
        self.set_apart();
        self.break_off("");
        self.text.push_str(lines);
        self.set_apart();
    }

    /// Asks for a break before what comes next.
    pub(super) fn ask(&mut self, wanted: Break) {
        self.due = self.due.max(wanted);
    }

    /// Begins or ends a block: an empty line apart from the others, in a list only a line.
    pub(super) fn set_apart(&mut self) {
        self.ask(if self.is_in_list() { Break::Line } else { Break::Gap });
    }

    pub(super) fn is_in_list(&self) -> bool {
        self.lists > 0
    }

    /// Writes out what was asked for; the place where the next text will stand.
    pub(super) fn here(&mut self) -> usize {
        let quote = self.quote();
        self.break_off(quote);
        if self.is_at_line_start() {
            let lead = self.lead();
            self.text.push_str(quote);
            self.text.push_str(&lead);
            self.body = self.text.len();
        }
        self.text.len()
    }

    fn quote(&self) -> &'static str {
        if self.quotes > 0 { "> " } else { "" }
    }

    /// An empty line within a quotation has its mark too, or the quotation would end there.
    fn break_off(&mut self, quote: &str) {
        let due = std::mem::take(&mut self.due);
        if self.text.is_empty() || due == Break::None {
            return;
        }
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        let has_gap = self.text.ends_with("\n\n") || self.text.ends_with("\n>\n");
        if due == Break::Gap && !has_gap {
            self.text.push_str(quote.trim_end());
            self.text.push('\n');
        }
    }

    fn is_at_line_start(&self) -> bool {
        self.due != Break::None || self.text.is_empty() || self.text.ends_with('\n')
    }

    /// What the next line begins with behind the mark of a quotation. Discord knows no quotation within another, so the
    /// inner one is written out.
    fn lead(&mut self) -> String {
        let marker = self.marker.take();
        let depth = self.nest.len() - usize::from(marker.is_some() && !self.nest.is_empty());
        let mut quotes = 0;
        let mut lead = String::new();
        for nest in &self.nest[..depth.min(DEEPEST)] {
            match nest {
                Nest::List(None) => lead.push_str("  "),
                Nest::List(Some(_)) => lead.push_str("   "),
                Nest::Quote => {
                    quotes += 1;
                    lead.push_str(if quotes > 1 { "\\> " } else { "" });
                }
            }
        }
        lead + &marker.unwrap_or_default()
    }

    /// What comes next lies in this.
    pub(super) fn enter(&mut self, nest: Nest) {
        self.settle_marker();
        self.set_apart();
        // Or the empty line before a quotation would be part of it.
        self.break_off(self.quote());
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

    /// Begins an item of the innermost list.
    pub(super) fn begin_item(&mut self) {
        self.ask(Break::Line);
        self.marker = match self.nest.last_mut() {
            Some(Nest::List(Some(number))) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                Some(marker)
            }
            _ => Some("- ".to_owned()),
        };
    }

    /// The item is something to do, or done.
    pub(super) fn tick(&mut self, done: bool) {
        let tick = if done { "☑ " } else { "☐ " };
        self.marker.get_or_insert_default().push_str(tick);
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
