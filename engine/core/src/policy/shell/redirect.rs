//! Redirections and here-documents.

use super::walk::Walker;
use super::word::{Word, decode, quote};
use super::{Effect, Redirect};
use brush_parser::ast::{IoFileRedirectKind as Kind, IoFileRedirectTarget as Target, IoHereDocument, IoRedirect};

impl Walker {
    /// Reads a redirection; none where it is not understood.
    pub(super) fn redirect(&mut self, redirect: &IoRedirect) -> Option<Redirect> {
        match redirect {
            IoRedirect::File(fd, kind, target) => {
                let fd = fd.map(|fd| fd.to_string()).unwrap_or_default();
                self.file_redirect(&fd, kind, target)
            }
            IoRedirect::HereDocument(_, document) => Some(self.here_document(document)),
            IoRedirect::HereString(_, word) => {
                let text = format!("<<< {}", self.word(&word.value).canonical());
                Some(Redirect { text, effect: Effect::None })
            }
            IoRedirect::OutputAndError(word, append) => {
                let word = self.word(&word.value);
                let text = format!("&>{} {}", if *append { ">" } else { "" }, word.canonical());
                Some(Redirect { text, effect: written(word) })
            }
        }
    }

    fn file_redirect(&mut self, fd: &str, kind: &Kind, target: &Target) -> Option<Redirect> {
        let word = match target {
            Target::Filename(word) | Target::Duplicate(word) => self.word(&word.value),
            Target::Fd(number) => decode(&number.to_string()).0,
            Target::ProcessSubstitution(_, subshell) => {
                self.unclear("a process substitution".to_owned());
                self.subshell("<(", subshell);
                return None;
            }
        };
        let gap = if matches!(kind, Kind::DuplicateInput | Kind::DuplicateOutput) { "" } else { " " };
        let text = format!("{fd}{kind}{gap}{}", word.canonical());
        let effect = match (kind, word.plain()) {
            (Kind::Read, Some("/dev/null")) => Effect::None,
            (Kind::Read, _) => Effect::Reads(word),
            (Kind::DuplicateOutput | Kind::DuplicateInput, Some("0" | "1" | "2")) => Effect::None,
            (Kind::DuplicateOutput | Kind::DuplicateInput, _) => Effect::Writes(word),
            (Kind::Write | Kind::Append | Kind::Clobber | Kind::ReadAndWrite, _) => written(word),
        };
        Some(Redirect { text, effect })
    }

    /// Text that follows the command. Only one, with a plain word at its end, so that no two readings of where it ends are
    /// possible; and without expansions, unless its word is quoted.
    fn here_document(&mut self, document: &IoHereDocument) -> Redirect {
        self.here_documents += 1;
        let end = document.here_end.value.trim_matches(['\'', '"']);
        let simple_end = !end.is_empty() && end.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let body = &document.doc.value;
        if self.here_documents > 1 || self.depth > 0 || !simple_end || body.lines().any(|line| line.trim() == end) {
            self.unclear("a here-document whose end could be read in two ways".to_owned());
        }
        if document.requires_expansion && body.contains(['$', '`', '\\']) {
            self.unclear("a here-document with expansions".to_owned());
        }
        self.hashes += body.matches('#').count() + document.here_end.value.matches('#').count();
        let dash = if document.remove_tabs { "-" } else { "" };
        Redirect { text: format!("<<{dash} {} {}", document.here_end.value, quote(body)), effect: Effect::None }
    }
}

fn written(word: Word) -> Effect {
    if word.plain() == Some("/dev/null") { Effect::None } else { Effect::Writes(word) }
}
