//! Tables, which Telegram has none of: columns made of blanks, for a fixed-width font.

use pulldown_cmark::Alignment;
use signalbox_core::text::width::columns;

/// A cell wider than this is not waited for by the others of its column, so that one long cell does not blow up all rows.
const WIDEST: usize = 60;

/// A table while it is read, cell by cell.
#[derive(Debug)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table; the alignments of its columns.
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self { alignments, rows: Vec::new() }
    }

    /// Begins a row.
    pub(super) fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Begins a cell.
    pub(super) fn cell(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.push(String::new());
        }
    }

    /// The text of the cell that is being read.
    pub(super) fn text(&mut self) -> Option<&mut String> {
        self.rows.last_mut()?.last_mut()
    }

    /// The table as lines, the first row set off from the others.
    pub(super) fn lines(&self) -> String {
        let widths = self.widths();
        let mut lines: Vec<String> = self.rows.iter().map(|row| self.line(row, &widths)).collect();
        if !lines.is_empty() {
            let dashes: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            lines.insert(1, dashes.join("-+-"));
        }
        lines.join("\n")
    }

    fn widths(&self) -> Vec<usize> {
        let widest = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| columns(cell)).max();
        (0..self.alignments.len()).map(|column| widest(column).unwrap_or(0).min(WIDEST)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).zip(&self.alignments);
        let padded: Vec<String> = cells.map(|((cell, width), alignment)| pad(cell, *width, *alignment)).collect();
        padded.join(" | ").trim_end().to_owned()
    }
}

fn pad(cell: &str, width: usize, alignment: Alignment) -> String {
    let free = width.saturating_sub(columns(cell));
    let left = match alignment {
        Alignment::None | Alignment::Left => 0,
        Alignment::Center => free / 2,
        Alignment::Right => free,
    };
    format!("{}{cell}{}", " ".repeat(left), " ".repeat(free - left))
}
