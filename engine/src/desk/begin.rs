//! What begins work in a place: the policy of its project says so.

use super::DeskService;
use signalbox_core::place::Place;
use signalbox_core::policy::Trigger;
use signalbox_core::port::Refusal;

impl DeskService {
    /// Where nothing is bound, and where the policy cannot be read, whoever asks is to be told, so it is let through.
    pub(super) async fn lets_begin(
        &self,
        place: &Place,
        parent: Option<&Place>,
        trigger: Trigger,
    ) -> Result<bool, Refusal> {
        for place in std::iter::once(place).chain(parent) {
            let Some(project) = self.parts.store.bound_project(place).await? else { continue };
            let policy = self.parts.policy_of(&project).await;
            return Ok(policy.map_or(true, |policy| policy.settings.github.triggers.contains(&trigger)));
        }
        Ok(true)
    }
}
