//! Cuts a script into the model's turns: each ends with a tool group, a `STOP`, or the script.

use std::time::Duration;

use crate::script::{Directive, Usage};

/// What the model does in answer to one request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Turn {
    pub(crate) directives: Vec<Directive>,
    /// The pause before each chunk when the turn begins; earlier turns may have set it.
    pub(crate) pace: Duration,
    pub(crate) usage: Usage,
}

impl Turn {
    /// Whether the turn ends with tool calls, so that the conversation comes back with their results.
    pub(crate) fn calls_tools(&self) -> bool {
        matches!(self.directives.last(), Some(Directive::Tools(_)))
    }
}

/// The turns of a script. What `SLOW` and `USAGE` set holds in later turns too.
pub(crate) fn turns(directives: Vec<Directive>) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut pace = Duration::ZERO;
    let mut usage = Usage::default();
    let mut rest = directives.into_iter().peekable();
    while rest.peek().is_some() {
        let mut turn = Turn { directives: Vec::new(), pace, usage };
        for directive in rest.by_ref() {
            let ends = matches!(directive, Directive::Tools(_) | Directive::Stop(_));
            match &directive {
                Directive::Slow(pause) => pace = *pause,
                Directive::Usage(counted) => usage = *counted,
                _ => {}
            }
            turn.directives.push(directive);
            if ends {
                break;
            }
        }
        turn.usage = usage;
        turns.push(turn);
    }
    turns
}
