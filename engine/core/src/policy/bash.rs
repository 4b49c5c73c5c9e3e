//! The decision on a shell command: every step of it must be allowed by itself.

use super::command::Answer;
use super::flags::Ground;
use super::rule::Decision;
use super::shell::{Effect, Script, Step, Value, reveal};
use super::{Layer, Opinion, Policy};
use crate::tool::ToolCall;
use serde_json::Value as Json;

/// Inputs of the tool that change nothing about what the command does.
const HARMLESS_INPUTS: &[&str] = &["command", "description", "timeout"];

impl Policy {
    /// What the policy holds of a shell command, grants apart.
    pub(super) fn judge_command(&self, call: &ToolCall, script: &Script) -> Opinion {
        let input = odd_command_input(call).map(|why| Opinion::ask(why, "the tool's input"));
        let unclear =
            script.unclear.first().map(|why| Opinion::ask(format!("not understood: {why}"), "the shell's grammar"));
        let steps = script.steps.iter().map(|step| self.judge_step(step));
        let whole = input.into_iter().chain(unclear).chain(steps);
        whole
            .reduce(Opinion::stricter)
            .unwrap_or_else(|| Opinion::ask("there is no command in it", "the shell's grammar"))
    }

    fn judge_step(&self, step: &Step) -> Opinion {
        let ground = Ground { directories: &step.directories, guard: &self.guard };
        let around = self.around(step, &ground).map(|why| Opinion::ask(why, "the shell's effects"));
        let program = (!step.words.is_empty()).then(|| self.judge_program(step, &ground));
        let silent = || Opinion {
            decision: Decision::Allow,
            reason: "runs no program".to_owned(),
            rule: "the shell".to_owned(),
        };
        around.into_iter().chain(program).reduce(Opinion::stricter).unwrap_or_else(silent)
    }

    /// What a step does besides running its program.
    fn around(&self, step: &Step, ground: &Ground<'_>) -> Option<String> {
        if step.background {
            return Some("it leaves a process running in the background".to_owned());
        }
        if let Some((name, _)) = step.assignments.iter().find(|(name, _)| !self.variables.contains(name)) {
            return Some(format!("it sets the variable `{name}`"));
        }
        step.redirects.iter().find_map(|redirect| match &redirect.effect {
            Effect::None => None,
            Effect::Writes(word) => Some(format!("it writes to `{}`", word.raw)),
            Effect::Reads(word) => match &word.value {
                Value::Plain(path) => ground.readable(path).err(),
                _ => Some(format!("it reads from `{}`", word.raw)),
            },
        })
    }

    fn judge_program(&self, step: &Step, ground: &Ground<'_>) -> Opinion {
        let mut unfit = None;
        for layer in &self.layers {
            if let Some(opinion) = layer.judge_program(step, ground, &mut unfit) {
                return opinion;
            }
        }
        let shown = reveal(&step.display());
        match unfit {
            Some(why) => Opinion::ask(format!("`{shown}`: {why}"), "no rule"),
            None => Opinion::ask(format!("no rule allows `{shown}`"), "no rule"),
        }
    }

    /// Why the call is dangerous, if it is.
    pub(super) fn danger_of_command(&self, script: &Script) -> bool {
        let mut dangers = self.layers.iter().flat_map(|layer| &layer.dangers);
        !script.is_clear()
            || dangers.any(|danger| match danger {
                super::Danger::Command(rule) => script.steps.iter().any(|step| rule.occurs(step)),
                super::Danger::Call(..) => false,
            })
    }
}

impl Layer {
    fn judge_program(&self, step: &Step, ground: &Ground<'_>, unfit: &mut Option<String>) -> Option<Opinion> {
        let mut strictest: Option<Opinion> = None;
        for rule in &self.commands {
            match rule.answer(step, ground) {
                Answer::Elsewhere => {}
                Answer::Unfit(why) => {
                    unfit.get_or_insert(why);
                }
                Answer::Fits => {
                    let reason = rule.reason.clone().unwrap_or_else(|| rule.decision.of(&step.display()));
                    let opinion = Opinion { decision: rule.decision, reason, rule: rule.name.clone() };
                    strictest = Some(strictest.map_or(opinion.clone(), |known| known.stricter(opinion)));
                }
            }
        }
        strictest
    }
}

/// What is asked for beyond a plain run of the command.
pub(crate) fn odd_command_input(call: &ToolCall) -> Option<String> {
    let input = call.input.as_object()?;
    let odd =
        input.iter().find(|(key, value)| !HARMLESS_INPUTS.contains(&key.as_str()) && **value != Json::Bool(false))?;
    Some(match odd.0.as_str() {
        "run_in_background" => "it leaves a process running in the background".to_owned(),
        other => format!("it is called with `{}`, whose meaning is not known", reveal(other)),
    })
}
