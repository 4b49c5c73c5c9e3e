//! The table of commands: their words, arguments and help. Everything that lists commands is made from it.

use std::fmt;
use std::str::FromStr;

/// What an argument is made of; a place that offers forms or completion chooses its field by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArgumentKind {
    /// Free text to the end of the message, kept exactly.
    Prompt,
    /// Free text, trimmed; at most [`MAX_REASON_CHARS`](super::MAX_REASON_CHARS).
    Reason,
    /// A task by its id or the beginning of it.
    Task,
    /// An approval by its id or the beginning of it.
    Approval,
    /// A project by its name or id.
    Project,
    /// How long a yes lasts.
    Span,
    /// One of the modes.
    Mode,
    /// A model's name, or `default`.
    Model,
    /// A one-time code.
    Code,
    /// A command's word.
    Verb,
}

impl ArgumentKind {
    /// Whether it takes all the text that is left, rather than one word.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Prompt | Self::Reason)
    }
}

/// One argument of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument {
    /// Its name, for forms: lower case, unique within the command.
    pub name: &'static str,
    /// What it is made of.
    pub kind: ArgumentKind,
    /// Whether it may not be left out. Required arguments come before the others.
    pub required: bool,
    /// How it is written in a usage line.
    pub written: &'static str,
    /// One line about it, at most 100 characters.
    pub help: &'static str,
}

/// One command of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The command.
    pub verb: Verb,
    /// Its word: at most 32 of `a`-`z`, `0`-`9` and `_`.
    pub name: &'static str,
    /// Its arguments in order.
    pub arguments: &'static [Argument],
    /// One line about it: 3 to 100 characters, which every platform takes.
    pub help: &'static str,
    /// Words that people try instead. They are not understood, but lead to the suggestion of this one.
    pub instead_of: &'static [&'static str],
}

impl Entry {
    /// The command with its arguments: `approve ID [for 15m|conversation|always]`.
    pub fn usage(&self) -> String {
        let arguments = self.arguments.iter().map(|argument| match argument.required {
            true => format!(" {}", argument.written),
            false => format!(" [{}]", argument.written),
        });
        std::iter::once(self.name.to_owned()).chain(arguments).collect()
    }
}

macro_rules! verbs {
    ($($verb:ident $name:literal $arguments:tt $help:literal $instead_of:tt)*) => {
        /// A command without its arguments.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Verb {
            $(#[doc = $help] $verb,)*
        }

        /// One entry a verb, in the verbs' order.
        pub(super) const ENTRIES: &[Entry] = &[$(
            Entry {
                verb: Verb::$verb,
                name: $name,
                arguments: &$arguments,
                help: $help,
                instead_of: &$instead_of,
            },
        )*];
    };
}

const fn needed(name: &'static str, kind: ArgumentKind, written: &'static str, help: &'static str) -> Argument {
    Argument { name, kind, required: true, written, help }
}

const fn optional(name: &'static str, kind: ArgumentKind, written: &'static str, help: &'static str) -> Argument {
    Argument { name, kind, required: false, written, help }
}

use ArgumentKind as K;

const SOME_TASK: Argument =
    optional("task", K::Task, "TASK", "The task's id or its beginning; else the latest one here");
const PROMPT: Argument = optional("prompt", K::Prompt, "PROMPT", "What to do");
const APPROVAL: Argument = needed("id", K::Approval, "ID", "The approval's id or its beginning");

