//! Brings a text into the form that Telegram takes, without changing what is read: nothing blank at its ends, no span that
//! is empty or blank, none twice, none within or around code. A quotation alone goes around code that stands in its lines.
//!
//! Telegram trims a message by itself, and then every offset would be off by what it took.

use super::rich::{Rich, Span, Style};
use std::cmp::Reverse;
use std::ops::Range;

/// Kinds of spans of which two never overlap.
const KINDS: usize = 6;

impl Rich {
    /// The same text in that form. What is tidy stays as it is.
    pub(super) fn tidy(self) -> Self {
        let whole = self.slice(&visible(&self.text, 0..self.text.len()));
        let spans = apart_from_code(disjoint(whole.spans));
        let mut spans: Vec<Span> = spans.into_iter().filter_map(|span| trimmed(&whole.text, span)).collect();
        sort(&mut spans);
        Self { text: whole.text, spans }
    }

    /// A part of it. A span that reaches out of the part ends there.
    pub(super) fn slice(&self, part: &Range<usize>) -> Self {
        let spans = self.spans.iter().filter_map(|span| {
            let start = span.range.start.max(part.start);
            let end = span.range.end.min(part.end);
            (start < end).then(|| Span { style: span.style.clone(), range: start - part.start..end - part.start })
        });
        Self { text: self.text[part.clone()].to_owned(), spans: spans.collect() }
    }
}

impl Style {
    /// Code, on a line or on its own lines.
    pub(super) fn is_code(&self) -> bool {
        matches!(self, Self::Code | Self::Pre { .. })
    }

    fn kind(&self) -> usize {
        match self {
            Self::Quote { .. } => 0,
            Self::Code | Self::Pre { .. } => 1,
            Self::Link(_) => 2,
            Self::Strong => 3,
            Self::Italic => 4,
            Self::Struck => 5,
        }
    }
}

/// What of a range is left without blanks at its ends.
pub(super) fn visible(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let from_start = part.trim_start();
    let start = range.start + part.len() - from_start.len();
    start..start + from_start.trim_end().len()
}

/// A block of code keeps its blanks, for they set in its first line.
fn trimmed(text: &str, span: Span) -> Option<Span> {
    let seen = visible(text, span.range.clone());
    let is_block = matches!(span.style, Style::Pre { .. });
    let range = if is_block && !seen.is_empty() { span.range } else { seen };
    (!range.is_empty()).then_some(Span { style: span.style, range })
}

fn sort(spans: &mut [Span]) {
    spans.sort_by_key(|span| (span.range.start, Reverse(span.range.end), span.style.kind()));
}

/// Of each kind, what lies in another one is dropped: bold in bold says nothing, a link cannot be in a link.
fn disjoint(mut spans: Vec<Span>) -> Vec<Span> {
    sort(&mut spans);
    let mut taken = [0; KINDS];
    spans.retain_mut(|span| {
        let end = &mut taken[span.style.kind()];
        span.range.start = span.range.start.max(*end);
        *end = span.range.end.max(*end);
        span.range.start < span.range.end
    });
    spans
}

/// A link keeps its label and loses the code in it; whatever else overlaps code is parted by it.
fn apart_from_code(spans: Vec<Span>) -> Vec<Span> {
    let links = ranges(&spans, |style| matches!(style, Style::Link(_)));
    let is_code_of_its_own = |span: &Span| !span.style.is_code() || !overlaps_any(&links, &span.range);
    let spans: Vec<Span> = spans.into_iter().filter(is_code_of_its_own).collect();
    let blocks = ranges(&spans, |style| matches!(style, Style::Pre { .. }));
    let code = ranges(&spans, Style::is_code);
    let part = |span: Span| match span.style {
        Style::Code | Style::Pre { .. } | Style::Link(_) => vec![span],
        Style::Quote { .. } => without(span, &blocks),
        Style::Strong | Style::Italic | Style::Struck => without(span, &code),
    };
    spans.into_iter().flat_map(part).collect()
}

/// The ranges of one kind, which do not overlap, in order.
fn ranges(spans: &[Span], is_wanted: fn(&Style) -> bool) -> Vec<Range<usize>> {
    let mut ranges: Vec<_> =
        spans.iter().filter(|span| is_wanted(&span.style)).map(|span| span.range.clone()).collect();
    ranges.sort_by_key(|range| range.start);
    ranges
}

/// Those of the ranges that overlap one.
fn overlapping<'a>(ranges: &'a [Range<usize>], range: &Range<usize>) -> &'a [Range<usize>] {
    let from = ranges.partition_point(|other| other.end <= range.start);
    let to = ranges.partition_point(|other| other.start < range.end);
    &ranges[from..to.max(from)]
}

fn overlaps_any(ranges: &[Range<usize>], range: &Range<usize>) -> bool {
    !overlapping(ranges, range).is_empty()
}

fn without(span: Span, holes: &[Range<usize>]) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut start = span.range.start;
    for hole in overlapping(holes, &span.range) {
        parts.push(start..hole.start.max(start));
        start = hole.end;
    }
    parts.push(start..span.range.end.max(start));
    parts.into_iter().filter(|part| !part.is_empty()).map(|range| Span { style: span.style.clone(), range }).collect()
}
