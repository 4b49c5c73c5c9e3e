//! Reads from an answer of the model, while it passes by, how many tokens it took.

use bytes::Bytes;
use futures::channel::mpsc;
use futures::{FutureExt, StreamExt};
use serde::Deserialize;
use signalbox_core::money::Usage;
use sse_stream::SseByteStream;
use std::convert::Infallible;

/// English has about four letters to a token. Used only where an answer was cut off before it told its numbers.
const BYTES_PER_TOKEN: u64 = 4;
/// An answer that is not streamed is short; one longer than this is estimated.
const LONGEST_WHOLE: usize = 32 * 1024 * 1024;

/// How the answer is written.
pub(super) enum Tally {
    /// Nothing has come yet.
    Nothing,
    /// One JSON object, judged at its end.
    Whole(Vec<u8>),
    /// Server-sent events.
    Stream(Box<Events>),
}

/// The events of a stream, decoded as they come.
pub(super) struct Events {
    feed: mpsc::Sender<Result<Bytes, Infallible>>,
    decoded: SseByteStream<mpsc::Receiver<Result<Bytes, Infallible>>>,
    seen: Seen,
}

/// What an answer told of its cost.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    usage: Option<Usage>,
    /// Whether those are the final numbers.
    is_final: bool,
    /// How much the model wrote, in bytes.
    written: u64,
}

impl Tally {
    pub(super) fn of(content_type: &str) -> Self {
        if !content_type.trim_start().to_ascii_lowercase().starts_with("text/event-stream") {
            return Self::Whole(Vec::new());
        }
        let (feed, received) = mpsc::channel(1);
        Self::Stream(Box::new(Events { feed, decoded: SseByteStream::new(received), seen: Seen::default() }))
    }

    /// Takes note of the next piece.
    pub(super) fn observe(&mut self, piece: &Bytes) {
        match self {
            Self::Nothing => {}
            Self::Whole(text) if text.len() + piece.len() <= LONGEST_WHOLE => text.extend_from_slice(piece),
            Self::Whole(_) => {}
            Self::Stream(events) => events.observe(piece),
        }
    }

    /// The tokens of an exchange whose request had `sent` bytes: the API's numbers, or what can be known without them.
    pub(super) fn usage(&self, sent: u64) -> Usage {
        let seen = match self {
            Self::Nothing => Seen::default(),
            Self::Whole(text) => whole(text),
            Self::Stream(events) => events.seen,
        };
        let written = seen.written / BYTES_PER_TOKEN;
        match seen.usage {
            Some(usage) if seen.is_final => usage,
            Some(usage) => Usage { output_tokens: usage.output_tokens.max(written), ..usage },
            None => Usage { input_tokens: sent / BYTES_PER_TOKEN, output_tokens: written, ..Usage::default() },
        }
    }
}

fn whole(text: &[u8]) -> Seen {
    let message = serde_json::from_slice::<Event>(text).ok();
    match message.and_then(|message| message.usage) {
        Some(told) => Seen { usage: Some(told.onto(Usage::default())), is_final: true, written: 0 },
        None => Seen { written: text.len() as u64, ..Seen::default() },
    }
}

impl Events {
    fn observe(&mut self, piece: &Bytes) {
        // Room is certain: what was fed is always decoded at once. After a text that is no event stream nothing is
        // decoded any more, and the numbers so far stand.
        if self.feed.try_send(Ok(piece.clone())).is_err() {
            return;
        }
        while let Some(Some(Ok(event))) = self.decoded.next().now_or_never() {
            let data = event.data.as_deref().unwrap_or_default();
            if let Ok(event) = serde_json::from_str::<Event>(data) {
                self.seen.take(event);
            }
        }
    }
}

impl Seen {
    fn take(&mut self, event: Event) {
        match event.kind.as_str() {
            "message_start" => {
                let told = event.message.and_then(|message| message.usage);
                self.usage = told.map(|told| told.onto(Usage::default()));
            }
            "message_delta" => {
                if let Some(told) = event.usage {
                    self.usage = Some(told.onto(self.usage.unwrap_or_default()));
                    self.is_final = true;
                }
            }
            "content_block_delta" => self.written += event.delta.unwrap_or_default().length(),
            _ => {}
        }
    }
}

