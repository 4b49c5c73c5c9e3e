//! A command written the one way that every place with slash commands reads back as the same command.

use super::Command;
use crate::grant::GrantSpan;

impl Command {
    /// The command as text, with a slash. It holds a link's code: not for logs.
    pub fn canonical(&self) -> String {
        let mut written = format!("/{}", self.verb());
        match self {
            Self::SubmitTask { prompt } => append(&mut written, Some(prompt)),
            Self::ChooseProject { project } => append(&mut written, project.as_ref()),
            Self::StartConversation { prompt } => append(&mut written, prompt.as_ref()),
            Self::ContinueConversation { task, prompt } => {
                append(&mut written, task.as_ref().map(|task| format!("#{task}")));
                // Below, where it is never taken for the task.
                written.extend(prompt.iter().flat_map(|prompt| ["\n", prompt]));
            }
            Self::StopTask { task }
            | Self::ShowStatus { task }
            | Self::ShowDiff { task }
            | Self::RetryTask { task }
            | Self::PushTask { task } => append(&mut written, task.as_ref().map(|task| task.as_str())),
            Self::DiscardTask { task } => append(&mut written, Some(task.as_str())),
            Self::ChooseMode { mode } => append(&mut written, mode.map(|mode| mode.as_str())),
            Self::ChooseModel { model } => append(&mut written, model.as_ref().map(ToString::to_string)),
            Self::LinkAccount { code } => append(&mut written, Some(code.expose())),
            Self::ShowHelp { verb } => append(&mut written, verb.map(|verb| verb.name())),
            Self::Approve { approval, span } => {
                append(&mut written, Some(approval.as_str()));
                append(&mut written, (*span != GrantSpan::Once).then(|| format!("for {span}")));
            }
            Self::Deny { approval, reason } => {
                append(&mut written, Some(approval.as_str()));
                append(&mut written, reason.as_ref());
            }
            Self::Answer { approval, words } => {
                append(&mut written, Some(approval.as_str()));
                append(&mut written, Some(words));
            }
            Self::ListProjects | Self::ListApprovals | Self::ShowQueue | Self::ShowUsage | Self::ShowIdentity => {}
        }
        written
    }
}

/// Adds an argument. Text that begins with blanks goes below, where they are kept.
fn append(written: &mut String, argument: Option<impl AsRef<str>>) {
    let Some(argument) = argument else { return };
    let argument = argument.as_ref();
    let below = argument.starts_with(super::values::is_blank);
    written.push(if below { '\n' } else { ' ' });
    written.push_str(argument);
}
