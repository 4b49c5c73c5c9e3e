//! A task or an approval as people name it: the id or its beginning.

use super::values::{bare, shown};
use crate::id::{ApprovalId, TaskId};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// An id that is a code of Crockford's digits.
pub trait Coded: FromStr<Err: fmt::Debug> + fmt::Display {
    /// How many digits the whole has.
    const LENGTH: usize;
    /// What it names.
    const WHAT: &'static str;
}

impl Coded for TaskId {
    const LENGTH: usize = Self::LENGTH;
    const WHAT: &'static str = "task";
}

impl Coded for ApprovalId {
    const LENGTH: usize = Self::LENGTH;
    const WHAT: &'static str = "approval";
}

/// An id or its beginning, in the spelling of the id itself; who owns the ids says whether it is unambiguous.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference<I> {
    digits: String,
    id: PhantomData<I>,
}

/// Why a text is no reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no id of {article} {what}; give the {length} letters and digits of it, or at least the first {MIN_DIGITS}", article = article(.what))]
pub struct BadReference {
    /// What was given.
    pub text: String,
    /// What it should name.
    pub what: &'static str,
    /// How many digits the whole has.
    pub length: usize,
}

fn article(what: &str) -> &'static str {
    if what.starts_with('a') { "an" } else { "a" }
}

/// Fewer digits are refused: short words (`it`, `all`) would be references otherwise.
const MIN_DIGITS: usize = 4;

impl<I: Coded> Reference<I> {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// Whether it is a whole id.
    pub fn is_whole(&self) -> bool {
        self.digits.len() == I::LENGTH
    }

    /// Whether a word says by its looks that it is a reference, and no word of a sentence: it begins with `#`, or is a
    /// whole id with a digit in it.
    pub(super) fn is_unmistakable(word: &str) -> bool {
        let reference = word.parse::<Self>();
        let digit = word.bytes().any(|byte| byte.is_ascii_digit());
        reference.is_ok_and(|reference| bare(word).starts_with('#') || (digit && reference.is_whole()))
    }

    /// Whether it is likely that a word is a reference: as above, or the beginning of an id with a digit in it.
    pub(super) fn is_likely(word: &str) -> bool {
        let marked = word.bytes().any(|byte| byte.is_ascii_digit() || byte == b'#');
        marked && word.parse::<Self>().is_ok()
    }
}

impl<I: Coded> FromStr for Reference<I> {
    type Err = BadReference;

    /// Reads it as people type and paste it: any case, `#` before it, in backticks, with hyphens, `o` for `0`.
    fn from_str(text: &str) -> Result<Self, BadReference> {
        let bad = || BadReference { text: shown(text), what: I::WHAT, length: I::LENGTH };
        let word = bare(text);
        let word = word.strip_prefix('#').unwrap_or(&word).trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let digits: String = word.chars().filter(|c| *c != '-').collect();
        let missing = I::LENGTH.checked_sub(digits.chars().count()).ok_or_else(bad)?;
        if digits.chars().count() < MIN_DIGITS {
            return Err(bad());
        }
        // The alphabet is the id's own business: what is missing is filled up and cut off again.
        let whole = format!("{digits}{}", "0".repeat(missing)).parse::<I>().map_err(|_| bad())?.to_string();
        Ok(Self { digits: whole.chars().take(I::LENGTH - missing).collect(), id: PhantomData })
    }
}

impl<I: Coded> From<&I> for Reference<I> {
    fn from(id: &I) -> Self {
        Self { digits: id.to_string(), id: PhantomData }
    }
}

impl<I> fmt::Display for Reference<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits)
    }
}
