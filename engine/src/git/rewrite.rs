//! Making commits fit to leave the hub: by whom they are is the hub's to say, not a sandbox's, and the hub signs them where it
//! has a key. Trees, messages and dates stay as they are, so that the same work always becomes the same commits.

use super::command::Invocation;
use super::error::GitError;
use super::mirror::Mirror;
use super::names::Commit;
use secrecy::{ExposeSecret, SecretString};
use signalbox_core::id::TaskId;
use std::collections::HashMap;
use std::io::{Seek, Write};
use tempfile::NamedTempFile;

/// What is published of a task, so that another try pushes the very same commits.
pub(super) const PUBLISHED: &str = "refs/signalbox/published/";
/// More commits than this are not one task's work.
const MOST: usize = 2000;

/// Somebody as a commit names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// By whom commits are.
#[derive(Debug, Clone)]
pub struct Byline {
    /// Who wrote them.
    pub author: Person,
    /// Who made them: the hub.
    pub committer: Person,
    /// Who is named beside the author, at the end of the message.
    pub co_author: Option<Person>,
    /// The private key that signs them, as OpenSSH writes it.
    pub signing_key: Option<SecretString>,
}

/// What is to be rewritten.
#[derive(Debug, Clone, Copy)]
pub struct RewriteRequest<'a> {
    /// Whose work it is.
    pub task: &'a TaskId,
    /// The work.
    pub commit: &'a Commit,
    /// The commit that was there before, which stays as it is; none in what was an empty repository.
    pub base: Option<&'a Commit>,
    /// What takes the base's place, where it was published under another id.
    pub onto: Option<&'a Commit>,
    /// By whom it is.
    pub byline: &'a Byline,
    /// Earlier work that goes along, the oldest first: the commit where each ended, and who wrote it.
    pub earlier: &'a [(Commit, Person)],
}

/// One commit, as read.
struct Read {
    commit: Commit,
    parents: Vec<Commit>,
    authored: String,
    committed: String,
    message: String,
    /// Who wrote it, where that is not the byline's author.
    author: Option<Person>,
}

impl Person {
    /// Without what would break out of a commit's header.
    pub fn new(name: &str, email: &str) -> Self {
        let kept = |text: &str| {
            let text: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).collect();
            text.trim().to_owned()
        };
        let name = Some(kept(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned());
        Self { name, email: kept(email).replace(' ', "") }
    }

    fn written(&self) -> String {
        format!("{} <{}>", self.name, self.email)
    }
}

impl Mirror {
    /// Rewrites a task's commits; what was published of it before is published again where it is the same work.
    pub async fn rewrite(&self, request: RewriteRequest<'_>) -> Result<Commit, GitError> {
        let published = format!("{PUBLISHED}{}", request.task);
        if let Some(before) = self.commit_of(&published).await?
            && self.tree(&before).await? == self.tree(request.commit).await?
            && self.stands_on(&before, request.onto.or(request.base)).await?
        {
            return Ok(before);
        }
        let key = match &request.byline.signing_key {
            Some(key) => Some(self.shared.means.private_file(key.expose_secret())?),
            None => None,
        };
        let mut made: HashMap<Commit, Commit> = HashMap::new();
        if let (Some(base), Some(onto)) = (request.base, request.onto) {
            made.insert(base.clone(), onto.clone());
        }
        let mut authors = self.authors(&request).await?;
        for mut read in self.read_range(request.base, request.commit).await? {
            read.author = authors.remove(&read.commit);
            let parents: Vec<_> =
                read.parents.iter().map(|parent| made.get(parent).unwrap_or(parent).clone()).collect();
            let new = self.remake(&read, &parents, request.byline, key.as_ref()).await?;
            made.insert(read.commit, new);
        }
        let new = made.remove(request.commit).unwrap_or_else(|| request.commit.clone());
        self.shared.runner.succeed(&self.git("update-ref").args([published.as_str(), new.as_str()])).await?;
        Ok(new)
    }

    /// Who wrote the commits of earlier work.
    async fn authors(&self, request: &RewriteRequest<'_>) -> Result<HashMap<Commit, Person>, GitError> {
        let mut authors = HashMap::new();
        for (commit, person) in request.earlier {
            if !self.has(commit).await? {
                continue;
            }
            let without = request.base.map(|base| format!("^{base}"));
            let list = self.git("rev-list").args([commit.as_str()]).args(without);
            let said = self.shared.runner.succeed(&list).await?;
            for commit in String::from_utf8_lossy(&said).lines().filter_map(|line| line.parse().ok()) {
                authors.entry(commit).or_insert_with(|| person.clone());
            }
        }
        Ok(authors)
    }

