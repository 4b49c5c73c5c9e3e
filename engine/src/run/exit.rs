//! What the end of the CLI's process means.

use super::Ending;
use super::launch::sandbox_failed;
use super::talk::Talk;
use crate::sandbox::{Exit, KillReason, SandboxError};
use signalbox_core::task::FailureKind;

impl Talk {
    /// The CLI's process has ended: says what that means.
    pub(super) async fn after_exit(&mut self) {
        let exit = self.live.output.exit().await;
        if let Some(approval) = self.deferred.take() {
            self.ending = Some(Ending::Deferred(approval));
            return;
        }
        if let Some(why) = self.interruption() {
            self.ending = Some(self.end_of_interruption(why));
            return;
        }
        match exit {
            Ok(Exit { killed: Some(reason), .. }) => {
                let what = match reason {
                    KillReason::LogFull { .. } => "wrote more output than sandbox.log allows",
                    KillReason::DiskFull { .. } => "used more disk than sandbox.disk allows",
                };
                self.fail(FailureKind::Internal, format!("the sandbox {what} and was killed"));
            }
            Ok(Exit { oom_killed: true, .. }) => {
                self.fail(FailureKind::SandboxFailed, "the sandbox ran out of memory (sandbox.memory)");
            }
            Ok(Exit { code, .. }) => match self.live.dialogue.on_exit(Some(code)) {
                Some(end) => self.turn_ended(end),
                None => self.fail(FailureKind::SandboxFailed, format!("the CLI ended with status {code}")),
            },
            Err(SandboxError::RecordGap { .. }) => {
                self.fail(FailureKind::Breach, "the sandbox's record has a gap, so it cannot be vouched for");
            }
            Err(error) => self.ending = Some(sandbox_failed(&error)),
        }
    }
}
