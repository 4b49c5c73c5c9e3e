//! What each signal of the CLI's protocol means for the run.

use super::Ending;
use super::limits::Interruption;
use super::talk::Talk;
use crate::claude::{Signal, TurnEnd};
use crate::hub::chain;
use signalbox_core::event::{EventKind, Excerpt, PassingKind, input_line};
use signalbox_core::task::FailureKind;

/// How many warnings one run may leave in its record: a hostile sandbox can cause them without end.
const WARNINGS: usize = 50;

impl Talk {
    pub(super) async fn on_signal(&mut self, signal: Signal) {
        match signal {
            Signal::Write(line) => self.write(line).await,
            Signal::Initialised { cli_version } => {
                if cli_version != crate::claude::PINNED_CLI {
                    let pinned = crate::claude::PINNED_CLI;
                    self.warn(format!("the image's CLI is {cli_version}; this hub was tested with {pinned}"));
                }
            }
            Signal::SessionStarted { session, model, cli_version, .. } => {
                self.events.push(EventKind::SessionStarted { session, model, cli_version });
            }
            Signal::TextDelta { text } => {
                self.progress.text(&text);
                self.parts.bus.pass(&self.brief.task.id, PassingKind::TextDelta { text });
            }
            Signal::Text { text, agent } => {
                let text = self.excerpt(text).await;
                self.events.push(EventKind::Text { text, agent });
            }
            Signal::BackgroundReported { text } => {
                let text = self.excerpt(text).await;
                self.events.push(EventKind::Text { text, agent: None });
            }
            Signal::ToolCalled { call, tool, input, agent } => {
                self.arm_collector();
                self.progress.line(format!("{tool} {}", input_line(&tool, &input)));
                self.tools.insert(call.clone(), tool.clone());
                let input = self.excerpt(input.to_string()).await;
                self.events.push(EventKind::ToolCalled { call, tool, input, agent });
            }
            Signal::AskGate { request, call, plan, .. } => {
                self.arm_collector();
                self.plan = plan;
                self.ask_gate(request, call).await;
            }
            Signal::AskWithdrawn { request, .. } => self.withdrawn(&request).await,
            Signal::ToolFinished { call, is_error, output, .. } => {
                let output = self.excerpt(output).await;
                self.events.push(EventKind::ToolFinished { call, is_error, output });
            }
            Signal::Breach { why, .. } => {
                if let Err(error) = self.live.control.kill().await {
                    tracing::error!(error = chain(&error), "a breached sandbox could not be killed");
                }
                tracing::error!(task = %self.brief.task.id, why, "task {} broke out of the gate", self.brief.task.id);
                self.fail(
                    FailureKind::Breach,
                    format!("something ran or spoke in the sandbox that nobody had allowed: {why}"),
                );
            }
            Signal::ApiRetry { attempt, max, delay_ms, status, message } => {
                let status = status.map_or_else(String::new, |status| format!(" ({status})"));
                let message =
                    format!("the model's side fails{status}: {message}; try {attempt} of {max} in {delay_ms} ms");
                self.parts.bus.pass(&self.brief.task.id, PassingKind::Delayed { message });
            }
            Signal::KeyRefused { status } => self.fail(
                FailureKind::KeyRefused,
                format!("the model's side refused the key ({status}): check model.api_key or model.oauth_token"),
            ),
            Signal::TurnEnded(end) => self.turn_ended(end),
            Signal::BackgroundRuns { .. } => {}
            Signal::Unexpected { what } => self.warn(what),
        }
    }

    pub(super) fn warn(&mut self, message: String) {
        self.progress.warnings += 1;
        if self.progress.warnings <= WARNINGS {
            self.events.push(EventKind::Warning { message });
        }
    }

    pub(super) fn turn_ended(&mut self, end: TurnEnd) {
        if let (Some(why), false) = (self.interruption(), matches!(end, TurnEnd::Answered { .. })) {
            self.ending = Some(self.end_of_interruption(why));
            return;
        }
        match end {
            // It came to its answer just before the interrupt: the answer stands, unless a person wanted it stopped.
            TurnEnd::Answered { .. } if self.interruption() == Some(Interruption::Stop) => {
                self.ending = Some(Ending::Interrupted);
            }
            TurnEnd::Answered { text, .. } => self.ending = Some(Ending::Answered(text)),
            TurnEnd::Deferred { call } => match self.deferred.take() {
                Some(approval) => self.ending = Some(Ending::Deferred(approval)),
                None => self.fail(FailureKind::ProtocolBroken, format!("the CLI deferred the call {call} by itself")),
            },
            TurnEnd::Interrupted => {
                self.fail(FailureKind::ProtocolBroken, "the CLI ended its turn although nobody interrupted it");
            }
            TurnEnd::ApiFailed { status, message } => self.api_failed(status, &message),
            TurnEnd::TurnLimit => self.fail(
                FailureKind::TurnLimit,
                "the limit of turns was reached (limits.turns, or the project's policy); what was done is on the branch",
            ),
            TurnEnd::BudgetLimit => self.fail(FailureKind::BudgetReached, "the budget was used up"),
            TurnEnd::SessionUnknown => {
                self.session_lost = true;
                self.fail(FailureKind::SandboxFailed, "the conversation's session is not in its volume any more");
            }
            TurnEnd::Broken { why } => self.fail(FailureKind::ProtocolBroken, format!("the CLI broke the protocol: {why}")),
        }
    }

    fn api_failed(&mut self, status: Option<u16>, message: &str) {
        if self.budget_reached {
            let message =
                "the budget was used up (limits.budget_usd, or the project's policy); what was done is on the branch";
            return self.fail(FailureKind::BudgetReached, message);
        }
        let kind = match status {
            Some(401 | 403) => FailureKind::KeyRefused,
            Some(400 | 404 | 413) => FailureKind::RequestRefused,
            _ => FailureKind::ModelUnavailable,
        };
        self.fail(kind, format!("the model's side failed: {message}"));
    }

    /// Arms the collector at the first tool, so that its start-up does not stand between the answer and the outcome.
    pub(super) fn arm_collector(&mut self) {
        if self.collector.is_none() {
            let control = self.live.control.clone();
            self.collector = Some(tokio::spawn(async move { control.arm_collect().await }));
        }
    }

    /// A text for the record: whole when short, its beginning with the whole in a blob when long.
    pub(super) async fn excerpt(&self, text: String) -> Excerpt {
        let mut excerpt = Excerpt::beginning(&text);
        if excerpt.is_cut() {
            match self.parts.store.put_blob(text.as_bytes()).await {
                Ok(blob) => excerpt.blob = Some(blob),
                Err(error) => {
                    tracing::error!(error = chain(&error), "a long text could not be stored; its beginning is kept");
                }
            }
        }
        excerpt
    }
}
