//! What the person wants, from the command line's words.

use super::repository;
use crate::args::RunArgs;
use crate::exit::WrongUsage;
use anyhow::Context as _;
use signalbox_core::id::ConversationId;
use signalbox_core::place::Place;
use signalbox_core::port::SubmitTask;
use signalbox_core::task::{Attachment, Limits};
use signalbox_engine::fresh;
use std::io::Read as _;
use std::path::PathBuf;

/// The most that is read as a prompt. The hub has a limit of its own, and says so better than a full memory.
const PROMPT_LIMIT: u64 = 64 << 20;

/// What a task is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A repository on this disk.
    Repository(PathBuf),
    /// A project of the hub.
    Project(String),
    /// Whatever the conversation is about.
    Conversation,
}

/// What a task is about.
///
/// # Errors
/// When there is no repository where one was named or looked for.
pub(super) fn subject(args: &RunArgs) -> Result<Subject, WrongUsage> {
    match (&args.repo, &args.project, &args.conversation) {
        (_, _, Some(_)) => Ok(Subject::Conversation),
        (_, Some(name), _) => Ok(Subject::Project(name.clone())),
        (Some(path), _, _) => repository::named(path).map(Subject::Repository),
        (None, None, None) => repository::here().map(Subject::Repository),
    }
}

/// The prompt itself; `-` stands for standard input.
///
/// # Errors
/// When it is empty, or cannot be read.
pub(super) fn prompt(word: &str) -> anyhow::Result<String> {
    let prompt = if word == "-" { read_prompt()? } else { word.to_owned() };
    if prompt.trim().is_empty() {
        return Err(WrongUsage("the prompt is empty: say what Claude should do".to_owned()).into());
    }
    Ok(prompt)
}

fn read_prompt() -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(PROMPT_LIMIT + 1).read_to_end(&mut bytes).context("the prompt cannot be read")?;
    if bytes.len() as u64 > PROMPT_LIMIT {
        return Err(WrongUsage(format!("the prompt is longer than {} MiB", PROMPT_LIMIT >> 20)).into());
    }
    String::from_utf8(bytes).map_err(|_| WrongUsage("the prompt is no text (UTF-8)".to_owned()).into())
}

/// The request. Its place is this terminal, its key is its own.
///
/// # Errors
/// When the terminal cannot be named as a place.
pub(super) fn submission(
    args: RunArgs,
    prompt: String,
    (project, attachments): (Option<String>, Vec<Attachment>),
) -> anyhow::Result<SubmitTask> {
    let unique = fresh::unique();
    Ok(SubmitTask {
        source: "terminal".to_owned(),
        place: Place::new("terminal", &unique)?,
        key: unique,
        project,
        conversation: args.conversation.map(ConversationId::new),
        prompt,
        attachments,
        model: args.model,
        priority: 0,
        not_before: None,
        limits: Limits::default(),
        asking: args.approve.into(),
        mode: None,
        message: None,
        goes_on: false,
        ground: None,
        about: None,
    })
}
