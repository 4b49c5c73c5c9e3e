//! From what somebody did to what is said in return: who they are, what they mean, what comes of it.

use super::DeskService;
use super::reply::Reply;
use crate::bus::Ring;
use crate::fresh;
use crate::store::{PlaceSetting, owed};
use signalbox_core::approval::ApprovalState;
use signalbox_core::button::Press;
use signalbox_core::card::{Card, ReplyCard};
use signalbox_core::command::{Command, Misunderstood, Plain, help, parse};
use signalbox_core::delivery::Delivery;
use signalbox_core::desk::{Answered, Heard, Privacy, Said};
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;

/// The longest note, in characters: what Telegram takes for a toast.
const NOTE: usize = 200;

/// Somebody whom we know, and what they did.
pub(super) struct Case<'a> {
    pub(super) heard: &'a Heard,
    pub(super) actor: Actor,
}

/// What comes of it.
#[derive(Debug)]
pub(super) enum Response {
    /// It was not for us.
    Nothing,
    /// All there is to say is owed already: the update was handled together with it.
    Done,
    /// It is said to the person alone where the place can, else in the place.
    Note(String),
    /// The same; the cards in the place tell it as well.
    Seen(String),
    /// It is said in the place, or to the person alone where they asked so that others did not see it.
    Say(Box<Reply>),
    /// These cards are owed to the place.
    Cards(Vec<Delivery>),
}

impl Response {
    pub(super) fn note(text: impl Into<String>) -> Self {
        Self::Note(text.into())
    }

    pub(super) fn seen(text: impl Into<String>) -> Self {
        Self::Seen(text.into())
    }

    pub(super) fn say(reply: Reply) -> Self {
        Self::Say(Box::new(reply))
    }
}

impl DeskService {
    pub(super) async fn take_in(&self, heard: Heard) -> Result<Answered, Refusal> {
        if !self.parts.store.is_unhandled(&heard.source, &heard.id).await? {
            return Ok(Answered::Silence);
        }
        let response = match self.parts.store.actor_by_identity(&heard.sender).await? {
            Some(actor) => {
                let actor = Actor { place: Some(heard.place.clone()), at_most: heard.at_most, ..actor };
                self.remember_privacy(&heard).await?;
                self.respond(&Case { heard: &heard, actor }).await
            }
            None => self.respond_to_stranger(&heard).await,
        };
        match response {
            Ok(response) => self.answer(&heard, response).await,
            // It is handed in again; nothing was said yet.
            Err(Refusal::Unavailable(why)) => Err(Refusal::Unavailable(why)),
            Err(refusal) => self.answer(&heard, Response::Note(worded(&refusal))).await,
        }
    }

