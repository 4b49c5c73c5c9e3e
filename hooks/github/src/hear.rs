//! What a webhook means: what a person asked for, or what became of a place. Pure; who the person is to us, and what they may
//! do, is not asked here.
//!
//! Only what was written counts, as it was when it happened: an edit is no request, and what is edited afterwards changes none.
//! Bots are not heard, nor are we ourselves, nor what an App wrote in a person's name: others may have told it what to write.

pub(crate) mod check;
mod talk;
mod tending;

use crate::repo::{Repo, Thread};
use crate::visible::visible;
use crate::wire::{End, Payload, User};
use signalbox_core::command::{Command, Manner, parse};
use signalbox_core::desk::{Heard, PlaceChange, Privacy, Said};
use signalbox_core::people::Identity;
use signalbox_core::place::Place;
use signalbox_core::policy::Trigger;

/// Who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Us {
    /// By which name people call us, without `@`.
    pub(crate) name: String,
    /// Our account's login: that of the App's bot, or of the token's account.
    pub(crate) login: String,
    /// Our App's id; none with a token.
    pub(crate) app: Option<u64>,
    /// The label that asks for work; empty: none does.
    pub(crate) label: String,
    /// What our deliveries are filed under.
    pub(crate) source: String,
}

/// What a webhook means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Meaning {
    /// Nothing to us.
    Nothing,
    /// Something became of a place.
    Changed(Place, PlaceChange),
    /// A check failed on this commit: a repair can be offered.
    Failed(Repo, String, u64),
    /// Somebody asks for something.
    Asked(Box<Asked>),
}

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// What it is; what the platform lets them do, and the ground, are still to be asked for.
    pub(crate) heard: Heard,
    /// Where.
    pub(crate) thread: Thread,
    /// Their login, by which GitHub is asked what they may do.
    pub(crate) login: String,
    /// Their account's number: a login may belong to somebody else by now.
    pub(crate) account: u64,
    /// What shows the eyes: the rest of its address in the repository.
    pub(crate) shows: Vec<String>,
    /// What is worked on.
    pub(crate) base: Base,
    /// Whether it decides or ends something, which must not wait behind other requests.
    pub(crate) urgent: bool,
    /// A check that failed and is to be repaired.
    pub(crate) repairs: Option<u64>,
    /// What would begin work by it; none where it begins none.
    pub(crate) trigger: Option<Trigger>,
}

/// What a request works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base {
    /// The default branch.
    Default,
    /// A pull request, whose head is still to be asked for.
    Pull,
    /// A pull request with this head.
    Head(Head),
}

/// The head of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) branch: String,
    pub(crate) commit: String,
    /// Whether it is a branch of the repository itself, and not of a fork.
    pub(crate) is_ours: bool,
}

/// What a webhook means to us.
pub(crate) fn meaning(event: &str, id: &str, payload: &Payload, us: &Us) -> Meaning {
    let Some(scene) = Scene::of(id, payload, us) else { return Meaning::Nothing };
    let asked = match (event, payload.action.as_str()) {
        ("repository", "renamed" | "transferred") => return tending::moved(&scene),
        ("issues" | "pull_request", "unlocked") => return tending::unlocked(&scene),
        ("check_run", "completed") => return check::completed(&scene),
        _ if scene.is_bot() || scene.is_through_app() => None,
        ("issue_comment", "created") => talk::commented(&scene),
        ("pull_request_review_comment", "created") => talk::commented_line(&scene),
        ("pull_request_review", "submitted") => talk::reviewed(&scene),
        ("issues" | "pull_request", "opened") => talk::opened(&scene),
        ("issues" | "pull_request", "labeled") => tending::labeled(&scene),
        ("issues" | "pull_request", "assigned") => tending::assigned(&scene),
        ("check_run", "requested_action") => check::pressed(&scene),
        _ => None,
    };
    asked.map_or(Meaning::Nothing, |asked| Meaning::Asked(Box::new(asked)))
}

/// A webhook with what every one of them has.
struct Scene<'a> {
    id: &'a str,
    payload: &'a Payload,
    us: &'a Us,
    repo: Repo,
    privacy: Privacy,
    sender: &'a User,
}

