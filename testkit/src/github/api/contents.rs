//! Files, commits, and what lies between two of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Here;
use crate::github::access::Need;
use crate::github::git::Bare;
use crate::github::refusal::Refusal;
use crate::github::reply::{Outcome, Reply};
use crate::github::repository::Repository;
use crate::github::world::World;

const READ: Need = Need::read(&["contents"]);
/// More commits than this are not listed.
const MOST_COMMITS: usize = 250;
/// How many characters of base64 stand in a line.
const LINE: usize = 60;

fn repository<'a>(world: &'a World, here: &Here<'_>) -> Result<&'a Repository, Refusal> {
    here.need(world, READ)?;
    world.repositories.get(&here.repository).ok_or_else(Refusal::not_found)
}

pub(super) fn commit(world: &World, here: Here<'_>, name: &str) -> Outcome {
    let one = repository(world, &here)?;
    let missing = || Refusal::new(422, format!("No commit found for SHA: {name}"));
    let sha = one.git.resolve(name).ok_or_else(missing)?;
    let found = one.git.commit_at(&sha).ok_or_else(missing)?;
    let before = found.parents.first().map_or("4b825dc642cb6eb9a060e54bf8d69288fbee4904", String::as_str);
    if here.asked.request.wants("diff") {
        return Ok(Reply::text("application/vnd.github.diff; charset=utf-8", one.git.diff(before, &sha)));
    }
    if here.asked.request.wants("sha") {
        return Ok(Reply::text("application/vnd.github.sha; charset=utf-8", sha));
    }
    let mut json = world.logged_json(one, &found);
    let files = one.git.changed_files(before, &sha);
    let sum = |count: fn(&crate::github::git::ChangedFile) -> u64| files.iter().map(count).sum::<u64>();
    let (added, deleted) = (sum(|file| file.additions), sum(|file| file.deletions));
    json["stats"] = json!({"total": added + deleted, "additions": added, "deletions": deleted});
    json["files"] = files.iter().map(|file| world.file_json(one, file, &sha)).collect();
    Ok(Reply::ok(json))
}

/// `main...topic`, or `main...owner:topic` in a fork.
pub(super) fn compare(world: &World, here: Here<'_>, range: &str) -> Outcome {
    let one = repository(world, &here)?;
    let (base, head) = range.split_once("...").ok_or_else(Refusal::not_found)?;
    let (base, head) = (end(world, one, base)?, end(world, one, head)?);
    let common = one.git.merge_base(&base, &head);
    let common = common.ok_or_else(|| Refusal::new(404, format!("No common ancestor between {base} and {head}.")))?;
    let request = here.asked.request;
    request.check_query(&["per_page", "page"])?;
    if request.wants("diff") {
        return Ok(Reply::text("application/vnd.github.diff; charset=utf-8", one.git.diff(&common, &head)));
    }
    let (behind, ahead) = one.git.distance(&base, &head);
    let status = match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let commits = one.git.log(&format!("{base}..{head}"), MOST_COMMITS);
    let files = one.git.changed_files(&common, &head);
    let (api, page) = (world.api_of(one), world.page_of(one));
    let url = format!("{page}/compare/{base}...{head}");
    Ok(Reply::ok(json!({
        "url": format!("{api}/compare/{base}...{head}"), "html_url": url, "permalink_url": url,
        "diff_url": format!("{url}.diff"), "patch_url": format!("{url}.patch"),
        "base_commit": world.commit_json(one, &base), "merge_base_commit": world.commit_json(one, &common),
        "status": status, "ahead_by": ahead, "behind_by": behind, "total_commits": ahead,
        "commits": commits.iter().map(|commit| world.logged_json(one, commit)).collect::<Value>(),
        "files": files.iter().map(|file| world.file_json(one, file, &head)).collect::<Value>(),
    })))
}

/// One end of a range; a fork's commit is fetched, so that it can be compared here.
fn end(world: &World, one: &Repository, name: &str) -> Result<String, Refusal> {
    let Some((owner, branch)) = name.split_once(':') else {
        return one.git.resolve(name).ok_or_else(Refusal::not_found);
    };
    let owner = world.account_named(owner).ok_or_else(Refusal::not_found)?.id;
    let related = |other: &&Repository| other.owner == owner && (other.id == one.id || other.parent == Some(one.id));
    let other = world.repositories.values().find(related).ok_or_else(Refusal::not_found)?;
    let sha = other.git.resolve(branch).ok_or_else(Refusal::not_found)?;
    if other.id != one.id {
        one.git.fetch(&other.git, &sha, "refs/testkit/compared").map_err(|_| Refusal::not_found())?;
    }
    Ok(sha)
}

pub(super) fn get(world: &World, here: Here<'_>, path: &str) -> Outcome {
    let one = repository(world, &here)?;
    here.asked.request.check_query(&["ref"])?;
    let name = here.asked.request.query.get("ref").unwrap_or(&one.default_branch);
    let missing = || Refusal::new(404, format!("No commit found for the ref {name}"));
    let commit = one.git.resolve(name).ok_or_else(missing)?;
    if path.is_empty() {
        return Ok(Reply::ok(folder(world, one, &commit, path)));
    }
    let [mode, kind, sha] = one.git.entry(&commit, path).ok_or_else(Refusal::not_found)?;
    if kind == "tree" {
        return Ok(Reply::ok(folder(world, one, &commit, path)));
    }
    let bytes = one.git.blob(&sha).unwrap_or_default();
    if here.asked.request.wants("raw") {
        return Ok(Reply::text("application/vnd.github.raw; charset=utf-8", bytes));
    }
    let mut json = entry_json(world, one, (&commit, path), (&mode, &kind, &sha));
    json["size"] = bytes.len().into();
    let encoded: Vec<char> = STANDARD.encode(&bytes).chars().collect();
    json["content"] =
        encoded.chunks(LINE).map(|line| line.iter().collect::<String>() + "\n").collect::<String>().into();
    json["encoding"] = "base64".into();
    if mode == "120000" {
        json["target"] = String::from_utf8_lossy(&bytes).into();
    }
    Ok(Reply::ok(json))
}

fn folder(world: &World, one: &Repository, commit: &str, path: &str) -> Value {
    let git: &Bare = &one.git;
    let show = |([mode, kind, sha], name): ([String; 3], String)| {
        let path = if path.is_empty() { name } else { format!("{path}/{name}") };
        entry_json(world, one, (commit, &path), (&mode, &kind, &sha))
    };
    git.entries(commit, path).into_iter().map(show).collect()
}

fn entry_json(
    world: &World,
    one: &Repository,
    (commit, path): (&str, &str),
    (mode, kind, sha): (&str, &str, &str),
) -> Value {
    let (api, page) = (world.api_of(one), world.page_of(one));
    let kind = match (mode, kind) {
        ("120000", _) => "symlink",
        (_, "tree") => "dir",
        (_, "commit") => "submodule",
        _ => "file",
    };
    let url = format!("{api}/contents/{path}?ref={commit}");
    let (html, git) = (format!("{page}/blob/{commit}/{path}"), format!("{api}/git/blobs/{sha}"));
    json!({
        "type": kind, "size": 0, "name": path.rsplit('/').next(), "path": path, "sha": sha, "url": url, "git_url": git,
        "html_url": html, "download_url": format!("{page}/raw/{commit}/{path}"),
        "_links": {"self": url, "git": git, "html": html},
    })
}
