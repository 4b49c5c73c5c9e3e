//! The flags and operands with which a program is listed, and whether a command keeps to them.

use super::paths::Guard;
use super::rule::wild;
use super::shell::{Value, Word};
use std::collections::{BTreeMap, BTreeSet};

/// The flags a program may be given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    takes: BTreeMap<String, Takes>,
    /// `-5`, as `head` takes it.
    number: bool,
    /// Single-letter flags may be joined, as in `-la`: not where words follow a single hyphen, as with `find -name`.
    joined: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value(Kind),
    /// Only as `--flag=value`.
    Maybe(Kind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Path,
    Number,
}

/// What a program may be given besides flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operands {
    /// Nothing.
    None,
    /// Any text.
    Any,
    /// Paths in the workspace that are not protected.
    Paths,
    /// A pattern first, then paths.
    PatternThenPaths,
    /// A range of lines as `sed -n` prints it (`1,20p`) first, then paths.
    LinesThenPaths,
    /// These texts; `*` stands for anything.
    Listed(Vec<String>),
}

/// Where a command is judged.
pub(crate) struct Ground<'a> {
    pub(crate) directories: &'a [String],
    pub(crate) guard: &'a Guard,
}

impl Ground<'_> {
    pub(crate) fn readable(&self, path: &str) -> Result<(), String> {
        // `HEAD:path` of git names a path after the colon.
        let inner = path.split_once(':').map(|(_, after)| after).filter(|after| !after.is_empty());
        for directory in self.directories {
            for path in std::iter::once(path).chain(inner) {
                self.guard.may_read(directory, path).map_err(|barred| barred.0)?;
            }
        }
        Ok(())
    }
}

impl Flags {
    /// Reads the list of a policy; the error names the entry that is wrong.
    pub(crate) fn parse(entries: &[String]) -> Result<Self, String> {
        let mut flags = Self { joined: true, ..Self::default() };
        for entry in entries {
            if entry == "-NUMBER" {
                flags.number = true;
                continue;
            }
            let (name, takes) = parse_flag(entry).ok_or_else(|| entry.clone())?;
            flags.joined &= name.starts_with("--") || name.len() == 2;
            flags.takes.insert(name.to_owned(), takes);
        }
        Ok(flags)
    }

    /// The names of all flags.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.takes.keys().map(String::as_str).collect()
    }

    /// Takes the flags out of the arguments and gives the operands, or says which argument is not listed.
    pub(crate) fn strip<'w>(&self, args: &'w [Word], ground: &Ground<'_>) -> Result<Vec<&'w Word>, String> {
        let mut operands = Vec::new();
        let mut rest = args.iter();
        while let Some(word) = rest.next() {
            let Some(text) = word.plain().filter(|text| text.starts_with('-') && *text != "-") else {
                operands.push(word);
                continue;
            };
            // Programs whose flags are words do not end them there: `find -- . -delete` deletes.
            if text == "--" && self.joined {
                operands.extend(rest.by_ref());
            } else if let Some(kind) = self.check(text, ground)? {
                let value = rest.next().ok_or_else(|| format!("`{text}` lacks its value"))?;
                check_separate(text, kind, value, ground)?;
            }
        }
        Ok(operands)
    }

    /// Checks one flag; gives the kind of value that must come as the next argument.
    fn check(&self, text: &str, ground: &Ground<'_>) -> Result<Option<Kind>, String> {
        let unlisted = || format!("the flag `{text}` is not listed");
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        match (self.takes.get(name), value) {
            (Some(Takes::Nothing | Takes::Maybe(_)), None) => return Ok(None),
            (Some(Takes::Value(kind)), None) => return Ok(Some(*kind)),
            (Some(Takes::Value(kind) | Takes::Maybe(kind)), Some(value)) if name.starts_with("--") => {
                return kind.check(name, value, ground).map(|()| None);
            }
            _ => {}
        }
        if self.number && text.len() > 1 && text[1..].bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        if self.joined && !text.starts_with("--") { self.check_joined(text, ground) } else { Err(unlisted()) }
    }

    /// `-la`, `-n5`: letters until one takes the rest as its value.
    fn check_joined(&self, text: &str, ground: &Ground<'_>) -> Result<Option<Kind>, String> {
        let mut letters = text[1..].chars();
        while let Some(letter) = letters.next() {
            match self.takes.get(&format!("-{letter}")) {
                Some(Takes::Nothing) => {}
                Some(Takes::Value(kind)) if letters.as_str().is_empty() => return Ok(Some(*kind)),
                Some(Takes::Value(kind) | Takes::Maybe(kind)) => {
                    return kind.check(text, letters.as_str(), ground).map(|()| None);
                }
                None => return Err(format!("the flag `-{letter}` is not listed")),
            }
        }
        Ok(None)
    }
}

