//! What may be said aloud: others read along in most places, and the person who asks may see more than they do.

use super::DeskService;
use super::hear::Case;
use signalbox_core::desk::Privacy;
use signalbox_core::policy::Answers;
use signalbox_core::port::Refusal;
use signalbox_core::task::Task;

impl DeskService {
    /// What was said to one person alone is not carried into a place that others read.
    pub(super) fn may_carry_here(&self, case: &Case<'_>, task: &Task) -> Result<(), Refusal> {
        if case.heard.privacy == Privacy::Private || task.origin == case.heard.place {
            return Ok(());
        }
        Err(Refusal::Forbidden(format!(
            "the conversation of `{}` was begun elsewhere, and others can read here; continue it there or in a private chat",
            task.id
        )))
    }

    /// What a task does is told where it was asked for, and in places of its project; where anybody can read, as policy says.
    pub(super) async fn may_tell_here(&self, case: &Case<'_>, task: &Task) -> Result<(), Refusal> {
        if case.heard.privacy == Privacy::Private {
            return Ok(());
        }
        if task.origin != case.heard.place && !self.is_of_this_place(case, task).await? {
            return Err(Refusal::Forbidden(format!(
                "`{}` belongs elsewhere, and others can read here; ask in a private chat",
                task.id
            )));
        }
        let answers = self.parts.policy_of(&task.project).await?.settings.answers_in_public;
        if case.heard.privacy == Privacy::Public && answers == Answers::Summary {
            return Err(Refusal::Forbidden(
                "anybody can read here, and the project's policy keeps what was done from them; ask in a private chat"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    async fn is_of_this_place(&self, case: &Case<'_>, task: &Task) -> Result<bool, Refusal> {
        for place in std::iter::once(&case.heard.place).chain(&case.heard.parent) {
            if let Some(project) = self.parts.store.bound_project(place).await? {
                return Ok(project == task.project);
            }
        }
        Ok(false)
    }
}
