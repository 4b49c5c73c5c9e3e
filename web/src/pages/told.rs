//! What an entry of the record says in one line, where it is neither speech nor a tool call nor a question.

use super::icon::Icon;
use super::markup::{Markup, line, prose};
use signalbox_core::event::EventKind;
use signalbox_core::task::TaskState;

/// A line with its picture and colour.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) icon: Icon,
    pub(super) tone: &'static str,
    pub(super) text: Markup,
}

/// How much of a text of others a line shows, in characters.
const LENGTH: usize = 400;

/// What an event says; none for those that other entries show.
pub(super) fn told(event: &EventKind) -> Option<Told> {
    let idle = |icon, text: String| Some(Told { icon, tone: "idle", text: prose(&text) });
    let wait = |text: String| Some(Told { icon: Icon::Waiting, tone: "wait", text: prose(&text) });
    let short = |text: &str| line(text, LENGTH);
    match event {
        EventKind::Submitted { by, .. } => idle(Icon::Talk, format!("{} asked", short(by))),
        EventKind::RunStarted { number: 1, .. } => idle(Icon::Running, "A worker took it".to_owned()),
        EventKind::RunStarted { number, .. } => idle(Icon::Running, format!("Run {number} begins")),
        EventKind::SandboxReady { warm: true, .. } => idle(Icon::Running, "The sandbox stood ready".to_owned()),
        EventKind::SandboxReady { .. } => idle(Icon::Running, "The sandbox is ready".to_owned()),
        EventKind::SessionStarted { model, cli_version, .. } => {
            idle(Icon::Talk, format!("Claude Code {}, {}", short(cli_version), short(model)))
        }
        EventKind::Parked { .. } => wait("It waits for an answer; nothing runs meanwhile".to_owned()),
        EventKind::RunFailed { failure, .. } => {
            wait(format!("The run failed: {}; it is tried again", short(&failure.message)))
        }
        EventKind::Reattached { .. } => {
            idle(Icon::Running, "The hub is back and has taken the running sandbox up again".to_owned())
        }
        EventKind::Warning { message } => wait(short(message)),
        EventKind::StopRequested { by } => wait(format!("{} asked to stop it", short(by))),
        EventKind::RetryRequested { by } => idle(Icon::Queued, format!("{} asked for another try", short(by))),
        EventKind::Collected { commit, branch, stat, .. } => {
            let commit: String = commit.chars().take(12).collect();
            let files = stat.files.len();
            idle(Icon::File, format!("{files} files changed, commit {} on {}", short(&commit), short(branch)))
        }
        EventKind::HandedOver { files, .. } if files.is_empty() => None,
        EventKind::HandedOver { files, .. } => {
            let names: Vec<_> = files.iter().map(|file| short(&file.name)).collect();
            idle(Icon::File, format!("Handed over: {}", names.join(", ")))
        }
        EventKind::Pushed { branch, .. } => idle(Icon::Done, format!("{} is pushed", short(branch))),
        EventKind::Discarded { by } => wait(format!("{} discarded the work", short(by))),
        EventKind::Finished { state, failure, .. } => Some(finished(*state, failure.as_ref())),
        EventKind::Text { .. }
        | EventKind::ToolCalled { .. }
        | EventKind::GateAnswered { .. }
        | EventKind::ToolFinished { .. }
        | EventKind::ApprovalOpened { .. }
        | EventKind::ApprovalDecided { .. }
        | EventKind::ApprovalVoided { .. } => None,
    }
}

fn finished(state: TaskState, failure: Option<&signalbox_core::task::Failure>) -> Told {
    let pill = super::pill::state(state);
    let why = failure.map(|failure| format!(": {}", failure.message)).unwrap_or_default();
    Told { icon: pill.icon, tone: pill.tone, text: prose(&format!("It {}{why}", state.as_str())) }
}
