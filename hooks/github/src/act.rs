//! What is done about a request: GitHub is asked what the person may do and what is worked on, the desk is told, and whoever
//! asked sees at once that it was heard.
//!
//! Whom the desk does not know gets no sign in a public repository, and nothing is asked of GitHub about them.

use crate::about::About;
use crate::api::Api;
use crate::checks::Checks;
use crate::checks::findings::FORM;
use crate::fault::Fault;
use crate::ground::ground;
use crate::hear::{Asked, Base, Head, head};
use crate::once::Once;
use crate::people::at_most;
use crate::propose::note_of;
use crate::repo::Thread;
use signalbox_core::desk::{Answered, Desk, Heard, PlaceChange, Privacy, Said};
use signalbox_core::place::Place;
use signalbox_core::port::Refusal;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// Does what is asked for.
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) api: Api,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) checks: Arc<Checks>,
    pub(crate) tasks: TaskTracker,
}

/// Why a request goes no further.
enum Stop {
    /// There is nothing in it for us.
    Over(&'static str),
    /// It could not be found out now.
    Later(Refusal),
}

impl Actor {
    /// Does it; safe to repeat where it failed.
    pub(crate) async fn act(&self, asked: &Asked, once: &Once) -> Result<(), Refusal> {
        match self.prepare(asked, once).await {
            Ok(heard) => self.hand_in(asked, heard).await,
            Err(Stop::Later(refusal)) => Err(refusal),
            Err(Stop::Over(why)) => {
                let heard = &asked.heard;
                tracing::info!(delivery = heard.id, "delivery {} of GitHub is passed over: {why}", heard.id);
                self.desk.pass_over(&heard.source, vec![heard.id.clone()]).await
            }
        }
    }

    async fn prepare(&self, asked: &Asked, once: &Once) -> Result<Heard, Stop> {
        let mut heard = asked.heard.clone();
        if !self.desk.knows(&heard.sender).await.map_err(Stop::Later)? {
            // Where others were let in, the desk turns them away in its own words.
            return if heard.privacy == Privacy::Public { Err(Stop::Over("a stranger's")) } else { Ok(heard) };
        }
        if !once.is_first(&*self.desk, &heard.source).await.map_err(Stop::Later)? {
            return Err(Stop::Over("another delivery told the same"));
        }
        if !self.begins(asked).await? {
            return Err(Stop::Over("the project's policy lets it begin no work"));
        }
        let permission = self.api.permission(&asked.thread.repo, &asked.login).await;
        let permission = permission.map_err(|fault| stop(&fault, "what they may do is not told"))?;
        heard.at_most = Some(at_most(&permission, asked.account).ok_or(Stop::Over("they may nothing there"))?);
        self.show_eyes(asked);
        if let Some(failed) = asked.repairs {
            let check = self.checks.read(&asked.thread.repo, failed).await;
            let check = check.map_err(|fault| stop(&fault, "the failed check is not there"))?;
            heard.about = Some(About::check(&check).into_text());
        }
        let head = match &asked.base {
            Base::Default => self.proposed(asked).await?,
            Base::Head(head) => Some(head.clone()),
            Base::Pull => {
                let pull = self.api.pull(&asked.thread).await;
                let pull = pull.map_err(|fault| stop(&fault, "the pull request is not there"))?;
                Some(head(&pull.head, &pull.base).ok_or(Stop::Over("the pull request has no head"))?)
            }
        };
        if self.api.is_app() && asked.trigger.is_some() && asked.base != Base::Default {
            // Ours, so it stands before what others wrote.
            heard.about = Some([FORM, heard.about.as_deref().unwrap_or_default()].join("\n\n").trim_end().to_owned());
        }
        heard.ground = head.map(|head| ground(asked.thread.number, &head));
        self.note_commit(&heard).await.map_err(Stop::Later)?;
        Ok(heard)
    }

    /// The head may be newer than the comment that asks: what is worked on is said under the card.
    async fn note_commit(&self, heard: &Heard) -> Result<(), Refusal> {
        let (Some(ground), Some(message)) = (&heard.ground, &heard.message) else { return Ok(()) };
        self.desk.note(&heard.source, &commit_of(&heard.place, message), &ground.commit).await
    }

    async fn begins(&self, asked: &Asked) -> Result<bool, Stop> {
        let Some(trigger) = asked.trigger else { return Ok(true) };
        let heard = &asked.heard;
        self.desk.heeds(&heard.place, heard.parent.as_ref(), trigger).await.map_err(Stop::Later)
    }

    /// The head of the pull request that an issue's work became, as long as it is open: work at the issue goes on there.
    async fn proposed(&self, asked: &Asked) -> Result<Option<Head>, Stop> {
        if asked.trigger.is_none() {
            return Ok(None);
        }
        let noted = self.desk.noted(&asked.heard.source, &note_of(&asked.thread)).await.map_err(Stop::Later)?;
        let Some(number) = noted.and_then(|number| number.parse().ok()) else { return Ok(None) };
        match self.api.pull(&Thread { repo: asked.thread.repo.clone(), number }).await {
            Ok(pull) if pull.is_open() => Ok(head(&pull.head, &pull.base).filter(|head| head.is_ours)),
            Ok(_) => Ok(None),
            Err(fault) if fault.is_absence() => Ok(None),
            Err(fault) => Err(stop(&fault, "its pull request cannot be asked for")),
        }
    }

    async fn hand_in(&self, asked: &Asked, heard: Heard) -> Result<(), Refusal> {
        let (place, known) = (heard.place.clone(), heard.at_most.is_some());
        let pressed = matches!(heard.what, Said::Pressed { .. });
        if known {
            // Who can write there shows that we can be heard there again.
            self.desk.place_changed(&place, PlaceChange::Back).await?;
        }
        match self.desk.hear(heard).await? {
            Answered::Note(words) | Answered::Stray(words) if pressed => {
                self.checks.say(&asked.thread, &asked.login, &words).await;
            }
            Answered::Note(_) | Answered::Stray(_) | Answered::Seen(_) => {}
            Answered::Silence | Answered::Owed | Answered::Reply(_) => {}
        }
        Ok(())
    }

    /// The first thing that somebody sees whom we know: that we are at it. Nothing waits for it.
    fn show_eyes(&self, asked: &Asked) {
        if asked.shows.is_empty() {
            return;
        }
        let (api, repo, what) = (self.api.clone(), asked.thread.repo.clone(), asked.shows.clone());
        self.tasks.spawn(async move {
            if let Err(fault) = api.react(&repo, &what, "eyes").await {
                tracing::info!(%fault, "no sign could be given on GitHub");
            }
        });
    }
}

/// Under which key it is noted what a request works on, by the message that asks.
pub(crate) fn commit_of(place: &Place, message: &str) -> String {
    format!("commit:{} {message}", place.address())
}

/// What a fault means for a request: GitHub's plain no is one, everything else may pass.
fn stop(fault: &Fault, why: &'static str) -> Stop {
    if fault.is_refusal() {
        return Stop::Over(why);
    }
    Stop::Later(Refusal::Unavailable(fault.to_string()))
}
