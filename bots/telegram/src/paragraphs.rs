//! The parts of a sheet as text with entities.

use crate::text::Rich;
use signalbox_core::sheet::Part;

/// What stands in the place of parts that may be too long.
#[derive(Debug, Default)]
pub(crate) struct Paragraphs {
    /// The exhibit.
    pub(crate) exhibit: Option<Rich>,
    /// All of Claude's text, where its first part stands; none means the text itself.
    pub(crate) markdown: Option<Rich>,
}

/// The parts one below the other.
pub(crate) fn paragraphs(parts: &[Part], instead: &Paragraphs) -> Rich {
    let mut markdown = instead.markdown.clone();
    let mut rich = Rich::default();
    for part in parts {
        rich = match part {
            Part::Title(text) => rich.line().strong(text).line(),
            Part::Line(text) => spans(rich.line(), text, Rich::plain).line(),
            Part::Faint(text) => spans(rich.line(), text, Rich::italic).line(),
            Part::Warning(text) => spans(rich.line().plain("⚠️ "), text, Rich::strong).line(),
            Part::Code { language, text } => rich.pre(language, text),
            Part::Exhibit => rich.line().append(instead.exhibit.clone().unwrap_or_default()).line(),
            Part::Markdown(text) if instead.markdown.is_none() => rich.gap().markdown(text).gap(),
            Part::Markdown(_) => match markdown.take() {
                Some(other) => rich.gap().append(other).gap(),
                None => rich,
            },
        };
    }
    rich
}

/// A line of ours, in which backticks mark code. One without its other half is a character like any other.
fn spans(rich: Rich, text: &str, usual: fn(Rich, &str) -> Rich) -> Rich {
    let Some((before, rest)) = text.split_once('`') else { return usual(rich, text) };
    let Some((code, after)) = rest.split_once('`') else { return usual(rich, text) };
    let rich = if before.is_empty() { rich } else { usual(rich, before) };
    let rich = if code.is_empty() { rich } else { rich.code(code) };
    if after.is_empty() { rich } else { spans(rich, after, usual) }
}