/// Reads `-l`, `--long`, `-n=`, `-n=number`, `--file=path`, `--color[=]`.
fn parse_flag(entry: &str) -> Option<(&str, Takes)> {
    let (name, takes) = match entry.strip_suffix("[=]") {
        Some(name) => (name, Takes::Maybe(Kind::Any)),
        None => match entry.split_once('=') {
            None => (entry, Takes::Nothing),
            Some((name, "")) => (name, Takes::Value(Kind::Any)),
            Some((name, "path")) => (name, Takes::Value(Kind::Path)),
            Some((name, "number")) => (name, Takes::Value(Kind::Number)),
            Some(_) => return None,
        },
    };
    let letters = name.strip_prefix("--").or_else(|| name.strip_prefix('-'))?;
    let plain = !letters.is_empty() && !letters.starts_with('-') && !letters.contains([' ', '*', '=', '[', ']', ',']);
    plain.then_some((name, takes))
}

impl Kind {
    fn check(self, flag: &str, value: &str, ground: &Ground<'_>) -> Result<(), String> {
        match self {
            Self::Any => Ok(()),
            Self::Path => ground.readable(value),
            Self::Number => {
                let digits = value.trim_start_matches(['-', '+']);
                let number = value.len() - digits.len() < 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
                if number && !digits.is_empty() {
                    Ok(())
                } else {
                    Err(format!("`{flag}` takes a number, not `{value}`"))
                }
            }
        }
    }
}

/// A value in an argument of its own. One that reads like a flag is taken as a value by some programs and not by others.
fn check_separate(flag: &str, kind: Kind, value: &Word, ground: &Ground<'_>) -> Result<(), String> {
    match &value.value {
        Value::Plain(text) if kind != Kind::Number && text.starts_with('-') && text != "-" => {
            Err(format!("the value of `{flag}` reads like a flag: `{text}`"))
        }
        Value::Plain(text) => kind.check(flag, text, ground),
        Value::Text if kind == Kind::Any => Ok(()),
        _ => Err(format!("the value of `{flag}` is not known: `{}`", value.raw)),
    }
}

impl Operands {
    /// Reads the name of a kind of operands.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "any" => Some(Self::Any),
            "workspace-paths" => Some(Self::Paths),
            "pattern-and-workspace-paths" => Some(Self::PatternThenPaths),
            "lines-and-workspace-paths" => Some(Self::LinesThenPaths),
            _ => None,
        }
    }

    /// Whether every operand is permitted.
    pub(crate) fn check(&self, operands: &[&Word], ground: &Ground<'_>) -> Result<(), String> {
        let first = match self {
            Self::PatternThenPaths | Self::LinesThenPaths => 1,
            _ => 0,
        };
        for (index, word) in operands.iter().enumerate() {
            if index < first { self.check_first(word)? } else { self.check_one(word, ground)? }
        }
        Ok(())
    }

    fn check_first(&self, word: &Word) -> Result<(), String> {
        match (self, &word.value) {
            (Self::LinesThenPaths, Value::Plain(script)) if is_line_range(script) => Ok(()),
            (Self::PatternThenPaths, Value::Plain(_) | Value::Text) => Ok(()),
            _ => Err(format!("`{}` is not listed", word.raw)),
        }
    }

    fn check_one(&self, word: &Word, ground: &Ground<'_>) -> Result<(), String> {
        match (self, &word.value) {
            (_, Value::Unclear(why)) => Err(format!("{why}: `{}`", word.raw)),
            (Self::Any, _) => Ok(()),
            (Self::None, _) => Err(format!("`{}` is not listed", word.raw)),
            (Self::Listed(list), Value::Plain(text)) if list.iter().any(|listed| wild(listed, text)) => Ok(()),
            (Self::Listed(_), _) => Err(format!("`{}` is not listed", word.raw)),
            (_, Value::Plain(path) | Value::Glob(path)) => ground.readable(path),
            (_, Value::Text) => Err(format!("`{}` is a path that is not known", word.raw)),
        }
    }
}

/// `5p`, `1,20p`, `$p`, `10,$p`.
fn is_line_range(script: &str) -> bool {
    let line = |text: &str| text == "$" || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    script.strip_suffix('p').is_some_and(|range| match range.split_once(',') {
        Some((from, to)) => line(from) && line(to),
        None => line(range),
    })
}
