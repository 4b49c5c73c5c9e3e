//! Inline code that runs over several lines of a paragraph.

/// Follows a paragraph line by line and knows whether the next line begins within inline code.
#[derive(Debug, Default)]
pub(super) struct CodeSpan {
    /// How many backticks will close it; 0 outside of code.
    ticks: usize,
}

impl CodeSpan {
    /// Whether the next line begins within inline code.
    pub(super) fn is_open(&self) -> bool {
        self.ticks > 0
    }

    /// Reads a line. Backticks open code only where as many close it, in this line or in the paragraph `below`.
    pub(super) fn read(&mut self, line: &str, below: &str) {
        let mut rest = line;
        if self.ticks > 0 {
            match after_run(rest, self.ticks) {
                Some(after) => rest = after,
                None => return,
            }
        }
        self.ticks = 0;
        while let Some(start) = rest.find('`') {
            let ticks = run(&rest[start..]);
            rest = &rest[start + ticks..];
            if let Some(after) = after_run(rest, ticks) {
                rest = after;
            } else if below
                .split('\n')
                .take_while(|line| !line.trim().is_empty())
                .any(|l| after_run(l, ticks).is_some())
            {
                self.ticks = ticks;
                return;
            }
        }
    }
}

/// What follows the first run of exactly so many backticks.
fn after_run(text: &str, ticks: usize) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('`')?..];
        let length = run(rest);
        rest = &rest[length..];
        if length == ticks {
            return Some(rest);
        }
    }
}

fn run(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}
