//! Pushed work is put forward: what an issue asked for becomes a pull request, once. Which one it is stands at GitHub, under the
//! branch's name, so that neither a restart nor an answer that was lost makes a second one. Later work on the branch only
//! changes what it says.

use crate::api::Api;
use crate::calls::NewPull;
use crate::fault::Fault;
use crate::repo::{Repo, Thread};
use crate::text::{markdown, plain};
use crate::wire::Pull;
use signalbox_core::card::{OutcomeCard, Proposal};
use signalbox_core::desk::Desk;
use signalbox_core::event::DiffStat;
use signalbox_core::policy::Detail;
use std::sync::Arc;

/// How much of the answer stands in a pull request, in characters.
const ANSWER: usize = 20_000;
/// The longest title, in characters; GitHub takes 256.
const TITLE: usize = 200;
/// What shows, where nobody sees it, that what a pull request says is ours to change.
const MARK: &str = "<!-- signalbox proposal -->";

/// Puts work forward.
pub(crate) struct Proposer {
    pub(crate) api: Api,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) source: String,
}

/// What is to be put forward.
struct Work<'a> {
    card: &'a OutcomeCard,
    /// Claude's answer, where it may be shown to whoever reads there.
    answer: &'a str,
    branch: &'a str,
    proposal: &'a Proposal,
}

/// Under which key it is noted which pull request an issue's work became.
pub(crate) fn note_of(issue: &Thread) -> String {
    format!("pull:{issue}")
}

impl Proposer {
    /// Opens a pull request for what a card tells of, or brings the one that is there up to date; a line for the comment about
    /// it. Nothing, where there is nothing to be put forward.
    ///
    /// # Errors
    /// Where it may be there or not: it is to be asked again. What GitHub plainly refuses is told in the line.
    pub(crate) async fn put_forward(
        &self,
        to: &Thread,
        card: &OutcomeCard,
        detail: Detail,
    ) -> Result<Option<String>, Fault> {
        let (Some(branch), Some(proposal), true) = (&card.branch, &card.proposal, card.pushed) else { return Ok(None) };
        let answer = card.answer.as_deref().filter(|_| detail == Detail::Full).unwrap_or_default();
        let work = Work { card, answer, branch, proposal };
        match self.find_or_open(to, &work).await {
            Ok(Some(number)) => {
                self.note(to, number).await;
                Ok(Some(format!("Pull request: #{number}")))
            }
            Ok(None) => Ok(None),
            Err(fault) if fault.is_refusal() => {
                tracing::warn!(%fault, task = %card.task, "no pull request could be opened for task {}", card.task);
                Ok(Some(format!("⚠️ No pull request could be opened: {}", plain(&fault.to_string()))))
            }
            Err(fault) => Err(fault),
        }
    }

    async fn find_or_open(&self, to: &Thread, work: &Work<'_>) -> Result<Option<u64>, Fault> {
        match self.api.pull_from(&to.repo, work.branch).await? {
            // The work went onto the branch of the pull request where it was asked for.
            Some(pull) if pull.number == to.number => Ok(None),
            Some(pull) if pull.is_open() => {
                self.bring_up_to_date(to, work, &pull).await;
                Ok(Some(pull.number))
            }
            // Somebody has merged or closed it; it is not opened again.
            Some(_) => Ok(None),
            None => self.open(to, work).await.map(Some),
        }
    }

    async fn open(&self, to: &Thread, work: &Work<'_>) -> Result<u64, Fault> {
        let issue = self.api.issue(to).await?;
        let (title, body) = (title(issue.title.as_deref(), work.card), body(to, work));
        let base = self.api.default_branch(&to.repo).await?;
        let draft = work.proposal.draft;
        let new = NewPull { title: &title, head: work.branch, base: &base, body: &body, draft };
        Ok(self.open_as_it_may(&to.repo, &new).await?.number)
    }

    /// Some plans of GitHub's have no drafts for private repositories.
    async fn open_as_it_may(&self, repo: &Repo, new: &NewPull<'_>) -> Result<Pull, Fault> {
        match self.api.open_pull(repo, new).await {
            Err(Fault::Said { code: 422, words }) if new.draft && words.to_lowercase().contains("draft") => {
                self.api.open_pull(repo, &NewPull { draft: false, ..*new }).await
            }
            outcome => outcome,
        }
    }

    /// What people have written there stays. That it fails harms nothing: the comment says the same.
    async fn bring_up_to_date(&self, to: &Thread, work: &Work<'_>, pull: &Pull) {
        let ours = pull.body.as_ref().is_some_and(|body| body.ends_with(MARK));
        let body = body(to, work);
        if ours
            && pull.body.as_ref() != Some(&body)
            && let Err(fault) = self.api.edit_pull(&to.repo, pull.number, &body).await
        {
            tracing::info!(%fault, "what pull request #{} says is not up to date", pull.number);
        }
    }

    /// If this is lost, the next request at the issue begins anew on the default branch.
    async fn note(&self, to: &Thread, number: u64) {
        if let Err(refusal) = self.desk.note(&self.source, &note_of(to), &number.to_string()).await {
            tracing::warn!(%refusal, "the number of a pull request could not be noted");
        }
    }
}

/// The issue's own title; where it has none, the task's name.
fn title(issue: Option<&str>, card: &OutcomeCard) -> String {
    let title = signalbox_core::text::clean::exact(issue.unwrap_or_default()).replace('\n', " ");
    let title: String = title.trim().chars().take(TITLE).collect();
    if title.is_empty() { format!("Task {}", card.task) } else { title }
}

/// What was done, for which issue, who asked for it, and what it cost.
fn body(to: &Thread, Work { card, answer, proposal, .. }: &Work<'_>) -> String {
    let cut: String = answer.chars().take(ANSWER).collect();
    let more = if cut.len() < answer.len() { "\n\n*Cut short here; the whole of it stands in the issue.*" } else { "" };
    let word = if proposal.closes { "Closes" } else { "For" };
    let stat = card.stat.as_ref().filter(|stat| !stat.files.is_empty()).map(changed).unwrap_or_default();
    let last = format!("Asked for by {} · {stat}{} · task `{}`", plain(&proposal.by), card.cost, card.task);
    let said = markdown(&cut);
    format!("{said}{more}\n\n{word} #{}\n\n<sub>{last}</sub>\n\n{MARK}", to.number).trim_start().to_owned()
}

fn changed(stat: &DiffStat) -> String {
    let count = stat.files.len();
    format!("{count} file{}, +{} −{} · ", if count == 1 { "" } else { "s" }, stat.insertions, stat.deletions)
}
