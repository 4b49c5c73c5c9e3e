//! Reads a script. Strict: what is not understood is a fault with its line, never skipped.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::{Call, Directive, HttpFailure, STOP_REASONS, Usage};

const WORDS: [&str; 14] =
    ["SAY", "THINK", "TOOL", "PARALLEL", "END", "DELAY", "SLOW", "HTTP", "CUT", "USAGE", "STOP", "BIG", "ECHO", "#"];

/// How what a place says beside a request begins: what it quotes there, and in which form it wants findings.
const BESIDE: [&str; 2] = ["What follows was written on ", "If you review the pull request, "];

/// More than this in one `BIG` is a slip of the pen.
const BIGGEST: usize = 256 << 20;

/// What is wrong with a script, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    line: usize,
    why: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SCRIPT FAULT in line {}: {}", self.line, self.why)
    }
}

/// Whether the text means to be a script: its first line that is not blank begins with a directive.
pub(crate) fn looks_like_script(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).and_then(|line| line.split_whitespace().next());
    first.is_some_and(|word| WORDS.contains(&word))
}

/// Reads all directives, or says what is wrong with the first line that is not one.
pub(crate) fn parse(text: &str) -> Result<Vec<Directive>, Fault> {
    let mut directives = Vec::new();
    let mut group: Option<(usize, Vec<Call>)> = None;
    let own = text.lines().take_while(|line| !BESIDE.iter().any(|start| line.starts_with(start)));
    for (index, line) in own.enumerate() {
        let at = |why: String| Fault { line: index + 1, why };
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match (word, group.take()) {
            ("" | "#", open) => group = open,
            ("PARALLEL", None) => group = Some((index, Vec::new())),
            ("END", Some((_, calls))) if !calls.is_empty() => directives.push(Directive::Tools(calls)),
            ("TOOL", Some((start, mut calls))) => {
                calls.push(call(rest).map_err(at)?);
                group = Some((start, calls));
            }
            (_, Some(_)) => return Err(at(format!("only TOOL lines and END may stand in a PARALLEL group: {line}"))),
            (_, None) => directives.push(directive(word, rest.trim()).map_err(at)?),
        }
    }
    match group {
        Some((start, _)) => Err(Fault { line: start + 1, why: "PARALLEL without END".into() }),
        None => Ok(directives),
    }
}

fn directive(word: &str, rest: &str) -> Result<Directive, String> {
    match word {
        "SAY" if !rest.is_empty() => Ok(Directive::Say(unescape(rest))),
        "THINK" if !rest.is_empty() => Ok(Directive::Think(unescape(rest))),
        "TOOL" => Ok(Directive::Tools(vec![call(rest)?])),
        "DELAY" => Ok(Directive::Delay(duration(rest)?)),
        "SLOW" => Ok(Directive::Slow(duration(rest)?)),
        "HTTP" => Ok(Directive::Http(http(rest)?)),
        "CUT" => Ok(Directive::Cut { times: cut(rest)? }),
        "USAGE" => Ok(Directive::Usage(usage(rest)?)),
        "STOP" if STOP_REASONS.contains(&rest) => Ok(Directive::Stop(rest.into())),
        "STOP" => Err(format!("`{rest}` is no stop reason of the Messages API")),
        "BIG" => match rest.parse() {
            Ok(bytes @ 1..=BIGGEST) => Ok(Directive::Big(bytes)),
            _ => Err(format!("BIG needs a number of bytes from 1 to {BIGGEST}, not `{rest}`")),
        },
        "ECHO" if rest.is_empty() => Ok(Directive::Echo),
        _ => Err(format!("unknown directive: {word} {rest}")),
    }
}

fn call(text: &str) -> Result<Call, String> {
    let text = text.trim();
    let (name, input) = text.split_once(char::is_whitespace).unwrap_or((text, "{}"));
    if name.is_empty() {
        return Err("TOOL needs a name".into());
    }
    match serde_json::from_str(input) {
        Ok(input @ Value::Object(_)) => Ok(Call { name: name.into(), input }),
        Ok(_) => Err(format!("the input of {name} must be a JSON object")),
        Err(error) => Err(format!("the input of {name} is not JSON: {error}")),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    match (number.parse(), unit) {
        (Ok(number), "ms") => Ok(Duration::from_millis(number)),
        (Ok(number), "s") => Ok(Duration::from_secs(number)),
        _ => Err(format!("a time is written as 250ms or 2s, not `{text}`")),
    }
}

fn http(text: &str) -> Result<HttpFailure, String> {
    let wrong = || format!("HTTP needs a status from 400 to 599, then `times N` or `retry-after S`: `{text}`");
    let mut words = text.split_whitespace();
    let status = words.next().and_then(|word| word.parse().ok()).filter(|status| (400..600).contains(status));
    let mut failure = HttpFailure { status: status.ok_or_else(wrong)?, times: None, retry_after_seconds: None };
    while let Some(word) = words.next() {
        match word {
            "times" => failure.times = Some(number(words.next()).ok_or_else(wrong)?),
            "retry-after" => failure.retry_after_seconds = Some(number(words.next()).ok_or_else(wrong)?.into()),
            // `HTTP 529 2`: a bare number is the count too.
            bare => failure.times = Some(number(Some(bare)).ok_or_else(wrong)?),
        }
    }
    Ok(failure)
}

fn cut(text: &str) -> Result<u32, String> {
    match text.strip_prefix("times") {
        None if text.is_empty() => Ok(1),
        Some(count) => number(Some(count.trim())).ok_or_else(|| format!("CUT times needs a number, not `{count}`")),
        None => Err(format!("CUT takes `times N` only, not `{text}`")),
    }
}

fn number(word: Option<&str>) -> Option<u32> {
    word?.parse().ok()
}

fn usage(text: &str) -> Result<Usage, String> {
    let mut usage = Usage::default();
    for word in text.split_whitespace() {
        let wrong = || format!("USAGE takes input=, output=, cache_read= and cache_write= with numbers, not `{word}`");
        let (name, count) = word.split_once('=').ok_or_else(wrong)?;
        let count = count.parse().map_err(|_| wrong())?;
        match name {
            "input" => usage.input = count,
            "output" => usage.output = count,
            "cache_read" => usage.cache_read = count,
            "cache_write" => usage.cache_write = count,
            _ => return Err(wrong()),
        }
    }
    Ok(usage)
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (other, false) => plain.push(other),
            (_, true) => match characters.next() {
                Some('n') => plain.push('\n'),
                Some('r') => plain.push('\r'),
                Some('t') => plain.push('\t'),
                Some('\\') | None => plain.push('\\'),
                Some(other) => plain.extend(['\\', other]),
            },
        }
    }
    plain
}