    async fn stands_on(&self, commit: &Commit, onto: Option<&Commit>) -> Result<bool, GitError> {
        match onto {
            Some(onto) => self.is_ancestor(onto, commit).await,
            None => Ok(true),
        }
    }

    async fn tree(&self, commit: &Commit) -> Result<String, GitError> {
        let ask = self.git("rev-parse").args(["--verify", "--quiet", &format!("{commit}^{{tree}}")]);
        Ok(String::from_utf8_lossy(&self.shared.runner.succeed(&ask).await?).trim().to_owned())
    }

    /// The commits that the work has and its base has not, each after those that it builds on.
    async fn read_range(&self, base: Option<&Commit>, commit: &Commit) -> Result<Vec<Read>, GitError> {
        let without = base.map(|base| format!("^{base}"));
        let list = self.git("rev-list").args(["--reverse", "--topo-order", "--parents", commit.as_str()]).args(without);
        let said = self.shared.runner.succeed(&list).await?;
        let said = String::from_utf8_lossy(&said).into_owned();
        if said.lines().count() > MOST {
            return Err(GitError::TooMuchOutput("rev-list".to_owned()));
        }
        let mut range = Vec::new();
        for line in said.lines() {
            let mut ids = line.split(' ').filter_map(|id| id.parse::<Commit>().ok());
            let Some(commit) = ids.next() else { continue };
            range.push(self.read(commit, ids.collect()).await?);
        }
        Ok(range)
    }

    async fn read(&self, commit: Commit, parents: Vec<Commit>) -> Result<Read, GitError> {
        let show = self.git("log").args(["-1", "--no-show-signature", "--date=raw", "--format=%ad%x00%cd%x00%B"]);
        let said = self.shared.runner.succeed(&show.args([commit.as_str()])).await?;
        let said = String::from_utf8_lossy(&said).into_owned();
        let mut parts = said.splitn(3, '\0').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        Ok(Read { commit, parents, authored: next(), committed: next(), message: next(), author: None })
    }

    async fn remake(
        &self,
        read: &Read,
        parents: &[Commit],
        byline: &Byline,
        key: Option<&NamedTempFile>,
    ) -> Result<Commit, GitError> {
        let tree = self.tree(&read.commit).await?;
        let message = self.with_co_author(&read.message, byline).await?;
        let mut make = self.git("commit-tree").args([tree.as_str(), "-F", "-"]).stdin(stdin(&message)?);
        for parent in parents {
            make = make.args(["-p", parent.as_str()]);
        }
        make = dated(make, byline, read);
        if let Some(key) = key {
            let signing = make.config("gpg.format", "ssh").config("gpg.ssh.program", "ssh-keygen");
            make = signing.config("user.signingKey", key.path().display().to_string()).args(["-S"]);
        }
        let said = self.shared.runner.succeed(&make).await?;
        let unreadable = |_| GitError::Failed { what: "commit-tree".to_owned(), detail: "no commit".to_owned() };
        String::from_utf8_lossy(&said).trim().parse().map_err(unreadable)
    }

    async fn with_co_author(&self, message: &str, byline: &Byline) -> Result<String, GitError> {
        let Some(co_author) = &byline.co_author else { return Ok(message.to_owned()) };
        let trailer = format!("Co-authored-by: {}", co_author.written());
        let add = self.git("interpret-trailers").args(["--if-exists", "addIfDifferent", "--trailer", &trailer]);
        let said = self.shared.runner.succeed(&add.stdin(stdin(message)?)).await?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }
}

fn dated(make: Invocation, byline: &Byline, read: &Read) -> Invocation {
    let committer = &byline.committer;
    let author = read.author.as_ref().unwrap_or(&byline.author);
    make.env("GIT_AUTHOR_NAME", &author.name)
        .env("GIT_AUTHOR_EMAIL", &author.email)
        .env("GIT_AUTHOR_DATE", format!("@{}", read.authored.trim()))
        .env("GIT_COMMITTER_NAME", &committer.name)
        .env("GIT_COMMITTER_EMAIL", &committer.email)
        .env("GIT_COMMITTER_DATE", format!("@{}", read.committed.trim()))
}

fn stdin(text: &str) -> Result<std::fs::File, GitError> {
    let write = || -> std::io::Result<std::fs::File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(text.trim_end().as_bytes())?;
        file.write_all(b"\n")?;
        file.rewind()?;
        Ok(file)
    };
    write().map_err(GitError::Disk)
}
