//! One answer of the model, made from a turn of the script: what is sent, in what order, with which pauses.

use std::time::Duration;

use serde_json::{Value, json};

use crate::failures::{Failures, Place};
use crate::script::{Call, Directive, Usage};
use crate::turns::Turn;
use crate::wire::{ApiError, Ids};

/// What the model says when there is nothing (more) to say.
pub(crate) const DONE: &str = "done";

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Text(String),
    Thinking(String),
    Tool {
        id: String,
        call: Call,
    },
    Wait(Duration),
    Pace(Duration),
    /// The connection breaks here.
    Cut,
}

/// An answer, whichever way it is sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) id: String,
    pub(crate) model: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) stop_reason: String,
    pub(crate) usage: Usage,
    pub(crate) pace: Duration,
}

/// What a turn needs to know of its surroundings.
pub(crate) struct Scene<'a> {
    pub(crate) model: &'a str,
    pub(crate) session: &'a str,
    pub(crate) prompt: (usize, &'a str),
    pub(crate) turn: usize,
    /// What `ECHO` says.
    pub(crate) last_result: Option<&'a str>,
    pub(crate) failures: &'a Failures,
    pub(crate) ids: &'a Ids,
}

/// What comes of a turn: an answer, or an error after a time.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answered(Answer),
    Failed { after: Duration, error: ApiError },
}

impl Answer {
    /// A short text and nothing else.
    pub(crate) fn text(scene: &Scene<'_>, text: impl Into<String>) -> Self {
        Self {
            id: scene.ids.next("msg_"),
            model: scene.model.to_owned(),
            parts: vec![Part::Text(text.into())],
            stop_reason: "end_turn".into(),
            usage: Usage::default(),
            pace: Duration::ZERO,
        }
    }

    /// Plays one turn.
    pub(crate) fn play(scene: &Scene<'_>, turn: &Turn) -> Outcome {
        let mut answer = Self { parts: Vec::new(), usage: turn.usage, pace: turn.pace, ..Self::text(scene, "") };
        let mut waited = Duration::ZERO;
        for (index, directive) in turn.directives.iter().enumerate() {
            let place = Place { session: scene.session, prompt: scene.prompt, turn: scene.turn, directive: index };
            match directive {
                Directive::Http(failure) if scene.failures.strike(&place, failure.times) => {
                    let mut error = ApiError::new(failure.status, format!("scripted {}", failure.status));
                    error.retry_after_seconds = failure.retry_after_seconds;
                    return Outcome::Failed { after: waited, error };
                }
                Directive::Cut { times } if scene.failures.strike(&place, Some(*times)) => {
                    answer.parts.push(Part::Cut);
                    return Outcome::Answered(answer);
                }
                Directive::Delay(time) => waited += *time,
                _ => {}
            }
            answer.add(scene, directive);
        }
        if !answer.parts.iter().any(|part| matches!(part, Part::Text(_) | Part::Tool { .. })) {
            answer.parts.push(Part::Text(DONE.into()));
        }
        Outcome::Answered(answer)
    }

    fn add(&mut self, scene: &Scene<'_>, directive: &Directive) {
        match directive {
            Directive::Say(text) => self.parts.push(Part::Text(text.clone())),
            Directive::Think(text) => self.parts.push(Part::Thinking(text.clone())),
            Directive::Big(bytes) => self.parts.push(Part::Text(filler(*bytes))),
            Directive::Echo => {
                let text = scene.last_result.filter(|text| !text.trim().is_empty()).unwrap_or("(no tool result)");
                self.parts.push(Part::Text(text.to_owned()));
            }
            Directive::Delay(time) => self.parts.push(Part::Wait(*time)),
            Directive::Slow(pause) => self.parts.push(Part::Pace(*pause)),
            Directive::Stop(reason) => self.stop_reason.clone_from(reason),
            Directive::Tools(calls) => {
                self.stop_reason = "tool_use".into();
                let ids = scene.ids;
                self.parts.extend(calls.iter().map(|call| Part::Tool { id: ids.next("toolu_"), call: call.clone() }));
            }
            Directive::Http(_) | Directive::Cut { .. } | Directive::Usage(_) => {}
        }
    }

    /// The answer as one JSON object, for a request that does not stream.
    pub(crate) fn message(&self) -> Value {
        let content: Vec<Value> = self.parts.iter().filter_map(block).collect();
        json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": content,
            "stop_reason": self.stop_reason, "stop_sequence": null, "usage": usage_json(&self.usage, self.usage.output),
        })
    }
}

fn block(part: &Part) -> Option<Value> {
    match part {
        Part::Text(text) => Some(json!({"type": "text", "text": text})),
        Part::Thinking(text) => Some(json!({"type": "thinking", "thinking": text, "signature": SIGNATURE})),
        Part::Tool { id, call } => Some(json!({"type": "tool_use", "id": id, "name": call.name, "input": call.input})),
        Part::Wait(_) | Part::Pace(_) | Part::Cut => None,
    }
}

/// Stands where the API signs a thinking block; nobody but the API could check it.
pub(crate) const SIGNATURE: &str = "c2NyaXB0ZWQ=";

/// The usage object as the API writes it.
pub(crate) fn usage_json(usage: &Usage, output: u64) -> Value {
    json!({
        "input_tokens": usage.input, "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read, "output_tokens": output, "service_tier": "standard",
    })
}

/// Exactly that many bytes, in lines, so that viewers need not break them.
fn filler(bytes: usize) -> String {
    const LINE: &str = "The quick brown fox jumps over the lazy dog, again and again.\n";
    LINE.chars().cycle().take(bytes).collect()
}