/// What somebody said or pressed.
struct Deed {
    number: u64,
    message: Option<String>,
    what: Said,
    about: Option<String>,
    base: Base,
    shows: Vec<String>,
    /// By what it would begin work; none for a comment, whose words say it.
    trigger: Option<Trigger>,
}

impl<'a> Scene<'a> {
    fn of(id: &'a str, payload: &'a Payload, us: &'a Us) -> Option<Self> {
        let repository = payload.repository.as_ref()?;
        let privacy = if repository.private { Privacy::Shared } else { Privacy::Public };
        let (repo, sender) = (repository.full_name.parse().ok()?, payload.sender.as_ref()?);
        Some(Self { id, payload, us, repo, privacy, sender })
    }

    fn is_bot(&self) -> bool {
        self.sender.kind == "Bot" || self.sender.login.eq_ignore_ascii_case(&self.us.login)
    }

    /// Whether an App wrote what is new in it, with a person's token. GitHub says so of comments and issues alone.
    fn is_through_app(&self) -> bool {
        let Payload { action, issue, comment, .. } = self.payload;
        let app = match (comment, issue) {
            (Some(comment), _) => &comment.performed_via_github_app,
            (None, Some(issue)) if action == "opened" => &issue.performed_via_github_app,
            _ => &None,
        };
        app.is_some()
    }

    fn manner(&self) -> Manner {
        Manner::github(&self.us.name)
    }

    /// What somebody wrote, if it is for us.
    fn words(&self, by: Option<&User>, text: &str) -> Option<Said> {
        // Who did it must be who wrote it.
        if by.is_some_and(|by| by.id != self.sender.id) {
            return None;
        }
        if matches!(parse(text, &self.manner()), Ok(None)) {
            return None;
        }
        Some(Said::Words { text: text.to_owned(), answers: None, files: Vec::new(), missing: Vec::new() })
    }

    /// By what words begin work, if they do: those that ask, decide or stop begin none.
    fn begins(&self, command: &Command, text: &str, by: Option<Trigger>) -> Option<Trigger> {
        let begins = match command {
            Command::SubmitTask { .. } | Command::RetryTask { .. } => true,
            Command::StartConversation { prompt } | Command::ContinueConversation { prompt, .. } => prompt.is_some(),
            _ => false,
        };
        let comment = || {
            let text = visible(text).to_lowercase();
            let called = self.manner().mentions.iter().any(|name| text.contains(&name.to_lowercase()));
            if called { Trigger::Mention } else { Trigger::Command }
        };
        begins.then(|| by.unwrap_or_else(comment))
    }

    fn asked(&self, deed: Deed) -> Option<Asked> {
        let thread = Thread { repo: self.repo.clone(), number: deed.number };
        let (trigger, urgent) = match &deed.what {
            Said::Words { text, .. } => match parse(text, &self.manner()) {
                Ok(Some(command)) => (self.begins(&command, text, deed.trigger), decides(&command)),
                Ok(None) | Err(_) => (None, false),
            },
            _ => (None, true),
        };
        let account = Identity { platform: crate::KIND.to_owned(), account: self.sender.id.to_string() };
        let heard = Heard {
            source: self.us.source.clone(),
            id: self.id.to_owned(),
            place: thread.place()?,
            parent: self.repo.place(),
            privacy: self.privacy,
            one_conversation: true,
            sender: account,
            at_most: None,
            manner: self.manner(),
            message: deed.message,
            ground: None,
            about: deed.about,
            what: deed.what,
        };
        Some(Asked {
            heard,
            thread,
            login: self.sender.login.clone(),
            account: self.sender.id,
            shows: deed.shows,
            base: deed.base,
            urgent,
            repairs: None,
            trigger,
        })
    }
}

/// The head of a pull request in this repository; none where the fork is gone.
pub(crate) fn head(head: &End, base: &End) -> Option<Head> {
    let (from, into) = (head.repo.as_ref(), base.repo.as_ref()?);
    let sound = !head.sha.is_empty() && head.sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_ours = from.is_some_and(|from| from.id == into.id);
    sound.then(|| Head { branch: head.branch.clone(), commit: head.sha.clone(), is_ours })
}

fn decides(command: &Command) -> bool {
    matches!(
        command,
        Command::Approve { .. } | Command::Deny { .. } | Command::Answer { .. } | Command::StopTask { .. }
    )
}
