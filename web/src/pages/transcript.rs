//! A task's record as people read it: what Claude said, each tool call with its verdict and its result as one entry that
//! folds, and between them what happened. Built event by event, so that a page and a live view are the same.

use super::asked::Question;
use super::fault::Fault;
use super::frame::rendered;
use super::icon::Icon;
use super::markdown::markdown;
use super::markup::{Markup, exact, line, output, prose};
use super::moment::clock;
use super::told;
use askama::Template;
use signalbox_core::event::{Event, EventKind, Excerpt, GateAnswer, input_line};
use signalbox_core::id::{ApprovalId, ToolUseId};
use signalbox_core::words::decided;
use std::collections::HashMap;

/// How much of a call its folded line shows, in characters.
const SUMMARY: usize = 160;

/// The record of a task as entries.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    entries: Vec<Entry>,
    calls: HashMap<ToolUseId, usize>,
    questions: HashMap<ApprovalId, usize>,
}

/// One entry.
#[derive(Debug, Template)]
#[template(path = "entry.html")]
pub(super) struct Entry {
    /// The number of its first event.
    pub(super) seq: u64,
    at: Markup,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Claude said something.
    Said { text: Markup, agent: Option<String>, cut: Option<Cut> },
    /// Claude called a tool.
    Called(Box<Call>),
    /// People were asked.
    Asked(Question),
    /// Something else happened.
    Noted { icon: Icon, tone: &'static str, text: Markup },
}

/// A long text of which only the beginning is shown.
#[derive(Debug)]
struct Cut {
    task: String,
    blob: String,
    bytes: u64,
}

#[derive(Debug)]
struct Call {
    tool: String,
    summary: String,
    input: Markup,
    input_cut: Option<Cut>,
    agent: bool,
    verdict: Option<Verdict>,
    output: Option<Markup>,
    output_cut: Option<Cut>,
    failed: bool,
}

#[derive(Debug)]
struct Verdict {
    word: &'static str,
    tone: &'static str,
    reason: Markup,
}

impl Transcript {
    /// Takes an event. Says which entry is new or different by it; none where it shows nothing.
    pub(super) fn take(&mut self, event: &Event) -> Option<&Entry> {
        let at = match &event.kind {
            EventKind::GateAnswered { call, answer, reason, .. } => self.judge(call, *answer, reason)?,
            EventKind::ToolFinished { call, is_error, output, .. } => self.finish(event, call, *is_error, output)?,
            EventKind::ApprovalDecided { approval, by, saying } => {
                self.settle(approval, prose(&decided(by, saying, None)))?
            }
            EventKind::ApprovalVoided { approval, reason } => self.settle(approval, prose(reason))?,
            EventKind::ToolCalled { call, tool, input, agent } => {
                let made = Call::of(event, tool, input, agent.is_some());
                match self.calls.get(call) {
                    // The same call comes again after the task was parked.
                    Some(at) => *at,
                    None => {
                        let at = self.add(event, Kind::Called(Box::new(made)));
                        self.calls.insert(call.clone(), at);
                        at
                    }
                }
            }
            EventKind::ApprovalOpened { approval, kind, tool, input, reason } => {
                let asked = Question::of(approval, *kind, &summary(tool, input), reason);
                let at = self.add(event, Kind::Asked(asked));
                self.questions.insert(approval.clone(), at);
                at
            }
            EventKind::Text { text, agent } => {
                let cut = Cut::of(event, text);
                self.add(event, Kind::Said { text: markdown(&text.text), agent: agent.clone(), cut })
            }
            other => {
                let told = told::told(other)?;
                self.add(event, Kind::Noted { icon: told.icon, tone: told.tone, text: told.text })
            }
        };
        self.entries.get(at)
    }

    /// The entries, in the order in which they began.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn add(&mut self, event: &Event, kind: Kind) -> usize {
        self.entries.push(Entry { seq: event.seq, at: clock(event.at), kind });
        self.entries.len() - 1
    }

    fn call(&mut self, call: &ToolUseId) -> Option<(usize, &mut Call)> {
        let at = *self.calls.get(call)?;
        match &mut self.entries.get_mut(at)?.kind {
            Kind::Called(call) => Some((at, call)),
            Kind::Said { .. } | Kind::Asked(_) | Kind::Noted { .. } => None,
        }
    }

    fn judge(&mut self, call: &ToolUseId, answer: GateAnswer, reason: &str) -> Option<usize> {
        let (at, call) = self.call(call)?;
        let (word, tone) = match answer {
            GateAnswer::Allow => ("allowed", "go"),
            GateAnswer::Deny => ("denied", "stop"),
            GateAnswer::Defer => ("asked later", "wait"),
        };
        call.verdict = Some(Verdict { word, tone, reason: exact(reason) });
        Some(at)
    }

    fn finish(&mut self, event: &Event, call: &ToolUseId, failed: bool, text: &Excerpt) -> Option<usize> {
        let (at, call) = self.call(call)?;
        call.output = Some(output(text.text.trim_end()));
        call.output_cut = Cut::of(event, text);
        call.failed = failed;
        Some(at)
    }

    fn settle(&mut self, approval: &ApprovalId, said: Markup) -> Option<usize> {
        let at = *self.questions.get(approval)?;
        match &mut self.entries.get_mut(at)?.kind {
            Kind::Asked(question) => question.settled = Some(said),
            Kind::Said { .. } | Kind::Called(_) | Kind::Noted { .. } => return None,
        }
        Some(at)
    }
}

impl Entry {
    /// The entry as HTML.
    pub(super) fn html(&self) -> Result<String, Fault> {
        rendered(self)
    }
}

impl Call {
    fn of(event: &Event, tool: &str, input: &Excerpt, agent: bool) -> Self {
        let pretty = serde_json::from_str::<serde_json::Value>(&input.text).ok();
        let pretty = pretty.and_then(|value| serde_json::to_string_pretty(&value).ok());
        Self {
            tool: line(tool, 60),
            summary: summary(tool, input),
            input: exact(pretty.as_deref().unwrap_or(&input.text)),
            input_cut: Cut::of(event, input),
            agent,
            verdict: None,
            output: None,
            output_cut: None,
            failed: false,
        }
    }
}

impl Cut {
    fn of(event: &Event, text: &Excerpt) -> Option<Self> {
        let blob = text.blob.as_ref().filter(|_| text.is_cut())?;
        Some(Self { task: event.task.to_string(), blob: blob.as_str().to_owned(), bytes: text.bytes })
    }
}

/// A call in one line: its command, its file, or its input as it is.
fn summary(tool: &str, input: &Excerpt) -> String {
    let whole = serde_json::from_str(&input.text).map_or_else(|_| input.text.clone(), |value| input_line(tool, &value));
    line(&whole, SUMMARY)
}
