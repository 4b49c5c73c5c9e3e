//! `signalbox run`: one task, with this terminal as its place. It speaks to the hub that runs, or starts one of its own in
//! this process and speaks to that: from then on there is no difference.

mod asking;
mod desk;
mod feed;
mod files;
mod keyboard;
mod prompt;
mod repository;
mod request;
mod screen;
mod session;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use prompt::chosen;

use crate::args::RunArgs;
use crate::exit::{Exit, NotReady};
use crate::logging::{self, Loudness};
use crate::reach::{self, Reached};
use crate::roles;
use crate::surroundings::Surroundings;
use session::Session;
use signalbox_core::port::Hub as _;
use view::View;

/// Does one task and shows it.
///
/// # Errors
/// Whatever kept it from being done; a task that failed is no error but an exit status.
pub(crate) async fn run(args: RunArgs, surroundings: &Surroundings) -> anyhow::Result<Exit> {
    let config = surroundings.config()?;
    logging::start(&config.log, Loudness::Quiet)?;
    let prompt = request::prompt(&args.prompt)?;
    let subject = request::subject(&args)?;
    let mut view = View::new(args.json);
    let reached = reach::reach(surroundings, roles::one_task()).await?;
    let begun = match reached.hub.about().await {
        Ok(about) => {
            if about.rehearsal {
                view.notice(REHEARSAL)?;
            }
            begin(&reached, args, prompt, subject).await.map(|begun| (about, begun))
        }
        Err(refusal) => Err(refusal.into()),
    };
    match begun {
        Ok((about, (attachment, submitted))) => {
            Session::new(surroundings, (reached, about), view, submitted).watch(attachment).await
        }
        Err(error) => {
            reached.leave().await?;
            Err(error)
        }
    }
}

/// Said in large letters: nothing that is seen in a rehearsal comes from a model.
const REHEARSAL: &str = "\
*** REHEARSAL *** NO MODEL KEY IS SET: A SCRIPTED MODEL ANSWERS, AND NOTHING IT SAYS IS REAL.
For the real one set SIGNALBOX_MODEL_API_KEY (or SIGNALBOX_MODEL_API_KEY_FILE).";

/// Attaches this terminal and hands the request over.
async fn begin(
    reached: &Reached,
    args: RunArgs,
    prompt: String,
    subject: request::Subject,
) -> anyhow::Result<(crate::client::Attachment, signalbox_core::port::Submitted)> {
    let (hub, actor) = (&reached.hub, reach::operator());
    let faults = hub.faults().await?;
    if !faults.is_empty() {
        return Err(NotReady(format!("the hub cannot work now:\n  - {}", faults.join("\n  - "))).into());
    }
    let project = match subject {
        request::Subject::Repository(path) => Some(repository::project_of(hub, &path).await?),
        request::Subject::Project(name) => Some(name),
        request::Subject::Conversation => None,
    };
    let files = files::hand_over(hub, &args.files).await?;
    let submission = request::submission(args, prompt, (project, files))?;
    let mut attachment = hub.attach(submission.place.clone());
    attachment.attach().await?;
    let submitted = hub.submit(&actor, submission).await?;
    Ok((attachment, submitted))
}