/// A stream's event, or a whole message: the fields that matter here.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type", default)]
    kind: String,
    message: Option<Message>,
    usage: Option<Told>,
    delta: Option<Delta>,
}

#[derive(Deserialize)]
struct Message {
    usage: Option<Told>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Delta {
    text: Option<String>,
    thinking: Option<String>,
    partial_json: Option<String>,
}

impl Delta {
    fn length(&self) -> u64 {
        [&self.text, &self.thinking, &self.partial_json].into_iter().flatten().map(|text| text.len() as u64).sum()
    }
}

/// The API's `usage`. Numbers are cumulative; those left out keep their value.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Told {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    /// Where the API sampled several times for one answer (compaction, advisor), each of them; the numbers above are
    /// then those of the last alone.
    iterations: Option<Vec<Told>>,
}

impl Told {
    fn onto(self, before: Usage) -> Usage {
        let iterations = self.iterations.unwrap_or_default();
        if !iterations.is_empty() {
            return iterations.into_iter().map(|told| told.onto(Usage::default())).fold(Usage::default(), |a, b| a + b);
        }
        Usage {
            input_tokens: self.input_tokens.unwrap_or(before.input_tokens),
            output_tokens: self.output_tokens.unwrap_or(before.output_tokens),
            cache_creation_input_tokens: self.cache_creation_input_tokens.unwrap_or(before.cache_creation_input_tokens),
            cache_read_input_tokens: self.cache_read_input_tokens.unwrap_or(before.cache_read_input_tokens),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STREAM: &str = concat!(
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":7,",
        "\"cache_creation_input_tokens\":100,\"cache_read_input_tokens\":2000,\"output_tokens\":1}}}\n\n",
        "event: ping\ndata: {\"type\":\"ping\"}\n\n",
        "event: content_block_delta\r\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"12345678\"}}\r\n\r\n",
        "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"12345678\"}}\n\n",
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":42}}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    );

    fn tally(content_type: &str, pieces: &[&str]) -> Tally {
        let mut tally = Tally::of(content_type);
        pieces.iter().for_each(|piece| tally.observe(&Bytes::copy_from_slice(piece.as_bytes())));
        tally
    }

    fn usage(input: u64, output: u64, written: u64, read: u64) -> Usage {
        Usage {
            input_tokens: input,
            output_tokens: output,
            cache_creation_input_tokens: written,
            cache_read_input_tokens: read,
        }
    }

    proptest! {
        #[test]
        fn numbers_do_not_depend_on_how_the_stream_is_cut(at in 0..STREAM.len(), again in 0..STREAM.len()) {
            let (first, last) = (at.min(again), at.max(again));
            let pieces = [&STREAM[..first], &STREAM[first..last], &STREAM[last..]];
            prop_assert_eq!(tally("text/event-stream; charset=utf-8", &pieces).usage(0), usage(7, 42, 100, 2000));
        }
    }

    #[test]
    fn a_stream_cut_short_counts_what_was_written() {
        let cut = STREAM.find("event: message_delta").unwrap();
        assert_eq!(tally("text/event-stream", &[&STREAM[..cut]]).usage(0), usage(7, 4, 100, 2000));
    }

    #[test]
    fn an_answer_without_numbers_is_estimated() {
        assert_eq!(tally("text/event-stream", &[": nothing\n\n"]).usage(400), usage(100, 0, 0, 0));
        assert_eq!(Tally::Nothing.usage(400), usage(100, 0, 0, 0));
        assert_eq!(tally("application/json", &["{\"a\":", "1}"]).usage(40), usage(10, 1, 0, 0));
    }

    #[test]
    fn a_whole_answer_tells_its_numbers() {
        let text = r#"{"type":"message","content":[],"usage":{"input_tokens":3,"output_tokens":4,"service_tier":"x"}}"#;
        assert_eq!(tally("application/json", &[&text[..20], &text[20..]]).usage(0), usage(3, 4, 0, 0));
    }

    #[test]
    fn all_samplings_of_an_answer_count() {
        let text = r#"{"usage":{"input_tokens":3,"output_tokens":4,"iterations":[
            {"type":"compaction","input_tokens":180000,"output_tokens":3500},{"type":"message","input_tokens":3,"output_tokens":4}]}}"#;
        assert_eq!(tally("application/json", &[text]).usage(0), usage(180_003, 3_504, 0, 0));
    }
}