    async fn respond(&self, case: &Case<'_>) -> Result<Response, Refusal> {
        match &case.heard.what {
            Said::Words { text, answers, .. } => match understood(text, case.heard) {
                Ok(None) => Ok(Response::Nothing),
                Ok(Some(Command::SubmitTask { prompt })) => self.words(case, prompt, answers.as_deref()).await,
                Ok(Some(command)) => self.carry_out(case, command).await,
                Err(misunderstood) => Ok(Response::note(misunderstood.to_string())),
            },
            Said::Form { verb, fields } => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                match Command::from_fields(*verb, &fields, &case.heard.manner) {
                    Ok(command) => self.carry_out(case, command).await,
                    Err(misunderstood) => Ok(Response::note(misunderstood.to_string())),
                }
            }
            Said::Pressed { code } => self.pressed(case, code).await,
            Said::Chosen { code, options } => self.chosen(case, code, options).await,
            Said::Filled { code, words } => self.filled(case, code, words).await,
        }
    }

    pub(super) async fn carry_out(&self, case: &Case<'_>, command: Command) -> Result<Response, Refusal> {
        match command {
            Command::SubmitTask { prompt } => self.submit(case, prompt, self.thread_here(case, None).await?).await,
            Command::StartConversation { prompt } => self.start_conversation(case, prompt).await,
            Command::ContinueConversation { task, prompt } => self.continue_conversation(case, task, prompt).await,
            Command::ChooseProject { project } => self.choose_project(case, project).await,
            Command::ChooseMode { mode } => self.choose_mode(case, mode).await,
            Command::ChooseModel { model } => self.choose_model(case, model).await,
            Command::ListProjects => self.list_projects(case).await,
            Command::StopTask { task } => self.stop(case, task).await,
            Command::RetryTask { task } => self.retry(case, task).await,
            Command::PushTask { task } => self.push(case, task).await,
            Command::DiscardTask { task } => self.discard_one(case, task.as_str()).await,
            Command::ShowStatus { task } => self.show_status(case, task).await,
            Command::ShowDiff { task } => self.show_diff(case, task).await,
            Command::ListApprovals => self.list_approvals(case).await,
            Command::ShowQueue => self.show_queue(case).await,
            Command::ShowUsage => self.show_usage(case).await,
            Command::ShowIdentity => self.show_identity(case).await,
            Command::LinkAccount { code } => self.link_again(case, &code).await,
            Command::ShowHelp { verb } => {
                let lines = help(verb, &case.heard.manner);
                Ok(Response::say(lines.lines().fold(Reply::new(), Reply::line)))
            }
            Command::Approve { approval, span } => self.approve(case, approval.as_str(), span).await,
            Command::Deny { approval, reason } => self.deny(case, approval.as_str(), reason).await,
            Command::Answer { approval, words } => self.answer_typed(case, approval.as_str(), &words).await,
        }
    }

    /// Owes what is said, and marks the update as handled, at once.
    async fn answer(&self, heard: &Heard, response: Response) -> Result<Answered, Refusal> {
        let (cards, answered) = match response {
            Response::Done => return Ok(Answered::Owed),
            Response::Nothing => (Vec::new(), Answered::Silence),
            Response::Note(text) if shows_notes(heard) => (Vec::new(), self.note(heard, &text, Answered::Note).await?),
            Response::Seen(text) if shows_notes(heard) => (Vec::new(), self.note(heard, &text, Answered::Seen).await?),
            Response::Say(reply) if reply.may_pass() && asks_unseen(heard) => {
                (Vec::new(), Answered::Reply(Box::new(card(heard, *reply))))
            }
            Response::Note(text) | Response::Seen(text) => {
                (vec![self.owe_reply(heard, Reply::new().line(&text))], Answered::Owed)
            }
            Response::Say(reply) => (vec![self.owe_reply(heard, *reply)], Answered::Owed),
            Response::Cards(cards) => (cards, Answered::Owed),
        };
        let owes = !cards.is_empty();
        self.parts.store.answer_update(&heard.source, &heard.id, cards, fresh::now()).await?;
        if owes {
            self.parts.bus.ring(Ring::Outbox);
        }
        Ok(answered)
    }

    async fn note(&self, heard: &Heard, text: &str, shown: fn(String) -> Answered) -> Result<Answered, Refusal> {
        let note = cut(&text.replace('`', ""), NOTE);
        Ok(if self.is_stray(heard).await? { Answered::Stray(note) } else { shown(note) })
    }

    /// Whether the pressed button is on a copy of a card that was sent without our hearing of it (the hub died in between),
    /// and whose question is over. The copies that we know are edited by the outbox.
    async fn is_stray(&self, heard: &Heard) -> Result<bool, Refusal> {
        let (Said::Pressed { code }, Some(message)) = (&heard.what, &heard.message) else { return Ok(false) };
        let Some(id) = code.parse::<Press>().ok().and_then(|press| press.approval().cloned()) else { return Ok(false) };
        if self.parts.store.card_of(&heard.place, message).await?.is_some() {
            return Ok(false);
        }
        Ok(self.parts.store.approval(&id).await?.is_some_and(|approval| approval.state != ApprovalState::Open))
    }

    fn owe_reply(&self, heard: &Heard, reply: Reply) -> Delivery {
        owed(heard.place.clone(), Card::Reply(card(heard, reply)), fresh::now())
    }

    async fn remember_privacy(&self, heard: &Heard) -> Result<(), Refusal> {
        let word = heard.privacy.as_str();
        if self.parts.store.place(&heard.place).await?.privacy != word {
            self.parts.store.set_place(&heard.place, PlaceSetting::Privacy(word)).await?;
        }
        Ok(())
    }
}

/// What a text means here. A message with files and no words is a request to look at them.
fn understood(text: &str, heard: &Heard) -> Result<Option<Command>, Misunderstood> {
    let files = matches!(&heard.what, Said::Words { files, missing, .. } if !files.is_empty() || !missing.is_empty());
    if text.trim().is_empty() && files && heard.manner.plain == Plain::IsTask {
        return Ok(Some(Command::SubmitTask { prompt: "Look at the files that come with this message.".to_owned() }));
    }
    parse(text, &heard.manner)
}

/// Whether the person can be told something that stays between us.
fn shows_notes(heard: &Heard) -> bool {
    match &heard.what {
        Said::Words { .. } => false,
        Said::Form { .. } | Said::Pressed { .. } | Said::Chosen { .. } | Said::Filled { .. } => true,
    }
}

/// Whether the person asked in a place that others read, but so that they did not see it: the answer is not theirs either.
fn asks_unseen(heard: &Heard) -> bool {
    matches!(heard.what, Said::Form { .. }) && heard.privacy != Privacy::Private
}

fn card(heard: &Heard, reply: Reply) -> ReplyCard {
    reply.into_card(&format!("{}:{}", heard.source, heard.id), heard.message.clone())
}

/// A refusal as it is said in a chat, where the command line's advice does not help.
pub(super) fn worded(refusal: &Refusal) -> String {
    let text = refusal.to_string();
    let plain = text.split("; `signalbox").next().unwrap_or(&text);
    let mut letters = plain.chars();
    let first: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    let end = if plain.ends_with(['.', '!', '?', ':', '…']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_read_well_in_a_chat() {
        let refusal = Refusal::NotFound("there is no task `x`; `signalbox tasks` lists them".to_owned());
        assert_eq!(worded(&refusal), "There is no task `x`.");
        assert_eq!(cut(&"ä".repeat(300), 200).chars().count(), 200);
    }
}
