//! Pull requests.

use serde_json::Value;

use super::Here;
use super::issues::find;
use crate::github::access::Need;
use crate::github::deeds::{NewIssue, NewPull, PullFault};
use crate::github::form::{Kind, check, check_text, may, must};
use crate::github::grants::Role;
use crate::github::issue::{Issue, Pull};
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply, page};
use crate::github::repository::Repository;
use crate::github::world::World;

pub(super) const READ: Need = Need::read(&["pull_requests"]);
pub(super) const WRITE: Need = Need::write(&["pull_requests"], Role::Read);
/// More commits than this are not listed.
const MOST_COMMITS: usize = 250;

/// A pull request by its number in a path.
pub(super) fn find_pull<'a>(
    world: &'a World,
    here: &Here<'_>,
    number: &str,
) -> Result<(&'a Repository, &'a Issue, &'a Pull), Refusal> {
    let (one, issue) = find(world, here, number)?;
    Ok((one, issue, issue.pull.as_ref().ok_or_else(Refusal::not_found)?))
}

pub(super) fn get(world: &World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, READ)?;
    let (one, issue, pull) = find_pull(world, &here, number)?;
    if here.asked.request.wants("diff") {
        let base = one.git.merge_base(&pull.base_sha, &pull.head_sha).unwrap_or_else(|| pull.base_sha.clone());
        return Ok(Reply::text("application/vnd.github.diff; charset=utf-8", one.git.diff(&base, &pull.head_sha)));
    }
    Ok(Reply::ok(world.full_pull_json(one, issue, pull)))
}

pub(super) fn list(world: &World, here: Here<'_>) -> Outcome {
    here.need(world, READ)?;
    let request = here.asked.request;
    request.check_query(&["per_page", "page", "state", "head", "base", "sort", "direction"])?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let state = request.query.get("state").map_or("open", String::as_str);
    let head = request.query.get("head");
    let base = request.query.get("base");
    let label = |pull: &Pull| {
        let owner = world.repositories.get(&pull.head).map(|one| one.owner).unwrap_or_default();
        format!("{}:{}", world.login(owner), pull.head_branch)
    };
    let show = |issue: &Issue| {
        let pull = issue.pull.as_ref()?;
        let wanted = (state == "all" || issue.open == (state == "open"))
            && head.is_none_or(|head| *head == label(pull))
            && base.is_none_or(|base| *base == pull.base_branch);
        wanted.then(|| world.pull_json(one, issue, pull))
    };
    page(request, &world.web, one.issues.values().rev().filter_map(show).collect())
}

/// The pull requests that have a commit as their head.
pub(super) fn list_at(world: &World, here: Here<'_>, sha: &str) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page"])?;
    let one = world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)?;
    let at = |issue: &Issue| {
        let pull = issue.pull.as_ref().filter(|pull| pull.head_sha == sha)?;
        Some(world.pull_json(one, issue, pull))
    };
    page(here.asked.request, &world.web, one.issues.values().filter_map(at).collect())
}

pub(super) fn create(world: &mut World, here: Here<'_>) -> Outcome {
    let fields = [
        must("head", Kind::Text),
        must("base", Kind::Text),
        may("title", Kind::Text),
        may("body", Kind::Text),
        may("head_repo", Kind::Text),
        may("issue", Kind::Integer),
        may("draft", Kind::Flag),
        may("maintainer_can_modify", Kind::Flag),
    ];
    here.need(world, WRITE)?;
    check(here.body(), &fields)?;
    let (title, body) = (here.text("title").unwrap_or_default(), here.text("body").unwrap_or_default());
    if title.trim().is_empty() {
        return Err(Refusal::validation("PullRequest", "title", "missing_field"));
    }
    check_text("PullRequest", body)?;
    let branches = branches_of(world, &here)?;
    let author = world.actor(here.asked.caller).unwrap_or_default();
    let new = NewIssue { repository: here.repository, author, title, body, app: here.app(world) };
    let number = world.open_pull(&new, branches).map_err(|fault| match fault {
        PullFault::Field(field) => Refusal::validation("PullRequest", field, "invalid"),
        PullFault::Words(words) => Refusal::custom("PullRequest", "custom", "base", words),
    })?;
    Ok(Reply { status: 201, ..get(world, here, &number.to_string())? })
}

/// `head` is a branch, or `owner:branch` of a fork.
fn branches_of(world: &World, here: &Here<'_>) -> Result<NewPull, Refusal> {
    let head = here.text("head").unwrap_or_default();
    let invalid = || Refusal::validation("PullRequest", "head", "invalid");
    let (repository, branch) = match head.split_once(':') {
        None => (here.repository, head),
        Some((owner, branch)) => {
            let owner = world.account_named(owner).ok_or_else(invalid)?.id;
            let related = |one: &&Repository| {
                one.owner == owner && (one.id == here.repository || one.parent == Some(here.repository))
            };
            (world.repositories.values().find(related).ok_or_else(invalid)?.id, branch)
        }
    };
    let flag = |name: &str| here.body()[name].as_bool().unwrap_or(false);
    Ok(NewPull {
        head: repository,
        head_branch: branch.to_owned(),
        base_branch: here.text("base").unwrap_or_default().to_owned(),
        draft: flag("draft"),
        maintainer_can_modify: flag("maintainer_can_modify"),
    })
}

pub(super) fn update(world: &mut World, here: Here<'_>, number: &str) -> Outcome {
    let fields = [
        may("title", Kind::Text),
        may("body", Kind::Text),
        may("state", Kind::OneOf(&["open", "closed"])),
        may("base", Kind::Text),
        may("maintainer_can_modify", Kind::Flag),
    ];
    let (_, issue, _) = find_pull(world, &here, number)?;
    let own = world.actor(here.asked.caller) == Some(issue.writing.author);
    here.need(world, Need { role: if own { Role::Read } else { Role::Write }, ..WRITE })?;
    check(here.body(), &fields)?;
    let told = here.told(world, issue.number);
    if let Some(body) = here.text("body") {
        check_text("PullRequest", body)?;
        world.edit_body(told, body);
    }
    if let Some(title) = here.text("title") {
        world.set_title(told, title);
    }
    if let Some(state) = here.text("state") {
        world.set_open(told, state == "open");
    }
    get(world, here, number)
}

pub(super) fn files(world: &World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page"])?;
    let (one, _, pull) = find_pull(world, &here, number)?;
    let base = one.git.merge_base(&pull.base_sha, &pull.head_sha).unwrap_or_else(|| pull.base_sha.clone());
    let files = one.git.changed_files(&base, &pull.head_sha);
    let shown: Vec<Value> = files.iter().map(|file| world.file_json(one, file, &pull.head_sha)).collect();
    page(here.asked.request, &world.web, shown)
}

pub(super) fn commits(world: &World, here: Here<'_>, number: &str) -> Outcome {
    here.need(world, READ)?;
    here.asked.request.check_query(&["per_page", "page"])?;
    let (one, _, pull) = find_pull(world, &here, number)?;
    let commits = one.git.log(&format!("{}..{}", pull.base_sha, pull.head_sha), MOST_COMMITS);
    page(here.asked.request, &world.web, commits.iter().map(|commit| world.logged_json(one, commit)).collect())
}
