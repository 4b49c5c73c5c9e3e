//! Answers to Claude's questions: chosen one by one, written in one's own words, sent together. A question that stands alone
//! and takes one answer is answered at once.

use super::DeskService;
use super::hear::{Case, Response};
use super::press::late;
use crate::bus::Ring;
use crate::fresh;
use crate::hub::{access_approval, access_standing, judged};
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Saying};
use signalbox_core::button::Press;
use signalbox_core::grant::GrantSpan;
use signalbox_core::id::ApprovalId;
use signalbox_core::policy::shell::reveal;
use signalbox_core::port::{Hub as _, Refusal};
use signalbox_core::question::{Draft, Question, questions};

/// How often a draft is written again when others write at the same time.
const TRIES: usize = 5;

impl DeskService {
    pub(super) async fn choose_option(
        &self,
        case: &Case<'_>,
        id: &ApprovalId,
        question: u8,
        option: u8,
    ) -> Result<Response, Refusal> {
        self.redraft(case, id, |draft, questions| draft.choose(questions, question, option)).await
    }

    pub(super) async fn chosen(&self, case: &Case<'_>, code: &str, options: &[u8]) -> Result<Response, Refusal> {
        let here = match code.parse::<Press>() {
            Ok(Press::Choose(id, question, _)) => {
                let shown = self.parts.store.is_shown(&case.heard.place, &format!("approval:{id}")).await?;
                shown.then_some((id, question))
            }
            _ => None,
        };
        let Some((id, question)) = here else { return self.pressed(case, "").await };
        self.redraft(case, &id, |draft, questions| draft.choose_all(questions, question, options)).await
    }

    pub(super) async fn answer_in_words(
        &self,
        case: &Case<'_>,
        id: &ApprovalId,
        question: u8,
        words: &str,
    ) -> Result<Response, Refusal> {
        self.redraft(case, id, |draft, questions| draft.write(questions, question, words)).await
    }

    /// Words in answer to an approval's own card.
    pub(super) async fn answer_card(&self, case: &Case<'_>, id: &str, words: &str) -> Result<Response, Refusal> {
        let Ok(id) = id.parse::<ApprovalId>() else {
            return Err(Refusal::NotFound("there is no such approval".to_owned()));
        };
        let approval = self.hub.approval(&case.actor, &id).await?;
        match approval.kind {
            _ if approval.state != ApprovalState::Open => Ok(Response::Note(late(&approval))),
            ApprovalKind::Question => {
                let asked = questions(&approval);
                let open = approval.context.draft.first_open(&asked).unwrap_or(0);
                self.answer_in_words(case, &id, open, words).await
            }
            ApprovalKind::Plan => self.deny(case, id.as_str(), Some(words.to_owned())).await,
            ApprovalKind::Tool => Ok(Response::note(format!(
                "Nothing was decided by that: press a button, or write `/approve {id}` or `/deny {id} why`."
            ))),
        }
    }

    /// An answer that is typed, with the approval's id or its beginning. Whoever types may have no button to send the answers by:
    /// the last one sends them all.
    pub(super) async fn answer_typed(&self, case: &Case<'_>, typed: &str, words: &str) -> Result<Response, Refusal> {
        let id = access_approval(&self.parts, &case.actor, typed).await?.0.id;
        let response = self.answer_card(case, id.as_str(), words).await?;
        let approval = self.hub.approval(&case.actor, &id).await?;
        if approval.kind != ApprovalKind::Question || approval.state != ApprovalState::Open {
            return Ok(response);
        }
        let asked = questions(&approval);
        match approval.context.draft.first_open(&asked) {
            Some(open) => {
                let next = asked.get(usize::from(open)).map_or("", |next| next.question.as_str());
                let next: String = reveal(next).chars().take(120).collect();
                Ok(Response::note(format!("Noted. The next question: {next}")))
            }
            None => self.send_answers(case, &id).await,
        }
    }

    pub(super) async fn send_answers(&self, case: &Case<'_>, id: &ApprovalId) -> Result<Response, Refusal> {
        let approval = self.hub.approval(&case.actor, id).await?;
        let asked = questions(&approval);
        if approval.state != ApprovalState::Open {
            return Ok(Response::Note(late(&approval)));
        }
        match approval.context.draft.first_open(&asked) {
            Some(open) if asked.len() > 1 => Ok(Response::note(format!("Question {} has no answer yet.", open + 1))),
            Some(_) => Ok(Response::note("Choose something first, or write it in your own words.")),
            None => self.decide_answers(case, id, &approval.context.draft, &asked).await,
        }
    }

    async fn decide_answers(
        &self,
        case: &Case<'_>,
        id: &ApprovalId,
        draft: &Draft,
        asked: &[Question],
    ) -> Result<Response, Refusal> {
        let saying = Saying::Answer { answers: draft.answers(asked) };
        self.say_to(case, id.as_str(), saying, GrantSpan::Once).await
    }

    /// Changes the draft, or answers at once where nothing else is asked.
    async fn redraft(
        &self,
        case: &Case<'_>,
        id: &ApprovalId,
        change: impl Fn(&mut Draft, &[Question]) -> bool,
    ) -> Result<Response, Refusal> {
        for _ in 0..TRIES {
            let approval = self.hub.approval(&case.actor, id).await?;
            if approval.state != ApprovalState::Open {
                return Ok(Response::Note(late(&approval)));
            }
            self.may_answer(case, &approval).await?;
            let asked = questions(&approval);
            let before = approval.context.draft.clone();
            let mut draft = before.clone();
            if !change(&mut draft, &asked) {
                return Ok(Response::note("That is not among the answers."));
            }
            let at_once = asked.len() == 1 && (!asked[0].several || draft.words(0).is_some());
            if at_once && draft.first_open(&asked).is_none() {
                return self.decide_answers(case, id, &draft, &asked).await;
            }
            if draft == before || self.parts.store.redraft(id, &before, &draft, fresh::now()).await? {
                self.parts.bus.ring(Ring::Outbox);
                let open = draft.first_open(&asked).is_some();
                return Ok(Response::seen(if open { "Noted." } else { "Noted. `Send answers` sends them." }));
            }
        }
        Err(Refusal::Conflict("others are answering at this very moment; look at the card and try again".to_owned()))
    }

    /// Whoever may not decide may not prepare a decision either.
    async fn may_answer(&self, case: &Case<'_>, approval: &Approval) -> Result<(), Refusal> {
        let standing = access_standing(&self.parts, &case.actor, &approval.project).await?;
        let policy = self.parts.policy_of(&approval.project).await?;
        let outcome = match policy.settings.approval.entitles(&standing, &approval.requester) {
            true => Ok(()),
            false => Err(Refusal::Forbidden("the project's policy leaves this decision to others".to_owned())),
        };
        let asked = ("approval.answer", "approval", approval.id.as_str());
        judged(&self.parts, &case.actor, asked, std::future::ready(outcome)).await
    }
}
