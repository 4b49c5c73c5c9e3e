//! A page that is written: blocks are set apart, and what stands in lists and quotations is led in on each line.

/// A page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
    /// What each line begins with, from the outermost on.
    nests: Vec<Nest>,
    /// A block ended: the next one is set apart.
    apart: bool,
    /// The line has its beginning.
    begun: bool,
}

/// Something that other blocks stand in.
#[derive(Debug)]
pub(super) enum Nest {
    /// A quotation.
    Quote,
    /// A list; the number of its next item, if it counts.
    List(Option<u64>),
    /// An item: how far it is led in, and its mark until that is written.
    Item(usize, Option<String>),
}

impl Page {
    pub(super) fn enter(&mut self, nest: Nest) {
        if matches!(nest, Nest::Quote) || !self.nests.iter().any(|nest| matches!(nest, Nest::Item(..))) {
            self.begin_block();
        }
        if matches!(nest, Nest::Quote) {
            self.set_apart();
        }
        self.nests.push(nest);
    }

    pub(super) fn leave(&mut self) {
        self.nests.pop();
        self.end_block();
    }

    pub(super) fn begin_item(&mut self) {
        self.end_line();
        self.set_apart();
        let mark = match self.nests.last_mut() {
            Some(Nest::List(Some(number))) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            _ => "- ".to_owned(),
        };
        self.nests.push(Nest::Item(mark.len(), Some(mark)));
    }

    pub(super) fn end_item(&mut self) {
        // An item that says nothing has its mark all the same.
        if !self.begun && matches!(self.nests.last(), Some(Nest::Item(_, Some(_)))) {
            self.begin_line();
        }
        self.nests.pop();
        self.apart = false;
        self.end_line();
    }

    /// Whether what is written next begins a line.
    pub(super) fn is_at_line_start(&self) -> bool {
        !self.begun
    }

    /// Writes something that has no breaks of lines in it.
    pub(super) fn write(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.begin_line();
        self.text.push_str(text);
    }

    /// Writes lines that stand together.
    pub(super) fn write_lines(&mut self, lines: &str) {
        for line in lines.split('\n') {
            self.begin_line();
            self.text.push_str(line);
            self.end_line();
        }
    }

    pub(super) fn end_line(&mut self) {
        if self.begun {
            while self.text.ends_with(' ') {
                self.text.pop();
            }
            self.text.push('\n');
            self.begun = false;
        }
    }

    /// A block begins: it is set apart from a line that is not ended.
    pub(super) fn begin_block(&mut self) {
        if self.begun {
            self.end_block();
        }
    }

    /// What follows is set apart from what is there.
    pub(super) fn end_block(&mut self) {
        self.end_line();
        self.apart = !self.text.is_empty();
    }

    fn begin_line(&mut self) {
        if self.begun {
            return;
        }
        self.set_apart();
        let lead = self.lead(true);
        self.text.push_str(&lead);
        self.begun = true;
    }

    /// Leaves a line blank, where a block ended before; not between the mark of an item and what stands in it.
    fn set_apart(&mut self) {
        if std::mem::take(&mut self.apart) && !matches!(self.nests.last(), Some(Nest::Item(_, Some(_)))) {
            let blank = self.lead(false);
            self.text.push_str(blank.trim_end());
            self.text.push('\n');
        }
    }

    /// What a line begins with; the mark of an item is written once.
    fn lead(&mut self, with_marks: bool) -> String {
        let mut lead = String::new();
        for nest in &mut self.nests {
            match nest {
                Nest::Quote => lead.push_str("> "),
                Nest::List(_) => {}
                Nest::Item(width, mark) => match mark.take_if(|_| with_marks) {
                    Some(mark) => lead.push_str(&mark),
                    None => lead.push_str(&" ".repeat(*width)),
                },
            }
        }
        lead
    }
}
