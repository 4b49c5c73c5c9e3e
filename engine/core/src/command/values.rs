//! The small values of commands, and how a word is read that people typed or pasted.

use crate::policy::shell::{hidden_characters, reveal};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// Whether Claude works at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It does what is asked.
    #[default]
    Work,
    /// It looks and proposes a plan; work begins when people accept it.
    Plan,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 2] = [Self::Work, Self::Plan];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Plan => "plan",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which model is to answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ModelChoice {
    /// The project's.
    Default,
    /// The one of this name; whether it may be used is policy.
    Named(String),
}

impl fmt::Display for ModelChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// A one-time code; whoever knows it becomes the person, so it is neither shown nor logged.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkCode(String);

impl LinkCode {
    /// The code, to be compared with those given out.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkCode(hidden)")
    }
}

/// Why a word is not what an argument takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadValue {
    /// There are a few words only, and it is none of them.
    #[error("`{0}` is no mode; write `work` or `plan`")]
    Mode(String),
    /// No model has such a name.
    #[error("`{0}` cannot be a model's name")]
    Model(String),
    /// No project has such a name.
    #[error("`{0}` cannot be a project's name; it is made of letters, digits, `.`, `_` and `-`")]
    Project(String),
    /// It has not the form of a one-time code; what was given is not repeated.
    #[error("that is no link code; copy all of it, letters, digits and hyphens")]
    Code,
}

impl FromStr for Mode {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let word = bare(text);
        let found = Self::ALL.into_iter().find(|mode| mode.as_str().eq_ignore_ascii_case(&word));
        found.ok_or_else(|| BadValue::Mode(shown(text)))
    }
}

impl FromStr for ModelChoice {
    type Err = BadValue;

    /// The name becomes an argument of the CLI: it never begins like an option.
    fn from_str(text: &str) -> Result<Self, BadValue> {
        let word = bare(text);
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:/@[]".contains(&byte);
        let sound = word.len() <= 128 && word.bytes().all(allowed);
        match sound && word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            true if word.eq_ignore_ascii_case("default") => Ok(Self::Default),
            true => Ok(Self::Named(word)),
            false => Err(BadValue::Model(shown(text))),
        }
    }
}

impl FromStr for LinkCode {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let word = bare(text);
        let sound = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if sound && (4..=64).contains(&word.len()) { Ok(Self(word)) } else { Err(BadValue::Code) }
    }
}

/// Reads a project's name or id.
pub(super) fn project(text: &str) -> Result<String, BadValue> {
    let word = bare(text);
    let sound = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if sound && (1..=100).contains(&word.len()) { Ok(word) } else { Err(BadValue::Project(shown(text))) }
}

/// A word without what came along when it was pasted: invisible characters and backticks around it.
pub(super) fn bare(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_blank(*c)).collect();
    visible.trim_matches('`').to_owned()
}

/// Whether a reader sees nothing where it stands.
pub(super) fn is_blank(char: char) -> bool {
    char.is_whitespace() || !hidden_characters(char.encode_utf8(&mut [0; 4])).is_empty()
}

/// What somebody wrote, as it is repeated to them: short, on one line, with everything visible.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(32).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    reveal(&short).replace(['\n', '\t'], " ").replace('`', "'")
}