verbs! {
    Task "task" [needed("prompt", K::Prompt, "PROMPT", "What to do")]
        "Give Claude a task in this conversation" ["run", "do", "ask", "prompt", "submit"]
    Project "project" [optional("project", K::Project, "PROJECT", "The project to work on here")]
        "Show or choose the project that this place works on" ["repo", "use", "bind", "cd"]
    Projects "projects" []
        "List the projects that you may see" ["repos", "ls"]
    New "new" [PROMPT]
        "Begin a new conversation, at once with a task if you like" ["reset", "clear"]
    Continue "continue" [
        optional("task", K::Task, "#TASK", "The task whose conversation goes on; else the latest one here"),
        PROMPT,
    ]
        "Go on with a conversation: the latest here, or that of a task" ["resume", "go"]
    Stop "stop" [SOME_TASK]
        "Stop a task" ["cancel", "abort", "kill", "halt", "interrupt"]
    Status "status" [SOME_TASK]
        "Say where a task stands" ["state", "show", "info", "progress"]
    Pending "pending" []
        "List the approvals that wait for you" ["approvals", "open", "waiting"]
    Queue "queue" []
        "List the tasks that wait or run" ["tasks", "list", "jobs"]
    Diff "diff" [SOME_TASK]
        "Show what a task changed" ["changes", "patch"]
    Retry "retry" [SOME_TASK]
        "Try a failed or stopped task again" ["again", "rerun", "redo"]
    Push "push" [SOME_TASK]
        "Push what a task changed to the repository" ["publish", "ship"]
    Discard "discard" [needed("task", K::Task, "TASK", "The task's id or its beginning")]
        "Throw away what a task changed, where it is not pushed" ["drop", "undo", "forget"]
    Mode "mode" [optional("mode", K::Mode, "work|plan", "work: do it; plan: propose a plan first")]
        "Show or choose whether Claude works at once or plans first" ["plan"]
    Model "model" [optional("model", K::Model, "MODEL|default", "The model's name, or default for the project's")]
        "Show or choose the model of this conversation" []
    Usage "usage" []
        "Show what was used and what is left" ["cost", "costs", "budget", "limits"]
    Whoami "whoami" []
        "Show who you are to the hub, and your roles" ["me", "who", "id"]
    Link "link" [needed("code", K::Code, "CODE", "The one-time code that you were given")]
        "Link this account to your account at the hub" ["login", "pair", "connect", "register"]
    Help "help" [optional("command", K::Verb, "COMMAND", "The command to explain")]
        "Explain the commands, or one of them" ["commands", "how", "man"]
    Approve "approve" [
        APPROVAL,
        optional("for", K::Span, "for 15m|conversation|always", "How long calls like it stay allowed; else this one only"),
    ]
        "Allow what Claude asks to do" ["allow", "yes", "ok", "accept", "confirm"]
    Deny "deny" [APPROVAL, optional("why", K::Reason, "WHY", "The reason; Claude is told")]
        "Refuse what Claude asks to do, with a reason if you like" ["no", "reject", "refuse", "decline"]
    Answer "answer" [APPROVAL, needed("words", K::Reason, "WORDS", "The answer; Claude is told")]
        "Answer what Claude asks, in your own words" ["reply", "respond", "say", "tell"]
}

impl Verb {
    /// Its entry in the catalogue.
    pub fn entry(self) -> &'static Entry {
        &ENTRIES[self as usize]
    }

    /// Its word.
    pub fn name(self) -> &'static str {
        self.entry().name
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no command")]
pub struct UnknownVerb(pub String);

impl FromStr for Verb {
    type Err = UnknownVerb;

    /// Reads a command's word in any case, with or without a slash before it.
    fn from_str(text: &str) -> Result<Self, UnknownVerb> {
        let word = text.strip_prefix('/').unwrap_or(text);
        let entry = ENTRIES.iter().find(|entry| entry.name.eq_ignore_ascii_case(word));
        entry.map(|entry| entry.verb).ok_or_else(|| UnknownVerb(text.chars().take(32).collect()))
    }
}

/// The command that was probably meant by a word that is none: another word for it, a slip of the finger, or its
/// beginning.
pub(super) fn nearest(word: &str) -> Option<Verb> {
    let word = word.to_ascii_lowercase();
    let slips = (word.chars().count() / 3).clamp(1, 3);
    let another = || ENTRIES.iter().find(|entry| entry.instead_of.contains(&word.as_str()));
    let begun = || ENTRIES.iter().find(|entry| word.len() >= 3 && entry.name.starts_with(&word));
    let slip = || near(&word, 1);
    another()
        .map(|entry| entry.verb)
        .or_else(slip)
        .or_else(|| begun().map(|entry| entry.verb))
        .or_else(|| near(&word, slips))
}

/// The command that is at most so many slips of the finger away.
pub(super) fn near(word: &str, slips: usize) -> Option<Verb> {
    let word = word.to_ascii_lowercase();
    let distance = |entry: &Entry| strsim::osa_distance(entry.name, &word);
    let nearest = ENTRIES.iter().min_by_key(|entry| distance(entry))?;
    let enough = word.chars().count() >= 3 && distance(nearest) <= slips;
    enough.then_some(nearest.verb)
}
