//! Buttons of our check runs. Who pressed one is judged like anyone.

use super::{Asked, Base, Deed, Meaning, Scene};
use crate::repo::Thread;
use signalbox_core::desk::Said;
use signalbox_core::policy::Trigger;

/// How the identifier of the button begins that asks for a repair; the number of the failed check follows.
pub(crate) const REPAIR: &str = "fix:";

/// A check came to its end. One that failed can be repaired; our own cannot.
pub(super) fn completed(scene: &Scene<'_>) -> Meaning {
    let Some(run) = &scene.payload.check_run else { return Meaning::Nothing };
    let ours = scene.us.app.is_some() && run.app.as_ref().map(|app| app.id) == scene.us.app;
    let failed = matches!(run.conclusion.as_deref(), Some("failure" | "timed_out"));
    let sound = !run.head_sha.is_empty() && run.head_sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Only an App has check runs to put a button on.
    if ours || !failed || !sound || scene.us.app.is_none() {
        return Meaning::Nothing;
    }
    Meaning::Failed(scene.repo.clone(), run.head_sha.clone(), run.id)
}

/// A button was pressed on a check run of ours. The run says where it belongs: we wrote that into it, and nobody else can.
pub(super) fn pressed(scene: &Scene<'_>) -> Option<Asked> {
    let run = scene.payload.check_run.as_ref()?;
    let ours = run.app.as_ref().map(|app| app.id) == scene.us.app && scene.us.app.is_some();
    let thread: Thread = run.external_id.as_deref()?.split(' ').next()?.parse().ok()?;
    if !ours || thread.repo != scene.repo {
        return None;
    }
    let code = scene.payload.requested_action.as_ref()?.identifier.clone();
    if let Some(failed) = code.strip_prefix(REPAIR) {
        return repair(scene, &thread, failed.parse().ok()?);
    }
    scene.asked(Deed {
        number: thread.number,
        message: None,
        what: Said::Pressed { code },
        about: None,
        base: Base::Default,
        shows: Vec::new(),
        trigger: None,
    })
}

/// What the failed check is called and says is written by others: it is quoted once it is fetched, and not part of the words.
fn repair(scene: &Scene<'_>, thread: &Thread, failed: u64) -> Option<Asked> {
    let text = format!("@{} find out why the check that is quoted below failed, and repair it.", scene.us.name);
    let deed = Deed {
        number: thread.number,
        message: None,
        what: scene.words(None, &text)?,
        about: None,
        base: Base::Pull,
        shows: Vec::new(),
        trigger: Some(Trigger::CheckFailed),
    };
    Some(Asked { repairs: Some(failed), ..scene.asked(deed)? })
}
