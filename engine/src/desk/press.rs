//! Buttons: what they carry is read strictly, and counts only where the card with the button is shown; who pressed is judged
//! like anyone.

use super::DeskService;
use super::hear::{Case, Response};
use super::reply::Reply;
use crate::fresh;
use crate::store::owed;
use signalbox_core::approval::{Approval, ApprovalState, Saying};
use signalbox_core::button::Press;
use signalbox_core::card::Card;
use signalbox_core::grant::GrantSpan;
use signalbox_core::id::ApprovalId;
use signalbox_core::port::{Decide, Decided, Hub as _, Refusal};
use signalbox_core::time::Spoken;
use signalbox_core::words::settled;

/// What is said of a button that means nothing here: the same whether it never did, or does for others.
const NO_BUTTON: &str = "This button is not in use any more.";

impl DeskService {
    pub(super) async fn pressed(&self, case: &Case<'_>, code: &str) -> Result<Response, Refusal> {
        let Ok(press) = code.parse::<Press>() else { return Ok(Response::note(NO_BUTTON)) };
        if !self.is_here(case, &press).await? {
            return Ok(Response::note(NO_BUTTON));
        }
        match &press {
            Press::Allow(id, lasting) => self.approve(case, id.as_str(), lasting.span()).await,
            Press::Deny(id) => self.deny(case, id.as_str(), None).await,
            Press::DenyBecause(_) | Press::Other(..) => self.ask_for_words(case, press).await,
            Press::Choose(id, question, option) => self.choose_option(case, id, *question, *option).await,
            Press::Answer(id) => self.send_answers(case, id).await,
            Press::Show(id) => self.show_approval(case, id).await,
            Press::Stop(id) => self.stop_one(case, id).await,
            Press::Details(id) => self.details_of(case, id).await,
            Press::Diff(id) => self.diff_of(case, id).await,
            Press::Push(id) => self.push_one(case, id).await,
            Press::Retry(id) => self.retry_one(case, id).await,
            Press::Continue(id) => {
                let task = self.hub.task(&case.actor, id.as_str()).await?;
                self.continue_conversation(case, Some((&task.id).into()), None).await
            }
            Press::Discard(id) => self.discard_one(case, id.as_str()).await,
        }
    }

    /// Whether the card that has such a button is shown in this place.
    async fn is_here(&self, case: &Case<'_>, press: &Press) -> Result<bool, Refusal> {
        let store = &self.parts.store;
        let place = &case.heard.place;
        match (press.approval(), press.task()) {
            (Some(approval), _) => Ok(store.is_shown(place, &format!("approval:{approval}")).await?),
            // A task's buttons do what its commands do for whoever may.
            (None, _) => Ok(true),
        }
    }

    pub(super) async fn approve(&self, case: &Case<'_>, approval: &str, span: GrantSpan) -> Result<Response, Refusal> {
        self.say_to(case, approval, Saying::Allow, span).await
    }

    pub(super) async fn deny(
        &self,
        case: &Case<'_>,
        approval: &str,
        reason: Option<String>,
    ) -> Result<Response, Refusal> {
        self.say_to(case, approval, Saying::Deny { reason }, GrantSpan::Once).await
    }

    /// Hands a person's word in, and says what became of it.
    pub(super) async fn say_to(
        &self,
        case: &Case<'_>,
        approval: &str,
        saying: Saying,
        span: GrantSpan,
    ) -> Result<Response, Refusal> {
        let request = Decide { approval: approval.to_owned(), saying, span };
        Ok(match self.hub.decide(&case.actor, request).await? {
            Decided::Applied { approval } => Response::seen(match approval.state {
                ApprovalState::Allowed => "Allowed.",
                ApprovalState::Denied => "Denied.",
                ApprovalState::Open | ApprovalState::Void => "Counted.",
            }),
            Decided::Counted { missing: 1 } => Response::seen("Your yes is counted; one more is needed."),
            Decided::Counted { missing } => Response::seen(format!("Your yes is counted; {missing} more are needed.")),
            Decided::Late { approval } => Response::Note(late(&approval)),
        })
    }

    /// Where a place has no forms, the words are asked for by a message that the person answers.
    async fn ask_for_words(&self, case: &Case<'_>, press: Press) -> Result<Response, Refusal> {
        let Some(id) = press.approval() else { return Ok(Response::note(NO_BUTTON)) };
        let approval = self.hub.approval(&case.actor, id).await?;
        if approval.state != ApprovalState::Open {
            return Ok(Response::Note(late(&approval)));
        }
        let wanted = match &press {
            Press::DenyBecause(_) => "Why not? Answer this message; Claude is told what you write.",
            _ => "Answer this message in your own words.",
        };
        let reply = Reply::new().line(wanted).faint(&format!("`{id}`")).wants(press.clone());
        Ok(Response::say(reply.answering(case.heard.message.clone())))
    }

    /// The words that a button wanted.
    pub(super) async fn filled(&self, case: &Case<'_>, code: &str, words: &str) -> Result<Response, Refusal> {
        let Ok(press) = code.parse::<Press>() else { return Ok(Response::note(NO_BUTTON)) };
        if !self.is_here(case, &press).await? {
            return Ok(Response::note(NO_BUTTON));
        }
        match press {
            Press::DenyBecause(id) => self.deny(case, id.as_str(), Some(words.to_owned())).await,
            Press::Other(id, question) => self.answer_in_words(case, &id, question, words).await,
            _ => Ok(Response::note(NO_BUTTON)),
        }
    }

    async fn show_approval(&self, case: &Case<'_>, id: &ApprovalId) -> Result<Response, Refusal> {
        let approval = self.hub.approval(&case.actor, id).await?;
        let card = owed(case.heard.place.clone(), Card::Approval(Box::new(approval)), fresh::now());
        Ok(Response::Cards(vec![card]))
    }
}

/// What somebody is told who comes too late.
pub(super) fn late(approval: &Approval) -> String {
    let what = settled(approval).unwrap_or_else(|| "open".to_owned());
    match &approval.decision {
        Some(decision) => format!("Already {what}, {} ago.", Spoken(fresh::now().since(decision.at))),
        None => format!("Too late: {what}."),
    }
}
