//! One pass over a sandbox's output: where it stands, and how its bytes become lines.

use super::lines::{Piece, Splitter};
use bytes::Bytes;

/// A line of standard output longer than this is not kept.
const LINE_LIMIT: usize = 64 * 1024 * 1024;
/// A line of standard error longer than this is dropped.
const STDERR_LIMIT: usize = 1024 * 1024;
/// What the record needs beside the bytes themselves, for each line or chunk.
const RECORD_OVERHEAD: u64 = 64;

/// One reading of the output, live or of the record.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) recorded: bool,
    pub(super) stdout: Splitter,
    pub(super) stderr: Splitter,
    /// Lines of standard output seen in this reading.
    pub(super) seen: u64,
    /// What it takes in the engine's record, about.
    pub(super) written: u64,
    /// The reader was too slow to be sure of the tail of an attachment.
    pub(super) slow: bool,
}

impl Reading {
    pub(super) fn new(recorded: bool) -> Self {
        let (stdout, stderr) = (Splitter::new(LINE_LIMIT), Splitter::new(STDERR_LIMIT));
        Self { recorded, stdout, stderr, seen: 0, written: 0, slow: false }
    }

    pub(super) fn measure(&mut self, bytes: &Bytes) {
        let newlines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.written += bytes.len() as u64 + RECORD_OVERHEAD * (newlines + 1);
    }

    pub(super) fn stdout_pieces(&mut self, bytes: Bytes) -> Vec<Piece> {
        if self.recorded { self.stdout.chunk(bytes) } else { self.stdout.bytes(bytes) }
    }

    pub(super) fn stderr_pieces(&mut self, bytes: Bytes) -> Vec<Piece> {
        if self.recorded { self.stderr.chunk(bytes) } else { self.stderr.bytes(bytes) }
    }
}
