//! The script of a scripted model: a text with one directive a line, that is sent as a prompt.
//!
//! | line | what the model does |
//! |---|---|
//! | `SAY text` | says the text, a text block of its own; `\n`, `\t` and `\\` are escapes |
//! | `THINK text` | thinks the text (a thinking block with a signature) |
//! | `TOOL Name {json}` | calls the tool, which ends the model's turn |
//! | `PARALLEL` … `END` | calls the tools of the `TOOL` lines between in one turn |
//! | `DELAY 250ms` | waits before what comes next (`ms` or `s`) |
//! | `SLOW 20ms` | pauses that long before each streamed chunk, from here on |
//! | `HTTP 529 [times 2] [retry-after 3]` | answers this turn's request with that status, so many times or for ever |
//! | `CUT [times 1]` | breaks the connection in mid-stream, once or so many times |
//! | `USAGE input=1000 output=50 cache_read=0 cache_write=0` | counts so many tokens for this turn and the later ones |
//! | `STOP max_tokens` | ends the turn with that stop reason |
//! | `BIG 100000` | says that many bytes of text |
//! | `ECHO` | says back the text of the last tool result |
//! | `# …` | nothing: a remark |
//!
//! A text whose first line is a directive is a script; anything else in it is a fault, and the model says so in words
//! that begin with `SCRIPT FAULT` instead of playing any of it. After the script's end the model says `done`.

mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use serde_json::Value;

pub(crate) use parse::{Fault, looks_like_script, parse};

/// The stop reasons that `STOP` accepts: those of the Messages API.
pub(crate) const STOP_REASONS: [&str; 6] =
    ["end_turn", "max_tokens", "stop_sequence", "pause_turn", "refusal", "model_context_window_exceeded"];

/// One line of a script (or one `PARALLEL` group), understood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Directive {
    Say(String),
    Think(String),
    Tools(Vec<Call>),
    Delay(Duration),
    Slow(Duration),
    Http(HttpFailure),
    Cut { times: u32 },
    Usage(Usage),
    Stop(String),
    Big(usize),
    Echo,
}

/// A tool call as a script writes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) input: Value,
}

/// A refusal of the turn's request by the API itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HttpFailure {
    pub(crate) status: u16,
    /// `None`: every request of the turn is answered so.
    pub(crate) times: Option<u32>,
    pub(crate) retry_after_seconds: Option<u64>,
}

/// The tokens that an answer claims to have cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read that no cache held.
    pub input: u64,
    /// Tokens written.
    pub output: u64,
    /// Tokens read from the cache.
    pub cache_read: u64,
    /// Tokens put into the cache.
    pub cache_write: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self { input: 1000, output: 50, cache_read: 0, cache_write: 0 }
    }
}

/// Writes a script. Its `Display` is the prompt to send.
///
/// ```
/// use serde_json::json;
/// use signalbox_testkit::script::Script;
///
/// let prompt = Script::new().http(529).times(2).say("I look.").tool("Read", json!({"file_path": "a.md"})).echo();
/// assert_eq!(prompt.to_string(), "HTTP 529 times 2\nSAY I look.\nTOOL Read {\"file_path\":\"a.md\"}\nECHO");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Script {
    lines: Vec<String>,
}

impl Script {
    /// A script that says nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says the text, as a text block of its own.
    pub fn say(self, text: impl AsRef<str>) -> Self {
        self.line(format!("SAY {}", escape(text.as_ref())))
    }

    /// Thinks the text.
    pub fn think(self, text: impl AsRef<str>) -> Self {
        self.line(format!("THINK {}", escape(text.as_ref())))
    }

    /// Calls one tool, which ends the model's turn.
    pub fn tool(self, name: &str, input: Value) -> Self {
        self.line(format!("TOOL {name} {input}"))
    }

    /// Calls several tools in one turn.
    pub fn parallel<'a>(self, calls: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        let group = self.line("PARALLEL".into());
        calls.into_iter().fold(group, |script, (name, input)| script.tool(name, input)).line("END".into())
    }

    /// Waits before what comes next.
    pub fn delay(self, time: Duration) -> Self {
        self.line(format!("DELAY {}ms", time.as_millis()))
    }

    /// Pauses that long before each streamed chunk, from here on.
    pub fn slow(self, pause: Duration) -> Self {
        self.line(format!("SLOW {}ms", pause.as_millis()))
    }

    /// Answers the turn's request with this status, for ever unless [`Script::times`] follows.
    pub fn http(self, status: u16) -> Self {
        self.line(format!("HTTP {status}"))
    }

    /// Breaks the connection in mid-stream: once, unless [`Script::times`] follows.
    pub fn cut(self) -> Self {
        self.line("CUT".into())
    }

    /// How often the `http` or `cut` just before happens. After anything else it makes the script faulty.
    pub fn times(self, times: u32) -> Self {
        self.extend(&format!("times {times}"))
    }

    /// The `retry-after` header, in seconds, of the `http` just before. After anything else the script is faulty.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.extend(&format!("retry-after {seconds}"))
    }

    /// The tokens that this turn and the later ones claim to cost.
    pub fn usage(self, usage: Usage) -> Self {
        let Usage { input, output, cache_read, cache_write } = usage;
        self.line(format!("USAGE input={input} output={output} cache_read={cache_read} cache_write={cache_write}"))
    }

    /// Ends the turn with a stop reason of the Messages API, such as `max_tokens` or `refusal`.
    pub fn stop(self, reason: &str) -> Self {
        self.line(format!("STOP {reason}"))
    }

    /// Says that many bytes of text.
    pub fn big(self, bytes: usize) -> Self {
        self.line(format!("BIG {bytes}"))
    }

    /// Says back the text of the last tool result.
    pub fn echo(self) -> Self {
        self.line("ECHO".into())
    }

    /// A line as it stands, to see what a faulty script does.
    pub fn raw(self, line: &str) -> Self {
        self.line(line.into())
    }

    fn line(mut self, line: String) -> Self {
        self.lines.push(line);
        self
    }

    /// Adds to the last line if that can be repeated; else the words stand alone, where the parser refuses them.
    fn extend(mut self, words: &str) -> Self {
        match self.lines.last_mut() {
            Some(last) if last.starts_with("HTTP") || last.starts_with("CUT") => {
                last.push(' ');
                last.push_str(words);
                self
            }
            _ => self.line(words.into()),
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines.join("\n"))
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}
