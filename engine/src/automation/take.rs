//! What was told becomes a task, or is passed over, or is refused with a reason that is kept. Whatever happens in between,
//! it becomes one task at most: the update's own id is the request's key.

use super::template::{self, Made, Making};
use super::tries;
use crate::fresh;
use crate::hub::{judged, submit_followed};
use crate::parts::Parts;
use crate::store::{Heeded, Hook};
use signalbox_core::desk::Update;
use signalbox_core::hook::{Rules, Told, source};
use signalbox_core::id::UserId;
use signalbox_core::people::Actor;
use signalbox_core::place::Place;
use signalbox_core::port::{Asking, Refusal, SubmitTask};
use signalbox_core::task::Limits;

/// Acts on a stored update.
///
/// # Errors
/// [`Refusal::Unavailable`] and [`Refusal::Internal`] alone, when it has to be tried again.
pub(super) async fn take(parts: &Parts, name: &str, update: &Update) -> Result<(), Refusal> {
    let now = fresh::now();
    // Another one may have its name by now.
    let told = |hook: &Hook| source(&hook.id) == update.source;
    let Some(hook) = parts.store.hook(name).await?.filter(told) else {
        parts.store.handled(&update.source, &update.id, now).await?;
        return Ok(());
    };
    let heeded = match heed(parts, &hook, update).await {
        Ok(heeded) => heeded,
        Err(refusal @ (Refusal::Unavailable(_) | Refusal::Internal(_))) => return Err(refusal),
        Err(refusal) => Heeded::Refused(refusal.to_string()),
    };
    match &heeded {
        Heeded::Asked(task) => tracing::info!(hook = name, %task, "hook {name} has asked for task {task}"),
        Heeded::Unwanted => tracing::debug!(hook = name, "what hook {name} told is not wanted"),
        Heeded::Refused(why) => tracing::warn!(hook = name, why, "what hook {name} told could not become a task"),
    }
    Ok(parts.store.heeded(&hook, &update.id, heeded, now).await?)
}

async fn heed(parts: &Parts, hook: &Hook, update: &Update) -> Result<Heeded, Refusal> {
    let unreadable = |_| Refusal::Invalid("what was told cannot be read".to_owned());
    let told: Told = serde_json::from_str(&update.raw).map_err(unreadable)?;
    let rules = Rules::parse(&hook.rules).map_err(|error| Refusal::Invalid(error.to_string()))?;
    let code = fresh::link_code();
    let making = Making { hook: hook.name.clone(), code, limit: parts.settings.run.prompt_bytes };
    let made = template::make_in_time(rules, told, making);
    let prompt = match tries::attempt(&parts.store, update, made).await? {
        Ok(Made::Prompt(prompt)) => prompt,
        Ok(Made::Unwanted) => return Ok(Heeded::Unwanted),
        Err(error) => return Err(Refusal::Invalid(error.to_string())),
    };
    let wish = Wish {
        source: update.source.clone(),
        key: update.id.clone(),
        project: hook.project.as_str().to_owned(),
        user: hook.user.clone(),
        by: format!("by hook {}", hook.name),
        places: hook.places.clone(),
        prompt,
    };
    ask(parts, wish).await.map(Heeded::Asked)
}

/// A task that something asks for in a person's name.
pub(super) struct Wish {
    pub(super) source: String,
    pub(super) key: String,
    pub(super) project: String,
    pub(super) user: UserId,
    /// What is said beside the person's name.
    pub(super) by: String,
    pub(super) places: Vec<Place>,
    pub(super) prompt: String,
}

/// Asks for it; the person is judged at this moment.
pub(super) async fn ask(parts: &Parts, wish: Wish) -> Result<signalbox_core::id::TaskId, Refusal> {
    let gone = || Refusal::NotFound("the person in whose name it acts is gone".to_owned());
    let person = parts.store.actor(&wish.user).await?.ok_or_else(gone)?;
    let actor = Actor { name: format!("{}, {}", person.name, wish.by), ..person };
    let project = wish.project.clone();
    let mut places = wish.places.into_iter();
    let request = SubmitTask {
        source: wish.source,
        key: wish.key,
        project: Some(wish.project),
        conversation: None,
        place: places.next().unwrap_or_else(Place::nowhere),
        prompt: wish.prompt,
        attachments: Vec::new(),
        model: None,
        priority: 0,
        not_before: None,
        limits: Limits::default(),
        asking: Asking::Ask,
        mode: None,
        message: None,
        goes_on: false,
        about: None,
        ground: None,
    };
    let submitted = submit_followed(parts, &actor, request, places.collect());
    Ok(judged(parts, &actor, ("task.submit", "project", &project), submitted).await?.task)
}
