//! Buttons as commands: GitHub's comments have none, so what a button does elsewhere is written as the comment that does it.
//! What the grammar has no command for is left out.

use signalbox_core::button::Press;
use signalbox_core::command::Command;
use signalbox_core::sheet::{Button, Sheet};

/// The comment that does what a button does.
pub(crate) fn command(press: &Press) -> Option<String> {
    let command = match press {
        Press::Allow(id, lasting) => Command::Approve { approval: id.into(), span: lasting.span() },
        Press::Deny(id) => Command::Deny { approval: id.into(), reason: None },
        Press::DenyBecause(id) => Command::Deny { approval: id.into(), reason: Some("WHY".to_owned()) },
        Press::Stop(id) => Command::StopTask { task: Some(id.into()) },
        Press::Details(id) => Command::ShowStatus { task: Some(id.into()) },
        Press::Diff(id) => Command::ShowDiff { task: Some(id.into()) },
        Press::Push(id) => Command::PushTask { task: Some(id.into()) },
        Press::Continue(id) => Command::ContinueConversation { task: Some(id.into()), prompt: None },
        Press::Discard(id) => Command::DiscardTask { task: id.into() },
        Press::Retry(id) => Command::RetryTask { task: Some(id.into()) },
        Press::Choose(..) | Press::Other(..) | Press::Answer(_) | Press::Show(_) => return None,
    };
    Some(command.canonical())
}

/// What can be done by a comment: what it does, and the comment. A no and a no with a reason are one command, and so are the
/// words that answer a question of Claude's.
pub(crate) fn offered(sheet: &Sheet) -> Vec<(String, String)> {
    let buttons: Vec<&Button> = sheet.rows.iter().flatten().collect();
    let with_reason = buttons.iter().any(|button| matches!(button.press, Press::DenyBecause(_)));
    let offered = buttons.into_iter().filter_map(|button| match &button.press {
        Press::Deny(_) if with_reason => None,
        Press::Deny(id) if !sheet.menus.is_empty() => {
            let answer = Command::Answer { approval: id.into(), words: "WORDS".to_owned() };
            Some(("Answer".to_owned(), answer.canonical()))
        }
        Press::DenyBecause(_) => Some(("Deny".to_owned(), command(&button.press)?)),
        press => Some((button.label.clone(), command(press)?)),
    });
    offered.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::button::Lasting;
    use signalbox_core::command::{Manner, parse};
    use signalbox_core::id::{ApprovalId, TaskId};

    #[test]
    fn each_comment_is_read_as_what_its_button_does() {
        let (approval, task) = (ApprovalId::from_entropy(7), TaskId::from_entropy(9));
        let mut presses: Vec<_> =
            Lasting::ALL.into_iter().map(|lasting| Press::Allow(approval.clone(), lasting)).collect();
        presses.extend([
            Press::Deny(approval.clone()),
            Press::DenyBecause(approval),
            Press::Stop(task.clone()),
            Press::Details(task.clone()),
            Press::Diff(task.clone()),
            Press::Push(task.clone()),
            Press::Continue(task.clone()),
            Press::Discard(task.clone()),
            Press::Retry(task),
        ]);
        for press in presses {
            let typed = command(&press).unwrap();
            let read = parse(&typed, &Manner::github("signalbox")).unwrap().unwrap();
            assert_eq!(read.canonical(), typed);
        }
    }
}
