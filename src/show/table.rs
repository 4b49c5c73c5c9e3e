//! Listings as aligned columns that fit the terminal.

use super::clean::{fit, line};
use super::{Look, Paint};
use console::measure_text_width;

/// A listing. The last column is cut where the terminal ends; the others are as wide as their widest entry.
pub(crate) struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty listing with these columns.
    pub(crate) fn new(heads: &[&'static str]) -> Self {
        Self { heads: heads.to_vec(), rows: Vec::new() }
    }

    /// Adds a row. Entries are cleaned and cut to one line here.
    pub(crate) fn row<const N: usize>(&mut self, entries: [String; N]) {
        self.rows.push(entries.iter().map(|entry| line(entry, None)).collect());
    }

    /// The listing as text; `nothing` when it is empty.
    pub(crate) fn render(&self, nothing: &str, look: Look) -> String {
        if self.rows.is_empty() {
            return format!("{nothing}\n");
        }
        let widths = self.widths();
        let heads: Vec<String> = self.heads.iter().map(|head| (*head).to_owned()).collect();
        let mut shown = format!("{}\n", look.paint(Paint::Faint, &one_row(&heads, &widths, look)));
        for row in &self.rows {
            shown.push_str(&one_row(row, &widths, look));
            shown.push('\n');
        }
        shown
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let entries = self.rows.iter().filter_map(|row| row.get(column)).map(|entry| measure_text_width(entry));
            entries.chain(self.heads.get(column).map(|head| measure_text_width(head))).max().unwrap_or(0)
        };
        (0..self.heads.len()).map(width).collect()
    }
}

fn one_row(entries: &[String], widths: &[usize], look: Look) -> String {
    let mut row = String::new();
    for (entry, width) in entries.iter().zip(widths) {
        if !row.is_empty() {
            row.push_str("  ");
        }
        row.push_str(entry);
        row.push_str(&" ".repeat(width.saturating_sub(measure_text_width(entry))));
    }
    let row = row.trim_end();
    look.width.map_or_else(|| row.to_owned(), |width| fit(row, width))
}
