//! Git over HTTP: real repositories behind basic authentication, served by `git http-backend`.
//!
//! Who may not know of a repository is asked for a password, or told that there is none; who may not push is told so.

use std::process::Stdio;

use axum::body::{Body, Bytes};
use axum::extract::FromRequest;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::bare::Bare;
use super::command::environment;
use crate::github::access::Need;
use crate::github::caller::Caller;
use crate::github::grants::{Level, Role};
use crate::github::refusal::Refusal;
use crate::github::routes::{plain, set};
use crate::github::stage::Shared;
use crate::github::world::World;

/// What git asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitRequest {
    owner: String,
    name: String,
    /// Behind the repository: `/info/refs`.
    rest: String,
    query: String,
    pushes: bool,
}

impl GitRequest {
    /// Knows git's addresses from those of the API.
    pub(crate) fn of(path: &str, query: &str) -> Option<Self> {
        let mut parts = path.trim_start_matches('/').splitn(3, '/');
        let (owner, name, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let service = match rest {
            "info/refs" => query.strip_prefix("service=")?,
            "git-upload-pack" | "git-receive-pack" => rest,
            _ => return None,
        };
        let name = name.strip_suffix(".git").unwrap_or(name);
        let pushes = service == "git-receive-pack";
        let (owner, name, rest, query) = (owner.to_owned(), name.to_owned(), format!("/{rest}"), query.to_owned());
        Some(Self { owner, name, rest, query, pushes })
    }
}

/// What a request has been let in for.
struct Entry {
    id: u64,
    bare: Bare,
    user: u64,
    workflows: &'static str,
}

pub(crate) async fn serve(stage: &Shared, git: GitRequest, request: Request<Body>, call: usize) -> Response<Body> {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let admitted = stage.change(|world| {
        let (caller, admitted) = admit(world, &git, header.as_deref());
        if let Some(call) = world.calls.get_mut(call) {
            call.caller = world.accounts.get(&caller).map_or_else(|| "nobody".to_owned(), |one| one.login.clone());
        }
        admitted
    });
    let entry = match admitted {
        Ok(entry) => entry,
        Err((status, words)) => return refuse(status, words),
    };
    let headers = request.headers().clone();
    let method = request.method().to_string();
    let Ok(body) = Bytes::from_request(request, &()).await else { return refuse(400, "Bad request.".to_owned()) };
    let receives = git.pushes && method == "POST";
    if !receives {
        return run(&git, &entry, (&method, &headers), body).await;
    }
    push(stage, &git, &entry, (&headers, body)).await
}

/// Takes a push, then tells of what it has changed before it is answered.
async fn push(stage: &Shared, git: &GitRequest, entry: &Entry, (headers, body): (&HeaderMap, Bytes)) -> Response<Body> {
    let _one_at_a_time = stage.pushing.lock().await;
    let response = run(git, entry, ("POST", headers), body).await;
    let (stage, id, user) = (stage.clone(), entry.id, entry.user);
    let settled = tokio::task::spawn_blocking(move || stage.change(|world| world.settle_push(id, None, user)));
    if let Err(error) = settled.await {
        tracing::error!(%error, "GitHub's stand-in could not tell of a push");
    }
    response
}

/// Who asks, and whether they may; else the status and words of the refusal.
fn admit(world: &World, git: &GitRequest, header: Option<&str>) -> (u64, Result<Entry, (u16, String)>) {
    let caller = match header.map(|header| credential(world, header)) {
        None => Caller::Nobody,
        Some(Some(caller)) => caller,
        Some(None) => {
            let words = "Invalid username or token. Password authentication is not supported for Git operations.";
            return (0, Err((401, words.to_owned())));
        }
    };
    let user = world.actor(&caller).unwrap_or_default();
    (user, enter(world, git, &caller, user))
}

fn enter(world: &World, git: &GitRequest, caller: &Caller, user: u64) -> Result<Entry, (u16, String)> {
    let anonymous = *caller == Caller::Nobody;
    let hidden = || {
        if anonymous { (401, "Repository not found.".to_owned()) } else { (404, "Repository not found.".to_owned()) }
    };
    let one = world.find(caller, &git.owner, &git.name).map_err(|_| hidden())?;
    let role = if git.pushes { Role::Write } else { Role::Read };
    let level = if git.pushes { Level::Write } else { Level::Read };
    let need = Need { permissions: &["contents"], level, role };
    world.allow(caller, one, need).map_err(|refusal: Refusal| match (refusal.status, anonymous) {
        (_, true) => (401, "No anonymous write access.".to_owned()),
        (401, false) => (401, "Invalid username or token.".to_owned()),
        (_, false) if matches!(caller, Caller::FineGrained { .. }) => {
            (403, "Write access to repository not granted.".to_owned())
        }
        (_, false) => (403, format!("Permission to {}.git denied to {}.", world.full_name(one), world.login(user))),
    })?;
    let workflows = match caller {
        Caller::Installation { grants, .. } | Caller::FineGrained { grants, .. } => grants.contains_key("workflows"),
        Caller::Classic { scopes, .. } => scopes.iter().any(|scope| scope == "workflow"),
        Caller::Nobody | Caller::App(_) => false,
    };
    Ok(Entry { id: one.id, bare: one.git.clone(), user, workflows: if workflows { "yes" } else { "no" } })
}

/// The token is the password; the name says nothing. A token in the place of the name is taken too.
fn credential(world: &World, header: &str) -> Option<Caller> {
    let (scheme, rest) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return world.bearer(rest);
    }
    let decoded = STANDARD.decode(rest.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (name, password) = decoded.split_once(':')?;
    world.bearer(password).or_else(|| world.bearer(name).filter(|_| password.is_empty() || password == "x-oauth-basic"))
}

fn refuse(status: u16, words: String) -> Response<Body> {
    let mut response = plain(status, "text/plain; charset=utf-8", words);
    if status == 401 {
        set(&mut response, "www-authenticate", "Basic realm=\"GitHub\"");
    }
    response
}

/// Has git answer, by the Common Gateway Interface.
async fn run(git: &GitRequest, entry: &Entry, (method, headers): (&str, &HeaderMap), body: Bytes) -> Response<Body> {
    match ask(git, entry, (method, headers), body).await {
        Ok(output) => parse(output).unwrap_or_else(|| refuse(500, "git gave no answer".to_owned())),
        Err(error) => refuse(500, error.to_string()),
    }
}

async fn ask(
    git: &GitRequest,
    entry: &Entry,
    (method, headers): (&str, &HeaderMap),
    body: Bytes,
) -> std::io::Result<Vec<u8>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let path = entry.bare.path();
    let root = path.parent().unwrap_or(path);
    let folder = path.file_name().unwrap_or_default().to_string_lossy();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env_clear()
        .envs(environment(root))
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", format!("/{folder}{}", git.rest))
        .env("QUERY_STRING", &git.query)
        .env("REQUEST_METHOD", method)
        .env("CONTENT_TYPE", text("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", text("content-encoding"))
        .env("GIT_PROTOCOL", text("git-protocol"))
        .env("REMOTE_USER", format!("account {}", entry.user))
        .env("REMOTE_ADDR", "127.0.0.1")
        .env("TESTKIT_WORKFLOWS", entry.workflows)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let stdin = child.stdin.take();
    // A git that does not read all that it is given says why in its answer.
    let writing = tokio::spawn(async move {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(&body).await;
        }
    });
    let output = child.wait_with_output().await?;
    let _ = writing.await;
    Ok(output.stdout)
}

/// Headers up to an empty line, then the body.
fn parse(output: Vec<u8>) -> Option<Response<Body>> {
    let end = output.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&output[..end]).ok()?.to_owned();
    let body = Bytes::from(output).slice(end + 4..);
    let mut response = Response::new(Body::from(body));
    for line in head.lines() {
        let (name, value) = line.split_once(": ")?;
        if name == "Status" {
            *response.status_mut() = StatusCode::from_bytes(value.get(..3)?.as_bytes()).ok()?;
            continue;
        }
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        response.headers_mut().append(name, HeaderValue::from_str(value).ok()?);
    }
    Some(response)
}
