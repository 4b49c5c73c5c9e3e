//! Sends an answer: as server-sent events in small chunks, or as one JSON body.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use bytes::Bytes;
use futures::stream;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::answer::{Answer, Part, SIGNATURE, usage_json};
use crate::wire::{insert_request_id, json_response};

/// How much text a chunk of an ordinary answer carries; long texts go out in larger ones.
const CHUNK: usize = 16;
const LARGE_CHUNK: usize = 4096;

/// Gives what was sent before a cut the time to leave this machine's buffers.
const BEFORE_CUT: Duration = Duration::from_millis(20);

/// What happens on the wire, in order.
#[derive(Debug, PartialEq)]
enum Step {
    Wait(Duration),
    Send(Bytes),
    Cut,
}

/// The answer as the API streams it. It ends early when `closing` is cancelled.
pub(crate) fn events_response(answer: &Answer, request_id: &str, closing: CancellationToken) -> Response<Body> {
    let mut response = Response::new(body(Events::of(answer), closing));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    insert_request_id(headers, request_id);
    response
}

/// The answer in one body, after all its waits; a cut breaks off in the middle of it.
pub(crate) fn message_response(answer: &Answer, request_id: &str, closing: CancellationToken) -> Response<Body> {
    let mut steps: Vec<Step> = answer.parts.iter().filter_map(wait).collect();
    let whole = answer.message().to_string();
    let cut = answer.parts.contains(&Part::Cut);
    let mut response = json_response(&Value::Null, request_id);
    if cut {
        steps.push(Step::Send(Bytes::copy_from_slice(&whole.as_bytes()[..whole.len() / 2])));
        steps.push(Step::Cut);
    } else {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
        steps.push(Step::Send(whole.into()));
    }
    *response.body_mut() = body(steps, closing);
    response
}

fn wait(part: &Part) -> Option<Step> {
    match part {
        Part::Wait(time) => Some(Step::Wait(*time)),
        _ => None,
    }
}

fn body(steps: Vec<Step>, closing: CancellationToken) -> Body {
    Body::from_stream(stream::unfold((steps.into_iter(), closing), |(mut steps, closing)| async move {
        loop {
            match steps.next()? {
                Step::Wait(time) => tokio::select! {
                    () = tokio::time::sleep(time) => {}
                    () = closing.cancelled() => return Some((Err(broken("the model stops")), (Vec::new().into_iter(), closing))),
                },
                Step::Send(bytes) => {
                    // Being pending once is what makes the server flush: each chunk leaves by itself.
                    tokio::task::yield_now().await;
                    return Some((Ok(bytes), (steps, closing)));
                }
                Step::Cut => {
                    tokio::time::sleep(BEFORE_CUT).await;
                    return Some((Err(broken("cut by the script")), (Vec::new().into_iter(), closing)));
                }
            }
        }
    }))
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, why)
}

/// Turns an answer into the API's events.
struct Events {
    steps: Vec<Step>,
    pace: Duration,
    index: usize,
}

impl Events {
    fn of(answer: &Answer) -> Vec<Step> {
        let mut events = Self { steps: Vec::new(), pace: answer.pace, index: 0 };
        let start = json!({
            "id": answer.id, "type": "message", "role": "assistant", "model": answer.model, "content": [],
            "stop_reason": null, "stop_sequence": null, "usage": usage_json(&answer.usage, 1),
        });
        events.send("message_start", json!({"message": start}));
        events.send("ping", json!({}));
        for part in &answer.parts {
            events.part(part);
        }
        let delta = json!({"stop_reason": answer.stop_reason, "stop_sequence": null});
        let usage = usage_json(&answer.usage, answer.usage.output);
        events.send("message_delta", json!({"delta": delta, "usage": usage}));
        events.send("message_stop", json!({}));
        events.steps
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Wait(time) => self.steps.push(Step::Wait(*time)),
            Part::Pace(pause) => self.pace = *pause,
            Part::Cut => self.steps.push(Step::Cut),
            Part::Text(text) => self.block(json!({"type": "text", "text": ""}), |events| {
                events.deltas("text_delta", "text", text);
            }),
            Part::Thinking(text) => {
                self.block(json!({"type": "thinking", "thinking": "", "signature": ""}), |events| {
                    events.deltas("thinking_delta", "thinking", text);
                    events.delta(json!({"type": "signature_delta", "signature": SIGNATURE}));
                })
            }
            Part::Tool { id, call } => {
                let start = json!({"type": "tool_use", "id": id, "name": call.name, "input": {}});
                self.block(start, |events| {
                    events.delta(json!({"type": "input_json_delta", "partial_json": ""}));
                    events.deltas("input_json_delta", "partial_json", &call.input.to_string());
                });
            }
        }
    }

    fn block(&mut self, start: Value, deltas: impl FnOnce(&mut Self)) {
        self.send("content_block_start", json!({"index": self.index, "content_block": start}));
        deltas(self);
        self.send("content_block_stop", json!({"index": self.index}));
        self.index += 1;
    }

    fn deltas(&mut self, kind: &str, field: &str, text: &str) {
        for chunk in chunks(text) {
            if !self.pace.is_zero() {
                self.steps.push(Step::Wait(self.pace));
            }
            self.delta(json!({"type": kind, field: chunk}));
        }
    }

    fn delta(&mut self, delta: Value) {
        self.send("content_block_delta", json!({"index": self.index, "delta": delta}));
    }

    fn send(&mut self, kind: &str, mut data: Value) {
        data["type"] = kind.into();
        self.steps.push(Step::Send(format!("event: {kind}\ndata: {data}\n\n").into()));
    }
}

/// Splits between characters. An empty text has no chunk.
fn chunks(text: &str) -> Vec<&str> {
    let size = if text.len() > LARGE_CHUNK { LARGE_CHUNK } else { CHUNK };
    let mut rest = text;
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let (chunk, later) = rest.split_at(rest.ceil_char_boundary(size));
        chunks.push(chunk);
        rest = later;
    }
    chunks
}
