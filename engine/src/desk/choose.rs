//! What is fixed for a place: its project, how its conversation is worked on, and by which model.

use super::DeskService;
use super::hear::{Case, Response};
use crate::fresh;
use crate::hub::{access_standing, did, judged};
use crate::store::PlaceSetting;
use signalbox_core::audit::Kind;
use signalbox_core::command::{Mode, ModelChoice};
use signalbox_core::desk::Privacy;
use signalbox_core::port::{Hub as _, Refusal};
use signalbox_core::sheet::quoted;

impl DeskService {
    pub(super) async fn choose_project(&self, case: &Case<'_>, project: Option<String>) -> Result<Response, Refusal> {
        let place = &case.heard.place;
        let Some(name) = project else {
            return Ok(Response::note(match self.project_here(case).await? {
                Some(project) => format!("Here you work on `{}`.", quoted(&project)),
                None => {
                    "No project is chosen here yet: `/projects` names yours, `/project NAME` chooses one.".to_owned()
                }
            }));
        };
        let missing = || Refusal::NotFound(format!("there is no project `{}` that you may see", quoted(&name)));
        let visible = self.hub.projects(&case.actor).await?;
        let project =
            visible.into_iter().find(|one| one.name == name || one.id.as_str() == name).ok_or_else(missing)?;
        match case.heard.privacy {
            // Nobody else is there: it is the person's own choice.
            Privacy::Private => {
                let bound = did(&case.actor, Kind::PlaceBound, "place", place.to_string());
                let bound = bound.with("project", &project.name);
                self.parts.store.noting(bound).bind(place, &project.id, fresh::now()).await?;
            }
            Privacy::Shared | Privacy::Public => _ = self.hub.bind(&case.actor, &project.name, place).await?,
        }
        // The conversation that went on here is another project's.
        self.parts.store.set_place(place, PlaceSetting::Conversation(None)).await?;
        Ok(Response::note(format!("From now on requests here are about `{}`.", quoted(&project.name))))
    }

    pub(super) async fn choose_mode(&self, case: &Case<'_>, mode: Option<Mode>) -> Result<Response, Refusal> {
        self.may_change_here(case).await?;
        let place = &case.heard.place;
        let known = self.parts.store.place(place).await?;
        let Some(mode) = mode else {
            let now = known.mode.as_deref().and_then(|mode| mode.parse::<Mode>().ok()).unwrap_or_default();
            return Ok(Response::note(format!("{} `/mode work` or `/mode plan` changes it.", explained(now))));
        };
        if let Some(conversation) = &known.conversation {
            self.parts.store.choose_mode(conversation, mode).await?;
        }
        self.parts.store.set_place(place, PlaceSetting::Mode(Some(mode.as_str().to_owned()))).await?;
        Ok(Response::note(format!("{} This holds for requests from now on.", explained(mode))))
    }

    pub(super) async fn choose_model(&self, case: &Case<'_>, model: Option<ModelChoice>) -> Result<Response, Refusal> {
        self.may_change_here(case).await?;
        let place = &case.heard.place;
        let known = self.parts.store.place(place).await?;
        let Some(model) = model else {
            let name =
                known.model.map_or_else(|| "the project's model".to_owned(), |model| format!("`{}`", quoted(&model)));
            return Ok(Response::note(format!(
                "Requests here go to {name}. `/model NAME` or `/model default` changes it."
            )));
        };
        let name = match &model {
            ModelChoice::Default => None,
            ModelChoice::Named(name) => Some(name.clone()),
        };
        if let Some(name) = &name {
            self.is_permitted(case, name).await?;
        }
        if let Some(conversation) = &known.conversation {
            self.parts.store.choose_model(conversation, name.clone()).await?;
        }
        self.parts.store.set_place(place, PlaceSetting::Model(name)).await?;
        Ok(Response::note(match model {
            ModelChoice::Default => "Requests here go to the project's model from now on.".to_owned(),
            ModelChoice::Named(name) => format!("Requests here go to `{}` from now on.", quoted(&name)),
        }))
    }

    /// What holds for everybody in a place is for those to say who may give tasks there. Others are not even told what it is.
    pub(super) async fn may_change_here(&self, case: &Case<'_>) -> Result<(), Refusal> {
        if case.heard.privacy == Privacy::Private {
            return Ok(());
        }
        for place in std::iter::once(&case.heard.place).chain(&case.heard.parent) {
            let Some(project) = self.parts.store.bound_project(place).await? else { continue };
            let may = access_standing(&self.parts, &case.actor, &project).await?.may_submit();
            let outcome = if may { Ok(()) } else { Err(not_for_you()) };
            let asked = ("place.change", "place", &*place.to_string());
            return judged(&self.parts, &case.actor, asked, std::future::ready(outcome)).await;
        }
        Ok(())
    }

    /// Said at once, rather than by a task that fails later.
    async fn is_permitted(&self, case: &Case<'_>, model: &str) -> Result<(), Refusal> {
        let Some(name) = self.project_here(case).await? else { return Ok(()) };
        let Some(project) = self.parts.store.project(&name).await? else { return Ok(()) };
        if self.parts.policy_of(&project.id).await?.settings.limits.allows_model(model) {
            return Ok(());
        }
        Err(Refusal::Invalid(format!(
            "the policy of `{}` does not permit the model `{}`",
            quoted(&name),
            quoted(model)
        )))
    }
}

fn not_for_you() -> Refusal {
    Refusal::Forbidden("only those who may give tasks here may look at that or change it".to_owned())
}

fn explained(mode: Mode) -> &'static str {
    match mode {
        Mode::Work => "Claude works at once.",
        Mode::Plan => "Claude proposes a plan first, and works once it is accepted.",
    }
}
