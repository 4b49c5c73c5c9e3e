//! Decides what the model does next: which prompt is played, and how far it has got.

use serde_json::Value;

use crate::answer::{Answer, DONE, Outcome, Scene};
use crate::conversation::Conversation;
use crate::failures::Failures;
use crate::model::Unscripted;
use crate::rehearsal;
use crate::script::{Fault, looks_like_script, parse};
use crate::turns::{Turn, turns};
use crate::wire::Ids;

/// A prompt that begins so asks for the unfinished plan to go on, not for a new one.
const GO_ON: &str = "continue";

/// What lives longer than a request.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) failures: Failures,
    pub(crate) ids: Ids,
}

/// The prompt that is played now.
struct Play<'a> {
    prompt: (usize, &'a str),
    turns: Vec<Turn>,
}

impl Play<'_> {
    fn played(&self, conversation: &Conversation) -> usize {
        conversation.played(self.prompt.0, &self.turns)
    }
}

/// Answers a request that was found to be well-formed.
pub(crate) fn answer(memory: &Memory, unscripted: Unscripted, body: &Value) -> Outcome {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let conversation = Conversation::read(messages);
    let mut scene = Scene {
        model: body["model"].as_str().unwrap_or_default(),
        session: body["metadata"]["user_id"].as_str().unwrap_or_default(),
        prompt: (0, ""),
        turn: 0,
        last_result: None,
        failures: &memory.failures,
        ids: &memory.ids,
    };
    let play = match unscripted {
        Unscripted::Answer => scripted(&conversation),
        Unscripted::Rehearse => Ok(Some(rehearsed(&conversation, body))),
    };
    let play = match play {
        Ok(Some(play)) => play,
        Ok(None) => return Outcome::Answered(Answer::text(&scene, no_script(&conversation))),
        Err(fault) => return Outcome::Answered(Answer::text(&scene, fault.to_string())),
    };
    scene.prompt = play.prompt;
    scene.turn = play.played(&conversation);
    scene.last_result = conversation.results_after(play.prompt.0).next_back().map(|result| result.text.as_str());
    match (play.turns.get(scene.turn), unscripted) {
        (Some(turn), _) => Answer::play(&scene, turn),
        (None, Unscripted::Answer) => Outcome::Answered(Answer::text(&scene, DONE)),
        (None, Unscripted::Rehearse) => Outcome::Answered(Answer::text(&scene, rehearsal::AFTER_THE_END)),
    }
}

/// The newest prompt that means to be a script; older ones are history, other texts are talk in between.
fn scripted(conversation: &Conversation) -> Result<Option<Play<'_>>, Fault> {
    let Some(prompt) = conversation.prompts().find(|(_, text)| looks_like_script(text)) else { return Ok(None) };
    Ok(Some(Play { prompt, turns: turns(parse(prompt.1)?) }))
}

/// The newest prompt, played as a script if it is one and rehearsed if not. Words to go on do not start anew.
fn rehearsed<'a>(conversation: &'a Conversation, body: &Value) -> Play<'a> {
    let play = |prompt: (usize, &'a str)| {
        let script = if looks_like_script(prompt.1) { parse(prompt.1).ok() } else { None };
        let turns = turns(script.unwrap_or_else(|| rehearsal::plan(conversation, prompt, body)));
        Play { prompt, turns }
    };
    let mut prompts = conversation.prompts();
    let newest = prompts.next().unwrap_or((0, ""));
    let goes_on = newest.1.get(..GO_ON.len()).is_some_and(|start| start.eq_ignore_ascii_case(GO_ON));
    let unfinished = prompts
        .next()
        .filter(|_| goes_on)
        .map(play)
        .filter(|earlier| earlier.played(conversation) < earlier.turns.len());
    unfinished.unwrap_or_else(|| play(newest))
}

fn no_script(conversation: &Conversation) -> String {
    let newest = conversation.prompts().next().map(|(_, text)| text).unwrap_or_default();
    format!("no script: {}", newest.chars().take(80).collect::<String>())
}

#[cfg(test)]
mod tests;
