//! Reads a policy file key by key, so that every fault in it is found at once, with its line.

use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use utoipa::ToSchema;

/// Why a policy file is refused: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError {
    /// The faults in the order of their lines; never empty.
    pub faults: Vec<Fault>,
}

/// One fault of a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyFault)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
    /// How to mend it.
    pub mend: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        write!(f, "the policy has {count} fault{}", if count == 1 { "" } else { "s" })?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}; {}", self.line, self.problem, self.mend)
    }
}

/// The text of a policy file and the faults found in it so far.
pub(super) struct Report<'t> {
    text: &'t str,
    pub(super) faults: Vec<Fault>,
}

impl<'t> Report<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, faults: Vec::new() }
    }

    /// Notes a fault at a place of the text, in bytes.
    pub(super) fn fault(&mut self, at: usize, problem: impl Into<String>, mend: impl Into<String>) {
        let line = self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        self.faults.push(Fault { line, problem: problem.into(), mend: mend.into() });
    }

    /// All faults in the order of their lines.
    pub(super) fn into_error(mut self) -> PolicyError {
        self.faults.sort_by_key(|fault| fault.line);
        PolicyError { faults: self.faults }
    }

    /// Notes a fault of the TOML reader.
    pub(super) fn toml_fault(&mut self, error: &toml::de::Error) {
        let at = error.span().map_or(0, |span| span.start);
        self.fault(at, error.message().to_owned(), "correct the TOML there");
    }
}

/// A table of the file; keys are taken out of it, and what is left in the end is unknown.
pub(super) struct Section<'t> {
    name: String,
    at: usize,
    table: DeTable<'t>,
    known: Vec<&'static str>,
}

impl<'t> Section<'t> {
    pub(super) fn new(name: impl Into<String>, table: Spanned<DeTable<'t>>) -> Self {
        Self { name: name.into(), at: table.span().start, table: table.into_inner(), known: Vec::new() }
    }

    /// Where the table begins, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Takes the value of a key; `form` says what it should look like.
    pub(super) fn take<T: Deserialize<'t>>(
        &mut self,
        key: &'static str,
        form: &str,
        report: &mut Report<'_>,
    ) -> Option<T> {
        let value = self.raw(key)?;
        let at = value.span().start;
        match T::deserialize(value.into_deserializer()) {
            Ok(value) => Some(value),
            Err(error) => {
                report.fault(at, format!("`{}`: {}", self.path(key), error.message()), format!("write {form}"));
                None
            }
        }
    }

    /// Takes a table out of this one; where there is none, an empty one.
    pub(super) fn table(&mut self, key: &'static str, report: &mut Report<'_>) -> Section<'t> {
        let Some(value) = self.raw(key) else { return Section::new(key, Spanned::new(0..0, DeTable::default())) };
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Section::new(self.path(key), Spanned::new(span, table)),
            _ => {
                report.fault(span.start, format!("`{key}` is no table"), format!("write `[{key}]` and its keys below"));
                Section::new(key, Spanned::new(span, DeTable::default()))
            }
        }
    }

    /// Takes a list of tables (`[[key]]`).
    pub(super) fn tables(&mut self, key: &'static str, report: &mut Report<'_>) -> Vec<Section<'t>> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let at = value.span().start;
        let DeValue::Array(items) = value.into_inner() else {
            report.fault(at, format!("`{key}` is no list of tables"), format!("write `[[{key}]]` for each entry"));
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let span = item.span();
            match item.into_inner() {
                DeValue::Table(table) => {
                    sections.push(Section::new(format!("{key}[{}]", index + 1), Spanned::new(span, table)));
                }
                _ => report.fault(
                    span.start,
                    format!("`{key}` has an entry that is no table"),
                    format!("write `[[{key}]]`"),
                ),
            }
        }
        sections
    }

    /// The place of a key's value, for faults that are found after it was taken.
    pub(super) fn place_of(&self, key: &str) -> usize {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map_or(self.at, |(_, value)| value.span().start)
    }

    /// Whether the key is there.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Ends the reading: the keys that nobody took are unknown.
    pub(super) fn finish(self, report: &mut Report<'_>) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            let nearest = self.known.iter().max_by(|a, b| closeness(a, name).total_cmp(&closeness(b, name)));
            let mend = match nearest.filter(|known| closeness(known, name) > 0.7) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("known here: {}", self.known.join(", ")),
            };
            let here = if self.name.is_empty() { String::new() } else { format!(" in `{}`", self.name) };
            report.fault(key.span().start, format!("`{name}` is not known{here}"), mend);
        }
    }

    fn raw(&mut self, key: &'static str) -> Option<Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.table.remove(key)
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

fn closeness(known: &str, given: &str) -> f64 {
    strsim::jaro_winkler(known, given)
}

/// One text or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "neither a text nor a list of texts")]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::More(texts) => texts,
        }
    }
}
