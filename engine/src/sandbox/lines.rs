//! Lines out of what the engine hands over, which is cut anywhere.
//!
//! A live attachment brings the bytes as they were written. The engine's record brings them in chunks of at most
//! 16 KiB, each within one line, and the engine (20.10) forgets the newline after a line of several chunks: there a
//! chunk shorter than the full size ends its line, with or without a newline.

use bytes::{Bytes, BytesMut};

/// The size at which the engine cuts a line of its record.
const RECORD_CHUNK: usize = 16 * 1024;

/// A line without its newline, or what is left to say of one that was too long to keep.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The whole line.
    Line(Bytes),
    /// How many bytes it had.
    TooLong(u64),
}

/// Puts lines together. Of a line longer than the limit no more than the limit is ever held.
#[derive(Debug)]
pub(super) struct Splitter {
    limit: usize,
    held: BytesMut,
    length: u64,
    begun: bool,
}

impl Splitter {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, held: BytesMut::new(), length: 0, begun: false }
    }

    /// Takes bytes cut anywhere.
    pub(super) fn bytes(&mut self, mut chunk: Bytes) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
            let mut line = chunk.split_to(end + 1);
            line.truncate(end);
            pieces.push(self.end(line));
        }
        self.hold(chunk);
        pieces
    }

    /// Takes one chunk of the engine's record.
    pub(super) fn chunk(&mut self, chunk: Bytes) -> Vec<Piece> {
        let ends_here = chunk.len() < RECORD_CHUNK && !chunk.ends_with(b"\n");
        let mut pieces = self.bytes(chunk);
        if ends_here {
            pieces.push(self.end(Bytes::new()));
        }
        pieces
    }

    /// The last line, if it had no newline.
    pub(super) fn finish(&mut self) -> Option<Piece> {
        self.begun.then(|| self.end(Bytes::new()))
    }

    fn hold(&mut self, part: Bytes) {
        self.begun |= !part.is_empty();
        self.length += part.len() as u64;
        if self.length <= self.limit as u64 {
            self.held.extend_from_slice(&part);
        } else {
            self.held = BytesMut::new();
        }
    }

    /// A line that lies within one chunk is not copied.
    fn end(&mut self, rest: Bytes) -> Piece {
        let whole = if self.begun {
            self.hold(rest);
            self.held.split().freeze()
        } else {
            self.length = rest.len() as u64;
            rest
        };
        self.begun = false;
        let length = std::mem::take(&mut self.length);
        if length > self.limit as u64 { Piece::TooLong(length) } else { Piece::Line(whole) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(pieces: Vec<Piece>) -> Vec<Vec<u8>> {
        let text = |piece| match piece {
            Piece::Line(line) => line.to_vec(),
            Piece::TooLong(bytes) => format!("too long: {bytes}").into_bytes(),
        };
        pieces.into_iter().map(text).collect()
    }

    /// What the engine makes of a line: full chunks, then the rest; the newline only where there is one chunk.
    fn as_recorded(line: &[u8]) -> Vec<Bytes> {
        let mut chunks: Vec<Bytes> = line.chunks(RECORD_CHUNK).map(Bytes::copy_from_slice).collect();
        match chunks.as_mut_slice() {
            [] => chunks.push(Bytes::from_static(b"\n")),
            [only] if only.len() < RECORD_CHUNK => *only = [&only[..], b"\n"].concat().into(),
            [.., last] if last.len() == RECORD_CHUNK => chunks.push(Bytes::new()),
            _ => {}
        }
        chunks
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(text in "[a-c\n]{0,80}", cuts in prop::collection::vec(0usize..80, 0..8)) {
            let mut splitter = Splitter::new(1000);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            for pair in cuts.windows(2) {
                pieces.extend(splitter.bytes(Bytes::copy_from_slice(&text.as_bytes()[pair[0]..pair[1]])));
            }
            pieces.extend(splitter.finish());
            let expected: Vec<Vec<u8>> = text.lines().map(|line| line.as_bytes().to_vec()).collect();
            prop_assert_eq!(lines(pieces), expected);
        }

        #[test]
        fn record_chunks_make_the_same_lines(lengths in prop::collection::vec(
            prop_oneof![0usize..40, 16380usize..16390, 32760usize..32775, 40000usize..40010], 0..12)
        ) {
            let written: Vec<Vec<u8>> = lengths.iter().enumerate().map(|(i, n)| vec![b'a' + i as u8; *n]).collect();
            let mut splitter = Splitter::new(1 << 20);
            let mut pieces = Vec::new();
            for chunk in written.iter().flat_map(|line| as_recorded(line)) {
                pieces.extend(splitter.chunk(chunk));
            }
            prop_assert_eq!(splitter.finish(), None);
            prop_assert_eq!(lines(pieces), written);
        }
    }

    #[test]
    fn a_line_beyond_the_limit_is_counted_and_not_kept() {
        let mut splitter = Splitter::new(4);
        let mut pieces = splitter.bytes(Bytes::from_static(b"1234\n12345\n123"));
        pieces.extend(splitter.bytes(Bytes::from_static(b"456789")));
        assert!(splitter.held.capacity() <= 8, "nothing is kept of what is too long already");
        pieces.extend(splitter.bytes(Bytes::from_static(b"\nok\n")));
        assert_eq!(lines(pieces), [&b"1234"[..], b"too long: 5", b"too long: 9", b"ok"]);
    }
}
