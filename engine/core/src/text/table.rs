//! Tables for chats, which have none: columns made of blanks, for a fixed-width font.

use super::width::columns;

/// A cell wider than this is not waited for by the others of its column, so that one long cell does not blow up all rows.
const WIDEST: usize = 60;

/// On which side of its column a cell stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Side {
    /// At its beginning.
    #[default]
    Left,
    /// In its middle.
    Center,
    /// At its end.
    Right,
}

/// A table while it is read, cell by cell.
#[derive(Debug)]
pub struct Table {
    sides: Vec<Side>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table; the sides of its columns.
    pub fn new(sides: Vec<Side>) -> Self {
        Self { sides, rows: Vec::new() }
    }

    /// Begins a row.
    pub fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Begins a cell.
    pub fn cell(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.push(String::new());
        }
    }

    /// The text of the cell that is being read.
    pub fn text(&mut self) -> Option<&mut String> {
        self.rows.last_mut()?.last_mut()
    }

    /// The table as lines, the first row set off from the others.
    pub fn lines(&self) -> String {
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
        (0..self.sides.len()).map(|column| widest(column).unwrap_or(0).min(WIDEST)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).zip(&self.sides);
        let padded: Vec<String> = cells.map(|((cell, width), side)| pad(cell, *width, *side)).collect();
        padded.join(" | ").trim_end().to_owned()
    }
}

fn pad(cell: &str, width: usize, side: Side) -> String {
    let free = width.saturating_sub(columns(cell));
    let left = match side {
        Side::Left => 0,
        Side::Center => free / 2,
        Side::Right => free,
    };
    format!("{}{cell}{}", " ".repeat(left), " ".repeat(free - left))
}
