//! Text that is written up to a limit: what would become longer is refused as soon as it does, and never held as a whole.

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::PrettyFormatter;
use std::io::{self, Write};

/// Takes so many bytes and no more.
#[derive(Debug)]
pub(super) struct Limited {
    text: Vec<u8>,
    left: usize,
}

impl Limited {
    /// Takes up to `bytes`.
    pub(super) fn new(bytes: usize) -> Self {
        Self { text: Vec::new(), left: bytes }
    }

    /// What was written.
    pub(super) fn into_text(self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("it becomes too long"))?;
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A value as JSON of up to `most` bytes: in one line, or indented by so many blanks.
///
/// # Errors
/// When it becomes longer, or is nothing that JSON can say.
pub(super) fn json(value: &impl Serialize, indent: Option<usize>, most: usize) -> serde_json::Result<String> {
    let mut text = Limited::new(most);
    match indent {
        None => value.serialize(&mut Serializer::new(&mut text))?,
        Some(indent) => {
            let blanks = vec![b' '; indent];
            value.serialize(&mut Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(&blanks)))?;
        }
    }
    Ok(text.into_text())
}
