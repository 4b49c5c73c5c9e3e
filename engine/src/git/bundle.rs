//! The head of a bundle, read before git sees the file: which references it has and what it builds on.
//!
//! The format is git's `gitformat-bundle`. A bundle with a filter (`@filter`) is refused: git would take its missing
//! objects for promised ones and not miss them.

use super::error::Refusal;
use super::names::Commit;
use std::io::{BufRead, BufReader, Read};

/// Signature, prerequisites with their subjects, and references.
const HEAD_LIMIT: u64 = 256 * 1024;

/// The one reference that a sandbox hands back.
pub(super) const RESULT: &str = "refs/signalbox/result";

/// What a bundle from a sandbox claims to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BundleHead {
    pub(super) result: Commit,
    pub(super) prerequisites: Vec<Commit>,
    /// How many objects its pack holds: what git completes it with comes after these.
    pub(super) objects: u32,
}

impl BundleHead {
    /// Reads the head; anything unusual in it is a reason to refuse the bundle.
    pub(super) fn read(from: impl Read) -> Result<Self, Refusal> {
        let mut lines = Lines(BufReader::new(from.take(HEAD_LIMIT)));
        let capabilities = match lines.next()?.as_slice() {
            b"# v2 git bundle" => false,
            b"# v3 git bundle" => true,
            _ => return Err(Refusal::NotABundle("no signature")),
        };
        let mut line = lines.next()?;
        while capabilities && line.starts_with(b"@") {
            if !line.starts_with(b"@object-format=") {
                return Err(Refusal::NotABundle("unknown capability"));
            }
            line = lines.next()?;
        }
        let mut prerequisites = Vec::new();
        while let Some(rest) = line.strip_prefix(b"-") {
            let id = rest.split(|byte| *byte == b' ').next().unwrap_or_default();
            prerequisites.push(commit(id)?);
            line = lines.next()?;
        }
        let result = result(&line)?;
        if !lines.next()?.is_empty() {
            return Err(Refusal::WrongReferences);
        }
        Ok(Self { result, prerequisites, objects: lines.pack_count()? })
    }
}

struct Lines<R>(BufReader<R>);

impl<R: Read> Lines<R> {
    fn next(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut line = Vec::new();
        let read = self.0.read_until(b'\n', &mut line);
        read.map_err(|_| Refusal::NotABundle("unreadable"))?;
        if line.pop() == Some(b'\n') { Ok(line) } else { Err(Refusal::NotABundle("its head has no end")) }
    }

    /// `PACK`, a version and the number of objects, both as 32 bits in network order.
    fn pack_count(&mut self) -> Result<u32, Refusal> {
        let mut head = [0; 12];
        self.0.read_exact(&mut head).map_err(|_| Refusal::NotABundle("no pack"))?;
        match head {
            [b'P', b'A', b'C', b'K', _, _, _, _, a, b, c, d] => Ok(u32::from_be_bytes([a, b, c, d])),
            _ => Err(Refusal::NotABundle("no pack")),
        }
    }
}

fn result(line: &[u8]) -> Result<Commit, Refusal> {
    let space = line.iter().position(|byte| *byte == b' ').ok_or(Refusal::WrongReferences)?;
    let (id, name) = (&line[..space], &line[space + 1..]);
    if name == RESULT.as_bytes() { commit(id) } else { Err(Refusal::WrongReferences) }
}

fn commit(id: &[u8]) -> Result<Commit, Refusal> {
    let text = std::str::from_utf8(id).ok();
    text.and_then(|text| text.parse().ok()).ok_or(Refusal::NotABundle("a malformed object id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    const PACK: &str = "PACK\0\0\0\x02\0\0\0\x07";

    fn read(text: &str) -> Result<BundleHead, Refusal> {
        BundleHead::read(text.as_bytes())
    }

    #[test]
    fn a_result_and_what_it_builds_on_are_read() {
        let head = read(&format!("# v2 git bundle\n-{B} the subject\n{A} refs/signalbox/result\n\n{PACK}")).unwrap();
        assert_eq!(
            head,
            BundleHead { result: A.parse().unwrap(), prerequisites: vec![B.parse().unwrap()], objects: 7 }
        );
        assert!(read(&format!("# v3 git bundle\n@object-format=sha1\n{A} refs/signalbox/result\n\n{PACK}")).is_ok());
    }

    #[test]
    fn anything_else_is_refused() {
        let wrong = |name: &str| read(&format!("# v2 git bundle\n{A} {name}\n\n"));
        for name in ["refs/heads/main", "HEAD", "refs/signalbox/result/x", "refs/signalbox/results", ""] {
            assert_eq!(wrong(name), Err(Refusal::WrongReferences), "{name}");
        }
        let extra = format!("# v2 git bundle\n{A} refs/signalbox/result\n{A} refs/heads/main\n\n");
        assert_eq!(read(&extra), Err(Refusal::WrongReferences));
        assert_eq!(read("# v2 git bundle\n\n"), Err(Refusal::WrongReferences));
        for text in [
            String::new(),
            "PACK".to_owned(),
            "x".repeat(1 << 20),
            format!("# v2 git bundle\n{A} refs/signalbox/result\n"),
            format!("# v2 git bundle\n{A} refs/signalbox/result\n\nPACK"),
            format!("# v2 git bundle\n{A} refs/signalbox/result\n\nKCAP\0\0\0\x02\0\0\0\x07"),
            format!("# v3 git bundle\n@filter=blob:none\n{A} refs/signalbox/result\n\n"),
            "# v2 git bundle\n-xyz\n".to_owned(),
            "# v2 git bundle\n--option refs/signalbox/result\n\n".to_owned(),
        ] {
            assert!(matches!(read(&text), Err(Refusal::NotABundle(_))), "{:?}", read(&text));
        }
    }
}
