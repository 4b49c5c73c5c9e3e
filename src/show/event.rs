//! Events as lines for people.

use super::clean::{line, prose};
use super::{Look, Paint, count};
use signalbox_core::event::{EventKind, Excerpt, GateAnswer, input_line};
use signalbox_core::words::decided;

/// What an event says to somebody who watches a task; none for those that other lines tell already.
pub(crate) fn told(event: &EventKind, look: Look) -> Option<String> {
    let faint = |text: String| Some(look.paint(Paint::Faint, &text));
    let warn = |text: String| Some(look.paint(Paint::Warn, &text));
    match event {
        EventKind::RunStarted { number: 1, .. }
        | EventKind::Submitted { .. }
        | EventKind::ApprovalOpened { .. }
        | EventKind::ApprovalDecided { .. }
        | EventKind::ApprovalVoided { .. }
        | EventKind::Finished { .. } => None,
        EventKind::RunStarted { number, .. } => faint(format!("run {number} begins")),
        EventKind::SandboxReady { warm, .. } => {
            faint(if *warm { "the sandbox stood ready".to_owned() } else { "the sandbox is ready".to_owned() })
        }
        EventKind::SessionStarted { model, cli_version, .. } => {
            faint(format!("Claude Code {}, {}", line(cli_version, None), line(model, None)))
        }
        EventKind::Text { text, agent: None } => Some(whole(text)),
        EventKind::Text { text, agent: Some(_) } => faint(format!("  subagent: {}", one_line(text, 12, look))),
        // The card that asks people says the same.
        EventKind::ToolCalled { tool, .. } if matches!(tool.as_str(), "AskUserQuestion" | "ExitPlanMode") => None,
        EventKind::ToolCalled { tool, input, agent, .. } => Some(called(tool, input, agent.is_some(), look)),
        EventKind::GateAnswered { answer: GateAnswer::Deny, reason, .. } => {
            Some(format!("  {}", look.paint(Paint::Bad, &format!("denied: {}", line(reason, None)))))
        }
        EventKind::GateAnswered { answer: GateAnswer::Allow | GateAnswer::Defer, .. } => None,
        EventKind::ToolFinished { is_error, output, .. } => finished(*is_error, output, look),
        EventKind::Parked { .. } => warn("it waits for an answer; nothing runs meanwhile".to_owned()),
        EventKind::RunFailed { failure, .. } => {
            warn(format!("the run failed: {}; it is tried again", line(&failure.message, None)))
        }
        EventKind::Reattached { .. } => faint("the hub is back and has taken the running sandbox up again".to_owned()),
        EventKind::Warning { message } => warn(line(message, None)),
        EventKind::StopRequested { by } => warn(format!("{} asked to stop it", line(by, None))),
        EventKind::RetryRequested { by } => warn(format!("{} asked for another try", line(by, None))),
        EventKind::Collected { branch, commit, stat, .. } => {
            let files = count(stat.files.len() as u64, "file");
            let short: String = commit.chars().take(12).collect();
            faint(format!("{files} changed, commit {} on {}", line(&short, None), line(branch, None)))
        }
        EventKind::HandedOver { files, .. } if files.is_empty() => None,
        EventKind::HandedOver { files, .. } => {
            let names: Vec<_> = files.iter().map(|file| line(&file.name, None)).collect();
            faint(format!("handed over: {}", names.join(", ")))
        }
        EventKind::Discarded { by } => warn(format!("{} discarded the work", line(by, None))),
        EventKind::Pushed { branch, .. } => faint(format!("{} is pushed", line(branch, None))),
    }
}

/// One record as a line, with its number and kind: for looking through the whole of it.
pub(crate) fn entry(seq: u64, event: &EventKind, look: Look) -> String {
    let what = match event {
        EventKind::Submitted { by, prompt, .. } => format!("by {}: {}", line(by, None), line(&prompt.text, None)),
        EventKind::ApprovalOpened { approval, tool, input, .. } => {
            format!("{approval} {} {}", line(tool, None), line(&call_line(tool, input), None))
        }
        EventKind::ApprovalDecided { approval, by, saying } => {
            format!("{approval} {}", decided(by, saying, None))
        }
        EventKind::ApprovalVoided { approval, reason } => format!("{approval} {}", line(reason, None)),
        EventKind::RunStarted { number, .. } => format!("run {number}"),
        EventKind::ToolCalled { tool, input, .. } => {
            format!("{} {}", line(tool, None), line(&call_line(tool, input), None))
        }
        EventKind::ToolFinished { is_error, output, .. } => {
            format!("{}{}", if *is_error { "failed: " } else { "" }, line(&output.text, None))
        }
        EventKind::GateAnswered { tool, answer, reason, .. } => {
            format!("{} {}: {}", answered(*answer), line(tool, None), line(reason, None))
        }
        EventKind::Finished { state, cost_usd, .. } => format!("{state}, ${cost_usd:.4}"),
        other => told(other, Look { width: None, colour: false }).map_or_else(String::new, |text| line(&text, None)),
    };
    let head = format!("{seq:>5}  {:<17} ", event.name());
    let room = look.width.map(|width| width.saturating_sub(head.len()).max(8));
    format!("{}{}", look.paint(Paint::Faint, &head), line(&what, room))
}

fn answered(answer: GateAnswer) -> &'static str {
    match answer {
        GateAnswer::Allow => "allow",
        GateAnswer::Deny => "deny",
        GateAnswer::Defer => "defer",
    }
}

fn whole(text: &Excerpt) -> String {
    let shown = prose(text.text.trim_end());
    if text.is_cut() { format!("{shown} … ({} bytes in all)", text.bytes) } else { shown }
}

fn one_line(text: &Excerpt, taken: usize, look: Look) -> String {
    cut(&text.text, taken, look)
}

fn cut(text: &str, taken: usize, look: Look) -> String {
    line(text, look.width.map(|width| width.saturating_sub(taken).max(8)))
}

/// A call in one line: its command, its file, or its input as it is. An excerpt that was cut is no JSON any more.
pub(crate) fn call_line(tool: &str, input: &Excerpt) -> String {
    serde_json::from_str(&input.text).map_or_else(|_| input.text.clone(), |value| input_line(tool, &value))
}

fn called(tool: &str, input: &Excerpt, subagent: bool, look: Look) -> String {
    let call = call_line(tool, input);
    let tool = line(tool, Some(40));
    let margin = if subagent { "  ● " } else { "● " };
    let taken = margin.chars().count() + tool.chars().count() + 1;
    format!("{margin}{} {}", look.paint(Paint::Head, &tool), cut(&call, taken, look))
}

fn finished(is_error: bool, output: &Excerpt, look: Look) -> Option<String> {
    let first = one_line(output, 4, look);
    if first.is_empty() {
        return None;
    }
    let paint = if is_error { Paint::Bad } else { Paint::Faint };
    Some(look.paint(paint, &format!("  └ {first}")))
}
