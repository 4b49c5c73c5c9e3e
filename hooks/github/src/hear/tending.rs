//! What people do with issues beside writing: a label or an assignment asks for work, a repository gets another name.

use super::talk::{address, base};
use super::{Asked, Base, Deed, Meaning, Scene};
use crate::about::About;
use crate::repo::Repo;
use signalbox_core::desk::PlaceChange;
use signalbox_core::policy::Trigger;

/// The label that asks for work was given.
pub(super) fn labeled(scene: &Scene<'_>) -> Option<Asked> {
    let (label, wanted) = (&scene.payload.label.as_ref()?.name, &scene.us.label);
    (!wanted.is_empty() && label.eq_ignore_ascii_case(wanted)).then(|| handed_over(scene, Trigger::Labelled))?
}

/// It was assigned to us.
pub(super) fn assigned(scene: &Scene<'_>) -> Option<Asked> {
    let assignee = scene.payload.assignee.as_ref()?;
    assignee.login.eq_ignore_ascii_case(&scene.us.login).then(|| handed_over(scene, Trigger::Assigned))?
}

/// What is asked for without a word.
fn handed_over(scene: &Scene<'_>, trigger: Trigger) -> Option<Asked> {
    let payload = scene.payload;
    let (number, about, base, what) = match (&payload.issue, &payload.pull_request) {
        (Some(issue), _) => (issue.number, About::issue(issue), Base::Default, "issue"),
        (None, Some(pull)) => (pull.number, About::pull(pull), base(pull), "pull request"),
        (None, None) => return None,
    };
    let text = format!("@{} take care of this {what}. What it says is quoted below.", scene.us.name);
    scene.asked(Deed {
        number,
        message: None,
        what: scene.words(None, &text)?,
        about: Some(about.into_text()),
        base,
        shows: address(&["issues", &number.to_string()]),
        trigger: Some(trigger),
    })
}

/// The conversation was unlocked: we can speak there again.
pub(super) fn unlocked(scene: &Scene<'_>) -> Meaning {
    let payload = scene.payload;
    let number = payload.issue.as_ref().map(|issue| issue.number);
    let number = number.or_else(|| payload.pull_request.as_ref().map(|pull| pull.number));
    let place = number.and_then(|number| crate::repo::Thread { repo: scene.repo.clone(), number }.place());
    place.map_or(Meaning::Nothing, |place| Meaning::Changed(place, PlaceChange::Back))
}

/// The repository has a new name or owner; what is bound to it goes along.
pub(super) fn moved(scene: &Scene<'_>) -> Meaning {
    let Some(changes) = &scene.payload.changes else { return Meaning::Nothing };
    let name = changes.repository.as_ref().and_then(|renamed| renamed.name.as_ref()).map(|name| &name.from);
    let owners = changes.owner.as_ref().map(|owner| &owner.from);
    let owner = owners.and_then(|from| from.user.as_ref().or(from.organization.as_ref())).map(|owner| &owner.login);
    let old =
        Repo { owner: owner.unwrap_or(&scene.repo.owner).clone(), name: name.unwrap_or(&scene.repo.name).clone() };
    match (old.place(), scene.repo.place()) {
        (Some(old), Some(new)) if old != new => Meaning::Changed(old, PlaceChange::Moved(new)),
        _ => Meaning::Nothing,
    }
}
